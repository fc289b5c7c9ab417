var data = {
  "message" : [
    {
      "m_nsFromUsr" : "wxid_lisi00000002",
      "m_uiMesLocalID" : 1,
      "m_nsToUsr" : "wxid_zhangsan0001",
      "m_uiCreateTime" : 1557941677,
      "m_uiMessageType" : 10000,
      "m_nsRealChatUsr" : "",
      "m_uiMesSvrID" : 881665832415824129,
      "m_nsContent" : "你已添加了李四，现在可以开始聊天了。"
    },
    {
      "m_nsFromUsr" : "wxid_lisi00000002",
      "m_uiMesLocalID" : 2,
      "m_nsToUsr" : "wxid_zhangsan0001",
      "m_uiCreateTime" : 1557941689,
      "m_uiMessageType" : 1,
      "m_nsRealChatUsr" : "",
      "m_uiMesSvrID" : 8320311758961692638,
      "m_nsContent" : "早: 上好\n\"我\"到了 </script> [微笑]"
    },
    {
      "m_nsFromUsr" : "wxid_zhangsan0001",
      "m_uiMesLocalID" : 3,
      "m_nsToUsr" : "wxid_lisi00000002",
      "m_uiCreateTime" : 1557941700,
      "m_uiMessageType" : 3,
      "m_nsRealChatUsr" : "",
      "m_uiMesSvrID" : 0,
      "m_nsContent" : "image/3.jpg"
    },
    {
      "m_nsFromUsr" : "wxid_lisi00000002",
      "m_uiMesLocalID" : 4,
      "m_nsToUsr" : "wxid_zhangsan0001",
      "m_uiCreateTime" : 1557941800,
      "m_uiMessageType" : 34,
      "m_nsRealChatUsr" : "",
      "m_uiMesSvrID" : 8320311758961692640,
      "m_nsContent" : "audio/4.mp3"
    },
    {
      "m_nsFromUsr" : "wxid_lisi00000002",
      "m_uiMesLocalID" : 5,
      "m_nsToUsr" : "wxid_zhangsan0001",
      "m_uiCreateTime" : 1557941900,
      "m_uiMessageType" : 62,
      "m_nsRealChatUsr" : "",
      "m_uiMesSvrID" : 8320311758961692641,
      "m_nsContent" : "video/5.mp4"
    },
    {
      "m_nsFromUsr" : "wxid_zhangsan0001",
      "m_uiMesLocalID" : 6,
      "m_nsToUsr" : "wxid_lisi00000002",
      "m_uiCreateTime" : 1557942000,
      "m_uiMessageType" : 49,
      "m_nsRealChatUsr" : "",
      "m_uiMesSvrID" : 8320311758961692642,
      "m_nsContent" : "<msg>\n<appmsg appid=\"\" sdkver=\"0\">\n<title>示例文章</title>\n<des>简介</des>\n<type>5</type>\n<url>https://example.invalid/a</url>\n</appmsg>\n</msg>"
    },
    {
      "m_nsFromUsr" : "wxid_lisi00000002",
      "m_uiMesLocalID" : 7,
      "m_nsToUsr" : "wxid_zhangsan0001",
      "m_uiCreateTime" : 1557942100,
      "m_uiMessageType" : 47,
      "m_nsRealChatUsr" : "",
      "m_uiMesSvrID" : 8320311758961692643,
      "m_nsContent" : "<msg><emoji md5=\"0123456789abcdef0123456789abcdef\" type=\"1\" len=\"100\"></emoji></msg>"
    }
  ],
  "member" : {
    "wxid_lisi00000002" : {
      "name" : "李四",
      "head" : "head/wxid_lisi00000002.jpg"
    },
    "wxid_zhangsan0001" : {
      "name" : "张三",
      "head" : "head/wxid_zhangsan0001.jpg"
    }
  },
  "owner" : {
    "name" : "张三"
  }
}
