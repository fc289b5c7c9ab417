"""The strict checks of ChatLab Format 0.0.2, written down a second time, apart from the writer.

After ChatLab `packages/parser/src/chatlab-validator.ts` and `docs/cn/standard/chatlab-format.md` (2026-09): what its
command `validate` counts as an error. `problems(text, lines=…)` gives them; none for a valid file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = {0, 1, 2, 3, 4, 5, 7, 8, 20, 21, 22, 23, 24, 25, 26, 27, 80, 81, 99}
# What `trim` of JavaScript takes away.
JS_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


class _Report:
    def __init__(self) -> None:
        self.found: list[str] = []
        self.members: set[str] = set()
        self.owners: set[str] = set()
        self.senders: set[str] = set()
        self.ids: set[str] = set()
        self.counts = {"header": 0, "member": 0, "message": 0}

    def want(self, condition: bool, problem: str) -> bool:
        if not condition:
            self.found.append(problem)
        return condition

    def required(self, value: Any, where: str) -> bool:
        return self.want(isinstance(value, str) and bool(value.strip(JS_SPACE)), f"{where} is blank: {value!r}")

    def optional(self, fields: dict[str, Any], *names: str) -> None:
        for name in names:
            self.want(name not in fields or isinstance(fields[name], str), f"{name} is no string")

    def seconds(self, value: Any, where: str) -> None:
        whole = isinstance(value, int) and not isinstance(value, bool)
        self.want(whole and 0 <= value < 100_000_000_000, f"{where} is no Unix second: {value!r}")

    def header(self, chatlab: Any, meta: Any) -> None:
        self.counts["header"] += 1
        if self.want(isinstance(chatlab, dict), "no chatlab"):
            self.want(chatlab.get("version") in ("0.0.1", "0.0.2"), "version")
            self.seconds(chatlab.get("exportedAt"), "exportedAt")
            self.optional(chatlab, "generator", "description")
        if self.want(isinstance(meta, dict), "no meta"):
            self.required(meta.get("name"), "meta.name")
            self.required(meta.get("platform"), "meta.platform")
            self.want(meta.get("type") in ("group", "private"), "meta.type")
            self.optional(meta, "groupId", "groupAvatar", "sourceSessionId")
            self.want(meta.get("type") == "group" or "groupId" not in meta, "groupId is for groups")
            if "ownerId" in meta and self.required(meta["ownerId"], "ownerId"):
                self.owners.add(meta["ownerId"])

    def member(self, value: Any) -> None:
        self.counts["member"] += 1
        if not self.want(isinstance(value, dict), "a member is no object"):
            return
        if self.required(value.get("platformId"), "platformId"):
            self.want(value["platformId"] not in self.members, f"the member {value['platformId']!r} stands twice")
            self.members.add(value["platformId"])
        self.required(value.get("accountName"), "accountName of a member")
        self.optional(value, "groupNickname", "avatar")
        aliases, roles = value.get("aliases", []), value.get("roles", [])
        self.want(isinstance(aliases, list) and all(isinstance(name, str) for name in aliases), "aliases")
        if self.want(isinstance(roles, list) and all(isinstance(role, dict) for role in roles), "roles"):
            for role in roles:
                self.required(role.get("id"), "the id of a role")
                self.optional(role, "name")

    def message(self, value: Any) -> None:
        self.counts["message"] += 1
        if not self.want(isinstance(value, dict), "a message is no object"):
            return
        if self.required(value.get("sender"), "sender"):
            self.senders.add(value["sender"])
        self.required(value.get("accountName"), "accountName of a message")
        self.seconds(value.get("timestamp"), "timestamp")
        code = value.get("type")
        self.want(isinstance(code, int) and not isinstance(code, bool) and code in TYPES, f"type {code!r}")
        self.want(value.get("sender") != "SYSTEM" or code in (80, 81), "SYSTEM sends something else than notices")
        self.want("content" in value and isinstance(value["content"], str | None), "content")
        self.optional(value, "groupNickname")
        if "platformMessageId" in value and self.required(value["platformMessageId"], "platformMessageId"):
            self.want(value["platformMessageId"] not in self.ids, "a message id stands twice")
            self.ids.add(value["platformMessageId"])
        if "replyToMessageId" in value:
            self.required(value["replyToMessageId"], "replyToMessageId")

    def finish(self, *, lines: bool) -> list[str]:
        self.want(self.counts["header"] == 1, "not one header")
        self.want(self.counts["message"] > 0, "no messages")
        self.want(lines or self.counts["member"] > 0, "no members")
        known = self.members or (self.senders if lines else self.owners)
        self.want(self.owners <= known, "the owner is no member")
        if self.members:
            self.want(self.senders - {"SYSTEM"} <= self.members, "a sender is no member")
        return self.found


def problems(text: str, *, lines: bool) -> list[str]:
    """What ChatLab would complain of.

    Args:
        text: a file, as it is decoded.
        lines: whether it is the form of JSON Lines.
    """
    report = _Report()
    if lines:
        _check_lines(text, report)
    else:
        value = json.loads(text)
        report.header(value.get("chatlab"), value.get("meta"))
        for part, check in (("members", report.member), ("messages", report.message)):
            if report.want(isinstance(value.get(part), list), f"no {part}"):
                for item in value[part]:
                    check(item)
    return report.finish(lines=lines)


def _lines(text: str) -> Iterator[str]:
    """Lines as the line reader of Node.js has them, which ends one at U+2028 and U+2029 too."""
    for mark in ("\r\n", "\r", "\u2028", "\u2029"):
        text = text.replace(mark, "\n")
    return (line for raw in text.split("\n") if (line := raw.strip(JS_SPACE)) and not line.startswith("#"))


def _check_lines(text: str, report: _Report) -> None:
    for number, line in enumerate(_lines(text)):
        value = json.loads(line)
        kind = value.pop("_type", None)
        report.want(number > 0 or kind == "header", "the first line is no header")
        report.want(kind != "member" or not report.counts["message"], "a member after a message")
        if kind == "header":
            report.header(value.get("chatlab"), value.get("meta"))
        elif kind == "member":
            report.member(value)
        elif report.want(kind == "message", f"a line of type {kind!r}"):
            report.message(value)
