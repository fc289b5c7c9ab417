"""`wechatlog info`: what is in a chat, without showing the chat."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.language import translate
from wechatlog.cli.messages import count, harmless, listed, padded
from wechatlog.cli.options import Reading, inputs_argument, json_option, reading_options
from wechatlog.cli.summary import Tally, unread
from wechatlog.cli.tables import print_table
from wechatlog.cli.terminal import print_json
from wechatlog.content.native import diagnostic_to_json
from wechatlog.timestamps import span, zone_name

if TYPE_CHECKING:
    import datetime as dt

    from wechatlog.detection import Detection
    from wechatlog.diagnostics import Diagnostic
    from wechatlog.model import Conversation, Participant

_PEOPLE: Final = 15


@attrs.frozen
class _Facts:
    """What is told about a conversation; the messages themselves are not kept."""

    title: str | None
    id: str | None
    source: str | None
    detection: Detection | None
    is_group: bool | None
    owner: str | None
    messages: int
    first: dt.datetime | None
    last: dt.datetime | None
    tz: str | None
    tz_assumed: bool
    people: tuple[Participant, ...]
    kinds: dict[str, int]
    metadata: dict[str, Any]
    diagnostics: tuple[Diagnostic, ...]

    @classmethod
    def of(cls, conversation: Conversation, detection: Detection | None) -> _Facts:
        first, last = span(message.time for message in conversation)
        kinds = Counter(message.kind.value for message in conversation)
        return cls(
            conversation.title,
            conversation.id,
            conversation.origin.source,
            detection,
            conversation.is_group,
            conversation.owner,
            len(conversation),
            first,
            last,
            zone_name(conversation.tz) if conversation.tz is not None else None,
            conversation.tz_assumed,
            conversation.participants,
            dict(kinds.most_common()),
            {key: value for key, value in conversation.metadata.items() if isinstance(value, str | int | float)},
            conversation.diagnostics,
        )

    def to_json(self) -> dict[str, Any]:
        return {**attrs.asdict(self), "diagnostics": list(map(diagnostic_to_json, self.diagnostics))}


@click.command()
@inputs_argument
@filter_options
@click.option("--all", "everybody", is_flag=True, help="Every participant, not only the 15 who wrote most.")
@json_option
@reading_options
def info(inputs: tuple[str, ...], *, everybody: bool, as_json: bool, **how: Any) -> int:
    """Say what chats hold.

    Who, when, how many of each kind, how the format was found out, and what is damaged.

    IN is a file, a folder, a glob, a ZIP or - for the standard input. Several chats give a table.
    """
    found, filters = Inputs(inputs, Reading.of(how)), Filters.of(how)
    with found.watched():
        facts = [_Facts.of(filters.select(conversation), found.archive.detection) for conversation in found]
    if not facts and not as_json:
        raise found.nothing()
    if as_json:
        value = {
            "conversations": [entry.to_json() for entry in facts],
            **unread(found),
        }
        print_json(value)
    elif len(facts) == 1:
        lines = _describe(facts[0], everybody=everybody)
        click.echo("\n".join(harmless(line, one_line=True) for line in lines))
    else:
        columns = ("conversation", "file", "format", "first", "last", "messages#", "people#", "notes#")
        print_table(columns, map(_cells, facts), fold=columns[:3])
        total = sum(entry.messages for entry in facts)
        click.echo(listed(count(len(facts), "conversation"), count(total, "message")))
    return found.finish(quiet=as_json, why=True) or int(not facts)


def _period(facts: _Facts) -> str:
    if facts.first is None or facts.last is None:
        return translate("no times")
    days = count((facts.last.date() - facts.first.date()).days + 1, "day")
    return translate(f"{facts.first:%Y-%m-%d %H:%M:%S} to {facts.last:%Y-%m-%d %H:%M:%S} ({days})")


def _zone(facts: _Facts) -> str:
    if facts.tz is None:
        return translate("wall clock, no zone")
    return translate(f"{facts.tz} (assumed; name it with --tz)") if facts.tz_assumed else facts.tz


def _format(detection: Detection | None) -> str:
    if detection is None:
        return ""
    sure = translate(f"{detection.confidence:.0%} sure")
    return f"{detection.format}: {translate(detection.reason)} ({sure})"


def _describe(facts: _Facts, *, everybody: bool) -> list[str]:
    rows = {
        translate("file"): facts.source,
        translate("format"): _format(facts.detection),
        translate("id"): facts.id,
        translate("group"): None if facts.is_group is None else translate("yes" if facts.is_group else "no"),
        translate("owner"): facts.owner,
        translate("period"): _period(facts),
        translate("times"): _zone(facts),
        translate("messages"): f"{facts.messages:,}",
        translate("kinds"): ", ".join(f"{translate(kind)} {number:,}" for kind, number in facts.kinds.items()),
        translate("people"): f"{len(facts.people):,}",
    }
    lines = [facts.title or facts.id or facts.source or translate("untitled")]
    people = sorted(facts.people, key=lambda person: -person.message_count)
    lines += [f"  {padded(name, 11)} {value}" for name, value in rows.items() if value]
    shown = people if everybody else people[:_PEOPLE]
    lines += [f"  {person.message_count:>11,} {_who(person)}" for person in shown]
    if len(people) > len(shown):
        lines.append(f"  {'':>11} {translate(f'… and {len(people) - len(shown):,} more (--all)')}")
    lines += [f"  {padded(translate('metadata'), 11)} {key}: {value}" for key, value in facts.metadata.items()]
    tally = Tally()
    tally.add(facts.diagnostics)
    lines.append(f"  {padded(translate('diagnostics'), 11)} {len(facts.diagnostics) or translate('none')}")
    return lines + [f"  {line}" for line in tally.lines()]


def _who(person: Participant) -> str:
    name = person.name or person.id or "?"
    more = [person.id] if person.id and person.id != name else []
    more += [translate("owner")] if person.is_self else []
    more += [translate(f"also {', '.join(person.aliases)}")] if person.aliases else []
    return f"{name} ({'; '.join(more)})" if more else name


def _cells(facts: _Facts) -> tuple[str, ...]:
    return (
        facts.title or facts.id or "",
        facts.source or "",
        facts.detection.format if facts.detection else "",
        f"{facts.first:%Y-%m-%d}" if facts.first else "",
        f"{facts.last:%Y-%m-%d}" if facts.last else "",
        f"{facts.messages:,}",
        f"{len(facts.people):,}",
        f"{len(facts.diagnostics):,}",
    )
