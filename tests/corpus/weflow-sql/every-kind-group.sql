BEGIN;
CREATE TABLE IF NOT EXISTS weflow_messages (
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
CREATE INDEX IF NOT EXISTS idx_weflow_messages_session_time ON weflow_messages (session_id, create_time);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '1', '7000000000000000000', 1777593600, 'wxid_zhangsan0001', TRUE, 1, NULL, '早', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '2', '7000000000000000000', 1777593637, 'wxid_lisi00000002', FALSE, 1, NULL, '早啊[微笑]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '3', '7000000000000000000', 1777593674, 'wxid_lisi00000002', FALSE, 1, NULL, '第一行
第二行

第四行', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '4', '7000000000000000000', 1777593711, 'wxid_zhangsan0001', TRUE, 1, NULL, '', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '5', '7000000000000000000', 1777593748, 'wxid_lisi00000002', FALSE, 1, NULL, '  前后有空格  ', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '6', '7000000000000000000', 1777593785, 'wxid_zhangsan0001', TRUE, 1, NULL, '名字[括号]: 内容 <b>&amp; https://example.invalid/a?b=1&c=2', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '7', '7000000000000000000', 1777593822, 'wxid_lisi00000002', FALSE, 1, NULL, '30 老地方见', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '8', '7000000000000000000', 1777593859, 'wxid_zhangsan0001', TRUE, 1, NULL, ' 买牛奶', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '9', '7000000000000000000', 1777593896, 'wxid_lisi00000002', FALSE, 1, NULL, '[图片]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '10', '7000000000000000000', 1777593933, 'wxid_zhangsan0001', TRUE, 1, NULL, '[语音通话] 00:12', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '11', '7000000000000000000', 1777593970, 'wxid_zhangsan0001', TRUE, 3, 'image', '[图片]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '12', '7000000000000000000', 1777594007, 'wxid_lisi00000002', FALSE, 3, 'image', '[图片]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '13', '7000000000000000000', 1777594044, 'wxid_lisi00000002', FALSE, 34, 'voice', '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '14', '7000000000000000000', 1777594081, 'wxid_zhangsan0001', TRUE, 34, 'voice', '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '15', '7000000000000000000', 1777594118, 'wxid_lisi00000002', FALSE, 43, 'video', '[视频]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '16', '7000000000000000000', 1777594155, 'wxid_zhangsan0001', TRUE, 47, 'emoji', '[表情包]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '17', '7000000000000000000', 1777594192, 'wxid_lisi00000002', FALSE, 25769803825, NULL, '[文件]报告(终) v1.0.pdf', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '18', '7000000000000000000', 1777594229, 'wxid_lisi00000002', FALSE, 21474836529, NULL, '[链接] 一篇[文章]: 标题 &amp; 副题
https://mp.example.invalid/s?a=1&b=2', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '19', '7000000000000000000', 1777594266, 'wxid_zhangsan0001', TRUE, 17179869233, NULL, '[链接]视频标题', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '20', '7000000000000000000', 1777594303, 'wxid_lisi00000002', FALSE, 12884901937, NULL, '[音乐]晴天', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '21', '7000000000000000000', 1777594340, 'wxid_lisi00000002', FALSE, 395136991281, NULL, '[链接]稻香', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '22', '7000000000000000000', 1777594377, 'wxid_lisi00000002', FALSE, 48, NULL, '[位置] 人民广场(地铁站) 上海市黄浦区人民大道200号 (31.230416,121.473701)', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '23', '7000000000000000000', 1777594414, 'wxid_zhangsan0001', TRUE, 48, NULL, '[位置] 人民广场(地铁站) 上海市黄浦区人民大道200号 (31.230416,121.473701)', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '24', '7000000000000000000', 1777594451, 'wxid_lisi00000002', FALSE, 73014444081, NULL, '[链接]我发起了位置共享', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '25', '7000000000000000000', 1777594488, 'wxid_zhangsan0001', TRUE, 50, NULL, '[语音通话] 00:12', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '26', '7000000000000000000', 1777594525, 'wxid_zhangsan0001', TRUE, 50, NULL, '[视频通话] 已取消', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '27', '7000000000000000000', 1777594562, 'wxid_lisi00000002', FALSE, 50, NULL, '[语音通话] 对方无应答', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '28', '7000000000000000000', 1777594599, 'wxid_lisi00000002', FALSE, 50, NULL, '[视频通话] 01:02:03', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '29', '7000000000000000000', 1777594636, 'wxid_zhangsan0001', TRUE, 8589934592049, NULL, '[转账]￥100.00 晚饭', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '30', '7000000000000000000', 1777594673, 'wxid_lisi00000002', FALSE, 8589934592049, NULL, '[转账收款]￥100.00', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '31', '7000000000000000000', 1777594710, 'wxid_lisi00000002', FALSE, 8589934592049, NULL, '[转账]￥50.00', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '32', '7000000000000000000', 1777594747, 'wxid_lisi00000002', FALSE, 8594229559345, NULL, '[红包]微信红包', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '33', '7000000000000000000', 1777594784, 'wxid_zhangsan0001', TRUE, 244813135921, NULL, '回复: 你也早[引用 李四：早啊[微笑]]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '34', '7000000000000000000', 1777594821, 'wxid_lisi00000002', FALSE, 244813135921, NULL, '好看[引用 张三：[图片]]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '35', '7000000000000000000', 1777594858, 'wxid_zhangsan0001', TRUE, 244813135921, NULL, '收到，谢谢
第二行[引用 李四：[链接]]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '36', '7000000000000000000', 1777594895, 'wxid_lisi00000002', FALSE, 244813135921, NULL, '再回复[引用 张三：[链接]]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '37', '7000000000000000000', 1777594932, 'wxid_lisi00000002', FALSE, 81604378673, NULL, '[转发的聊天记录]李四和张三的聊天记录
李四: 你好，
第二行
张三: [消息]
李四: 报告(终).pdf
张三: 王五: 好', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '38', '7000000000000000000', 1777594969, 'wxid_lisi00000002', FALSE, 141733920817, NULL, '[小程序]来一起点餐', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '39', '7000000000000000000', 1777595006, 'wxid_zhangsan0001', TRUE, 154618822705, NULL, '[小程序]另一个小程序', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '40', '7000000000000000000', 1777595043, 'wxid_lisi00000002', FALSE, 219043332145, NULL, '[链接]当前版本不支持展示该内容，请升级至最新版本。', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '41', '7000000000000000000', 1777595080, 'wxid_zhangsan0001', TRUE, 270582939697, NULL, '[链接]当前版本不支持展示该内容，请升级至最新版本。', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '42', '7000000000000000000', 1777595117, 'wxid_lisi00000002', FALSE, 34359738417, NULL, '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '43', '7000000000000000000', 1777595154, 'wxid_zhangsan0001', TRUE, 103079215153, NULL, '[转发的聊天记录]笔记标题
李四: 你好，
第二行
张三: [消息]
李四: 报告(终).pdf
张三: 王五: 好', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '44', '7000000000000000000', 1777595191, 'wxid_lisi00000002', FALSE, 227633266737, NULL, '[链接]#接龙
周六聚餐

1. 李四
2. 张三', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '45', '7000000000000000000', 1777595228, 'wxid_lisi00000002', FALSE, 8602819493937, NULL, '[红包]红包封面', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '46', '7000000000000000000', 1777595265, 'wxid_lisi00000002', FALSE, 42, NULL, '[名片]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '47', '7000000000000000000', 1777595302, 'wxid_zhangsan0001', TRUE, 42, NULL, '[名片]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '48', '7000000000000000000', 1777595339, '12345678901@chatroom', FALSE, 266287972401, NULL, '"李四" 拍了拍我', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '49', '7000000000000000000', 1777595376, '12345678901@chatroom', FALSE, 10000, NULL, '以上是打招呼的内容', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '50', '7000000000000000000', 1777595413, '12345678901@chatroom', FALSE, 10000, NULL, '你已添加了李四，现在可以开始聊天了。', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '51', '7000000000000000000', 1777595450, '12345678901@chatroom', FALSE, 10000, NULL, '李四领取了你的红包', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '52', '7000000000000000000', 1777595487, '12345678901@chatroom', FALSE, 10002, NULL, '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '53', '7000000000000000000', 1777595524, '12345678901@chatroom', FALSE, 10002, NULL, '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '54', '7000000000000000000', 1777595561, '12345678901@chatroom', FALSE, 10000, NULL, '消息已发出，但被对方拒收了。', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '55', '7000000000000000000', 1777595598, 'wxid_lisi00000002', FALSE, 4294967345, NULL, '[链接]纯文字应用消息', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '56', '7000000000000000000', 1777595635, 'wxid_lisi00000002', FALSE, 42945377992753, NULL, '[链接]未来类型', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '57', '7000000000000000000', 1777595672, 'wxid_lisi00000002', FALSE, 777, NULL, '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '58', '7000000000000000000', 1777595709, 'wxid_lisi00000002', FALSE, 66, NULL, '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '59', '7000000000000000000', 1777595746, 'wxid_zhangsan0001', TRUE, 1, NULL, '@王五 看一下', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '60', '7000000000000000000', 1777595783, 'wxid_lisi00000002', FALSE, 1, NULL, '@所有人 开会', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '61', '7000000000000000000', 1777595820, 'wxid_wangwu0003', FALSE, 1, NULL, '好的', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '62', '7000000000000000000', 1777595857, 'wxid_lisi00000002', FALSE, 373662154801, NULL, '[群公告]群公告第一行
第二行', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '63', '7000000000000000000', 1777595894, '12345678901@chatroom', FALSE, 10002, NULL, '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '64', '7000000000000000000', 1777595931, '12345678901@chatroom', FALSE, 10000, NULL, '"李四"邀请"王五"加入了群聊', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '65', '7000000000000000000', 1777595968, '12345678901@chatroom', FALSE, 10000, NULL, '"王五"修改群名为“示例群（二）”', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '66', '7000000000000000000', 1777596005, '12345678901@chatroom', FALSE, 10000, NULL, '你将"王五"移出了群聊', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '67', '7000000000000000000', 1777596042, '12345678901@chatroom', FALSE, 10000, NULL, '"王五"退出了群聊', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '68', '7000000000000000000', 1777596079, '12345678901@chatroom', FALSE, 10002, NULL, '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '69', '7000000000000000000', 1777596116, 'wxid_zhangsan0001', TRUE, 244813135921, NULL, '嗯[引用 王五：好的]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '70', '7000000000000000000', 1777596153, 'wxid_lisi00000002', FALSE, 64, NULL, '[其他消息]', NULL);
INSERT INTO weflow_messages (session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path) VALUES ('12345678901@chatroom', '71', '7000000000000000000', 1777596190, '12345678901@chatroom', FALSE, 10002, NULL, '[其他消息]', NULL);
COMMIT;
