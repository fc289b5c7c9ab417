"""Which formats are read, where each stands, and what an input of it must look like: data, no code of any format.

A row is a format: its name, the place of its `Format` or reader, the containers that it can be in, and its signature.
An input that does not have the signature is none of this format, so that detection imports only the few readers that
it asks. A new format is a row here. `opening` decides: whatever begins so is of this format and of no other, and nobody
else is asked but readers that were added at run time; a test holds every case of the corpus against it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class FormatRow(NamedTuple):
    """A format that is read.

    Attributes:
        name: of the format.
        target: `module:attribute`.
        containers: what its inputs look like (`Head.containers`).
        marks: words that the first 64 kB of a text must hold, all of them; ` | ` parts sets of which one will do.
        lines: a pattern that some line of them must begin with; `re` syntax, a line ends with LF.
        opening: a pattern that decides, matched at the first character that is no blank; `re` syntax, verbose.
        is_guess: it is asked last, and only of inputs that nobody knows for sure.
        is_spaced: a whole file may have a blank line behind every line, so that none need be doubled.
        is_escaping: the writer puts backslashes before marks, as editors of Markdown do.
        is_loose: a name in a header is any characters, those that a person puts round all names too.
    """

    name: str
    target: str
    containers: tuple[str, ...]
    marks: str = ""
    lines: str = ""
    opening: str = ""
    is_guess: bool = False
    is_spaced: bool = False
    is_escaping: bool = False
    is_loose: bool = False


def _row(name: str, place: str, containers: str, **more: Any) -> FormatRow:
    return FormatRow(name, f"wechatlog.readers.{place}", tuple(containers.split()), **more)


READERS: Final = (
    _row(
        "markdown",
        "markdown:READER",
        "text csv",
        opening=r"""---[ \t]*\n  (?: [A-Za-z_][\w-]*: [^\n]* \n )++  ---[ \t]*\n  [ \t\n]*+
            (?: \#\# [ ] [0-9]{4}-[0-9]{2}-[0-9]{2} [ \t\n]*+ )?
            > [ ] (?: [0-9]{4}-[0-9]{2}-[0-9]{2} [ ] )? [0-9]{2}:[0-9]{2}:[0-9]{2} [ ][ ] [^\n]""",
        is_spaced=True,
        is_escaping=True,
    ),
    _row("jsonl", "jsonl:READER", "json jsonl"),
    _row("json", "jsonl:DOCUMENT", "json"),
    _row("csv", "tables:CSV", "csv text"),
    _row("tsv", "tables:TSV", "csv text"),
    _row("xlsx", "tables:XLSX", "zip"),
    _row(
        "chatlab-json",
        "chatlab:JSON",
        "json",
        marks='"chatlab"',
        opening=r"""\{ \s*+ "chatlab" \s*+ : \s*+ \{ [^{}]{0,400} \} \s*+ , \s*+ "meta" """,
    ),
    _row("chatlab-jsonl", "chatlab:JSONL", "json jsonl text", marks='"_type"'),
    _row("chatlab-txt", "chatlab_text:TXT", "text csv", lines=r"--- [0-9]"),
    _row("chatlab-markdown", "chatlab_text:MARKDOWN", "text csv", lines=r"## [0-9]", is_spaced=True),
    _row("chatlab-filter-markdown", "chatlab_filter:MARKDOWN", "text", lines=r"### (?:Block|对话块) [0-9]"),
    _row(
        "weflow-json",
        "weflow.json_files:DETAILED",
        "json",
        marks='"weflow" | "omnimindWechat"',
        opening=r"""\{ \s*+ "weflow" \s*+ : \s*+ \{ [^{}]{0,400} \} \s*+ , \s*+ "session" """,
    ),
    _row("weflow-arkme", "weflow.json_files:ARKME", "json", marks='"weflow" | "omnimindWechat"'),
    _row("echotrace-json", "weflow.json_files:ECHOTRACE", "json", marks='"session"'),
    _row(
        "ciphertalk-json",
        "weflow.json_files:CIPHERTALK",
        "json",
        marks='"exportInfo"',
        opening=r"""\{ \s*+ "exportInfo" \s*+ : \s*+ \{ [^{}]{0,400} "generator" \s*+ : \s*+ "CipherTalk"
            [^{}]{0,400} \} \s*+ , \s*+ "session" """,
    ),
    _row("ciphertalk-cli-json", "ciphertalk_cli:JSON", "json", marks='"createTime" "direction"'),
    _row("ciphertalk-cli-csv", "ciphertalk_cli:CSV", "csv text", marks="localId sortSeq direction"),
    _row("ciphertalk-cli-md", "ciphertalk_cli:MARKDOWN", "text", marks="聊天记录： 导出时间： 消息条数："),
    _row("weflow-http", "weflow.json_files:HTTP", "json", marks='"talker" "messages"'),
    _row("weflow-cli-json", "weflow.json_files:CLI", "json", marks='"parsedContent"'),
    _row("ciphertalk-html", "weflow.json_files:CIPHERTALK_PAGE", "html text", marks="CHAT_DATA"),
    _row("training-set", "refusals:TRAINING", "json jsonl csv text"),
    _row("llm-context", "refusals:CONTEXT", "json jsonl text csv"),
    _row("contact-list", "refusals:CONTACTS", "json csv text"),
    _row("encrypted-export", "refusals:ENCRYPTED", "binary zip text csv json jsonl html js"),
    _row("memotrace-v0-csv", "memotrace_csv:V0", "csv text"),
    _row("memotrace-v1-csv", "memotrace_csv:V1", "csv text"),
    _row("memotrace-emulator-csv", "memotrace_csv:EMULATOR", "csv text"),
    _row("memotrace-csv", "memotrace_tables:CSV", "csv text"),
    _row("memotrace-docx", "memotrace_docx:DOCX", "zip"),
    _row("memotrace-xlsx", "memotrace_tables:XLSX", "zip ole"),
    _row(
        "memotrace-v1-text",
        "memotrace_text:V1_TEXT",
        "text",
        lines=r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:",
        is_loose=True,
    ),
    _row(
        "memotrace-text", "memotrace_text:V3_TEXT", "text", lines=r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:", is_loose=True
    ),
    _row(
        "memotrace-markdown",
        "memotrace_text:MARKDOWN",
        "text",
        lines=r"(?:\*\*[0-9]{2}:|> [0-9]{4}-)",
        is_spaced=True,
        is_escaping=True,
    ),
    _row("memotrace-ai-text", "memotrace_text:AI_TEXT", "text", lines=r"\*{20}[0-9]"),
    _row("memotrace-json", "memotrace_json:JSON", "json"),
    _row("memotrace-html", "memotrace_json:HTML", "html"),
    _row("iphone-xls", "iphone_xls:READER", "html text", lines=r"[^\n]*<[tT]"),
    _row("weflow-txt", "weflow.texts:TXT", "text csv", lines=r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} ['\"]"),
    _row(
        "weflow-markdown",
        "weflow.texts:MARKDOWN",
        "text csv",
        lines=r"## [0-9]{4}\\?-|- [^\n]{2,6}: ?[^\n]*WeFlow",
        is_spaced=True,
        is_escaping=True,
    ),
    _row("weflow-columns", "weflow.sheets:COLUMNS", "text csv", marks="时间 内容"),
    _row("weflow-xlsx", "weflow.sheets:XLSX", "zip"),
    _row("ciphertalk-xlsx", "weflow.sheets:CIPHERTALK", "zip"),
    _row("weflow-cli-xlsx", "weflow.sheets:CLI", "zip"),
    _row(
        "weflow-html",
        "weflow.pages:HTML",
        "html text js",
        marks="WEFLOW_DATA | __WEFLOW_CHUNK_LOADED__ | OMNIMIND_WECHAT_DATA",
    ),
    _row("echotrace-html", "weflow.pages:ECHOTRACE", "html text", marks="messagesData"),
    _row("weflow-stream-html", "weflow.pages:STREAM", "html text", marks="<article <main"),
    _row("weflow-list-html", "weflow.pages:LIST", "html text", marks="message-row data-timestamp="),
    _row("weflow-cli-html", "weflow.pages:CLI", "html text", marks="聊天记录"),
    _row(
        "weflow-sql",
        "weflow.scripts:SQL",
        "text csv",
        marks="weflow_messages | messages server_id | omnimind_wechat_messages",
    ),
    _row("ciphertalk-sql", "weflow.scripts:CIPHERTALK", "text csv", marks="messages session_wxid"),
    _row("echotrace-sql", "weflow.scripts:ECHOTRACE", "text csv", marks="echotrace"),
    _row(
        "pywxdump-csv",
        "pywxdump:CSV",
        "csv text zip ole",
        marks="MsgSvrID type_name room_name",
        opening=r"id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime\n",
    ),
    _row("pywxdump-json", "pywxdump:JSON", "json", marks='"MsgSvrID" "type_name"'),
    _row("pywxdump-js", "pywxdump:JS", "js text csv", marks="local_msg_list | local_user_list"),
    _row("weclone-csv", "weflow.weclone:CSV", "csv text zip ole", marks="MsgSvrID type_name"),
    _row("wechat-v3-db", "database:V3", "sqlite"),
    _row("wechat-v4-db", "database:V4", "sqlite"),
    _row("wechat-android-db", "database:ANDROID", "sqlite"),
    _row("wechat-ios-db", "database:IOS", "sqlite"),
    _row("wechat-mac-db", "database:MAC", "sqlite"),
    _row("sqlite", "sqlite:READER", "sqlite"),
    _row("parquet", "columnar:PARQUET", "parquet"),
    _row("arrow", "columnar:ARROW", "arrow"),
    _row(
        "bracket-lines",
        "brackets.lines:READER",
        "text json",
        lines=r"[^\n\[]{0,4}(?:\[(?:#[0-9]{1,9} )?[0-9]{4}[-/年]|\[未知时间|微信聊天记录: |=== 与 "
        r"|WeChat Chat Export for LLM |- 微信标识：)",
    ),
    _row("dated-lines", "brackets.dated:READER", "text", lines=r"[^\n]{0,220}[0-9]:[0-9]{2}", is_loose=True),
    _row(
        "wechat-export-studio-json",
        "brackets.studio:JSON",
        "json",
        marks='"wechat-export-studio/ | "rawType" "direction"',
    ),
    _row("wechat-export-studio-csv", "brackets.studio:CSV", "csv text", marks="附件/标题"),
    _row(
        "wechat-export-studio-md",
        "brackets.studio:MARKDOWN",
        "text",
        lines=r"(?:> 会话 `|- `[0-9]{2}:)",
        is_spaced=True,
    ),
    _row("wechat-decrypt-json", "brackets.wechat_decrypt:JSON", "json", marks='"chat_username"'),
    _row(
        "wechat-decrypt-csv",
        "brackets.wechat_decrypt:CSV",
        "csv text",
        marks="发送者 消息类型 server_id | Sender server_id",
    ),
    _row("wechat-export-macos-json", "brackets.macos:JSON", "json", marks='"type_name"'),
    _row("wechat-export-macos-csv", "brackets.macos:CSV", "csv text", marks="发送者 类型"),
    _row("wechat-decrypt-export-json", "brackets.decrypt_export:JSON", "json", marks='"chat" "is_self" "kind"'),
    _row(
        "wechat-decrypt-export-md",
        "brackets.decrypt_export:MARKDOWN",
        "text",
        lines=r"\*\*[^\n]{1,200}?\*\* [0-9]{2}:[0-9]{2}",
        is_spaced=True,
    ),
    _row("wechatexporter-pc-docx", "brackets.bubbles:DOCX", "zip"),
    _row("wxextract-txt", "brackets.wxextract:TXT", "text", marks="META: GLOSS:"),
    _row("wxextract-xml", "brackets.wxextract:XML", "html text", marks="<conversation <session"),
    _row("wechat-export-tool-json", "brackets.export_tool:JSON", "json", marks='"Contact" "Messages"'),
    _row(
        "wechat-export-tool-csv",
        "brackets.export_tool:CSV",
        "csv text",
        marks="Time Sender FromSelf | Time Sender From",
    ),
    _row("wechat-export-tool-xlsx", "brackets.export_tool:XLSX", "zip"),
    _row("wechat-export-tool-txt", "brackets.export_tool:TXT", "text", lines=r"\[[0-9]{4}-[^\n]*:\n|[^\n]?Chat with: "),
    _row("wechat-export-studio-html", "brackets.pages:STUDIO", "html text", marks="bubble data-kind="),
    _row("wechat-decrypt-export-html", "brackets.pages:EXPORT", "html text", marks='class="bubble <main>'),
    _row("wechat-decrypt-html", "brackets.pages:DECRYPT", "html text", marks="msg-body type-tag"),
    _row(
        "wechat-export-tool-html",
        "brackets.pages:TOOL",
        "html text",
        marks="class='message class='sender' | <h1>Chat class=\"sender\"",
    ),
    _row("mail", "mailed:READER", "text html mime", is_spaced=True),
    _row("stomakun", "stomakun:READER", "text", lines=r"[^\r\n]*?\([0-9][^()\r\n]{8,40}\):", is_loose=True),
    _row("stomakun-html", "stomakun:HTML", "html text", marks='<tr><td width="80" <td width="100"'),
    _row("wechatbaktool-html", "wechatbaktool:HTML", "html text", marks="<title>WechatBakTool</title>"),
    _row(
        "wechatbaktool",
        "wechatbaktool:READER",
        "text",
        lines=r"(?:WechatBakTool|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} \| )",
    ),
    _row("thearas", "thearas:READER", "text", lines=r"# Chat: "),
    _row("wechat-dump", "wechat_dump:READER", "text", lines=r"-?[0-9]{1,11}\|"),
    _row("wechat-dump-html", "wechat_dump_page:PAGE", "html text", marks="<title>Chat"),
    _row("pc-wechat-exp-txt", "pc_wechat_exp:TXT", "text", marks="联系人: 微信号:"),
    _row("pc-wechat-exp-html", "pc_wechat_exp:HTML", "html", marks="msg-line"),
    _row("wx-cli-md", "wxcli_text:MARKDOWN", "text", lines=r"(?:> 导出 [0-9]|### [0-9]{4}-)", is_spaced=True),
    _row("wx-cli-txt", "wxcli_text:TXT", "text", lines=r"=== "),
    _row("mac-share", "mac_share:READER", "text zip", lines=r"[·•]"),
    _row("paste", "pasted:TIMED", "text", lines=r"[^\n]*[0-9]:[0-9]{2}", is_loose=True),
    _row("paste-ios", "pasted:IOS", "text", lines=r"[^\n]{0,4}(?:[0-9]{4}年|[A-Z][a-z]{2,8} [0-9]{1,2}, [0-9]{4})"),
    _row("paste-names", "pasted:NAMES", "text", lines=r"[^\n]*[:：][ \t]*+(?:\n|\Z)", is_loose=True),
    _row("wcda-json", "wcda:JSON", "json text binary zip"),
    _row("wcda-txt", "wcda:TXT", "text csv", lines=r"(?:会话:|\[[0-9]{4}-[0-9]{2}-[0-9]{2} )"),
    _row("wcda-xlsx", "wcda:XLSX", "zip"),
    _row("wcda-html", "wcda_page:PAGE", "html text", marks="wceMessageList | wceStyle"),
    _row(
        "chatlog-json",
        "chatlog:JSON",
        "json",
        marks='"seq" | "items"',
        opening=r"""\[ \s*+ \{ \s*+ "seq" \s*+ : \s*+ [0-9]{1,20} \s*+ , \s*+ "(?:id|time)" """,
    ),
    _row("chatlog-webhook", "chatlog:WEBHOOK", "json jsonl", marks='"messages"'),
    _row("chatlog-csv", "chatlog:CSV", "csv text", marks="UserName | SenderName TalkerName | UserCount"),
    _row("chatlog-xlsx", "chatlog:XLSX", "zip"),
    _row("chatlog-text", "chatlog_text:READER", "text", lines=r"[^\n]*[0-9]{2}:[0-9]{2}:[0-9]{2}"),
    _row("wetrace-csv", "chatlog:WETRACE_CSV", "csv text", marks="聊天对象ID"),
    _row("wetrace-xlsx", "chatlog:WETRACE_XLSX", "zip"),
    _row("wetrace-docx", "chatlog_docx:WETRACE", "text", marks="的聊天记录", lines=r"\[[^\n\r]*\] [0-9:]{8}"),
    _row("shiyu-docx", "under_days:SHIYU", "text", marks="聊天对象： → "),
    _row(
        "wechat-archive-md",
        "under_days:ARCHIVE",
        "text",
        marks="导出时间： 消息数量：",
        lines=r"\*\*[^\n]* · ",
        is_escaping=True,
    ),
    _row(
        "wechat-chat-export-md",
        "under_days:SCREEN",
        "text",
        marks="微信聊天记录 ：**",
        lines=r"> 共 [0-9]+ 条消息",
        is_escaping=True,
    ),
    _row("weixin-exporter", "under_days:OLDEST", "text", lines=r"\[(?:Received|Sending)\][0-9]{2}:"),
    _row("wetrace-js", "chatlog:WETRACE_JS", "js text csv", marks="CHAT_DATA"),
    _row("wetrace-text", "chatlog:WETRACE_TEXT", "text", lines=r"\[[^\n\r]*\] [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:"),
    _row("tracememo-json", "tracememo:JSON", "json"),
    _row("tracememo-js", "tracememo:JS", "js text csv"),
    _row("tracememo-csv", "tracememo:CSV", "csv text"),
    _row("tracememo-markdown", "tracememo:MARKDOWN", "text", is_spaced=True),
    _row("wx-cli-json", "wx_cli:JSON", "json", marks='"is_group" | "chat" "timestamp" "sender"'),
    _row("wechat-decrypt-chat-json", "wechat_cli:EXPORTED", "json", marks='"exported_at"'),
    _row("wechat-decrypt-chat-md", "wechat_cli:PACKED", "text", marks="username: exported_at:", lines="# "),
    _row("wechat-decrypt-chat-csv", "wechat_cli:ROWS", "csv text", marks="sender content"),
    _row("wechat-cli-json", "wechat_cli:JSON", "json", marks="["),
    _row("wechat-cli-txt", "wechat_cli:TXT", "text", marks="聊天记录: 消息数量: | 的消息记录（返回"),
    _row(
        "wechat-cli-md",
        "wechat_cli:MARKDOWN",
        "text",
        marks="聊天记录: **消息数量:** | **类型**: **消息数**:",
        is_spaced=True,
    ),
    _row("wechat-cli-jsonl", "wechat_cli:JSONL", "json jsonl", marks='"sender_display"'),
    _row("wetrace-plus-json", "wetrace_plus:JSON", "json", marks='"wetrace-plus" | "conversations" "sender_id"'),
    _row("chatlog-keeper-html", "chatlog_keeper:HTML", "html text", marks="微信聊天记录留存 chat-title"),
    _row("chatlog-keeper-json", "chatlog_keeper:JSON", "json", marks='"sender_wxid"'),
    _row("wxbackup-js", "wxbackup:JS", "js json text", marks='"message" "m_nsContent"'),
    _row("jettchent-json", "jettchent:JSON", "json", marks='"fromUser"'),
    _row(
        "wechatexporter-txt",
        "wechatexporter_text:TXT",
        "text csv",
        lines=r"[^\n]*(?: - 微信聊天记录| - WeChat Chat History|[0-9]{2}:[0-9]{2}\)?:)",
    ),
    _row("wechatexporter-html", "wechatexporter_html:HTML", "html text js json"),
    _row("12425-csv", "wechat_exporter_12425:READER", "csv text", marks="时刻 消息方向"),
    _row("named-columns", "named.tables:COLUMNS", "csv text zip ole", is_guess=True),
    _row("named-keys", "named.objects:KEYS", "json js", is_guess=True),
    _row("named-tables", "named.databases:DATABASES", "sqlite", is_guess=True),
    _row("named-sql", "named.scripts:SCRIPTS", "text csv", marks="INTO | into | COPY", is_guess=True),
    _row(
        "named-lines",
        "named.lines:READER",
        "text csv",
        lines=r"[^\n]{1,200}?[:：\]】>|\t→—]|[^\n]?1[0-9]{9}|[^\n]{1,80}?[0-9](?:时|点)",
        is_guess=True,
        is_spaced=True,
    ),
    _row("named-pages", "named.pages:PAGES", "html text", marks="</", is_guess=True),
)
