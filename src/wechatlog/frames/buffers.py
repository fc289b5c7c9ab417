"""Arrow arrays of lists of plain values.

Takes the values of a column, `None` where one is missing, and gives an array. `pyarrow.array` does the same, but for a
list it imports pandas wherever that is installed, which costs more memory (55 MB) than all else that writing a file
needs. So the buffers are filled here: the layout is that of the Arrow columnar format 1.5, "Physical Memory Layout".
"""

from __future__ import annotations

import itertools
from array import array
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from wechatlog.frames.values import microseconds, within_64_bits, without_surrogates

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["array_of", "lists_of"]

_FLAGS: Final = {None: 0, False: 0, True: 1}
_BAD_VALUE: Final = (ValueError, TypeError, AttributeError, KeyError)


def array_of(name: str, kind: Any, values: Sequence[Any]) -> Any:
    """An array of a column of text, categories, flags, integers, numbers, times, or lists of texts.

    What no array can hold is replaced: half a surrogate pair by U+FFFD, a number of more than 64 bits by nothing.

    Args:
        name: of the column, for complaints.
        kind: the type of the array.
        values: those of the column.

    Raises:
        ValueError: for a value that is none of this type; names the column.
    """
    make = _MAKERS[kind.id]
    try:
        return make(values, kind)
    except UnicodeEncodeError:
        return make(without_surrogates(values), kind)
    except OverflowError:
        return make(within_64_bits(values), kind)
    except _BAD_VALUE as error:
        raise ValueError(f"column {name}: {error}") from error


def lists_of(lengths: Sequence[int], values: Any) -> Any:
    """An array of lists of these lengths, of an array of all their values one after the other."""
    return pa.ListArray.from_arrays(_offsets(lengths), values)


def _offsets(lengths: Iterable[int]) -> Any:
    offsets = array("i", itertools.accumulate(lengths, initial=0))
    return pa.Array.from_buffers(pa.int32(), len(offsets), [None, pa.py_buffer(offsets)])


def _bits(flags: bytes) -> Any:
    """A bitmap of bytes that are 0 or 1."""
    return pa.Array.from_buffers(pa.uint8(), len(flags), [None, pa.py_buffer(flags)]).cast(pa.bool_()).buffers()[1]


def _present(values: Sequence[Any]) -> Any:
    """The bitmap of the values that are there; `None` where all are."""
    return _bits(bytes([value is not None for value in values])) if None in values else None


def _texts(values: Sequence[str | None], kind: Any) -> Any:
    encoded = [b"" if value is None else value.encode() for value in values]
    offsets = _offsets(map(len, encoded)).buffers()[1]
    return pa.Array.from_buffers(kind, len(values), [_present(values), offsets, pa.py_buffer(b"".join(encoded))])


def _categories(values: Sequence[str | None], kind: Any) -> Any:
    """Codes and, in the order in which they appear, what they stand for."""
    codes: dict[str, int] = {}
    found = array("i", [0 if value is None else codes.setdefault(value, len(codes)) for value in values])
    indices = pa.Array.from_buffers(kind.index_type, len(values), [_present(values), pa.py_buffer(found)])
    return pa.DictionaryArray.from_arrays(indices, _texts(list(codes), kind.value_type))


def _flags(values: Sequence[bool | None], kind: Any) -> Any:
    found = _bits(bytes([_FLAGS[value] for value in values]))
    return pa.Array.from_buffers(kind, len(values), [_present(values), found])


def _integers(values: Sequence[int | None], kind: Any) -> Any:
    found = array("q", [0 if value is None else value for value in values])
    return pa.Array.from_buffers(kind, len(values), [_present(values), pa.py_buffer(found)])


def _numbers(values: Sequence[float | None], kind: Any) -> Any:
    found = array("d", [0.0 if value is None else value for value in values])
    return pa.Array.from_buffers(kind, len(values), [_present(values), pa.py_buffer(found)])


def _times(values: Sequence[dt.datetime | None], kind: Any) -> Any:
    return _integers(microseconds(values), kind)


def _lists(values: Sequence[Sequence[str]], kind: Any) -> Any:
    texts = _texts(list(itertools.chain.from_iterable(values)), kind.value_type)
    return lists_of(list(map(len, values)), texts)


_MAKERS: Final[Mapping[int, Callable[[Sequence[Any], Any], Any]]] = {
    pa.string().id: _texts,
    pa.dictionary(pa.int32(), pa.string()).id: _categories,
    pa.bool_().id: _flags,
    pa.int64().id: _integers,
    pa.float64().id: _numbers,
    pa.timestamp("us").id: _times,
    pa.list_(pa.string()).id: _lists,
}
