"""What users' type checkers see; checked by mypy and pyright, never run."""

from __future__ import annotations

import datetime as dt
from typing import assert_type

import wechatlog

conversation = wechatlog.load("chat.markdown", tz="Asia/Shanghai", errors="strict")
assert_type(conversation, wechatlog.Conversation)
assert_type(conversation[0], wechatlog.Message)
assert_type(conversation[1:], wechatlog.Conversation)
assert_type(conversation[0].time, dt.datetime | None)
assert_type(conversation[0].segments, tuple[wechatlog.Segment, ...])
assert_type(conversation[0].mentions, tuple[wechatlog.Mention, ...])
assert_type(conversation.by("李四").of_kind("image"), wechatlog.Conversation)
assert_type(wechatlog.dumps(conversation), str)
assert_type(wechatlog.dump_archive(conversation, "chats/", split="month"), tuple[wechatlog.WrittenFile, ...])
assert_type(wechatlog.detect(b""), wechatlog.Detection)
for message in wechatlog.iter_messages("chat.jsonl"):
    assert_type(message, wechatlog.Message)
for one in wechatlog.load_archive("exports/"):
    assert_type(one, wechatlog.Conversation)
stream = wechatlog.iter_messages("chat.jsonl", after=wechatlog.Mark.load("chat.mark"))
assert_type(stream.mark, wechatlog.Mark)
assert_type(wechatlog.mark("chat.jsonl", after=stream.mark), wechatlog.Mark)
archive = wechatlog.load_archive("exports/", after={})
assert_type(archive.marks, dict[str, wechatlog.Mark])
