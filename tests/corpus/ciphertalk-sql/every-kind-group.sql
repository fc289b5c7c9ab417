-- ============================================================
-- 密语 CipherTalk - 聊天记录导出
-- 生成时间: 2026-11-29 15:24:17
-- 会话: 示例群[一]: (二)
-- 类型: 群聊
-- 消息数: 71
-- PostgreSQL 兼容 SQL 脚本
-- ============================================================

-- 清空旧数据（如有）
DELETE FROM messages WHERE session_wxid = '12345678901@chatroom';
DELETE FROM sessions WHERE wxid = '12345678901@chatroom';

-- 创建会话表
CREATE TABLE IF NOT EXISTS sessions (
  wxid TEXT PRIMARY KEY,
  display_name TEXT NOT NULL,
  session_type TEXT NOT NULL,
  owner_id TEXT,
  message_count INTEGER DEFAULT 0,
  first_message_time BIGINT,
  last_message_time BIGINT,
  exported_at BIGINT
);

-- 创建消息表
CREATE TABLE IF NOT EXISTS messages (
  id SERIAL PRIMARY KEY,
  session_wxid TEXT NOT NULL REFERENCES sessions(wxid),
  local_id INTEGER,
  create_time BIGINT NOT NULL,
  formatted_time TEXT,
  msg_type TEXT,
  content TEXT,
  is_send SMALLINT DEFAULT 0,
  sender_username TEXT,
  sender_display_name TEXT,
  group_nickname TEXT,
  reply_to_message_id TEXT
);

-- 创建索引
CREATE INDEX IF NOT EXISTS idx_messages_session ON messages(session_wxid);
CREATE INDEX IF NOT EXISTS idx_messages_create_time ON messages(create_time);
CREATE INDEX IF NOT EXISTS idx_messages_sender ON messages(sender_username);

-- 插入会话信息
INSERT INTO sessions (wxid, display_name, session_type, owner_id, message_count, first_message_time, last_message_time, exported_at) VALUES ('12345678901@chatroom', '示例群[一]: (二)', 'group', 'wxid_zhangsan0001', 71, 1777593600, 1777596190, 1795965857);

-- 插入消息
-- 共 71 条消息，分批插入

INSERT INTO messages (session_wxid, local_id, create_time, formatted_time, msg_type, content, is_send, sender_username, sender_display_name, group_nickname, reply_to_message_id) VALUES
('12345678901@chatroom', 1, 1777593600, '2026-05-01 08:00:00', '文本消息', '早', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 2, 1777593637, '2026-05-01 08:00:37', '文本消息', '早啊[微笑]', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 3, 1777593674, '2026-05-01 08:01:14', '文本消息', '第一行
第二行

第四行', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 4, 1777593711, '2026-05-01 08:01:51', '文本消息', '', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 5, 1777593748, '2026-05-01 08:02:28', '文本消息', '  前后有空格  ', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 6, 1777593785, '2026-05-01 08:03:05', '文本消息', '名字[括号]: 内容 <b>&amp; https://example.invalid/a?b=1&c=2', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 7, 1777593822, '2026-05-01 08:03:42', '文本消息', '30 老地方见', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 8, 1777593859, '2026-05-01 08:04:19', '文本消息', '买牛奶', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 9, 1777593896, '2026-05-01 08:04:56', '文本消息', '[图片]', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 10, 1777593933, '2026-05-01 08:05:33', '文本消息', '[语音通话] 00:12', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 11, 1777593970, '2026-05-01 08:06:10', '图片消息', '[图片]', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 12, 1777594007, '2026-05-01 08:06:47', '图片消息', '[图片]', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 13, 1777594044, '2026-05-01 08:07:24', '语音消息', '[语音消息]', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 14, 1777594081, '2026-05-01 08:08:01', '语音消息', '[语音消息]', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 15, 1777594118, '2026-05-01 08:08:38', '视频消息', '[视频]', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 16, 1777594155, '2026-05-01 08:09:15', '表情消息', '[动画表情] http://emoji.example.invalid/mmemoji/x', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 17, 1777594192, '2026-05-01 08:09:52', '其他消息(25769803825)', '[文件] 报告(终) v1.0.pdf', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 18, 1777594229, '2026-05-01 08:10:29', '其他消息(21474836529)', '[链接] 一篇[文章]: 标题 & 副题', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 19, 1777594266, '2026-05-01 08:11:06', '其他消息(17179869233)', '视频标题', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 20, 1777594303, '2026-05-01 08:11:43', '其他消息(12884901937)', '[音乐] 晴天 - 周杰伦', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 21, 1777594340, '2026-05-01 08:12:20', '其他消息(395136991281)', '稻香', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 22, 1777594377, '2026-05-01 08:12:57', '其他消息(48)', '[位置] 人民广场(地铁站)', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 23, 1777594414, '2026-05-01 08:13:34', '其他消息(48)', '[位置] 人民广场(地铁站)', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 24, 1777594451, '2026-05-01 08:14:11', '其他消息(73014444081)', '我发起了位置共享', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 25, 1777594488, '2026-05-01 08:14:48', '其他消息(50)', '[通话] 通话时长 00:12', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 26, 1777594525, '2026-05-01 08:15:25', '其他消息(50)', '[通话] 已取消', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 27, 1777594562, '2026-05-01 08:16:02', '其他消息(50)', '[通话] 对方无应答', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 28, 1777594599, '2026-05-01 08:16:39', '其他消息(50)', '[通话] 通话时长 01:02:03', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 29, 1777594636, '2026-05-01 08:17:16', '其他消息(8589934592049)', '[转账] ￥100.00 晚饭', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 30, 1777594673, '2026-05-01 08:17:53', '其他消息(8589934592049)', '[转账] ￥100.00', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 31, 1777594710, '2026-05-01 08:18:30', '其他消息(8589934592049)', '[转账] ￥50.00', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 32, 1777594747, '2026-05-01 08:19:07', '其他消息(8594229559345)', '[红包] 恭喜发财，大吉大利', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 33, 1777594784, '2026-05-01 08:19:44', '其他消息(244813135921)', '回复: 你也早', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 34, 1777594821, '2026-05-01 08:20:21', '其他消息(244813135921)', '好看', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 35, 1777594858, '2026-05-01 08:20:58', '其他消息(244813135921)', '收到，谢谢
第二行', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 36, 1777594895, '2026-05-01 08:21:35', '其他消息(244813135921)', '再回复', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 37, 1777594932, '2026-05-01 08:22:12', '其他消息(81604378673)', '[聊天记录] 李四和张三的聊天记录', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 38, 1777594969, '2026-05-01 08:22:49', '其他消息(141733920817)', '[小程序] 来一起点餐', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 39, 1777595006, '2026-05-01 08:23:26', '其他消息(154618822705)', '[小程序] 另一个小程序', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 40, 1777595043, '2026-05-01 08:24:03', '其他消息(219043332145)', '当前版本不支持展示该内容，请升级至最新版本。', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 41, 1777595080, '2026-05-01 08:24:40', '其他消息(270582939697)', '当前版本不支持展示该内容，请升级至最新版本。', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 42, 1777595117, '2026-05-01 08:25:17', '其他消息(34359738417)', '[消息]', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 43, 1777595154, '2026-05-01 08:25:54', '其他消息(103079215153)', '笔记标题', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 44, 1777595191, '2026-05-01 08:26:31', '其他消息(227633266737)', '#接龙
周六聚餐

1. 李四
2. 张三', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 45, 1777595228, '2026-05-01 08:27:08', '其他消息(8602819493937)', '红包封面', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 46, 1777595265, '2026-05-01 08:27:45', '其他消息(42)', '[名片] 王五(律师): 甲', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 47, 1777595302, '2026-05-01 08:28:22', '其他消息(42)', '[名片] 示例公众号', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 48, 1777595339, '2026-05-01 08:28:59', '消息撤回', '"李四" 拍了拍我', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 49, 1777595376, '2026-05-01 08:29:36', '系统消息', '以上是打招呼的内容', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 50, 1777595413, '2026-05-01 08:30:13', '系统消息', '你已添加了李四，现在可以开始聊天了。', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 51, 1777595450, '2026-05-01 08:30:50', '系统消息', '李四领取了你的红包', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 52, 1777595487, '2026-05-01 08:31:27', '其他消息(10002)', '<?xml version="1.0"?>
<sysmsg type="revokemsg">
	<revokemsg>
		<session>12345678901@chatroom</session>
		<msgid>1111</msgid>
		<newmsgid>7000000000000000001</newmsgid>
		<replacemsg><![CDATA[你撤回了一条消息]]></replacemsg>
	</revokemsg>
</sysmsg>
', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 53, 1777595524, '2026-05-01 08:32:04', '其他消息(10002)', '<?xml version="1.0"?>
<sysmsg type="revokemsg">
	<revokemsg>
		<session>12345678901@chatroom</session>
		<msgid>1111</msgid>
		<newmsgid>7000000000000000001</newmsgid>
		<replacemsg><![CDATA["李四" 撤回了一条消息]]></replacemsg>
	</revokemsg>
</sysmsg>
', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 54, 1777595561, '2026-05-01 08:32:41', '系统消息', '消息已发出，但被对方拒收了。', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 55, 1777595598, '2026-05-01 08:33:18', '其他消息(4294967345)', '纯文字应用消息', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 56, 1777595635, '2026-05-01 08:33:55', '其他消息(42945377992753)', '未来类型', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 57, 1777595672, '2026-05-01 08:34:32', '其他消息(777)', '<msg><unknown/></msg>', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 58, 1777595709, '2026-05-01 08:35:09', '其他消息(66)', '<?xml version="1.0"?><msg username="u@openim" nickname="企微王" openimappid="1" openimdesc="示例公司" openimdescicon="" />', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 59, 1777595746, '2026-05-01 08:35:46', '文本消息', '@王五 看一下', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 60, 1777595783, '2026-05-01 08:36:23', '文本消息', '@所有人 开会', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 61, 1777595820, '2026-05-01 08:37:00', '文本消息', '好的', 0, 'wxid_wangwu0003', '王五 ''老王''', NULL, NULL),
('12345678901@chatroom', 62, 1777595857, '2026-05-01 08:37:37', '其他消息(373662154801)', '[群公告] 群公告第一行
第二行', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 63, 1777595894, '2026-05-01 08:38:14', '其他消息(10002)', '<sysmsg type="sysmsgtemplate">
	<sysmsgtemplate>
		<content_template type="tmpl_type_profile">
			<plain><![CDATA[]]></plain>
			<template><![CDATA["$username$"邀请"$names$"加入了群聊]]></template>
			<link_list>
				<link name="username" type="link_profile">
					<memberlist>
						<member>
							<username><![CDATA[wxid_lisi00000002]]></username>
							<nickname><![CDATA[李四]]></nickname>
						</member>
					</memberlist>
				</link>
				<link name="names" type="link_profile">
					<memberlist>
						<member>
							<username><![CDATA[wxid_wangwu0003]]></username>
							<nickname><![CDATA[王五]]></nickname>
						</member>
					</memberlist>
					<separator><![CDATA[、]]></separator>
				</link>
			</link_list>
		</content_template>
	</sysmsgtemplate>
</sysmsg>
', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 64, 1777595931, '2026-05-01 08:38:51', '系统消息', '"李四"邀请"王五"加入了群聊', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 65, 1777595968, '2026-05-01 08:39:28', '系统消息', '"王五"修改群名为“示例群（二）”', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 66, 1777596005, '2026-05-01 08:40:05', '系统消息', '你将"王五"移出了群聊', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 67, 1777596042, '2026-05-01 08:40:42', '系统消息', '"王五"退出了群聊', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 68, 1777596079, '2026-05-01 08:41:19', '其他消息(10002)', '<?xml version="1.0"?>
<sysmsg type="revokemsg">
	<revokemsg>
		<session>12345678901@chatroom</session>
		<msgid>1111</msgid>
		<newmsgid>7000000000000000001</newmsgid>
		<replacemsg><![CDATA["王五" 撤回了一条消息]]></replacemsg>
	</revokemsg>
</sysmsg>
', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL),
('12345678901@chatroom', 69, 1777596116, '2026-05-01 08:41:56', '其他消息(244813135921)', '嗯', 1, 'wxid_zhangsan0001', '张三', NULL, NULL),
('12345678901@chatroom', 70, 1777596153, '2026-05-01 08:42:33', '其他消息(64)', '<voipinvitemsg><msg>发起了语音通话</msg></voipinvitemsg>', 0, 'wxid_lisi00000002', '李四(同事): A', NULL, NULL),
('12345678901@chatroom', 71, 1777596190, '2026-05-01 08:43:10', '其他消息(10002)', '<sysmsg type="multivoip"><multivoip><banner><![CDATA[李四发起了语音通话]]></banner></multivoip></sysmsg>', 0, '12345678901@chatroom', '示例群[一]: (二)', NULL, NULL);

-- 导出完成
-- 会话: 示例群[一]: (二) | 71 条消息