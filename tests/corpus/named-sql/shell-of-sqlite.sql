PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE chat(time text, sender text, content text, is_self int);
INSERT INTO chat VALUES('2026-05-01 08:00:00','李四',replace('第一行\n第二行','\n',char(10)),0);
INSERT INTO chat VALUES('2026-05-01 08:00:10','我',unistr('第一行\u000a第二行 C:\\new'),1);
INSERT INTO chat VALUES('2026-05-01 08:00:20','李四',replace(replace('a\r\nb','\r',char(13)),'\n',char(10)),0);
INSERT INTO chat VALUES('2026-05-01 08:00:30','李四',X'e697a9',0);
INSERT INTO chat VALUES('2026-05-01 08:00:40','李四','C:\new ''是''',0);
COMMIT;
