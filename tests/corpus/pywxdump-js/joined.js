localStorage.setItem('isUseLocalData', 't')  //  't' : 'f' 
const local_msg_count = 3
const local_mywxid = 'wxid_zhangsan0001' 
const local_user_list = {"wxid_lisi00000002": {"wxid": "wxid_lisi00000002", "nickname": "const local_msg_list = [", "remark": "", "account": "", "describe": "", "headImgUrl": "", "ExtraBuf": {}, "LabelIDList": [], "extra": null}} 
const local_msg_list = [{"id": 1, "MsgSvrID": "8000000000000000001", "type_name": "文本", "is_sender": 0, "talker": "wxid_lisi00000002", "room_name": "wxid_lisi00000002", "msg": "明天几点？[微笑]", "src": "", "extra": {}, "CreateTime": "2024-05-06 20:15:00"}, {"id": 2, "MsgSvrID": "8000000000000000002", "type_name": "文本", "is_sender": 1, "talker": "wxid_zhangsan0001", "room_name": "wxid_lisi00000002", "msg": "第一行\n\n\"三点\",到\n", "src": "", "extra": {}, "CreateTime": "2024-05-06 20:15:20"}, {"id": 16, "MsgSvrID": "8000000000000000016", "type_name": "拍一拍", "is_sender": 0, "talker": "wxid_lisi00000002", "room_name": "wxid_lisi00000002", "msg": "\"李四\" 拍了拍我", "src": "", "extra": {}, "CreateTime": "2024-05-06 20:19:00"}] 

localStorage.setItem('isUseLocalData', 't')  //  't' : 'f' 
const local_msg_count = 3
const local_mywxid = 'wxid_zhangsan0001' 
const local_user_list = {"wxid_wangwu0003": {"wxid": "wxid_wangwu0003", "nickname": "const local_msg_list = [", "remark": "", "account": "", "describe": "", "headImgUrl": "", "ExtraBuf": {}, "LabelIDList": [], "extra": null}} 
const local_msg_list = [{"id": 1, "MsgSvrID": "8000000000000000001", "type_name": "文本", "is_sender": 0, "talker": "wxid_wangwu0003", "room_name": "wxid_wangwu0003", "msg": "后天几点？[微笑]", "src": "", "extra": {}, "CreateTime": "2024-05-06 20:15:00"}, {"id": 2, "MsgSvrID": "8000000000000000002", "type_name": "文本", "is_sender": 1, "talker": "wxid_zhangsan0001", "room_name": "wxid_wangwu0003", "msg": "第一行\n\n\"三点\",到\n", "src": "", "extra": {}, "CreateTime": "2024-05-06 20:15:20"}, {"id": 16, "MsgSvrID": "8000000000000000016", "type_name": "拍一拍", "is_sender": 0, "talker": "wxid_wangwu0003", "room_name": "wxid_wangwu0003", "msg": "\"李四\" 拍了拍我", "src": "", "extra": {}, "CreateTime": "2024-05-06 20:19:00"}] 
