"""Small exporters of 2026 that write lines `[time] name: text`, and what else they write.

`lines` reads the text of all five, and says what their words in brackets mean; `studio`, `macos` and `decrypt_export`
read the JSON, CSV and Markdown of a tool each, `wechat_decrypt` and `export_tool` those of two that write other
lines; `pages` reads the HTML of four.
"""
