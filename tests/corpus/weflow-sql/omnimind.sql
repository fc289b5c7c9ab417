BEGIN;
CREATE TABLE IF NOT EXISTS omnimind_wechat_messages (
  session_id TEXT NOT NULL,
  local_id TEXT,
  message_id TEXT,
  create_time BIGINT NOT NULL,
  sender TEXT,
  is_send BOOLEAN NOT NULL,
  local_type INTEGER,
  media_type TEXT,
  content TEXT,
  media_path TEXT
);
CREATE INDEX IF NOT EXISTS idx_omnimind_wechat_messages_session_time ON omnimind_wechat_messages (session_id, create_time);
INSERT INTO omnimind_wechat_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '1', '7000000000000000000', 1777593600, 'wxid_lisi00000002', FALSE, 1, NULL, '
早上好', NULL);
INSERT INTO omnimind_wechat_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '4', '7000000000000000000', 1777593780, 'wxid_zhangsan0001', TRUE, 1, NULL, '', NULL);
INSERT INTO omnimind_wechat_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '10', '7000000000000000000', 1777594140, 'wxid_wangwu0003', FALSE, 48, NULL, '[位置] 示例茶馆 杭州市西湖区示例路1号 (30.25,120.15)', NULL);
INSERT INTO omnimind_wechat_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '17', '7000000000000000000', 1777594560, 'wxid_lisi00000002', FALSE, 244813135921, NULL, '同意！
明天见[引用 李四：早上好]', NULL);
INSERT INTO omnimind_wechat_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '20', '7000000000000000000', 1777594740, 'wxid_zhangsan0001', TRUE, 8589934592049, NULL, '[转账]￥88.00 饭钱: 谢', NULL);
INSERT INTO omnimind_wechat_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '34', '7000000000000000000', 1777595580, 'wxid_lisi00000002', FALSE, 10000, NULL, '"李四" 撤回了一条消息', NULL);
COMMIT;
