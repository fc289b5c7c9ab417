"""Decrypted databases of the clients: WeChat 3 and 4 for PC, Android, iOS, Mac 3. Which column is what; no code.

Takes a SQLite file, gives one conversation for each person or group in it, one after the other; nothing of the file is
changed, and nothing is made beside it. Names come from tables of the same file, or from the contact database beside it;
without them the list of chats tells whose a table is.

WeChat 3, table `MSG`: app messages are in `CompressContent`, an LZ4 block; who wrote in a group stands in `BytesExtra`,
protobuf field 3 of type 1, whom a message addresses in the XML of type 7, and where its file is in type 4, or that of
its small picture in type 3: that path begins with the folder of the owner, which is called as the account. People of
WeCom (`@openim`) are in `OpenIMContact`. WeChat 4, a table `Msg_<md5 of the username>` for each conversation:
`real_sender_id` is a row number of `Name2Id`, `local_type` is `subtype << 32 | type`, contents may be Zstandard data;
in groups the content of others begins with their account id, a colon and LF. Neither says otherwise who the owner is;
in version 4, whoever is not the other one in private chats is it. Android, table `message`: times are milliseconds, the
owner is row 2 of `userinfo`. iOS and Mac 3, a table `Chat_<md5>`: `Des` is 0 for what the owner sent. In groups of
these three the content of others begins with their account id too.

Source of the format: PyWxDump `dbMSG.py`, chatlog 0.0.x `internal/model` (`message_darwinv3.go`,
`datasource/darwinv3`), WeChatDataAnalysis 2026 `chat_helpers.py`, wechat-dump `wechat/parser.py`, WechatExporter 1.9
`WechatParser.cpp`.
"""

from __future__ import annotations

from typing import Final

from wechatlog.readers.database.contents import account_of, account_of_flag, mobile_content
from wechatlog.readers.database.layout import Contacts, Layout
from wechatlog.readers.database.reader import database

V3: Final = database(
    "wechat-v3-db",
    "WeChat 3 for PC, decrypted MSG*.db",
    ".db",
    Layout(
        "WeChat 3",
        "MSG",
        "StrTalker StrContent CreateTime",
        "id=MsgSvrID type=Type subtype=SubType own=IsSender time=CreateTime content=StrContent packed=CompressContent"
        " extra=BytesExtra",
        Contacts(
            tuple(
                f"{folder}{prefix}MicroMsg.db {folder}{prefix}OpenIMContact.db"
                for folder, prefix in (("", ""), ("", "de_"), ("", "decoded_"), ("../", ""), ("../", "de_"))
            ),
            (
                "Contact account=UserName remark=Remark nickname=NickName alias=Alias",
                "OpenIMContact account=UserName remark=Remark nickname=NickName",
            ),
            ("ChatRoom room=ChatRoomName names=RoomData",),
        ),
        talker="StrTalker",
        sender=account_of_flag,
        facts={"exporter": "WeChat 3 database", "version": "3"},
    ),
)
V4: Final = database(
    "wechat-v4-db",
    "WeChat 4 for PC, decrypted message_*.db",
    ".db",
    Layout(
        "WeChat 4",
        "Msg_<md5>",
        "local_type create_time",
        "id=server_id type=local_type time=create_time content=message_content other=compress_content"
        " flag=WCDB_CT_message_content sender=real_sender_id|sender_wxid status=status source=source",
        Contacts(
            (
                *("contact.db", "../contact/contact.db", "../contact.db", "contact/contact.db"),
                *("session.db", "../session/session.db", "../session.db"),
            ),
            ("contact account=username remark=remark nickname=nick_name alias=alias", "SessionTable account=username"),
            ("chat_room room=username names=ext_buffer",),
        ),
        order="sort_seq create_time*1000",
        names="Name2Id",
        sender=account_of,
        facts={"exporter": "WeChat 4 database", "version": "4"},
    ),
)
ANDROID: Final = database(
    "wechat-android-db",
    "WeChat for Android, decrypted EnMicroMsg.db",
    ".db",
    Layout(
        "WeChat for Android",
        "message",
        "talker content createTime isSend",
        "id=msgSvrId type=type own=isSend time=createTime content=content source=lvbuffer",
        Contacts(
            (),
            ("rcontact account=username remark=conRemark|remark nickname=nickname alias=alias",),
            ("chatroom room=chatroomname names=roomdata members=memberlist",),
            owner=("SELECT value FROM userinfo WHERE id = 2", "SELECT value FROM userinfo WHERE id = 4"),
        ),
        talker="talker",
        sender=account_of_flag,
        content=mobile_content,
        facts={"exporter": "WeChat database for Android"},
    ),
)
IOS: Final = database(
    "wechat-ios-db",
    "WeChat for iOS, MM.sqlite and message_*.sqlite",
    ".sqlite",
    Layout(
        "WeChat for iOS",
        "Chat_<md5>",
        "Message CreateTime Des",
        "id=MesSvrID type=Type own=Des time=CreateTime content=Message flag=WCDB_CT_Message",
        Contacts(
            ("WCDB_Contact.sqlite", "MM.sqlite", "session.db", "../session/session.db"),
            (
                "Friend account=UsrName remark=ConRemark nickname=NickName alias=Alias",
                "Friend account=userName remark=dbContactRemark#3 nickname=dbContactRemark#1 alias=dbContactRemark#2",
                "Friend_Ext account=UsrName remark=ConRemark",
                "SessionAbstract account=UsrName",
            ),
            (
                "Friend room=userName names=dbContactChatRoom#6 members=dbContactChatRoom#1",
                "Friend_Ext room=UsrName members=ConChatRoomMem",
            ),
        ),
        own=0,
        sender=account_of_flag,
        content=mobile_content,
        facts={"exporter": "WeChat database for iOS"},
    ),
)
MAC: Final = database(
    "wechat-mac-db",
    "WeChat 3 for Mac, decrypted msg_*.db",
    ".db",
    Layout(
        "WeChat 3 for Mac",
        "Chat_<md5>",
        "msgContent msgCreateTime mesDes",
        "id=mesSvrID type=messageType own=mesDes time=msgCreateTime content=msgContent packed=CompressContent"
        " source=msgSource",
        Contacts(
            tuple(
                f"{folder}{name}"
                for name in ("wccontact_new2.db", "group_new.db", "session_new.db")
                for folder in ("", "../Contact/", "../Group/", "../Session/", "../")
            ),
            (
                "GroupMember account=m_nsUsrName remark=m_nsRemark nickname=nickname|m_nsNickName alias=m_nsAliasName",
                "WCContact account=m_nsUsrName remark=m_nsRemark nickname=nickname|m_nsNickName alias=m_nsAliasName",
                "GroupContact account=m_nsUsrName remark=m_nsRemark nickname=nickname|m_nsNickName",
                "SessionAbstract account=m_nsUserName",
            ),
            ("GroupContact room=m_nsUsrName members=m_nsChatRoomMemList",),
            whole=False,
        ),
        own=0,
        sender=account_of_flag,
        facts={"exporter": "WeChat 3 database for Mac"},
    ),
)
