"""What is refused, and what only looks like it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.engine.protocol import Head
from wechatlog.readers import refusals
from wechatlog.source import Source

REFUSERS = (refusals.TRAINING, refusals.CONTEXT, refusals.CONTACTS, refusals.ENCRYPTED)


def _verdicts(data: bytes) -> list[str]:
    head = Head.of(Source.of(data))
    return [refuser.name for refuser in REFUSERS if refuser.detect(head) is not None]


def test_official_samples(samples: Path) -> None:
    for name, refuser in (
        ("memotrace-v1-private_train.json", "training-set"),
        ("memotrace-v1-contacts.csv", "contact-list"),
        ("pywxdump-users.json", "contact-list"),
    ):
        with pytest.raises(wechatlog.RefusedFormatError, match=f"{name}: {refuser}: a "):
            wechatlog.load(samples / name)


def test_no_chat_among_the_samples_is_refused(samples: Path) -> None:
    refused = {"memotrace-v1-private_train.json", "memotrace-v1-contacts.csv", "pywxdump-users.json"}
    for path in samples.iterdir():
        assert bool(_verdicts(path.read_bytes())) is (path.name in refused), path.name


@pytest.mark.parametrize(
    "value",
    [
        [{"conversations": [{"role": "user", "content": "早"}]}],
        {"messages": [{"role": "user", "content": "早"}]},
        [{"messages": [{"role": "system", "content": "早"}]}],
        [{"conversations": [{"from": "human", "value": "早"}]}],
        [[{"role": "user", "content": "早"}]],
        [{"role": "user", "content": "早"}],
        [{"instruction": "早", "output": "早"}],
        {"instruction": "早", "input": "", "output": "早", "history": []},
        [{"id": 1, "time": "2026-01-01", "score": 0, "messages": [{"role": "user", "content": "早"}]}],
        [{"conversation": [{"input": "早", "output": "早", "system": ""}]}],
        [{"contents": [{"role": "user", "parts": [{"text": "早"}]}]}],
        [{"prompt": "早", "chosen": "早", "rejected": "滚"}],
        [{"prompt": "早", "completion": "早"}],
        [{"query": "早", "response": "早", "history": []}],
        [{"question": "早", "answer": "早"}],
        [{"instruction": "早", "context": "", "response": "早"}],
        {"data": [{"instruction": "早", "output": "早"}]},
    ],
)
def test_training_sets(value: Any) -> None:
    expected = [] if value == [[{"role": "user", "content": "早"}]] else ["training-set"]
    assert _verdicts(json.dumps(value).encode()) == expected


@pytest.mark.parametrize("data", ["instruction,input,output\r\n早,,早\r\n", "prompt,completion\n早,早\n"])
def test_training_tables(data: str) -> None:
    with pytest.raises(wechatlog.RefusedFormatError, match=r"training-set: .*questions and answers"):
        wechatlog.load(data.encode("utf-8-sig"))


def test_tables_that_excel_saved_as_unicode_text() -> None:
    assert _verdicts("UserName\tAlias\tRemark\tNickName\r\na\tb\tc\td\r\n".encode("utf-16")) == ["contact-list"]


@pytest.mark.parametrize(
    "value",
    [
        [{"input": "a", "output": "b"}],
        [{"question": "早", "answer": "早", "timestamp": 1}],
        {"messages": [{"role": "user", "content": "早", "timestamp": 1}]},
        {"messages": [{"sender": "a", "content": "早", "createTime": 1}]},
        [{"instruction": "早"}],
        [{"username": "a", "content": "早"}],
        [{"wxid": "a", "nickname": "b", "createTime": 1}],
        {"session": {"wxid": "a", "nickname": "b"}, "messages": []},
        {},
        [],
        [1],
    ],
)
def test_what_only_looks_like_it(value: Any) -> None:
    assert _verdicts(json.dumps(value).encode()) == []


@pytest.mark.parametrize(
    ("header", "refused"),
    [
        ("UserName,Alias,Remark,NickName", True),
        ("用户名,显示名称,备注,昵称,微信号,标签,描述,个性签名,地区,类型", True),
        ("时刻,消息类型,消息方向,ID,微信号,昵称,备注名,内容", False),
        ("localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender", False),
        ("消息ID,类型,发送人,时间,内容,备注,昵称,更多信息", False),
        ("用户名,昵称", False),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_tables(header: str, refused: bool, encoding: str) -> None:
    row = ",".join(["李四"] * (header.count(",") + 1))
    assert _verdicts(f"{header}\r\n{row}\r\n".encode(encoding)) == (["contact-list"] if refused else [])


def test_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "export.zip.wec"
    path.write_bytes(b"WEC1\1\0\1\0" + bytes(100))
    with pytest.raises(wechatlog.RefusedFormatError, match="decrypt it there with the key"):
        wechatlog.load(path)
    path.write_bytes(b"\x93\x01" * 400)
    with pytest.raises(wechatlog.RefusedFormatError, match="encrypted"):
        wechatlog.detect(path)
    assert refusals.ENCRYPTED.detect(Head.of(Source.of(path))) is not None


@pytest.mark.parametrize("refuser", REFUSERS, ids=lambda refuser: refuser.name)
def test_named_as_a_format_it_says_why(refuser: refusals.Refuser) -> None:
    with pytest.raises(wechatlog.RefusedFormatError) as caught:
        wechatlog.load(b"{}", format=refuser.name)
    error = caught.value
    assert (error.subject, error.format, error.reason) == ("<data>", refuser.name, refuser.reason)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@given(data=st.binary().filter(lambda data: not data.startswith(b"\x1f\x8b")))  # a broken gzip has no head
def test_looking_never_raises(data: bytes) -> None:
    assert len(_verdicts(data)) <= len(REFUSERS)


_KEYS = st.sampled_from(["messages", "conversations", "role", "content", "contacts", "wxid", "nickname", "instruction"])
_JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(value=_JSON)
def test_looking_at_any_json_never_raises(value: Any) -> None:
    assert len(_verdicts(json.dumps(value).encode())) <= len(REFUSERS)
