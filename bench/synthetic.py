"""An invented group chat of any size, the same for the same seed, in the forms that the cases read."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ["李四", "王五-示例公司-产品-上海", "赵六 架构师", "我", "Tom-示例", "孙七??", "周八@示例", "吴九"]
WORDS = (
    "今天 明天 系统 接口 支付 订单 对账 上线 方案 测试 数据 风险 渠道 用户 费率 清算 谢谢 收到 好的 可以 文档 会议 "
    "API JSON review ， 。 ？ ！ 、"
).split()
EMOJI = ["[强]", "[微笑]", "[捂脸]", "[呲牙]", "[鼓掌][鼓掌]"]


class Line(NamedTuple):
    """A message of the synthetic chat."""

    time: dt.datetime
    name: str
    text: str
    image: bool


def chat(count: int, seed: int = 1) -> Iterator[Line]:
    """Messages with the shares measured on real archives: 8 % mentions, 12 % emoji, 3 % images, 2 % addresses."""
    dice = random.Random(seed)
    start = dt.datetime(2026, 5, 1)
    for number in range(count):
        time = start + dt.timedelta(seconds=number * 86_399 // max(count, 1))
        name = dice.choice(NAMES)
        share = dice.random()
        text = "".join(dice.choice(WORDS) for _ in range(dice.randint(1, 16)))
        if share < 0.03:
            url = f"http://static.example.invalid/img/{time:%Y%m%d_%H%M%S}.png"
            yield Line(time, name, f"![{time:%Y-%m-%d %H:%M:%S}]({url})", image=True)
            continue
        if share < 0.11:
            text = f"@{dice.choice(NAMES)} {text}"
        elif share < 0.23:
            text += dice.choice(EMOJI)
        elif share < 0.25:
            text += " https://a.example.invalid/path?x=1"
        yield Line(time, name, text, image=False)


def markdown(lines: Iterator[Line]) -> Iterator[str]:
    """The Markdown archive, daily dialect."""
    yield '---\nlayout:     source \ntitle:      "2026-05-01-WeChat"\ndate:       2026-05-01 12:00:00\n---\n'
    for line in lines:
        tail = " " if line.image else "  "
        yield f"> {line.time:%H:%M:%S}  {line.name}  \n   \n{line.text}{tail}\n   \n"


def markdown_days(folder: Path, files: int, messages: int) -> None:
    """A folder of daily archives, one chat in each, if it is not there yet."""
    if folder.exists():
        return
    part = folder.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        day = dt.date(2025, 1, 1) + dt.timedelta(number)
        head = f'---\nlayout:     source \ntitle:      "{day}-WeChat"\ndate:       {day} 12:00:00\n---\n'
        blocks = itertools.islice(markdown(chat(messages, seed=number)), 1, None)
        text = head + "".join(blocks)
        (part / f"{day}-WeChat.md").write_text(text, encoding="utf-8", newline="")
    part.rename(folder)


def whatsapp(lines: Iterator[Line]) -> Iterator[str]:
    """The text export of WhatsApp for Android."""
    for line in lines:
        yield f"{line.time:%d/%m/%Y, %H:%M} - {line.name}: {line.text}\n"


def irc(lines: Iterator[Line]) -> Iterator[str]:
    """An IRC log."""
    for line in lines:
        yield f"{line.time:%H:%M:%S} <{line.name.replace(' ', '_')}> {line.text}\n"


FORMS = {"markdown": markdown, "whatsapp": whatsapp, "irc": irc}


def make(form: str, count: int, path: Path, seed: int = 1) -> None:
    """Write a chat into a file, if it is not there yet."""
    if not path.exists():
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(FORMS[form](chat(count, seed)))
