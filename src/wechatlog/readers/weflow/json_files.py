"""The JSON of WeFlow, echotrace, CipherTalk and weflow-cli, and the page of CipherTalk: what stands round messages.

Takes `{…, "session": {…}, "messages": […]}`, an answer of WeFlow's local interface, an array, or a script in a page;
gives entries. What a message object says, `objects` knows.

Format facts: as in `objects`; WeFlow `/api/v1/messages` (numbers of types alone, no names); weflow-cli
`exportService.ts` (`exportJson`: an array, the file is named after the chat); CipherTalk `htmlExportGenerator.ts`
(`window.CHAT_DATA`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

from wechatlog.content.accounts import is_room
from wechatlog.engine import Entry, Evidence, Format, Head, Reading
from wechatlog.engine.json_values import first_object, read_list, read_object
from wechatlog.engine.keys import Keys, keyed
from wechatlog.engine.scripts import page_blocks
from wechatlog.errors import FormatError
from wechatlog.readers.weflow.objects import ACCOUNT_KEYS, HEADERS, Tool, entries

Json: TypeAlias = Mapping[str, Any]


def _is_weflow(head: Head, *, arkme: bool) -> Evidence | None:
    value = read_object(head.json)
    header = next((value[key] for key in HEADERS if key in value), None)
    if not isinstance(header, dict) or not {"session", "messages"} & value.keys():
        return None
    if (header.get("format") == "arkme-json" or "senders" in value) is not arkme:
        return None
    return Evidence(1.0, "an object with `weflow` and " + ("`senders`" if arkme else "`session`"))


def _is_echotrace(head: Head) -> Evidence | None:
    value = read_object(head.json)
    session = read_object(value.get("session"))
    named = any(key in session for key in ACCOUNT_KEYS) and "displayName" in session
    if not named or {*HEADERS, "exportInfo"} & value.keys():
        return None
    if {"createTime", "content"} <= first_object(value.get("messages")).keys():
        signed = "exportTime" in value or "mediaBase" in value
        return Evidence(1.0 if signed else 0.9, "`session` and `messages` with `createTime`, and no `weflow`")
    if {"type", "messageCount", "lastTimestamp"} <= session.keys():
        return Evidence(0.8, "`session` with `messageCount` and `lastTimestamp`, and no `weflow`")
    return None


def _is_ciphertalk(head: Head) -> Evidence | None:
    value = read_object(head.json)
    info = read_object(value.get("exportInfo"))
    if info.get("generator") == "CipherTalk":
        return Evidence(1.0, "`exportInfo.generator` is CipherTalk")
    if info.get("format") in ("detailed-json", "arkme-json") and ("session" in value or "messages" in value):
        return Evidence(0.9, f"`exportInfo.format` is {info['format']}")
    return None


def _is_api(head: Head) -> Evidence | None:
    value = read_object(head.json)
    if not {"talker", "count", "messages"} <= value.keys() or "session" in value:
        return None
    first = first_object(value["messages"])
    if {"createTime", "localType"} <= first.keys() or (value["messages"] == [] and "hasMore" in value):
        return Evidence(1.0, "an object with `talker`, `count` and `messages` with `localType`")
    return None


_FILE_NAME: Final = re.compile(r"(?P<id>.+)_messages(?: ?\([0-9]+\))?\.[a-z]+")


def _cli_session(reading: Reading) -> Json:
    """The name of a file is the id of its chat."""
    name = _FILE_NAME.fullmatch(reading.source.name or "")
    return {"wxid": name["id"], "isGroup": is_room(name["id"])} if name else {}


_CHAT_DATA: Final = re.compile(r"window\.CHAT_DATA\s{0,20}=\s{0,20}(?=\{\s{0,20}\"meta\")")


def _is_page(head: Head) -> Evidence | None:
    return Evidence(1.0, "a page with window.CHAT_DATA") if _CHAT_DATA.search(head.text) else None


def _page_session(reading: Reading) -> Json:
    meta, members = read_object(reading.said.get("meta")), map(read_object, read_list(reading.said.get("members")))
    # Names out of merged forwards are members too, whose id is the name.
    reading.said["members"] = [
        {
            "wxid": member.get("id", member.get("wxid")),
            "displayName": member.get("name", member.get("displayName")),
            "avatar": member.get("avatar"),
        }
        for member in members
        if member.get("id", "") != member.get("name")
    ]
    name, count = meta.get("sessionName"), meta.get("messageCount")
    return {
        "wxid": meta.get("sessionId"),
        "displayName": name,
        "isGroup": meta.get("isGroup"),
        "messageCount": count,
        "avatar": meta.get("sessionAvatar"),
    }


def _page_entries(reading: Reading, *, tool: Tool) -> Iterator[Entry]:
    found = page_blocks(reading.blocks(), _CHAT_DATA)
    if found is None:
        raise FormatError("no window.CHAT_DATA in this page", source=reading.source.label)
    return entries(reading, tool=tool, front=found[1], blocks=found[2])


def _format(
    name: str, description: str, exporter: str, detect: Callable[[Head], Evidence | None], **habits: Any
) -> Format:
    return Format(name, description, ".json", detect, partial(entries, tool=Tool(**habits)), {"exporter": exporter})


DETAILED: Final = _format("weflow-json", "WeFlow (WeChat 4) detailed JSON", "WeFlow", partial(_is_weflow, arkme=False))
ARKME: Final = _format(
    "weflow-arkme", "WeFlow (WeChat 4) arkme JSON, with a list of senders", "WeFlow", partial(_is_weflow, arkme=True)
)
ECHOTRACE: Final = _format(
    "echotrace-json", "echotrace JSON (indented and streamed)", "echotrace", _is_echotrace, frames_texts=False
)
CIPHERTALK: Final = _format(
    "ciphertalk-json", "CipherTalk detailed and arkme JSON", "CipherTalk", _is_ciphertalk, borrows_ids=True
)
HTTP: Final = _format(
    "weflow-http",
    "WeFlow (WeChat 4) JSON of the local interface",
    "WeFlow",
    _is_api,
    names=False,
    keys={"serverId": "platformMessageId"},
    session=lambda reading: {"wxid": reading.said.get("talker")},
)
CLI: Final = _format(
    "weflow-cli-json",
    "weflow-cli JSON",
    "weflow-cli",
    keyed(Keys(1.0, "", "localType createTime parsedContent")),
    names=False,
    cuts_texts=True,
    keys={
        "serverId": "platformMessageId",
        "content": "source",
        "parsedContent": "content",
        "senderDisplay": "senderDisplayName",
    },
    session=_cli_session,
)
CIPHERTALK_PAGE: Final = Format(
    "ciphertalk-html",
    "CipherTalk HTML page",
    ".html .htm",
    _is_page,
    partial(
        _page_entries,
        tool=Tool(
            keys={
                "timestamp": "createTime",
                "sender": "senderUsername",
                "senderName": "senderDisplayName",
                "type": "localType",
            },
            session=_page_session,
        ),
    ),
    "CipherTalk",
)
