"""Merged forwards as mappings, as `repr`, and the times in them."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cost import assert_linear

from wechatlog.content.appmsg import parse_app_message
from wechatlog.content.forwards import parse_record_dict, parse_record_repr, parse_source_time
from wechatlog.diagnostics import Collector
from wechatlog.model import MessageKind as K
from wechatlog.segments.types import File, Forward, Image, Link, Location, Quote, Sticker, Text, Video

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("2026-04-30 10:00:00", dt.datetime(2026, 4, 30, 10), "second"),
        ("2026-04-30 10:02", dt.datetime(2026, 4, 30, 10, 2), "minute"),
        ("2026-04-30 上午10:01", dt.datetime(2026, 4, 30, 10, 1), "minute"),
        ("2026-04-30 上午 10:01", dt.datetime(2026, 4, 30, 10, 1), "minute"),
        ("2026-04-30 下午1:03", dt.datetime(2026, 4, 30, 13, 3), "minute"),
        ("2026-04-30&#x20;10:02", dt.datetime(2026, 4, 30, 10, 2), "minute"),
        ("2026-04-30\\u002010:02:05", dt.datetime(2026, 4, 30, 10, 2, 5), "second"),
        ("1777521000", dt.datetime(2026, 4, 30, 11, 50), "second"),
        ("", None, None),
        ("昨天 10:00", None, None),
        ("2026-13-40 10:00:00", None, None),
    ],
)
def test_times(text, moment, precision):
    assert parse_source_time(text) == (moment, precision)
    aware, same = parse_source_time(text, SHANGHAI)
    assert same == precision
    assert aware == (None if moment is None else moment.replace(tzinfo=SHANGHAI))


@given(st.text(), st.sampled_from([None, dt.UTC, SHANGHAI]))
def test_times_never_mix_zones(text, zone):
    moment, precision = parse_source_time(text, zone)
    assert (moment is None) == (precision is None)
    assert moment is None or (moment.tzinfo is None) == (zone is None)


def _item(**fields):
    return {"datatype": "1", "sourcename": "王五", "sourcetime": "2024-05-05 10:00:00", **fields}


ITEMS = [
    (_item(datadesc="早"), K.TEXT, "早", None),
    (_item(datatype="2", fullmd5="0f"), K.IMAGE, "", (Image(),)),
    (_item(datatype="4", streamweburl="https://v.invalid"), K.VIDEO, "", (Video("https://v.invalid"),)),
    (_item(datatype=37, fullmd5="0f"), K.STICKER, "", (Sticker(md5="0f"),)),
    (
        _item(datatype="5", datatitle="示例", link="https://e.invalid"),
        K.LINK,
        "示例",
        (Link("https://e.invalid", "示例", raw="示例"),),
    ),
    (
        _item(datatype="8", datatitle="a.docx", datasize="12", fullmd5="ff"),
        K.FILE,
        "a.docx",
        (File("a.docx", 12, md5="ff", raw="a.docx"),),
    ),
    (
        _item(datatype="6", location={"@lat": "39.9", "@lng": "116.4", "@label": "路", "@poiname": "楼"}),
        K.LOCATION,
        "楼 路",
        (Location(39.9, 116.4, "路", "楼", raw="楼 路"),),
    ),
    (
        _item(datatype="22", datadesc="一段视频"),
        K.CHANNEL,
        "一段视频",
        (Link(None, "一段视频", raw="一段视频"),),
    ),
    (_item(datatype="99", datatitle="新事物"), K.OTHER, "新事物", None),
    (
        _item(datadesc="好", refermsgitem={"displayname": "李四", "content": "早"}),
        K.QUOTE,
        "好",
        (Quote("李四", "早"), Text("好")),
    ),
]


@pytest.mark.parametrize(("item", "kind", "text", "segments"), ITEMS)
def test_items(item, kind, text, segments):
    (message,) = parse_record_dict({"title": "记录", "datalist": {"dataitem": item}}).messages
    assert (message.kind, message.text, message.given_segments) == (kind, text, segments)
    assert (message.sender, message.time, message.precision) == (
        "王五",
        dt.datetime(2024, 5, 5, 10),
        "second",
    )


def test_spellings_of_the_same_record():
    item = {
        "DataType": "1",
        "SourceName": "王五",
        "DataDesc": "早",
        "FromNewMsgID": "600",
        "SrcMsgCreateTime": "1777514400",
    }
    chatlog = parse_record_dict({"Title": "记录", "DataList": {"Count": "1", "DataItems": [item]}})
    xmltodict = {
        "title": "记录",
        "datalist": {"@count": "1", "dataitem": {f"@{k.lower()}": v for k, v in item.items()}},
    }
    assert chatlog == parse_record_dict({"recordinfo": xmltodict})
    assert chatlog == parse_record_repr(str(xmltodict))
    (message,) = chatlog.messages
    assert (message.id, message.time) == ("600", dt.datetime(2026, 4, 30, 10))


def test_nested_record():
    inner = {"recordinfo": {"title": "内", "datalist": {"dataitem": _item(datadesc="内层")}}}
    outer = _item(datatype="17", datatitle="内", recordxml=inner)
    (message,) = parse_record_dict({"title": "外", "datalist": {"dataitem": [outer]}}).messages
    assert message.kind is K.FORWARD
    assert message.segments[0].messages[0].text == "内层"


def test_nesting_is_bounded():
    record = {"title": "底", "datalist": {"dataitem": _item(datadesc="底")}}
    for _ in range(400):
        record = {
            "title": "层",
            "datalist": {"dataitem": _item(datatype="17", recordxml={"recordinfo": record})},
        }
    collector = Collector()
    assert isinstance(parse_record_dict(record, collector=collector), Forward)
    assert collector.diagnostics[0].code == "deep-forward"
    collector = Collector()
    text = "{'datalist': {'dataitem': " * 100 + "{}" + "}}" * 100
    assert parse_record_repr(text, collector=collector) is None
    assert collector.diagnostics[0].code == "broken-forward"


@pytest.mark.parametrize("data", [None, 3, "x", [], {}, {"a": 1}])
def test_what_is_no_record(data):
    assert parse_record_dict(data) is None


@pytest.mark.parametrize(
    "text", ["", "x", "{'a': __import__('os')}", "{'a': 1", "{" * 100_000, "{'a': 'b\\q'}", "{1: [}"]
)
def test_repr_that_is_no_record(text):
    assert parse_record_repr(text) is None


def test_large_repr_is_bounded():
    def parse(size):
        record = {"title": "记录", "datalist": {"dataitem": [_item(datadesc="早'\"\\\n")] * size}}
        assert len(parse_record_repr(repr(record)).messages) == size

    assert_linear(parse, 10_000)


@pytest.mark.parametrize("piece", ["'a", "[", "1", ", ", '"\\'])
def test_large_text_that_is_no_record_is_bounded(piece):
    assert_linear(lambda size: parse_record_repr("{" + piece * size), 500_000)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "title",
                    "datalist",
                    "dataitem",
                    "datatype",
                    "recordxml",
                    "location",
                    "recordinfo",
                    "sourcetime",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(_JSON)
def test_any_mapping_is_survived(data):
    assert parse_record_dict(data) is None or isinstance(parse_record_dict(data), Forward)


@given(st.text())
def test_any_text_is_survived(text):
    parse_record_repr(text)
    parse_record_repr("{" + text + "}")


@pytest.mark.parametrize("name", ["cdata", "escaped"])
def test_a_forward_as_clients_send_it(name):
    """The record stands in a CDATA section or with entities, and says the same."""
    message = parse_app_message((Path(__file__).parent / "forwards" / f"{name}.xml").read_text(encoding="utf-8"))
    assert (message.kind, message.text, message.title) == (K.FORWARD, "群聊的聊天记录", "群聊的聊天记录")
    ((forward,), day) = (message.segments, "2026-04-30")
    assert [(str(item.time), item.sender, item.kind, item.text) for item in forward.messages] == [
        (f"{day} 10:00:00", "王五", K.TEXT, "第一条"),
        (f"{day} 10:01:00", "赵六", K.IMAGE, ""),
        (f"{day} 10:02:00", "王五", K.LINK, "示例文章"),
        (f"{day} 13:03:00", "王五", K.FILE, "方案.docx"),
        (f"{day} 11:50:00", "赵六", K.LOCATION, "示例大厦 示例市示例路1号"),
        (f"{day} 10:05:00", "王五", K.FORWARD, "王五的聊天记录"),
    ]
    assert forward.messages[0].id == "6000000000000000900"
    (place,), (inner,) = (forward.messages[number].given_segments for number in (4, 5))
    assert (place.latitude, place.longitude) == (39.9, 116.4)
    assert [(item.sender, item.text) for item in inner.messages] == [("赵六", "内层")]
