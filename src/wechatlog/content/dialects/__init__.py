"""What each tool writes in place of a picture, a voice, a transfer: tables, and nothing that reads them.

A placeholder is `[label`, and what follows the label is its shape. Labels and shapes are tables: what all tools share
stands once, a dialect adds its own. An emoji code (`[微笑]`) is never a label, and `[红包]` and `[表情]` are labels
only in dialects that write them, since people type both. All patterns are anchored and cost time linear in the body.
The named groups of a pattern are fields of a segment; `content.placeholders` says which. A tool is one dialect, in a
file of its own; what they share is in `shared`.

Format facts: exporters' own writers (MemoTrace 1 and 3, WeFlow 1.0.3, PyWxDump, chatlog 0.0.x,
WeChatDataAnalysis 2026, WechatExporter 1.9, wx-cli 2026, wechat-dump), the string table of the web
client, mails and pastes of WeChat itself.
"""
