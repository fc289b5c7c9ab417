BEGIN;
CREATE TABLE IF NOT EXISTS weflow_messages (
  session_id TEXT NOT NULL, local_id TEXT NOT NULL, message_id TEXT NOT NULL, create_time BIGINT, sender TEXT, is_send BOOLEAN, local_type INT, media_type TEXT, content TEXT, media_path TEXT, revoked BOOLEAN
);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path, revoked) VALUES ('wxid_lisi00000002', '1', '6000000000000000001', 1777593600, 'wxid_lisi00000002', FALSE, 1, NULL, '早', NULL, FALSE);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path, revoked) VALUES ('wxid_lisi00000002', '2', '6000000000000000002', 1777593660, 'wxid_zhangsan0001', TRUE, 1, NULL, '在', NULL, FALSE);
COMMIT;
