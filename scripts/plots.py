"""Draw the plots of the documentation: `python scripts/plots.py [FOLDER]`, into docs/images without an argument.

The chat is invented, and the same on every run: a reading circle with habits of the hour and of the week.
Needs the extra `plot` and a font with Chinese characters.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from pathlib import Path
from typing import Final

from wechatlog import Conversation, Message
from wechatlog.ext import plot
from wechatlog.operations import statistics

FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
PEOPLE: Final = (
    "张三", "李四", "王五", "赵六", "陈小禾", "老周", "Mia Lin", "阿斌", "小满", "孙七", "周八", "吴九", "郑十",
    "Tom", "冯十一", "褚十二", "卫十三", "蒋十四", "沈十五", "韩十六", "杨十七", "朱十八", "秦十九", "尤二十",
)  # fmt: skip
EMOJI: Final = (
    "[捂脸]", "[强]", "[呲牙]", "[微笑]", "[玫瑰]", "[鼓掌]", "[偷笑]", "[抱拳]", "[太阳]", "[咖啡]", "[憨笑]", "[OK]",
    "[流泪]", "[握手]", "[旺柴]", "[加油]", "[蛋糕]", "[月亮]", "[庆祝]", "[机智]", "[吃瓜]", "[社会社会]",
)  # fmt: skip
WORDS: Final = (
    "今天 这一章 作者 读完 周六 有人 觉得 很 好看 翻译 版本 借 给我 下一本 推荐 一起 讨论 结尾 意外 喜欢 请 发".split()
)
HOURS: Final = (1, 0.4, 0.2, 0.1, 0.1, 0.3, 1, 4, 8, 7, 6, 6, 9, 6, 5, 5, 5, 6, 8, 10, 14, 16, 11, 4)
WEEKDAYS: Final = (1, 0.9, 0.95, 1, 1.25, 1.6, 1.5)


def chat(day_count: int = 150, people: tuple[str, ...] = PEOPLE, seed: int = 7) -> Conversation:
    """An invented group chat of so many days, some dozens of messages a day."""
    dice = random.Random(seed)
    weights = [1 / (rank + 1.2) ** 0.9 for rank in range(len(people))]
    pace = {name: dice.uniform(2.6, 5.6) for name in people}
    friends = {name: [other for other in dice.choices(people, weights, k=4) if other != name] for name in people}
    messages: list[Message] = []
    mood = 1.0
    for number in range(day_count):
        day = dt.datetime(2026, 1, 5) + dt.timedelta(days=number)
        mood = min(2.5, max(0.3, mood * dice.lognormvariate(0, 0.18) ** 0.9))
        sessions = round(5 * mood * WEEKDAYS[day.weekday()] * dice.uniform(0.6, 1.4))
        starts = sorted(
            day + dt.timedelta(hours=hour, seconds=dice.uniform(0, 3600))
            for hour in dice.choices(range(24), HOURS, k=sessions)
        )
        for start in starts:
            messages += session(dice, start, people, weights, pace, friends)
    return Conversation(messages, title="示例读书会", is_group=True).sorted()


def session(
    dice: random.Random, time: dt.datetime, people: tuple[str, ...], weights: list[float],
    pace: dict[str, float], friends: dict[str, list[str]],
) -> list[Message]:  # fmt: skip
    """A few people talk for a while."""
    circle = dice.choices(people, weights, k=dice.randint(2, 5))
    found: list[Message] = []
    for _ in range(1 + int(dice.expovariate(0.06))):
        name = dice.choice(circle)
        time += dt.timedelta(seconds=int(dice.lognormvariate(pace[name], 1.1)) + 1)
        text = "".join(dice.choices(WORDS, k=dice.randint(1, 9)))
        if friends[name] and dice.random() < 0.12:
            text = f"@{dice.choice(friends[name])}\u2005{text}"
        if dice.random() < 0.25:
            text += dice.choices(EMOJI, [1 / (rank + 1) for rank in range(len(EMOJI))])[0]
        kind = "text" if dice.random() < 0.9 else "image"
        found.append(Message(time, "second", name, kind=kind, text=text))
    return found


def draw(folder: Path) -> None:
    """Every plot as PNG, and one of them dark."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = statistics(chat())
    names = [name for name in plot.__all__ if name != "MissingFontWarning"]
    for name, dark in [(name, False) for name in names] + [("activity", True)]:
        figure = getattr(plot, name)(numbers, dark=dark)
        stem = name.replace("_", "-") + ("-dark" if dark else "")
        figure.savefig(folder / f"plot-{stem}.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
