"""Tables and JSON whose columns are called anything: what they hold tells which are which, and no other table is taken."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wechatlog

SAID = [
    ("2026-05-01 08:00:05", "张三", "早"),
    ("2026-05-01 08:01:00", "李四", '好的, 一起\n去"吃"饭'),
    ("2026-05-01 20:46:05", "张三", "[图片]"),
    ("2026-05-02 08:00:00", "我", "嗯嗯"),
    ("2026-05-02 08:01:00", "李四", "明天见"),
    ("2026-05-02 08:03:00", "张三", "看 https://example.com/?a=1,2"),
]
KINDS = ["文本", "文本", "图片", "文本", "文本", "文本"]
NAMES = st.sampled_from(["甲", "k1", "什么时候", "x y", "Wer", "col_3", "说了什么", "谁", "field", "乙方"])


def read(text: str | bytes) -> list[tuple[str, str | None, str]]:
    data = text.encode() if isinstance(text, str) else text
    return [(str(message.time)[:19], message.sender, message.text) for message in wechatlog.load(data)]


def table(rows: list[tuple[str, ...]], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


@given(
    order=st.permutations(range(5)),
    heading=st.none() | st.lists(NAMES, min_size=5, max_size=5, unique=True),
    delimiter=st.sampled_from(",;\t"),
)
def test_a_table_in_any_order_under_any_heading(order: list[int], heading: list[str] | None, delimiter: str) -> None:
    rows = [
        (when, who, what, kind, str(n)) for n, ((when, who, what), kind) in enumerate(zip(SAID, KINDS, strict=True))
    ]
    moved = [tuple(row[place] for place in order) for row in rows]
    assert read(table([*([tuple(heading)] if heading else []), *moved], delimiter)) == SAID


@settings(max_examples=15)
@given(order=st.permutations(range(3)), names=st.lists(NAMES, min_size=3, max_size=3, unique=True))
def test_json_under_any_keys(order: list[int], names: list[str]) -> None:
    objects = [{names[place]: said[place] for place in order} for said in SAID]
    columns = {name: {str(n): row[name] for n, row in enumerate(objects)} for name in objects[0]}
    for value in (
        objects,
        {"data": objects},
        {"chats": {"甲": objects[:4]}, "more": {"甲": objects[4:]}},
        columns,
        {name: [*column.values()] for name, column in columns.items()},
        {"columns": [*columns], "index": [*range(6)], "data": [[*row.values()] for row in objects]},
        [[*columns], *([*row.values()] for row in objects)],
        [[*row.values()] for row in objects],
    ):
        assert read(json.dumps(value, ensure_ascii=False)) == SAID
    assert read("\n".join(json.dumps(row, ensure_ascii=False) for row in objects)) == SAID


def test_lines_that_hold_a_message_in_an_object() -> None:
    lines = [{"id": n, "message": {"time": a, "sender": b, "content": c}} for n, (a, b, c) in enumerate(SAID)]
    assert read("\n".join(json.dumps(line, ensure_ascii=False) for line in lines)) == SAID


def test_a_column_that_is_called_a_side_and_holds_names() -> None:
    assert read(table([("time", "role", "content"), *SAID])) == SAID


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_as_spreadsheet_programs_save_it(encoding: str) -> None:
    assert read(table(SAID, "\t").encode(encoding)) == SAID


def test_a_text_may_go_on_without_quotes() -> None:
    said = [*SAID[2:], *((f"2026-05-03 08:0{n}:00", "李四", f"好{n}") for n in range(4))]
    lines = ["\t".join(row) for row in said]
    lines[3] += "\n第二行"
    assert read("\n".join(lines)) == [*said[:3], (*said[3][:2], f"{said[3][2]}\n第二行"), *said[4:]]


def test_what_was_guessed_is_told() -> None:
    (told,) = wechatlog.load(table(SAID).encode()).diagnostics
    assert told.code == "guessed-columns"
    assert told.message == "no heading says what the columns of this table are: they were told by what stands in them"


WHEN_AND_WHO = [(n, when, ("bob", "alice")[n % 2]) for n, (when, _, _) in enumerate(SAID)]


@pytest.mark.parametrize(
    "text",
    [
        table([("时间", "门店", "商品", "金额"), *((t, w, f"商品{n}", "12.5") for n, t, w in WHEN_AND_WHO)]),
        table([(t, w, f"名称很长{n}") for n, t, w in WHEN_AND_WHO]),
        table([("date", "author", "message"), *((t, w, f"fix {n}") for n, t, w in WHEN_AND_WHO)]),
        table([(t, "INFO" if n % 2 else "WARN", f"微信 started {n}") for n, t, _ in WHEN_AND_WHO]),
        table([("时间", "姓名", "地点", "状态"), *((t, w, f"会议室{n}", "已签到") for n, t, w in WHEN_AND_WHO)]),
        json.dumps([{"created_at": t, "user": w, "title": f"bug {n}"} for n, t, w in WHEN_AND_WHO]),
        json.dumps([{"time": t, "city": w, "desc": f"sun {n}"} for n, t, w in WHEN_AND_WHO]),
        json.dumps([[t, w, f"sun {n}"] for n, t, w in WHEN_AND_WHO]),
        json.dumps([{"time": f"step {n}", "sender": w, "chat": f"text {n}"} for n, _, w in WHEN_AND_WHO]),
    ],
    ids="sales names commits log visits issues weather arrays steps".split(),
)
def test_other_tables_are_no_chats(text: str) -> None:
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.load(text.encode())


ROWS = [{"time": when, "sender": who, "content": what} for when, who, what in SAID]
UNNAMED = [{"t0": when, "k": who, "w": what} for when, who, what in SAID]


@pytest.mark.parametrize("rows", [ROWS, UNNAMED], ids=["named", "unnamed"])
@pytest.mark.parametrize("times", [1, 150], ids=["short", "long"])
def test_each_chat_of_one_value_is_read(rows: list[dict[str, str]], times: int) -> None:
    chat = {"messages": rows * times}
    for value, titles in (
        ({"甲": chat, "乙": chat}, ["甲", "乙"]),
        ({"v": {"n": 1}, "甲": chat, "乙": {"records": rows * times}}, ["甲", "乙"]),
        ({"x": {"name": "甲", **chat}, "y": {"name": "乙", **chat}}, ["甲", "乙"]),
        ({"chats": [{"name": "甲", **chat}, {"name": "乙", **chat}]}, ["甲", "乙"]),
        ({"groups": [{"name": "甲", **chat}], "friends": [{"name": "乙", **chat}]}, ["甲", "乙"]),
        ({"messages": rows * times, "others": {"乙": chat}}, [None, "乙"]),
        ([{"name": "甲", **chat}, {"name": "乙", **chat}], ["甲", "乙"]),
    ):
        found = list(wechatlog.load_archive(json.dumps(value, ensure_ascii=False).encode()))
        assert [each.title for each in found] == titles
        for each in found:
            assert [(str(m.time)[:19], m.sender, m.text) for m in each] == SAID * times


@pytest.mark.parametrize("rows", [ROWS, UNNAMED], ids=["named", "unnamed"])
def test_a_chat_may_have_a_line(rows: list[dict[str, str]]) -> None:
    lines = [json.dumps({"name": name, "messages": rows}, ensure_ascii=False) for name in "甲乙丙"]
    found = list(wechatlog.load_archive("\n".join(lines).encode()))
    assert [(each.title, len(each), each[0].origin.line) for each in found] == [
        ("甲", 6, 1),
        ("乙", 6, 2),
        ("丙", 6, 3),
    ]
    lines[1] = lines[1][:-30]  # costs the text of its last message
    found = list(wechatlog.load_archive("\n".join(lines).encode()))
    assert [(each.title, len(each), each[5].text == SAID[5][2]) for each in found] == [
        ("甲", 6, True),
        ("乙", 6, False),
        ("丙", 6, True),
    ]
    assert [d.line for each in found for d in each.diagnostics if d.code == "broken-json"] == [2]


def test_messages_by_number_in_one_line() -> None:
    value = {str(number): row for number, row in enumerate(ROWS)}
    assert read(json.dumps(value, ensure_ascii=False)) == SAID


@pytest.mark.parametrize("rows", [ROWS, UNNAMED], ids=["named", "unnamed"])
def test_messages_in_a_further_list_are_told(rows: list[dict[str, str]]) -> None:
    for value in ({"messages": rows, "pinned": rows}, {"data": {"messages": rows, "pinned": rows}}):
        text = json.dumps(value, ensure_ascii=False, indent=0)
        for whole in (text, f"const chat = {text};"):
            found = wechatlog.load(whole.encode())
            assert [(str(m.time)[:19], m.sender, m.text) for m in found] == SAID
            (told,) = (d for d in found.diagnostics if d.code == "unread-part")
            assert told.message == "objects like the messages stand under 'pinned'; they were not read"


def test_no_row_of_arrays_is_lost_that_stood_in_a_block_of_code() -> None:
    rows = json.dumps([["甲", "乙", "丙"], *SAID], ensure_ascii=False)
    for text in (rows, rows.replace(" ", "\u00a0"), f"```\n{rows}\n```\n"):
        assert [row[2].replace("\u00a0", " ") for row in read(text)] == [row[2] for row in SAID]
    assert read(rows[:-8]) == SAID[:-1]


def test_objects_of_which_nothing_is_known_are_no_messages() -> None:
    lines = [*ROWS[:3], {"event": "joined", "n": 1}, *ROWS[3:], {"event": "left", "n": 2}]
    found = wechatlog.load("\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode())
    assert [(str(m.time)[:19], m.sender, m.text) for m in found] == SAID
    assert [(d.line, d.severity, d.message) for d in found.diagnostics if d.code == "unread-part"] == [
        (4, "warning", "an object or a row says nothing that is known of messages; it was left out, and so are others")
    ]
