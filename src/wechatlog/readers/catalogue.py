"""Which formats are read, where each stands, and what an input of it must look like: data, no code of any format.

A row is a format: its name, the place of its `Format` or reader, the containers that it can be in, and its signature.
An input that does not have the signature is none of this format, so that detection imports only the few readers that
it asks. A new format is a row here. `opening` decides: whatever begins so is of this format and of no other, and nobody
else is asked but readers that were added at run time; a test holds every case of the corpus against it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["READERS", "FormatRow"]


class FormatRow(NamedTuple):
    """A format that is read.

    Attributes:
        name: of the format.
        target: `module:attribute`.
        containers: what its inputs look like (`Head.containers`).
        marks: words that the first 64 kB of a text must hold, all of them; ` | ` parts sets of which one will do.
        lines: a pattern that some line of them must begin with; `re` syntax, a line ends with LF.
        opening: a pattern that decides, matched at the first character that is no blank; `re` syntax, verbose.
    """

    name: str
    target: str
    containers: tuple[str, ...]
    marks: str = ""
    lines: str = ""
    opening: str = ""


READERS: Final = (
    FormatRow(
        "markdown",
        "wechatlog.readers.markdown:READER",
        ("text", "csv"),
        opening=r"""---[ \t]*\n  (?: [A-Za-z_][\w-]*: [^\n]* \n )++  ---[ \t]*\n  [ \t\n]*+
            > [ ] (?: [0-9]{4}-[0-9]{2}-[0-9]{2} [ ] )? [0-9]{2}:[0-9]{2}:[0-9]{2} [ ][ ] [^\n]""",
    ),
    FormatRow("jsonl", "wechatlog.readers.jsonl:READER", ("json", "jsonl")),
    FormatRow("json", "wechatlog.readers.jsonl:DOCUMENT", ("json",)),
    FormatRow("csv", "wechatlog.readers.tables:CSV", ("csv", "text")),
    FormatRow("tsv", "wechatlog.readers.tables:TSV", ("csv", "text")),
    FormatRow("xlsx", "wechatlog.readers.tables:XLSX", ("zip",)),
    FormatRow("chatlab-json", "wechatlog.readers.chatlab:JSON", ("json",), marks='"chatlab"'),
    FormatRow("chatlab-jsonl", "wechatlog.readers.chatlab:JSONL", ("json", "jsonl", "text"), marks='"_type"'),
    FormatRow("chatlab-txt", "wechatlog.readers.chatlab_text:TXT", ("text", "csv"), lines=r"--- [0-9]"),
    FormatRow("chatlab-markdown", "wechatlog.readers.chatlab_text:MARKDOWN", ("text", "csv"), lines=r"## [0-9]"),
    FormatRow("weflow-json", "wechatlog.readers.weflow.json_files:DETAILED", ("json",), marks='"weflow"'),
    FormatRow("weflow-arkme", "wechatlog.readers.weflow.json_files:ARKME", ("json",), marks='"weflow"'),
    FormatRow("echotrace-json", "wechatlog.readers.weflow.json_files:ECHOTRACE", ("json",), marks='"session"'),
    FormatRow(
        "ciphertalk-json",
        "wechatlog.readers.weflow.json_files:CIPHERTALK",
        ("json",),
        marks='"exportInfo"',
        opening=r"""\{ \s*+ "exportInfo" \s*+ : \s*+ \{ [^{}]{0,400} "generator" \s*+ : \s*+ "CipherTalk"
            [^{}]{0,400} \} \s*+ , \s*+ "session" """,
    ),
    FormatRow(
        "ciphertalk-cli-json", "wechatlog.readers.ciphertalk_cli:JSON", ("json",), marks='"createTime" "direction"'
    ),
    FormatRow(
        "ciphertalk-cli-csv",
        "wechatlog.readers.ciphertalk_cli:CSV",
        ("csv", "text"),
        marks="localId sortSeq direction",
    ),
    FormatRow("weflow-http", "wechatlog.readers.weflow.json_files:HTTP", ("json",), marks='"talker" "messages"'),
    FormatRow("weflow-cli-json", "wechatlog.readers.weflow.json_files:CLI", ("json",), marks='"parsedContent"'),
    FormatRow(
        "ciphertalk-html", "wechatlog.readers.weflow.json_files:CIPHERTALK_PAGE", ("html", "text"), marks="CHAT_DATA"
    ),
    FormatRow("training-set", "wechatlog.readers.refusals:TRAINING", ("json", "jsonl", "csv", "text")),
    FormatRow("llm-context", "wechatlog.readers.refusals:CONTEXT", ("json", "jsonl", "text", "csv")),
    FormatRow("contact-list", "wechatlog.readers.refusals:CONTACTS", ("json", "csv", "text")),
    FormatRow(
        "encrypted-export",
        "wechatlog.readers.refusals:ENCRYPTED",
        ("binary", "zip", "text", "csv", "json", "jsonl", "html", "js"),
    ),
    FormatRow("memotrace-v0-csv", "wechatlog.readers.memotrace_csv:V0", ("csv", "text")),
    FormatRow("memotrace-v1-csv", "wechatlog.readers.memotrace_csv:V1", ("csv", "text")),
    FormatRow("memotrace-emulator-csv", "wechatlog.readers.memotrace_csv:EMULATOR", ("csv", "text")),
    FormatRow("memotrace-csv", "wechatlog.readers.memotrace_tables:CSV", ("csv", "text")),
    FormatRow("memotrace-docx", "wechatlog.readers.memotrace_docx:DOCX", ("zip",)),
    FormatRow("memotrace-xlsx", "wechatlog.readers.memotrace_tables:XLSX", ("zip", "ole")),
    FormatRow(
        "memotrace-v1-text",
        "wechatlog.readers.memotrace_text:V1_TEXT",
        ("text",),
        lines=r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:",
    ),
    FormatRow(
        "memotrace-text",
        "wechatlog.readers.memotrace_text:V3_TEXT",
        ("text",),
        lines=r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:",
    ),
    FormatRow(
        "memotrace-markdown",
        "wechatlog.readers.memotrace_text:MARKDOWN",
        ("text",),
        lines=r"(?:\*\*[0-9]{2}:|> [0-9]{4}-)",
    ),
    FormatRow("memotrace-ai-text", "wechatlog.readers.memotrace_text:AI_TEXT", ("text",), lines=r"\*{20}[0-9]"),
    FormatRow("memotrace-json", "wechatlog.readers.memotrace_json:JSON", ("json",)),
    FormatRow("memotrace-html", "wechatlog.readers.memotrace_json:HTML", ("html",)),
    FormatRow("iphone-xls", "wechatlog.readers.iphone_xls:READER", ("html", "text"), lines=r"[^\n]*<[tT]"),
    FormatRow(
        "weflow-txt",
        "wechatlog.readers.weflow.texts:TXT",
        ("text", "csv"),
        lines=r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} ['\"]",
    ),
    FormatRow(
        "weflow-markdown",
        "wechatlog.readers.weflow.texts:MARKDOWN",
        ("text", "csv"),
        lines=r"## [0-9]{4}\\?-|- [^\n]{2,6}: ?[^\n]*WeFlow",
    ),
    FormatRow("weflow-columns", "wechatlog.readers.weflow.sheets:COLUMNS", ("text", "csv"), marks="时间 内容"),
    FormatRow("weflow-xlsx", "wechatlog.readers.weflow.sheets:XLSX", ("zip",)),
    FormatRow("ciphertalk-xlsx", "wechatlog.readers.weflow.sheets:CIPHERTALK", ("zip",)),
    FormatRow("weflow-cli-xlsx", "wechatlog.readers.weflow.sheets:CLI", ("zip",)),
    FormatRow(
        "weflow-html",
        "wechatlog.readers.weflow.pages:HTML",
        ("html", "text", "js"),
        marks="WEFLOW_DATA | __WEFLOW_CHUNK_LOADED__",
    ),
    FormatRow("echotrace-html", "wechatlog.readers.weflow.pages:ECHOTRACE", ("html", "text"), marks="messagesData"),
    FormatRow("weflow-stream-html", "wechatlog.readers.weflow.pages:STREAM", ("html", "text"), marks="<article <main"),
    FormatRow(
        "weflow-list-html", "wechatlog.readers.weflow.pages:LIST", ("html", "text"), marks="message-row data-timestamp="
    ),
    FormatRow("weflow-cli-html", "wechatlog.readers.weflow.pages:CLI", ("html", "text"), marks="聊天记录"),
    FormatRow(
        "weflow-sql",
        "wechatlog.readers.weflow.scripts:SQL",
        ("text", "csv"),
        marks="weflow_messages | messages server_id",
    ),
    FormatRow(
        "ciphertalk-sql",
        "wechatlog.readers.weflow.scripts:CIPHERTALK",
        ("text", "csv"),
        marks="messages session_wxid",
    ),
    FormatRow("echotrace-sql", "wechatlog.readers.weflow.scripts:ECHOTRACE", ("text", "csv"), marks="echotrace"),
    FormatRow(
        "pywxdump-csv",
        "wechatlog.readers.pywxdump:CSV",
        ("csv", "text", "zip", "ole"),
        marks="MsgSvrID type_name room_name",
        opening=r"id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime\n",
    ),
    FormatRow("pywxdump-json", "wechatlog.readers.pywxdump:JSON", ("json",), marks='"MsgSvrID" "type_name"'),
    FormatRow(
        "pywxdump-js",
        "wechatlog.readers.pywxdump:JS",
        ("js", "text", "csv"),
        marks="local_msg_list | local_user_list",
    ),
    FormatRow(
        "weclone-csv",
        "wechatlog.readers.weflow.weclone:CSV",
        ("csv", "text", "zip", "ole"),
        marks="MsgSvrID type_name",
    ),
    FormatRow("wechat-v3-db", "wechatlog.readers.database:V3", ("sqlite",)),
    FormatRow("wechat-v4-db", "wechatlog.readers.database:V4", ("sqlite",)),
    FormatRow("wechat-android-db", "wechatlog.readers.database:ANDROID", ("sqlite",)),
    FormatRow("wechat-ios-db", "wechatlog.readers.database:IOS", ("sqlite",)),
    FormatRow("wechat-mac-db", "wechatlog.readers.database:MAC", ("sqlite",)),
    FormatRow("sqlite", "wechatlog.readers.sqlite:READER", ("sqlite",)),
    FormatRow("parquet", "wechatlog.readers.columnar:PARQUET", ("parquet",)),
    FormatRow("arrow", "wechatlog.readers.columnar:ARROW", ("arrow",)),
    FormatRow(
        "bracket-lines",
        "wechatlog.readers.brackets.lines:READER",
        ("text", "json"),
        lines=r"[^\n\[]{0,4}(?:\[[0-9]{4}[-/年]|\[未知时间|微信聊天记录: |=== 与 )",
    ),
    FormatRow(
        "wechat-export-studio-json",
        "wechatlog.readers.brackets.studio:JSON",
        ("json",),
        marks='"wechat-export-studio/ | "rawType" "direction"',
    ),
    FormatRow("wechat-export-studio-csv", "wechatlog.readers.brackets.studio:CSV", ("csv", "text"), marks="附件/标题"),
    FormatRow(
        "wechat-export-studio-md",
        "wechatlog.readers.brackets.studio:MARKDOWN",
        ("text",),
        lines=r"(?:> 会话 `|- `[0-9]{2}:)",
    ),
    FormatRow(
        "wechat-decrypt-json", "wechatlog.readers.brackets.wechat_decrypt:JSON", ("json",), marks='"chat_username"'
    ),
    FormatRow(
        "wechat-decrypt-csv",
        "wechatlog.readers.brackets.wechat_decrypt:CSV",
        ("csv", "text"),
        marks="发送者 消息类型 server_id",
    ),
    FormatRow("wechat-export-macos-json", "wechatlog.readers.brackets.macos:JSON", ("json",), marks='"type_name"'),
    FormatRow("wechat-export-macos-csv", "wechatlog.readers.brackets.macos:CSV", ("csv", "text"), marks="发送者 类型"),
    FormatRow(
        "wechat-decrypt-export-json",
        "wechatlog.readers.brackets.decrypt_export:JSON",
        ("json",),
        marks='"chat" "is_self" "kind"',
    ),
    FormatRow(
        "wechat-decrypt-export-md",
        "wechatlog.readers.brackets.decrypt_export:MARKDOWN",
        ("text",),
        lines=r"\*\*[^\n]{1,200}?\*\* [0-9]{2}:[0-9]{2}",
    ),
    FormatRow(
        "wechat-export-tool-json",
        "wechatlog.readers.brackets.export_tool:JSON",
        ("json",),
        marks='"Contact" "Messages"',
    ),
    FormatRow(
        "wechat-export-tool-csv",
        "wechatlog.readers.brackets.export_tool:CSV",
        ("csv", "text"),
        marks="Time Sender FromSelf | Time Sender From",
    ),
    FormatRow("wechat-export-tool-xlsx", "wechatlog.readers.brackets.export_tool:XLSX", ("zip",)),
    FormatRow(
        "wechat-export-tool-txt",
        "wechatlog.readers.brackets.export_tool:TXT",
        ("text",),
        lines=r"\[[0-9]{4}-[^\n]*:\n|[^\n]?Chat with: ",
    ),
    FormatRow(
        "wechat-export-studio-html",
        "wechatlog.readers.brackets.pages:STUDIO",
        ("html", "text"),
        marks="bubble data-kind=",
    ),
    FormatRow(
        "wechat-decrypt-export-html",
        "wechatlog.readers.brackets.pages:EXPORT",
        ("html", "text"),
        marks='class="bubble <main>',
    ),
    FormatRow(
        "wechat-decrypt-html", "wechatlog.readers.brackets.pages:DECRYPT", ("html", "text"), marks="msg-body type-tag"
    ),
    FormatRow(
        "wechat-export-tool-html",
        "wechatlog.readers.brackets.pages:TOOL",
        ("html", "text"),
        marks="class='message class='sender'",
    ),
    FormatRow("mail", "wechatlog.readers.mailed:READER", ("text", "html")),
    FormatRow("stomakun", "wechatlog.readers.stomakun:READER", ("text",), lines=r"[^\r\n]*?\([0-9][^()\r\n]{8,40}\):"),
    FormatRow(
        "wechatbaktool",
        "wechatlog.readers.wechatbaktool:READER",
        ("text",),
        lines=r"(?:WechatBakTool|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} \| )",
    ),
    FormatRow("thearas", "wechatlog.readers.thearas:READER", ("text",), lines=r"# Chat: "),
    FormatRow("wechat-dump", "wechatlog.readers.wechat_dump:READER", ("text",), lines=r"-?[0-9]{1,11}\|"),
    FormatRow("pc-wechat-exp-txt", "wechatlog.readers.pc_wechat_exp:TXT", ("text",), marks="联系人: 微信号:"),
    FormatRow("pc-wechat-exp-html", "wechatlog.readers.pc_wechat_exp:HTML", ("html",), marks="msg-line"),
    FormatRow("wx-cli-md", "wechatlog.readers.wxcli_text:MARKDOWN", ("text",), lines=r"(?:> 导出 [0-9]|### [0-9]{4}-)"),
    FormatRow("wx-cli-txt", "wechatlog.readers.wxcli_text:TXT", ("text",), lines=r"=== "),
    FormatRow("mac-share", "wechatlog.readers.mac_share:READER", ("text", "zip"), lines=r"[·•]"),
    FormatRow("paste", "wechatlog.readers.pasted:TIMED", ("text",), lines=r"[^\n]*[0-9]:[0-9]{2}"),
    FormatRow(
        "paste-ios",
        "wechatlog.readers.pasted:IOS",
        ("text",),
        lines=r"[^\n]{0,4}(?:[0-9]{4}年|[A-Z][a-z]{2,8} [0-9]{1,2}, [0-9]{4})",
    ),
    FormatRow("paste-names", "wechatlog.readers.pasted:NAMES", ("text",), lines=r"[^\n]*[:：][ \t]*+(?:\n|\Z)"),
    FormatRow("wcda-json", "wechatlog.readers.wcda:JSON", ("json", "text", "binary", "zip")),
    FormatRow(
        "wcda-txt", "wechatlog.readers.wcda:TXT", ("text", "csv"), lines=r"(?:会话:|\[[0-9]{4}-[0-9]{2}-[0-9]{2} )"
    ),
    FormatRow("wcda-xlsx", "wechatlog.readers.wcda:XLSX", ("zip",)),
    FormatRow("wcda-html", "wechatlog.readers.wcda_page:PAGE", ("html", "text"), marks="wceMessageList | wceStyle"),
    FormatRow("chatlog-json", "wechatlog.readers.chatlog:JSON", ("json",), marks='"seq" | "items"'),
    FormatRow("chatlog-webhook", "wechatlog.readers.chatlog:WEBHOOK", ("json", "jsonl"), marks='"messages"'),
    FormatRow(
        "chatlog-csv",
        "wechatlog.readers.chatlog:CSV",
        ("csv", "text"),
        marks="UserName | SenderName TalkerName | UserCount",
    ),
    FormatRow("chatlog-xlsx", "wechatlog.readers.chatlog:XLSX", ("zip",)),
    FormatRow(
        "chatlog-text", "wechatlog.readers.chatlog_text:READER", ("text",), lines=r"[^\n]*[0-9]{2}:[0-9]{2}:[0-9]{2}"
    ),
    FormatRow("wetrace-csv", "wechatlog.readers.chatlog:WETRACE_CSV", ("csv", "text"), marks="聊天对象ID"),
    FormatRow("wetrace-xlsx", "wechatlog.readers.chatlog:WETRACE_XLSX", ("zip",)),
    FormatRow("wetrace-js", "wechatlog.readers.chatlog:WETRACE_JS", ("js", "text", "csv"), marks="CHAT_DATA"),
    FormatRow(
        "wetrace-text",
        "wechatlog.readers.chatlog:WETRACE_TEXT",
        ("text",),
        lines=r"\[[^\n\r]*\] [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:",
    ),
    FormatRow("tracememo-json", "wechatlog.readers.tracememo:JSON", ("json",)),
    FormatRow("tracememo-js", "wechatlog.readers.tracememo:JS", ("js", "text", "csv")),
    FormatRow("tracememo-csv", "wechatlog.readers.tracememo:CSV", ("csv", "text")),
    FormatRow("tracememo-markdown", "wechatlog.readers.tracememo:MARKDOWN", ("text",)),
    FormatRow("wx-cli-json", "wechatlog.readers.wx_cli:JSON", ("json",), marks='"is_group"'),
    FormatRow("wechat-cli-json", "wechatlog.readers.wechat_cli:JSON", ("json",), marks="["),
    FormatRow("wechat-cli-txt", "wechatlog.readers.wechat_cli:TXT", ("text",), marks="聊天记录: 消息数量:"),
    FormatRow("wechat-cli-md", "wechatlog.readers.wechat_cli:MARKDOWN", ("text",), marks="聊天记录: **消息数量:**"),
    FormatRow("wechat-cli-jsonl", "wechatlog.readers.wechat_cli:JSONL", ("json", "jsonl"), marks='"sender_display"'),
    FormatRow(
        "wetrace-plus-json",
        "wechatlog.readers.wetrace_plus:JSON",
        ("json",),
        marks='"wetrace-plus" | "conversations" "sender_id"',
    ),
    FormatRow("chatlog-keeper-json", "wechatlog.readers.chatlog_keeper:JSON", ("json",), marks='"sender_wxid"'),
    FormatRow("jettchent-json", "wechatlog.readers.jettchent:JSON", ("json",), marks='"fromUser"'),
    FormatRow(
        "wechatexporter-txt",
        "wechatlog.readers.wechatexporter_text:TXT",
        ("text", "csv"),
        lines=r"[^\n]*(?: - 微信聊天记录| - WeChat Chat History|[0-9]{2}:[0-9]{2}\)?:)",
    ),
    FormatRow("wechatexporter-html", "wechatlog.readers.wechatexporter_html:HTML", ("html", "text", "js", "json")),
    FormatRow("12425-csv", "wechatlog.readers.wechat_exporter_12425:READER", ("csv", "text"), marks="时刻 消息方向"),
)
