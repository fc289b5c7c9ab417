-- Views that answer what people ask first.

CREATE VIEW overview AS -- a row for each conversation
SELECT
    c.conversation,
    c.title,
    c.id,
    c.is_group,
    (SELECT count(*) FROM messages AS m WHERE m.conversation = c.conversation) AS messages,
    (
        SELECT count(*) FROM participants AS p WHERE p.conversation = c.conversation AND p.message_count > 0
    ) AS people,
    (
        SELECT m.time FROM messages AS m
        WHERE m.conversation = c.conversation AND m.time IS NOT NULL
        ORDER BY m.number LIMIT 1
    ) AS first,
    (
        SELECT m.time FROM messages AS m
        WHERE m.conversation = c.conversation AND m.time IS NOT NULL
        ORDER BY m.number DESC LIMIT 1
    ) AS last
FROM conversations AS c;

CREATE VIEW timeline AS -- the messages as a person reads them; ORDER BY message
SELECT
    m.message,
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
    coalesce(
        (
            SELECT a.text FROM messages AS a
            WHERE a.id = m.reply_to AND a.conversation = m.conversation
            ORDER BY a.message LIMIT 1
        ),
        (SELECT q.text FROM quotes AS q WHERE q.message = m.message ORDER BY q.position LIMIT 1)
    ) AS answers
FROM messages AS m
LEFT JOIN conversations AS c USING (conversation);

CREATE VIEW replies AS -- a row for each message that answers another: by its id, or by a quote in it
SELECT
    m.message,
    m.conversation,
    m.time,
    m.sender,
    m.text,
    a.message AS answered,
    a.time AS answered_time,
    coalesce(a.sender, q.sender) AS answered_sender,
    coalesce(a.text, q.text) AS answered_text
FROM (SELECT message FROM messages WHERE reply_to IS NOT NULL UNION SELECT message FROM quotes) AS r
JOIN messages AS m USING (message)
LEFT JOIN messages AS a ON a.message = (
    SELECT min(o.message) FROM messages AS o WHERE o.id = m.reply_to AND o.conversation = m.conversation
)
LEFT JOIN quotes AS q ON q.message = m.message AND q.position = (
    SELECT min(o.position) FROM quotes AS o WHERE o.message = m.message
);

CREATE VIEW activity AS -- messages of each person on each day
SELECT
    m.conversation,
    substr(m.time, 1, 10) AS day,
    m.participant,
    coalesce(p.name, p.id) AS sender,
    count(*) AS messages,
    sum(length(m.text)) AS characters
FROM messages AS m
JOIN participants AS p USING (participant)
WHERE m.time IS NOT NULL
GROUP BY m.conversation, day, m.participant;

CREATE VIEW emoji_ranking AS -- how often each emoji code was used, and by how many people
SELECT e.name, min(e.unicode) AS unicode, count(*) AS uses, count(DISTINCT m.participant) AS people
FROM emoji AS e
JOIN messages AS m USING (message)
GROUP BY e.name
ORDER BY uses DESC, e.name;

CREATE VIEW pieces AS -- what the archive gave beside the text, a row for each: files, transfers, places, calls
SELECT m.message, s.key AS position, json_extract(s.value, '$.type') AS type, s.value AS piece
FROM messages AS m, json_each(CASE WHEN json_valid(m.segments) THEN m.segments END) AS s;
