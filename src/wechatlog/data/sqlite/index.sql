-- What an index for agents has beside the tables of the form: from which inputs it was made, and what would be too slow
-- to find out when somebody asks.

CREATE TABLE index_settings (settings TEXT NOT NULL); -- how the inputs were read: one row, which makes the file an index

CREATE TABLE index_inputs (
    input TEXT PRIMARY KEY,         -- digest of the paths of one file, or of the pages of one chat
    state TEXT NOT NULL             -- digest of their sizes and times of change
) WITHOUT ROWID;

CREATE TABLE index_chats (
    conversation INTEGER PRIMARY KEY,
    input TEXT NOT NULL,
    place INTEGER NOT NULL,         -- which conversation of its input, from 0
    ordered INTEGER NOT NULL,       -- 1 where no message is older than the one before it
    first INTEGER,                  -- its messages are those from here …
    last INTEGER,                   -- … to here, without gaps
    messages INTEGER NOT NULL,
    start TEXT,                     -- earliest time
    stop TEXT,                      -- latest time
    UNIQUE (input, place)
);

CREATE TABLE index_words (          -- what a message reads like, where that is not its text
    conversation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (conversation, number)
) WITHOUT ROWID;

CREATE TABLE index_answers (        -- which message answers which
    conversation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    PRIMARY KEY (conversation, number)
) WITHOUT ROWID;

CREATE TABLE index_tallies (        -- messages a day, and messages a month
    conversation INTEGER NOT NULL,
    what TEXT NOT NULL,             -- person, kind or hour, with /10 for days and /7 for months
    key NOT NULL,                   -- participant, kind, hour
    day TEXT NOT NULL,              -- or month; '' for messages without a time
    messages INTEGER NOT NULL,
    PRIMARY KEY (what, conversation, key, day)
) WITHOUT ROWID;

CREATE INDEX index_messages_by_time ON messages (conversation, time);
CREATE INDEX index_answers_by_answered ON index_answers (conversation, answered);
CREATE INDEX index_tallies_by_day ON index_tallies (what, day, conversation, key, messages);
CREATE INDEX index_tallies_by_chat ON index_tallies (conversation); -- to take a chat out
CREATE INDEX index_people ON participants (message_count DESC, participant);
