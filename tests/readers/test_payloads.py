"""Objects beside the text of a message, in any shape."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wechatlog.model import MessageKind
from wechatlog.readers.named.payloads import OBJECTS, gathered, segment_fields

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*OBJECTS, "items", "kind", "time", "title", "duration_ms"]), inner, max_size=3
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(OBJECTS), _VALUES), st.sampled_from(list(MessageKind)))
def test_any_objects_are_read(row: dict[str, object], kind: MessageKind) -> None:
    segment_fields(kind, gathered(row), None)


def test_keys_count_however_they_are_written() -> None:
    said = gathered(
        {"Voice": {"durationMs": 1500}, "redPacket": [{"Title": "恭喜"}], "link": "https://example.invalid/"}
    )
    assert segment_fields(MessageKind.VOICE, said, None) == {"seconds": 1.5}
    assert segment_fields(MessageKind.RED_PACKET, said, None) == {"title": "恭喜"}
    assert segment_fields(MessageKind.LINK, said, None) == {"title": "恭喜"}


def test_forwards_in_forwards_end_somewhere() -> None:
    inner: dict[str, object] = {}
    for _ in range(100):
        inner = {"kind": "forward", "items": [inner]}
    messages = segment_fields(MessageKind.FORWARD, gathered({"forward": inner}), None)["messages"]
    depth = 0
    while messages:
        messages, depth = getattr(messages[0].segments[0], "messages", ()), depth + 1
    assert depth == 8
