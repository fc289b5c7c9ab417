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
    from wechatlog.model import Conversation, Participant

_PEOPLE: Final = 15


def _facts(conversation: Conversation, detection: Detection | None) -> dict[str, Any]:
    """What is told about a conversation; the messages themselves are not kept."""
    first, last = span(message.time for message in conversation)
    return {
        "title": conversation.title,
        "id": conversation.id,
        "source": conversation.origin.source,
        "detection": detection,
        "is_group": conversation.is_group,
        "owner": conversation.owner,
        "messages": len(conversation),
        "first": first,
        "last": last,
        "tz": zone_name(conversation.tz) if conversation.tz is not None else None,
        "tz_assumed": conversation.tz_assumed,
        "people": conversation.participants,
        "kinds": dict(Counter(message.kind.value for message in conversation).most_common()),
        "metadata": {
            key: value for key, value in conversation.metadata.items() if isinstance(value, str | int | float)
        },
        "diagnostics": conversation.diagnostics,
    }


def _to_json(facts: dict[str, Any]) -> dict[str, Any]:
    detection = facts["detection"]
    return {
        **facts,
        "detection": detection and attrs.asdict(detection),
        "people": list(map(attrs.asdict, facts["people"])),
        "diagnostics": list(map(diagnostic_to_json, facts["diagnostics"])),
    }


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
        facts = [_facts(filters.select(conversation), found.archive.detection) for conversation in found]
    if not facts and not as_json:
        raise found.nothing()
    if as_json:
        print_json({"conversations": list(map(_to_json, facts)), **unread(found)})
    elif len(facts) == 1:
        click.echo("\n".join(harmless(line, one_line=True) for line in _describe(facts[0], everybody=everybody)))
    else:
        columns = ("conversation", "file", "format", "first", "last", "messages#", "people#", "notes#")
        print_table(columns, map(_cells, facts), fold=columns[:3])
        total = sum(entry["messages"] for entry in facts)
        click.echo(listed(count(len(facts), "conversation"), count(total, "message")))
    return found.finish(quiet=as_json, why=True) or int(not facts)


def _period(first: dt.datetime | None, last: dt.datetime | None) -> str:
    if first is None or last is None:
        return translate("no times")
    days = count((last.date() - first.date()).days + 1, "day")
    return translate(f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} ({days})")


def _zone(tz: str | None, *, assumed: bool) -> str:
    if tz is None:
        return translate("wall clock, no zone")
    return translate(f"{tz} (assumed; name it with --tz)") if assumed else tz


def _format(detection: Detection | None) -> str:
    if detection is None:
        return ""
    sure = translate(f"{detection.confidence:.0%} sure")
    return f"{detection.format}: {translate(detection.reason)} ({sure})"


def _describe(facts: dict[str, Any], *, everybody: bool) -> list[str]:
    rows = {
        translate("file"): facts["source"],
        translate("format"): _format(facts["detection"]),
        translate("id"): facts["id"],
        translate("group"): None if facts["is_group"] is None else translate("yes" if facts["is_group"] else "no"),
        translate("owner"): facts["owner"],
        translate("period"): _period(facts["first"], facts["last"]),
        translate("times"): _zone(facts["tz"], assumed=facts["tz_assumed"]),
        translate("messages"): f"{facts['messages']:,}",
        translate("kinds"): ", ".join(f"{translate(kind)} {number:,}" for kind, number in facts["kinds"].items()),
        translate("people"): f"{len(facts['people']):,}",
    }
    lines = [facts["title"] or facts["id"] or facts["source"] or translate("untitled")]
    people = sorted(facts["people"], key=lambda person: -person.message_count)
    lines += [f"  {padded(name, 11)} {value}" for name, value in rows.items() if value]
    shown = people if everybody else people[:_PEOPLE]
    lines += [f"  {person.message_count:>11,} {_who(person)}" for person in shown]
    if len(people) > len(shown):
        lines.append(f"  {'':>11} {translate(f'… and {len(people) - len(shown):,} more (--all)')}")
    lines += [f"  {padded(translate('metadata'), 11)} {key}: {value}" for key, value in facts["metadata"].items()]
    tally = Tally()
    tally.add(facts["diagnostics"])
    lines.append(f"  {padded(translate('diagnostics'), 11)} {len(facts['diagnostics']) or translate('none')}")
    return lines + [f"  {line}" for line in tally.lines()]


def _who(person: Participant) -> str:
    name = person.name or person.id or "?"
    more = [person.id] if person.id and person.id != name else []
    more += [translate("owner")] if person.is_self else []
    more += [translate(f"also {', '.join(person.aliases)}")] if person.aliases else []
    return f"{name} ({'; '.join(more)})" if more else name


def _cells(facts: dict[str, Any]) -> tuple[str, ...]:
    return (
        facts["title"] or facts["id"] or "",
        facts["source"] or "",
        facts["detection"].format if facts["detection"] else "",
        f"{facts['first']:%Y-%m-%d}" if facts["first"] else "",
        f"{facts['last']:%Y-%m-%d}" if facts["last"] else "",
        f"{facts['messages']:,}",
        f"{len(facts['people']):,}",
        f"{len(facts['diagnostics']):,}",
    )
