"""What `merge` costs: two exports of one invented chat, and a small new export that goes into a big archive.

    python bench/merging.py [MESSAGES]

One export has ids and account ids, the other neither. Printed are seconds of processor time, the peak of memory with
both in it, and what `merge --into` takes for an archive of that size and for one of a tenth, with 100 new messages.
"""

from __future__ import annotations

import datetime as dt
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from wechatlog import Conversation, Message
from wechatlog.operations import merge_report
from wechatlog.outputs.growing import merge_into

WORDS = "今天 明天 开会 下雨 吃饭 周末 爬山 电影 好的 收到 谢谢 看看 项目 文档 版本 测试 接口 上线 问题 解决".split()
NEW = 100


def chat(number: int, *, ids: bool) -> Conversation:
    """An invented chat; the same for each number, but for ids."""
    draw, clock = random.Random(1), dt.datetime(2024, 1, 1)
    messages = []
    for count in range(number):
        clock += dt.timedelta(seconds=draw.randrange(1, 60))
        text, who = "".join(draw.choices(WORDS, k=draw.randrange(1, 8))), draw.randrange(20)
        account, known = (f"wxid_{who:012}", str(10**18 + count)) if ids else (None, None)
        messages.append(Message(clock, "second", f"人{who}", sender_id=account, text=text, id=known))
    return Conversation(messages, title="群")


def into(number: int, folder: Path) -> float:
    """Seconds that a small new export takes to get into an archive of so many messages."""
    whole = chat(number + NEW, ids=True)
    path = folder / f"{number}.jsonl"
    merge_into(path, [whole[:number]])
    start = time.process_time()
    merge_into(path, [whole[number - NEW :]])
    return time.process_time() - start


def main() -> None:
    """Print the numbers."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        for size in (number // 10, number):
            print(f"{NEW} new messages into {size:,}: {into(size, Path(folder)):.2f} s")
    pair = [chat(number, ids=True), chat(number, ids=False)]
    start = time.process_time()
    report = merge_report(pair)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{number:,} and {number:,}: {seconds:.1f} s, {peak:,.0f} MB, {report}")


if __name__ == "__main__":
    main()
