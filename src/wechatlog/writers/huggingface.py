"""A data set as the Hugging Face Hub has them: Parquet below `data/`, and a card in `README.md`.

Takes conversations, gives both files; the rows are those of the form `parquet`, the columns those of `frames.columns`.
A data set is made to be given to others, so pseudonyms are the default, as in all forms for language models. The card
says what is in the table, by figures that were counted, and holds no word of the chats.

Facts: huggingface.co/docs/hub, "Data files configuration" and "Dataset cards" (2026).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from wechatlog.errors import OptionError
from wechatlog.frames.columns import TABLES
from wechatlog.model import Conversation, Message
from wechatlog.writers.base import Form, Items, NewFile
from wechatlog.writers.columnar import PARQUET
from wechatlog.writers.commonmark import escape_line, plain_line
from wechatlog.writers.llm.chats import PRIVACY_OPTIONS, Chat, open_chats
from wechatlog.writers.options import flag_option

_DATA: Final = "data/train-00000-of-00001.parquet"
_TITLE: Final = "WeChat messages"
_WORDS: Final = {"language": "zh", "license": ""}
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,60}")
_SIZES: Final = (
    (1000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)  # fmt: skip


@attrs.define
class _Counted:
    conversations: int = 0
    messages: int = 0
    people: set[str | None] = attrs.field(factory=set)
    days: set[str] = attrs.field(factory=set)
    kinds: Counter[str] = attrs.field(factory=Counter)

    def watch(self, chats: Iterable[Chat]) -> Iterator[tuple[Conversation, Iterable[Message]]]:
        """Pass conversations on, and count what is in them."""
        for chat in chats:
            conversation = chat.conversation
            self.conversations += 1
            self.messages += len(conversation)
            self.people.update(person.id or person.name for person in conversation.participants if person.message_count)
            self.days.update(message.time.isoformat()[:10] for message in conversation if message.time is not None)
            self.kinds.update(message.kind.value for message in conversation)
            yield conversation, conversation.messages


class HuggingFaceWriter(Form):
    """The writer of data sets."""

    name = "huggingface"
    description = "a folder as the Hugging Face Hub has data sets: Parquet and a card; pseudonyms"
    options: Mapping[str, str] = {
        **PRIVACY_OPTIONS,
        "title": "name of the data set in its card; `WeChat messages` is the default",
        "language": "language of the chats, as a tag; default `zh`",
        "license": "identifier of the licence that you give it, such as `cc-by-4.0`; none is the default",
    }
    losses: Mapping[str, str] = {
        "everything": "names are pseudonyms; with real_names=true the rows are those of the form `parquet`"
    }
    several = True
    binary = True
    folder = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str | bytes | NewFile]:
        """The table, then the card."""
        title = plain_line(str(options.get("title", _TITLE)))
        words = {name: options.get(name, default) for name, default in _WORDS.items()}
        for name, value in words.items():
            if not isinstance(value, str) or (value != _WORDS[name] and not _WORD.fullmatch(value)):
                raise OptionError(name, f"expected letters, digits, full stops and hyphens, not {value!r}")
        counted = _Counted()
        yield NewFile(_DATA)
        yield from PARQUET.write(counted.watch(open_chats(items, options)), {})
        yield NewFile("README.md")
        yield _card(counted, title, words, real_names=flag_option(options, "real_names", False))


def _card(counted: _Counted, title: str, words: Mapping[str, str], *, real_names: bool) -> str:
    size = next((name for limit, name in _SIZES if counted.messages < limit), "100M<n<1B")
    licence = f"license: {words['license']}\n" if words["license"] else ""
    span = f", {min(counted.days)} to {max(counted.days)}" if counted.days else ""
    kinds = "".join(f"| {kind} | {number:,} |\n" for kind, number in counted.kinds.most_common())
    columns = "".join(f"| `{column.name}` | {column.meaning} |\n" for column in TABLES["messages"])
    names = (
        "Names, accounts and numbers are those of the chats."
        if real_names
        else "Names and accounts are pseudonyms, the same for one person in all chats;\n"
        "what people wrote is theirs, and may still tell who they are. Read it before you give it away."
    )
    return f"""\
---
pretty_name: {json.dumps(title, ensure_ascii=False)}
language:
- {words["language"]}
{licence}task_categories:
- text-generation
tags:
- chat
- wechat
size_categories:
- {size}
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*.parquet
---

# {escape_line(title)}

{counted.messages:,} messages of {counted.conversations:,} WeChat conversations with
{len(counted.people):,} people who wrote{span}.

{names}

```python
from datasets import load_dataset

messages = load_dataset("path/of/this/folder", split="train")
```

| kind | messages |
|---|---:|
{kinds}
| column | meaning |
|---|---|
{columns}
Written by wechatlog.
"""


WRITER: Final = HuggingFaceWriter()
