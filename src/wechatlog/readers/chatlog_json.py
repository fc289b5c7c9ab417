"""JSON of chatlog: the array that its HTTP interface gives, and what it posts to a webhook.

Takes the array, or `{keyword, lastTime, length, messages, sender, talker}`, gives messages of every talker in it as
they stream by. Message objects are `readers.support.chatlog_rows`.

Format facts: chatlog 0.0.x (`internal/model/message.go`, `/api/v1/chatlog?format=json`), chatlog_alpha (`id`,
`at_user_list`, `seq` in microseconds), wetrace (`bigHeadURL`); the webhook of chatlog 0.0.20 and later. `isSelf` of
WeChat 4 is a guess of the writer from a status column. `seq` and `id` are no server ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.json_values import facts_before_messages, read_list, read_object, read_string
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, Head, Refusal
from wechatlog.readers.support.chatlog_rows import read_objects
from wechatlog.readers.support.routing import Desk, route

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source

__all__ = ["JSON", "WEBHOOK", "ChatlogJsonReader", "ChatlogWebhookReader"]

_KEYS: Final = frozenset({"seq", "talker", "isSelf"})
_FACTS: Final = ("keyword", "lastTime")
_LISTINGS: Final = (
    (frozenset({"name", "owner", "users"}), "a list of groups of chatlog"),
    (frozenset({"userName", "nOrder"}), "a list of sessions of chatlog"),
)


def _first(value: Any) -> dict[str, Any]:
    rows = read_list(value)
    return read_object(rows[0]) if rows else {}


def _exporter(first: Mapping[str, Any]) -> str:
    if "bigHeadURL" in first:
        return "wetrace"
    return "chatlog_alpha" if "id" in first or "at_user_list" in first else "chatlog"


class ChatlogJsonReader:
    """The reader of the array."""

    name = "chatlog-json"
    description = "chatlog 0.0.x, chatlog_alpha and wetrace, JSON of the HTTP interface"
    suffixes = (".json",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """The keys of the first message."""
        first = _first(head.json)
        if first.keys() >= _KEYS:
            return Evidence(1.0, f"an array of {_exporter(first)} messages with seq, talker and isSelf")
        listed = _first(read_object(head.json).get("items"))
        for keys, what in _LISTINGS:
            if keys <= listed.keys():
                return Refusal(f"{what}, no messages")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, one draft for each talker."""
        exporter = _exporter(_first(Head.of(source, context.encoding).json))
        desk = Desk(context)
        metadata = {"exporter": exporter}
        items = iter_json(context.blocks(), context.collector, ())
        return route(read_objects(items, context, desk, lambda: metadata), lambda: desk.first(metadata=metadata))


class ChatlogWebhookReader:
    """The reader of a webhook's body."""

    name = "chatlog-webhook"
    description = "chatlog 0.0.20 and later, JSON posted to a webhook"
    suffixes = (".json",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the object and of its first message."""
        value = read_object(head.json)
        first = _first(value.get("messages"))
        if "seq" in first and {"keyword", "lastTime"} <= value.keys():
            return Evidence(1.0, "an object with keyword, lastTime and messages with seq")
        if first.keys() >= _KEYS:
            return Evidence(0.9, "an object with messages with seq, talker and isSelf")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, one draft for each talker."""
        del source  # the context has it
        desk = Desk(context)
        facts: dict[str, Any] = {}

        def metadata() -> dict[str, Any]:
            said = {key: read_string(facts.get(key)) for key in _FACTS}
            return {"exporter": "chatlog", **{key: value for key, value in said.items() if value}}

        items = facts_before_messages(context, facts, (), lambda _: _FACTS)
        return route(
            read_objects(items, context, desk, metadata),
            lambda: desk.first(id=read_string(facts.get("talker")) or None, metadata=metadata()),
        )


JSON: Final = ChatlogJsonReader()
WEBHOOK: Final = ChatlogWebhookReader()
