"""QQ chats for wechatlog: formats that the entry points of this package name."""
