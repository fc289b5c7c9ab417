"""Files of tools without a reader of their own, told by what columns, keys, tables and elements are called or hold.

A file for each container: `tables` (CSV, workbooks), `objects` (JSON), `databases`, `scripts` (SQL), `pages`, `lines`.
All but the last two give `rows`; `signs` knows what shows that they are those of a chat, `entries` what a row says of a
message, `payloads` what objects beside its text say, `people` who wrote it and whose chat it is. `elements` knows what
an element of a page says of one, and `shapes` which elements of a page are messages where no class says it.
"""
