"""The laws of the house, as property tests."""

from __future__ import annotations

import contextlib
import copy
import itertools
import pickle

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests.strategies import conversations, messages, texts
from wechatlog import testing
from wechatlog.registry import find_reader, find_writer
from wechatlog.tokenizer import compile_format, iter_tokens

GRAMMARS = [None, compile_format("[%Y-%m-%d %H:%M:%S] {sender}: {text}")[0]]


@pytest.mark.parametrize("grammar", GRAMMARS, ids=["markdown", "described"])
@given(text=texts)
@example("> 09:00:00  李四  \r\n   \r\nx  \r\n   \r\n")
@example("\ufeff---\rtitle: x\r---\r> 09:00:00  a  ")
@example("\ufeff\ufeff> 09:00:00  a  ")
def test_tokens_rejoin(grammar: object, text: str) -> None:
    tokens = wechatlog.tokenize(text, grammar) if grammar else wechatlog.tokenize(text)  # type: ignore[arg-type]
    assert "".join(token.text for token in tokens) == text
    offset = 0
    for token in tokens:
        assert token.offset == offset
        offset += len(token.text)


@given(text=texts, cuts=st.lists(st.integers(0, 60), max_size=5))
@example(text="\ufeff", cuts=[0])
@example(text="\ufeff\ufeff> 09:00:00  a  ", cuts=[1])
def test_tokens_do_not_depend_on_the_blocks(text: str, cuts: list[int]) -> None:
    if "\r" in text:
        text = text.replace("\r", "")  # whether CR ends the lines is seen from the first block
    edges = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    blocks = [text[a:b] for a, b in itertools.pairwise(edges)]
    assert tuple(iter_tokens(blocks)) == wechatlog.tokenize(text)


@given(body=texts)
def test_segments_rejoin(body: str) -> None:
    assert "".join(segment.raw for segment in wechatlog.parse_segments(body)) == body


@given(conversation=conversations())
def test_native_form_is_lossless(conversation: wechatlog.Conversation) -> None:
    back = wechatlog.loads(wechatlog.dumps(conversation, "jsonl"))
    assert back == conversation
    assert [m.segments for m in back] == [m.segments for m in conversation]
    assert back.tz_assumed == conversation.tz_assumed


@given(conversation=conversations())
def test_markdown_loses_only_what_it_declares(conversation: wechatlog.Conversation) -> None:
    testing.check_writer(find_writer("markdown"), [conversation], reader=find_reader("markdown"))


@pytest.mark.parametrize("name", ["jsonl", "markdown"])
def test_writers_survive_the_samples(name: str) -> None:
    testing.check_writer(find_writer(name), reader=find_reader(name))


def test_the_text_writer_writes_the_samples() -> None:
    testing.check_writer(find_writer("text"))


@given(data=st.binary(max_size=200))
@example(b"\x1f\x8b\x08\x00")
@example(b"PK\x03\x04")
@example(b"> 25:99:99  x  \n   \ny  \n   \n")
def test_any_bytes_give_a_conversation_or_an_error_of_ours(data: bytes) -> None:
    for options in ({}, {"format": "markdown"}, {"format": "jsonl"}, {"errors": "strict", "format": "jsonl"}):
        with contextlib.suppress(wechatlog.WechatlogError):
            assert isinstance(wechatlog.load(data, **options), wechatlog.Conversation)  # type: ignore[arg-type]


@given(text=texts)
@example(text="> 00:00:00  \r0")
@example(text="> 00:00:00  \r0\n   \nx\ry\n")
def test_any_text_as_an_archive_round_trips(text: str) -> None:
    """What was read as an archive is given back exactly, damaged or not."""
    archive = f"---\ndate: 2026-05-01\n---\n{text}"
    try:
        found = list(wechatlog.load_archive(archive.encode(), format="markdown", errors="strict"))
    except wechatlog.WechatlogError:
        found = list(wechatlog.load_archive(archive.encode(), format="markdown"))
    written = wechatlog.dumps(found, "markdown") if len(found) != 1 else wechatlog.dumps(found[0], "markdown")
    assert written == archive


@given(message=messages())
def test_messages_are_values(message: wechatlog.Message) -> None:
    for twin in (pickle.loads(pickle.dumps(message)), copy.deepcopy(message), attrs.evolve(message)):
        assert twin == message
        assert hash(twin) == hash(message)
    moved = attrs.evolve(message, origin=wechatlog.Origin("elsewhere", 7, 9))
    assert moved == message
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        message.text = ""  # type: ignore[misc]


@given(conversation=conversations())
def test_conversations_are_values(conversation: wechatlog.Conversation) -> None:
    twin = pickle.loads(pickle.dumps(conversation))
    assert twin == conversation
    assert hash(twin) == hash(conversation)
    assert conversation[:].messages == conversation.messages
    assert isinstance(conversation[1:], wechatlog.Conversation)
