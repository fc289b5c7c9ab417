const chatData = [
  {"time": "2026-05-01 08:00:00", "user": "李四", "type": "text", "message": "早"},
  {"time": "2026-05-01 08:00:10", "user": "我", "type": "text", "message": "早啊"}
];
window.render(chatData);
