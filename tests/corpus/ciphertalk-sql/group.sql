-- ============================================================
-- 密语 CipherTalk - 聊天记录导出
-- 生成时间: 2026-06-01 12:00:00
-- 会话: 示例项目组
-- 类型: 群聊
-- 消息数: 5
-- PostgreSQL 兼容 SQL 脚本
-- ============================================================

-- 清空旧数据（如有）
DELETE FROM messages WHERE session_wxid = '12345678901@chatroom';
DELETE FROM sessions WHERE wxid = '12345678901@chatroom';

-- 创建会话表
CREATE TABLE IF NOT EXISTS sessions (
  wxid TEXT PRIMARY KEY,
  display_name TEXT NOT NULL,
  owner_id TEXT
);

-- 插入会话信息
INSERT INTO sessions (wxid, display_name, session_type, owner_id, message_count, first_message_time, last_message_time, exported_at) VALUES ('12345678901@chatroom', '示例项目组', 'group', 'wxid_zhangsan0001', 5, 1777593600, 1777593680, 1777597260);

INSERT INTO messages (session_wxid, local_id, create_time, formatted_time, msg_type, content, is_send, sender_username, sender_display_name, group_nickname, reply_to_message_id) VALUES
('12345678901@chatroom', 1, 1777593600, '2026-05-01 08:00:00', '文本消息', '早
it''s me); INSERT INTO messages', 0, 'wxid_lisi00000002', '李四', '李四(后端)', NULL),
('12345678901@chatroom', 2, 1777593620, '2026-05-01 08:00:20', '图片消息', '[图片]', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 3, 1777593640, '2026-05-01 08:00:40', '引用消息', '收到[引用 李四：早]', 1, 'wxid_zhangsan0001', '张三', NULL, '6116895530414915131'),
('12345678901@chatroom', 4, 1777593660, '2026-05-01 08:01:00', '系统消息', '"李四" 撤回了一条消息', 0, '12345678901@chatroom', '示例项目组', NULL, NULL);

INSERT INTO messages (session_wxid, local_id, create_time, formatted_time, msg_type, content, is_send, sender_username, sender_display_name, group_nickname, reply_to_message_id) VALUES
('12345678901@chatroom', 5, 1777593680, '2026-05-01 08:01:20', '其他消息', '[小程序] 点单', 0, 'wxid_lisi00000002', '李四', '李四(后端)', NULL);

-- 导出完成
-- 会话: 示例项目组 | 5 条消息
