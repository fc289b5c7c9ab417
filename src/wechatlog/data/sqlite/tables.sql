-- Tables and indexes. What stands behind a column stays in the database: `.schema` shows it. All of it is made before
-- the first row, so that it stands at the beginning of the file, and a file that was cut can still be read.
-- Without STRICT and generated columns, so that every SQLite since 3.27 (2019) opens it, in DB Browser, Excel and phones.

PRAGMA application_id = 2003004519; -- "wclg"
PRAGMA user_version = 1;

CREATE TABLE conversations (
    conversation INTEGER PRIMARY KEY, -- what the other tables call it
    id TEXT,                          -- account or room id (…@chatroom)
    title TEXT,                       -- name of the chat
    is_group INTEGER,                 -- 1, 0, or NULL where unknown
    owner TEXT,                       -- name or account id of the person whose archive it is
    tz TEXT,                          -- zone of the times, or NULL for wall clocks without one
    header TEXT                       -- all that is known of it, in JSON (schema wechatlog/1), for reading it back
);

CREATE TABLE participants (
    participant INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (conversation) ON DELETE CASCADE,
    name TEXT,                      -- name shown, or NULL where only the id is known
    id TEXT,                        -- account id
    is_self INTEGER,                -- 1 for the owner of the archive, 0, or NULL where unknown
    aliases TEXT NOT NULL,          -- other names of the same person, a list in JSON
    message_count INTEGER NOT NULL  -- messages sent in this conversation
);

CREATE TABLE messages (
    message INTEGER PRIMARY KEY,    -- what the other tables call it; in the order of the archive
    conversation INTEGER NOT NULL REFERENCES conversations (conversation) ON DELETE CASCADE,
    number INTEGER NOT NULL,        -- position in its conversation, from 0
    time TEXT,                      -- ISO 8601, with the offset where the zone is known: 2026-05-01T09:00:00+08:00
    unix INTEGER,                   -- the same as Unix seconds, or NULL where the zone is unknown
    precision TEXT,                 -- smallest unit of the time: second, minute, day
    participant INTEGER REFERENCES participants (participant), -- who sent it, whatever the name was; NULL for a notice
    sender TEXT,                    -- name shown; NULL for a notice
    sender_id TEXT,                 -- account id
    is_self INTEGER,                -- 1 where the owner of the archive sent it, 0, or NULL where unknown
    kind TEXT NOT NULL,             -- text, image, voice, quote, system, …
    text TEXT NOT NULL,             -- body, emoji codes kept
    id TEXT,                        -- server id
    reply_to TEXT,                  -- server id of the message that it answers
    source TEXT,                    -- name of the file that it stood in
    line INTEGER,                   -- line in that file, from 1
    segments TEXT                   -- pieces of the body in JSON, where the archive gave them; else they follow from text
);

CREATE TABLE mentions (
    message INTEGER NOT NULL REFERENCES messages (message) ON DELETE CASCADE,
    position INTEGER NOT NULL,      -- of the piece in the body
    name TEXT,                      -- name after the @
    everyone INTEGER,               -- 1 where everybody is addressed
    confidence REAL,                -- 0 to 1, how sure the end of the name is
    PRIMARY KEY (message, position)
) WITHOUT ROWID;

CREATE TABLE links (
    message INTEGER NOT NULL REFERENCES messages (message) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    url TEXT,                       -- NULL where the archive lost it
    title TEXT,                     -- NULL for a bare address
    PRIMARY KEY (message, position)
) WITHOUT ROWID;

CREATE TABLE emoji (
    message INTEGER NOT NULL REFERENCES messages (message) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    code TEXT,                      -- as it stands in the body: [Smile]
    name TEXT,                      -- canonical code: [微笑]
    unicode TEXT,                   -- closest Unicode emoji
    PRIMARY KEY (message, position)
) WITHOUT ROWID;

CREATE TABLE images (
    message INTEGER NOT NULL REFERENCES messages (message) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    url TEXT,                       -- where it was published
    label TEXT,                     -- text in the brackets of a Markdown image
    path TEXT,                      -- file beside the archive
    PRIMARY KEY (message, position)
) WITHOUT ROWID;

CREATE TABLE quotes (
    message INTEGER NOT NULL REFERENCES messages (message) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sender TEXT,                    -- name of the person quoted
    text TEXT,                      -- what is quoted
    PRIMARY KEY (message, position)
) WITHOUT ROWID;

CREATE UNIQUE INDEX messages_in_order ON messages (conversation, number);
CREATE INDEX messages_by_time ON messages (time);
CREATE INDEX messages_by_participant ON messages (participant);
CREATE INDEX messages_by_sender ON messages (sender);
CREATE INDEX messages_by_kind ON messages (kind);
CREATE INDEX messages_by_id ON messages (id) WHERE id IS NOT NULL;
CREATE INDEX messages_by_reply_to ON messages (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX participants_by_conversation ON participants (conversation);
CREATE INDEX mentions_by_name ON mentions (name);
CREATE INDEX emoji_by_name ON emoji (name);
