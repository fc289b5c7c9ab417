"""Pages of messages whose classes nobody knows: whatever they are called, what they say is read, and no other page."""

import gc
import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog

SAID = [
    ("张三", "2026-05-01 08:00:05", "早[微笑]"),
    ("我", "2026-05-01 08:01:00", "第一行\n第二行：好"),
    ("李四", "2026-05-01 20:46:05", "1 < 2 & 3"),
    ("张三", "2026-05-02 08:00:00", "看 https://example.com/a?b=1&c=2"),
    ("李四", "2026-05-02 08:01:00", "[语音]"),
    ("我", "2026-05-02 08:02:00", "明天见"),
]
WORDS = [
    name for one in ("aa bb", "x-1 is-y", "Foo Bar", "消 息", "t_a u__b", "css-1x2y css-9z") for name in one.split()
]
BLOCKS = st.sampled_from(["div", "li", "article", "section"])
INLINE = st.sampled_from(["span", "b", "em", "strong", "i"])


def page(messages, title="登山群 - 聊天记录"):
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>\n{messages}\n</body></html>'


def read(text):
    return [(m.sender, str(m.time), m.text) for m in wechatlog.load(text.encode())]


@given(
    tags=st.tuples(BLOCKS, INLINE, INLINE, st.sampled_from(["div", "p"])),
    names=st.lists(st.sampled_from(WORDS), min_size=4, max_size=4, unique=True),
    order=st.sampled_from(
        ["{who}{when}{what}", "{when}{who}{what}", "{who}{what}{when}", "<div>{who}{when}</div>{what}"]
    ),
    between=st.sampled_from(["", "\n", "\n  "]),
    outside=st.sampled_from(["{}", "<main>{}</main>", "<div><div>{}</div></div>", "<ul>{}</ul>"]),
    quote=st.sampled_from(['"', "'"]),
)
def test_names_mean_nothing(tags, names, order, between, outside, quote):
    def element(place, inside):
        return f"<{tags[place]} class={quote}{names[place]}{quote}>{inside}</{tags[place]}>"

    messages = (
        element(0, order.format(who=element(1, who), when=element(2, when), what=element(3, _shown(what))))
        for who, when, what in SAID
    )
    assert read(page(outside.format(between.join(messages)))) == SAID


def _shown(text):
    return html.escape(text).replace("\n", "<br>")


@pytest.mark.parametrize("name", ["row", "post", "zz"])
def test_letters_in_the_name_of_a_class_say_no_side(name):
    rows = "".join(
        f'<div class="{name}"><i class="q">{when}</i><b class="w">{who}</b><p class="r">{_shown(what)}</p></div>'
        for who, when, what in SAID
        if who != "我"
    )
    assert {message.is_self for message in wechatlog.load(page(rows).encode())} == {None}


@pytest.mark.parametrize(
    "form",
    [
        "<h4>{who} <small>{when}</small></h4><p>{what}</p>",
        "<dt>{who} {when}</dt><dd>{what}</dd>",
        '<div data-sender="{who}" data-at="{when}"><p>{what}</p></div>',
        "<p><b>{who}</b> <i>{when}</i><br>{what}</p>",
        "<div><font color=red>{who} {when}</font><br>{what}</div>",
        "<li><time>{when}</time> <strong>{who}</strong>: <span>{what}</span></li>",
        "<li><time>{when}</time> <strong>{who}</strong>: {what}</li>",
        "<tr><td>{when}</td><td>{who}</td><td>{what}</td></tr>",
        "<div style='margin:4px'><span>{when}</span> <b>{who}</b><div style='padding:2px'>{what}</div></div>",
        "<DIV CLASS=zz><I>[{when}]</I> <B>{who}</B><P>{what}</P></DIV>",
    ],
)
def test_elements_need_no_classes(form):
    messages = "\n".join(form.format(who=who, when=when, what=_shown(what)) for who, when, what in SAID)
    assert read(page(messages)) == SAID


@pytest.mark.parametrize(
    "form",
    [
        "<p><b>{who}</b> ({when}): {what}</p>",
        "<p>[{when}] {who}: {what}</p>",
        "<li>[{when}] {who}: {what}</li>",
        "{who} {when}<br>{what}<br><br>",
        "{when} {who}<br>{what}<br>",
        "{when} {who}: {what}<br>",
        "<div>{who} {when}</div><div>{what}</div>",
        "<div>{when} {who}</div><div>{what}</div><div><br></div>",
        "<span><font size=2>[{when}]</font></span> {who}: {what}<br/>",
    ],
)
@pytest.mark.parametrize("outside", ["{}", "<h1>登山群</h1><div>{}</div>", "<table><tr><td>{}</td></tr></table>"])
def test_lines_of_text_in_a_page(form, outside):
    messages = "\n".join(form.format(who=who, when=when, what=_shown(what)) for who, when, what in SAID)
    assert read(page(outside.format(messages))) == SAID


def test_a_text_that_stands_in_a_page_as_it_is():
    lines = "\n".join(f"[{when}] {who}: {what}" for who, when, what in SAID)
    assert read(page(f"<pre>{html.escape(lines)}</pre>")) == SAID
    assert wechatlog.load(page(f"<pre>{html.escape(lines)}</pre>").encode()).title == "登山群"
    found = wechatlog.detect(page(f"<pre>{html.escape(lines)}</pre>").encode())
    assert (found.format, found.reason) == ("bracket-lines", "in the text of a page: 6 lines '[time] name: text'")


def test_a_name_that_never_comes_again_is_told_by_what_its_element_is_called():
    form = "<div class=aa><span class=userName>{}</span><i class=bb>{}</i><p class=cc>{}</p></div>"
    said = [(f"人{number}", when, what) for number, (_, when, what) in enumerate(SAID)]
    messages = "\n".join(form.format(who, when, _shown(what)) for who, when, what in said)
    assert read(page(messages)) == said


def test_a_page_says_that_it_is_a_chat_by_what_is_in_it():
    form = "<p><b>{who}</b> <i>{when}</i><br>{what}</p>"
    messages = "\n".join(form.format(who=who, when=when, what=_shown(what)) for who, when, what in SAID)
    assert read(f"<html><body>\n{messages}\n</body></html>") == SAID


def test_a_notice_that_comes_late_is_no_part_of_a_message():
    form = '<div class="zz"><i>{}</i><b>{}</b><p>{}</p></div>'
    first = "".join(form.format(when, who, _shown(what)) for who, when, what in SAID)
    later = f"{' ' * 70_000}<em>王五加入了群聊</em>{form.format('2026-05-03 09:00:00', '王五', '大家好')}"
    found = wechatlog.load(page(first + later).encode())
    assert [(m.sender, m.kind, m.text) for m in found[-2:]] == [
        (None, "system", "王五加入了群聊"),
        ("王五", "text", "大家好"),
    ]


def test_what_stands_below_and_inside_is_told():
    form = '<div class="zz"><i>{}</i><b>{}</b><p>{}</p><u>已读回执</u></div>'
    messages = "".join(form.format(when, who, _shown(what)) for who, when, what in SAID)
    found = wechatlog.load(page(f"{messages}<p>共 6 条消息</p>").encode())
    assert [m.text for m in found] == [text for _, _, text in SAID]
    assert [d.message for d in found.diagnostics if d.code == "unread-part"] == [
        "what else stands in the messages of this page is not known and was left out: '已读回执'",
        "what stands below the messages was left out: '共 6 条消息'",
    ]


KNOWN = '<div class="msg"><i class="sender">{who}</i><i class="time">{when}</i><p class="content">{what}</p></div>'
FORMS = {
    "known": KNOWN,
    "another class": KNOWN.replace("msg", "aa"),
    "unknown": '<div class="bb"><b class="cc">{who}</b><i class="dd">{when}</i><p class="ee">{what}</p></div>',
    "rows": "<tr><td>{when}</td><td>{who}</td><td>{what}</td></tr>",
    "script": '{{"time":"{when}","sender":"{who}","content":"{what}"}},',
}
AROUND = {"rows": "<table>{}</table>", "script": "<script>const more = [{}];</script>"}


@pytest.mark.parametrize("second", FORMS)
@pytest.mark.parametrize("first", ["known", "unknown"])
@pytest.mark.parametrize("turned", [False, True], ids=["behind", "in front"])
def test_messages_in_two_shapes_are_read_or_told(first, second, turned):
    half = [
        AROUND.get(form, "<div>{}</div>").format(
            "\n".join(
                FORMS[form].format(who=who, when=f"2026-05-0{day} 08:0{n}:00", what=f"话{n}")
                for n, who in enumerate(["张三", "李四"] * 3)
            )
        )
        for day, form in ((1, first), (2, second))
    ]
    chat = wechatlog.load(page("\n".join(half[::-1] if turned else half)).encode())
    assert len(chat) == 12 or "unread-part" in {entry.code for entry in chat.diagnostics}


def test_a_page_that_is_larger_than_what_is_looked_at_first():
    form = '<div class="zz"><i>2026-05-{:02} {:02}:{:02}</i><b>{}</b><p>消息 {}</p></div>\n'
    times = [(1 + n // 1440, n // 60 % 24, n % 60) for n in range(2000)]
    messages = "".join(form.format(*time, "张三" if n % 3 else "李四", n) for n, time in enumerate(times))
    found = wechatlog.load(page(messages).encode())
    assert [m.text for m in found] == [f"消息 {n}" for n in range(2000)]
    assert found[1999].origin.line == 2001


def test_a_message_leaves_nothing_behind_for_the_collector():
    form = '<div class="zz"><i>{}</i><b>{}</b><p>{}</p></div>'
    text = page("".join(form.format(when, who, _shown(what)) for who, when, what in SAID * 30)).encode()
    wechatlog.load(text)  # what is made once
    gc.collect()
    gc.disable()
    try:
        found = wechatlog.load(text)
        assert gc.collect() < len(found)
    finally:
        gc.enable()


def rows(form, title):
    values = [(f"2026-01-0{n} 10:00:00", f"{'AB'[n % 2]}", n) for n in range(1, 8)]
    return page("\n".join(form.format(when=when, who=who, n=n) for when, who, n in values), title)


@pytest.mark.parametrize(
    "text",
    [
        rows("<article><h2>Post {n}</h2><time>{when}</time><i>Bob</i><p>Summary {n}</p></article>", "My blog"),
        rows("<li><b>Room {who}</b> {when} <i>talk {n}</i></li>", "Schedule"),
        rows('<li><a href="#">标题{n}</a><span>{when}</span></li>', "新闻列表"),
        rows("<h3>v1.{n} <small>{when}</small></h3><p>fixed bug {n}</p>", "Changes"),
        rows("<tr><td>{n}</td><td>{when}</td><td>订单{n}</td><td>已发货 {who}</td></tr>", "消息中心"),
        rows('<div class="comment"><u>网友{who}</u><i>{when}</i><p>评论{n}</p></div>', "文章"),
        rows("<tr><td>{when}</td><td>INFO</td><td>message {n}</td></tr>", "微信聊天服务 log"),
        page("<p>2026-05-01 08:00 张三</p><p>2026-05-01 08:01 李四</p>"),
    ],
    ids="blog schedule news changes orders comments log two".split(),
)
def test_other_pages_are_no_chats(text):
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.load(text.encode())


def test_a_damaged_page_is_read_by_the_format_that_was_named():
    row = '<div class="row {}"><div class="bub {}">\n{}\n</div></div>\n'
    text = (
        "<html><head><title>聊天</title><style>\n"
        + row.format("o", "o", "早")
        + row.format("s", "s", "好")
        + "</body></html>"
    )
    found = wechatlog.load(text.encode(), format="named-pages")
    assert [m.text for m in found] == ["早", "好"]
