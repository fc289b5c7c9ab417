"""Forms for language models: a transcript, chunks for retrieval, rows for training; with pseudonyms by default.

`chats` takes the options that all of them share and gives conversations without real names; `bodies` says a message in
words; `transcript` sets them in lines; `tokens` guesses what they cost. The writers are in `markdown`, `chunks` and
`training`.
"""
