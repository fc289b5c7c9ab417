-- Full-text search. The index holds search terms that are made of the texts (see wechatlog.content.fulltext): every run
-- of one to four Chinese characters, so that MATCH '扳手' finds them all. Without positions, which such terms do not
-- need; the texts themselves are those of `messages`.

CREATE VIRTUAL TABLE messages_fts USING fts5(
    text,
    content="messages",
    content_rowid="message",
    detail=none,
    columnsize=0,
    tokenize="unicode61 remove_diacritics 2 categories 'L* M* N* Co So' tokenchars '_'"
);

CREATE VIEW search AS -- SELECT * FROM search WHERE words MATCH '扳手'; words of at most four Chinese characters
SELECT
    messages_fts.rowid AS message,
    m.conversation,
    c.title,
    substr(m.time, 1, 10) AS day,
    CASE m.precision
        WHEN 'second' THEN substr(m.time, 12, 8)
        WHEN 'minute' THEN substr(m.time, 12, 5)
    END AS clock,
    m.sender,
    m.kind,
    m.text,
    messages_fts AS words -- to be used with MATCH
FROM messages_fts
JOIN messages AS m ON m.message = messages_fts.rowid
LEFT JOIN conversations AS c USING (conversation);
