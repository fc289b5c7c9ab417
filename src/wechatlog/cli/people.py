"""`wechatlog people`: who is who in chats, shown, and as a file that a person corrects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from wechatlog.atomic import replacing
from wechatlog.cli.filters import Filters, filter_options, read_people
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.language import translate
from wechatlog.cli.messages import Failure, count, harmless, listed, say
from wechatlog.cli.options import ANY_PATH, Reading, inputs_argument, json_option, reading_options
from wechatlog.cli.terminal import print_json
from wechatlog.operations.identity import identities

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from wechatlog.operations import Identities, Person

_OUTPUT_HELP: Final = "Write a file of people. What somebody confirmed or denied in it before is kept."
_WHY: Final = {
    "person": "as you said",
    "message": "the same messages stand under both",
    "name": "the same name with and without an account id",
    "spelling": "the same but for case, width, blanks and emoji",
    "compound": "one name begins with the other",
    "quote": "what one wrote is quoted as the other's",
    "answer": "who is mentioned as one answers as the other",
    "owner": "both are the owner of an archive",
}


@click.command()
@inputs_argument
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help=_OUTPUT_HELP)
@filter_options
@click.option("--people", metavar="FILE", type=ANY_PATH, help="What is known before; else FILE of -o, if it exists.")
@click.option("--fast", is_flag=True, help="Without looking who answers to a name, which takes longest.")
@json_option
@reading_options
def people(inputs: tuple[str, ...], output: str | None, **how: Any) -> int:
    """Find out who is who.

    Shows everybody with all their names, and what may belong together as well. With -o all of it goes into a TOML
    file: answer its suggestions, move names, and give it to `merge` and other commands with --people. Filters choose
    the messages that are looked at.
    """
    found = Inputs(inputs, Reading.of(how))
    filters = Filters.of(how)
    before = filters.people
    if before is None and output is not None and Path(output).exists():
        before = read_people(output)
    with found.watched():
        who = identities(map(filters.select, found), known=before, mentions=not how["fast"])
    if filters and not any(person.messages for person in who):
        raise Failure(filters.nothing_fits(len(found.sources)))
    if not who.people:
        raise found.nothing()
    if how["as_json"]:
        print_json(_to_json(who))
    elif output is None:
        for line in _lines(who, silent=not filters):
            click.echo(harmless(line, one_line=True))
    if output is not None:
        with replacing(Path(output)) as part:
            part.write_bytes(who.to_toml().encode("utf-8", "replace"))
        told = listed(count(len(who), "person", "people"), count(len(who.suggestions), "suggestion"))
        say(f"{output}: {told}")
    return found.finish(quiet=how["as_json"])


def _lines(who: Identities, *, silent: bool) -> Iterator[str]:
    """A line for each person and each further name; of somebody without a message only with `silent`."""
    shown = (person for person in who if person.messages or silent)
    for person in sorted(shown, key=lambda person: -person.messages):
        parts = [person.label, count(person.messages, "message")]
        parts += [", ".join(person.ids)] * bool(person.ids and person.name)
        parts += [translate(f"{person.confidence:.0%} sure")] * bool(person.evidence)
        yield " · ".join(parts)
        if len(person.names) > 1:
            for name in person.names:
                yield f"    {name.name}{_period(name.first, name.last)}"
    if who.suggestions:
        yield ""
        yield translate("Perhaps one person:")
        for link in who.suggestions:
            yield f"  {link.one} = {link.two} ({link.confidence:.0%}: {translate(_WHY[link.kind])})"


def _period(first: dt.datetime | None, last: dt.datetime | None) -> str:
    if first is None or last is None:
        return ""
    return (
        f", {first:%Y-%m-%d}"
        if first.date() == last.date()
        else f", {translate(f'{first:%Y-%m-%d} to {last:%Y-%m-%d}')}"
    )


def _to_json(who: Identities) -> dict[str, Any]:
    return {
        "people": [_person(person) for person in who],
        "suggestions": [attrs.asdict(link) for link in who.suggestions],
        "different": [list(veto) for veto in who.vetoes],
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "ids": list(person.ids),
        "is_self": person.is_self,
        "messages": person.messages,
        "confidence": person.confidence,
        "names": [attrs.asdict(name) for name in person.names],
        "evidence": [attrs.asdict(link) for link in person.evidence],
    }
