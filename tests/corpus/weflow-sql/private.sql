BEGIN;
CREATE TABLE IF NOT EXISTS weflow_messages (
  session_id TEXT NOT NULL,
  local_id TEXT
);
CREATE INDEX IF NOT EXISTS idx_weflow_messages_session_time ON weflow_messages (session_id, create_time);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('wxid_lisi00000002', '1', '6000000000000000001', 1777593600, 'wxid_lisi00000002', FALSE, 1, NULL, 'it''s
''quoted'');
INSERT INTO weflow_messages (a) VALUES (''x'');', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('wxid_lisi00000002', '2', '2', 1777593620, 'wxid_zhangsan0001', TRUE, 3, 'image', '[图片]', 'media/images/a.jpg');
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('wxid_lisi00000002', '3', '6000000000000000003', 1777593640, 'wxid_lisi00000002', FALSE, 244813135921, NULL, '收到[引用 张三：早]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('wxid_lisi00000002', '4', '0', 1777593660, 'wxid_lisi00000002', FALSE, 10000, NULL, '"李四" 撤回了一条消息', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('wxid_lisi00000002', '5', '6000000000000000005', 1777593680, 'wxid_lisi00000002', FALSE);
COMMIT;
