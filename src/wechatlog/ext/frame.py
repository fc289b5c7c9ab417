"""Frames back to conversations: `from_frame`.

Takes whatever holds columns (a pandas or polars frame, anything that speaks Arrow, a dictionary of lists) and gives a
conversation. Imports none of these libraries: a frame of theirs can only come from a program that has.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from wechatlog.errors import MultipleConversationsError
from wechatlog.frames.columns import conversation_key
from wechatlog.frames.rows import READ_COLUMNS, conversation_of, join, messages_of
from wechatlog.model import Conversation, paused_collection


class _Content(NamedTuple):
    """What a frame holds: the columns that are known, and the conversations that it says they are of."""

    columns: dict[str, Sequence[Any]]
    heads: tuple[Conversation, ...] = ()


def from_frame(frame: Any, *, like: Conversation | None = None) -> Conversation:
    """The conversation of a frame of messages: what `to_pandas`, `to_polars` and `to_arrow` give, edited or not.

    Rows may have been filtered, sorted and changed, and columns left out: `text` must be there, what else is missing
    has its default, and columns that are not known are ignored. Of the bodies `text` and `segments` count. Where a
    text was changed, its pieces are found anew; `mentions`, `emoji`, `links` and `images` are only a view of them.

    What belongs to the conversation and not to a message (members, metadata, whose archive it is) is in the `attrs` of
    a pandas frame and in the schema of an Arrow table, and counts where the rows are of that conversation. A polars
    frame has no place for it: pass the conversation that it was made from as `like`.

    Args:
        frame: a pandas or polars frame (a lazy one is collected), an Arrow table, record batch or reader, anything
            with `__arrow_c_stream__` (which needs pyarrow), or a dictionary of columns.
        like: a conversation whose title, id, members and so on the new one has; what the frame says of them does not
            count then.

    Returns:
        The conversation; `from_frame(conversation.to_pandas())` is `conversation`.

    Raises:
        TypeError: for something that holds no columns.
        ValueError: for a column that is missing or of the wrong type, and for a value that it cannot have; names row
            (from 0) and column.
        MultipleConversationsError: where the rows are of several conversations.
        MissingExtraError: for Arrow without pyarrow.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> frame = chat.to_pandas()
        >>> len(wechatlog.from_frame(frame[frame["sender"] == "老周"]))
        5
    """
    with paused_collection():
        columns, heads = _read(frame)
        if "text" not in columns:
            known = ", ".join(columns) or "none that is known"
            raise ValueError(f"a frame of messages has a column text; this one has {known}")
        head = _choose_head(columns, heads, like)
        return join(head, messages_of(columns, zone=head.tz))


def _read(frame: Any) -> _Content:
    if isinstance(frame, Mapping):
        return _Content({name: _to_list(name, frame[name]) for name in frame if name in READ_COLUMNS})
    for library, name, read in _FRAMES:
        kind = getattr(sys.modules.get(library), name, None)
        if kind is not None and isinstance(frame, kind):
            return read(frame)
    if hasattr(frame, "__arrow_c_stream__"):
        from wechatlog.frames.arrow import contents_of, find_problem, open_stream, read_columns

        reader = open_stream(frame)
        contents = contents_of(reader.schema.metadata)
        if contents is not None and contents.table != "messages":
            raise ValueError(f"these are the {contents.table} of a conversation, not its messages")
        if problem := find_problem(reader.schema):
            raise ValueError(problem)
        columns: dict[str, list[Any]] = {name: [] for name in reader.schema.names if name in READ_COLUMNS}
        for batch in reader:
            for name, values in read_columns(batch).items():
                columns[name] += values
        return _Content({**columns}, () if contents is None else contents.heads)
    raise TypeError(f"expected a frame or a dictionary of columns, not {type(frame).__name__}")


def _to_list(name: str, values: Any) -> Sequence[Any]:
    if hasattr(values, "tolist"):  # of numpy and of pandas
        values = values.tolist()
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise TypeError(f"the column {name} must be a list, not {type(values).__name__}")
    return values


def _read_pandas(frame: Any) -> _Content:
    from wechatlog.ext.pandas import read_frame

    columns, header = read_frame(frame)
    try:
        return _Content({**columns}, () if header is None else (conversation_of(header),))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"what frame.attrs says of the conversation is broken: {error!r}") from error


def _read_polars(frame: Any) -> _Content:
    from wechatlog.ext.polars import read_frame

    return _Content({**read_frame(frame)})


_FRAMES: Final[tuple[tuple[str, str, Callable[[Any], _Content]], ...]] = (
    ("pandas", "DataFrame", _read_pandas),
    ("polars", "DataFrame", _read_polars),
    ("polars", "LazyFrame", lambda frame: _read_polars(frame.collect())),
)
"""The classes of frames, and what reads them."""


def _choose_head(
    columns: Mapping[str, Sequence[Any]], heads: Sequence[Conversation], like: Conversation | None
) -> Conversation:
    """What is known of the conversation that the rows are of, without messages."""
    blank = [None] * len(columns["text"])
    told = zip(columns.get("conversation", blank), columns.get("conversation_id", blank), strict=False)
    keys = [key for key in dict.fromkeys(told) if key != (None, None)]  # a row that names none belongs to the others
    if len(keys) > 1:
        raise _several(name or id_ for name, id_ in keys)
    if like is not None:
        return like
    fitting = [head for head in heads if not keys or conversation_key(head) == keys[0]]
    if len(fitting) > 1:
        raise _several(head.title or head.id for head in fitting)
    if fitting or not keys:
        return fitting[0] if fitting else Conversation()
    name, id_ = keys[0]
    return Conversation(title=None if name == id_ else name, id=id_)


def _several(names: Iterable[str | None]) -> MultipleConversationsError:
    remedy = "keep the rows of one, by the columns conversation and conversation_id"
    return MultipleConversationsError("the frame", [name or "untitled" for name in names], remedy)
