-- 密语 CipherTalk - 聊天记录导出
INSERT INTO sessions (wxid, display_name, owner_id, avatar) VALUES ('wxid_lisi00000002', '李四', 'wxid_zhangsan0001', NULL);
INSERT INTO messages (session_wxid, local_id, create_time, formatted_time, msg_type, content, is_send, sender_username, sender_display_name, revoked) VALUES ('wxid_lisi00000002', 1, 1777593600, '2026-05-01 08:00:00', '文本消息', '早', 0, 'wxid_lisi00000002', '李四', 0);
INSERT INTO messages (session_wxid, local_id, create_time, formatted_time, msg_type, content, is_send, sender_username, sender_display_name, revoked) VALUES ('wxid_lisi00000002', 2, 1777593660, '2026-05-01 08:01:00', '文本消息', '在', 1, 'wxid_zhangsan0001', '张三', 0);
