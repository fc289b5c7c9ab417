"""Build `examples/reading-club.jsonl`, an invented group chat of three months, and the pictures that it shows.

    python scripts/build_example.py

The same every time. Everybody and everything in it is invented. The scenes were written by hand; between them the
members report the page that they have reached, at the hours when each of them reads. Needs the extra `plot`.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import random
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import wechatlog
from wechatlog import (
    Call,
    Conversation,
    File,
    Forward,
    Image,
    Link,
    Location,
    Message,
    MiniProgram,
    Participant,
    Quote,
    RedPacket,
    Segment,
    Sticker,
    Transfer,
    Video,
    Voice,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
ZONE = ZoneInfo("Asia/Shanghai")
IDS = {
    "林晓": "wxid_linxiao00001",
    "周远": "wxid_zhouyuan0002",
    "何苗": "wxid_hemiao000003",
    "Tom Fischer": "wxid_tomfischer04",
    "苏沐🌿": "wxid_sumu00000005",
    "老郑": "wxid_laozheng0006",
    "钱蓝": "wxid_qianlan00007",
}
SELF = "林晓"
HOURS = {"林晓": 22, "周远": 7, "何苗": 12, "Tom Fischer": 20, "苏沐🌿": 23, "老郑": 6, "钱蓝": 18}
"""The hour at which each of them reports."""

REPORTS = (
    "打卡，第 {page} 页[强]",
    "今天读到第 {page} 页",
    "{page} 页，这一章有点难[晕]",
    "打卡 {page}",
    "读完第 {page} 页，睡了[月亮]",
    "{page} 页打卡，喜欢这一段[玫瑰]",
    "Page {page} today [OK]",
)
ANSWERS = ("[强][强]", "好快！", "等等我[捂脸]", "加油[奋斗]", "我还在前一章[流泪]", "厉害了[呲牙]", "[鼓掌]")

Line = tuple[str | None, str, str, tuple[Segment, ...] | None]


def say(sender: str, text: str) -> Line:
    """A text."""
    return sender, "text", text, None


def send(sender: str, kind: str, segment: Segment) -> Line:
    """Something that is no text; the archive gave it as a segment."""
    return sender, kind, segment.raw, (segment,)


def answer(sender: str, who: str, quoted: str, text: str) -> Line:
    """A text that quotes another; what is typed is read as any text is."""
    return sender, "quote", text, (Quote(who, quoted), *wechatlog.parse_segments(text))


def notice(text: str, kind: str = "system") -> Line:
    """What WeChat itself says."""
    return None, kind, text, None


SCENES: tuple[tuple[str, list[Line]], ...] = (
    ("2026-03-01 19:58", [
        notice("你邀请周远、何苗、Tom Fischer加入了群聊"),
        say("林晓", "大家好[微笑] 城南读书会从今天开始，每两周一本书，周日晚上八点聊"),
        say("何苗", "终于等到了[庆祝]"),
        say("周远", "第一本读什么？"),
        say("林晓", "@所有人 第一本投票：\n1. 《山间来信》\n2. 《灯塔与河》\n3. 《慢火车》\n回数字就行"),
        say("何苗", "2"),
        say("周远", "1"),
        say("Tom Fischer", "2 please, I can find it in English too"),
        say("林晓", "那就《灯塔与河》[OK]"),
        send("林晓", "link", Link("https://books.example.invalid/lamp", "《灯塔与河》试读", raw="《灯塔与河》试读")),
        say("周远", "收到，今晚就下单"),
    ]),
    ("2026-03-02 12:10", [
        notice("\"何苗\"邀请\"苏沐🌿\"和\"老郑\"加入了群聊"),
        say("苏沐🌿", "大家好，我是苏沐，在图书馆上班[害羞]"),
        say("老郑", "大家好，退休了，时间多，书读得慢"),
        say("林晓", "欢迎欢迎[玫瑰][玫瑰]"),
        say("何苗", "@苏沐🌿\u2005图书馆有几本《灯塔与河》？"),
        say("苏沐🌿", "三本，借出去一本，我留一本给老郑叔"),
        answer("老郑", "苏沐🌿", "三本，借出去一本，我留一本给老郑叔", "那太谢谢了[抱拳]"),
    ]),
    ("2026-03-08 20:01", [
        say("林晓", "八点啦，开始？[咖啡]"),
        send("林晓", "call", Call("voice", 2834, "已结束", raw="[语音通话] 47:14")),
        say("周远", "聊得不错，我先整理笔记"),
        say("Tom Fischer", "Great talk. My favourite, p. 41: the river does not ask who lit the lamp"),
        answer("苏沐🌿", "Tom Fischer", "Great talk. My favourite, p. 41: the river does not ask who lit the lamp",
               "中文版是「河从不问灯是谁点的」，我也划了线[爱心]"),
        send("周远", "file", File("读书笔记.pdf", 284_113, raw="[文件] 读书笔记.pdf")),
        say("何苗", "辛苦了！[鼓掌][鼓掌][鼓掌]"),
    ]),
    ("2026-03-14 16:32", [
        say("何苗", "下周要不要见面聊？我知道一家咖啡馆，二楼可以包场"),
        send("何苗", "location", Location(31.2304, 121.4737, "城南路 18 号二楼", "半页咖啡", raw="[位置] 半页咖啡")),
        say("老郑", "好啊，我坐地铁过去"),
        say("Tom Fischer", "Yes! What time?"),
        say("何苗", "@Tom Fischer\u2005周日下午三点，best coffee in town[咖啡]"),
        say("林晓", "场地费我先垫，到时候 AA"),
        say("周远", "👍"),
    ]),
    ("2026-03-22 15:04", [
        send("何苗", "image", Image(path="media/bookshelf.png", raw="[图片]")),
        say("何苗", "书架这一面都是他们卖的旧书"),
        say("苏沐🌿", "哇[色] 第二排中间那本蓝色的是不是《慢火车》初版？"),
        say("何苗", "是！八十块，我帮你拿着？"),
        answer("苏沐🌿", "何苗", "是！八十块，我帮你拿着？", "拿着拿着！！"),
        send("苏沐🌿", "transfer", Transfer("￥80.00", "《慢火车》", "received", raw="[转账] ￥80.00 《慢火车》")),
        notice("\"老郑\" 拍了拍 \"何苗\" 说辛苦了", "pat"),
        say("老郑", "我到楼下了，怎么上去？"),
        send("林晓", "voice", Voice(6.0, "从后门上来，楼梯在收银台旁边", raw="[语音] 6\"")),
        say("老郑", "看到了看到了"),
    ]),
    ("2026-03-22 18:40", [
        say("林晓", "今天场地和咖啡一共 320，六个人，每人 53 块 3，算 53 吧[旺柴]"),
        send("周远", "transfer", Transfer("￥53.00", "咖啡", "received", raw="[转账] ￥53.00 咖啡")),
        send("Tom Fischer", "transfer", Transfer("￥53.00", "coffee", "received", raw="[转账] ￥53.00 coffee")),
        send("老郑", "red_packet", RedPacket("请大家喝茶", raw="[红包] 请大家喝茶")),
        say("何苗", "谢谢郑叔！！[发抖]"),
        notice("\"周远\" 撤回了一条消息", "recall"),
        say("周远", "手滑"),
    ]),
    ("2026-04-04 09:15", [
        notice("\"苏沐🌿\"邀请\"钱蓝\"加入了群聊"),
        say("钱蓝", "大家好～我是做装帧设计的，苏沐拉我来的"),
        say("林晓", "欢迎！我们刚换第二本，《慢火车》"),
        say("钱蓝", "封面是我老师做的[偷笑]"),
        say("Tom Fischer", "No way! Tell us more on Sunday"),
        answer("钱蓝", "Tom Fischer", "No way! Tell us more on Sunday", "一定[OK]"),
        send("钱蓝", "forward", Forward("群聊的聊天记录", (
            Message(sender="装帧小组", text="初版封面用的是手工纸"),
            Message(sender="钱蓝", text="所以每一本的纹理都不一样"),
            Message(sender="装帧小组", text="对，印了两千册"),
        ), raw="[聊天记录] 群聊的聊天记录")),
    ]),
    ("2026-04-12 20:00", [
        say("林晓", "开始啦[咖啡] 今天先请 @钱蓝\u2005讲封面"),
        send("钱蓝", "video", Video(seconds=48.0, raw="[视频]")),
        say("老郑", "原来纸是这么做的，长见识"),
        say("苏沐🌿", "所以火车的那条线是压出来的，不是印的"),
        answer("钱蓝", "苏沐🌿", "所以火车的那条线是压出来的，不是印的", "对，摸得到"),
        say("周远", "我这本怎么摸不到……"),
        say("钱蓝", "你的是第三版[捂脸]"),
        send("何苗", "sticker", Sticker("笑哭", md5="9a0364b9e99bb480dd25e1f0284c8555", raw="[表情]")),
    ]),
    ("2026-04-19 21:30", [
        say("Tom Fischer", "Question: chapter 7, is the stationmaster the letter writer?"),
        say("周远", "我觉得是。证据：\n- 他知道那口钟停在四点\n- 他的左手写字\n- 信纸和站里的表格一样"),
        say("苏沐🌿", "可是信是从南边寄来的"),
        answer("何苗", "周远", "我觉得是。证据：", "左手这个点我没看出来[惊讶]"),
        say("老郑", "不急，第九章有答案，我昨晚看完了[阴险]"),
        say("林晓", "@老郑\u2005别剧透！！[敲打]"),
        say("老郑", "不说不说"),
    ]),
    ("2026-04-25 11:20", [
        say("林晓", "@所有人 五月的书单发在这里了，大家有空填一下想读的"),
        send("林晓", "mini_program",
             MiniProgram("五月书单投票", "https://vote.example.invalid/", "小投票", raw="[小程序] 五月书单投票")),
        say("何苗", "填了"),
        say("钱蓝", "填了[OK]"),
        say("老郑", "这个在哪里点？"),
        say("何苗", "@老郑\u2005点上面那个卡片，再点绿色按钮"),
        say("老郑", "好了，我投了《海边的钟表匠》"),
    ]),
    ("2026-05-03 14:02", [
        say("何苗", "假期有人想去江边走走吗？带上书"),
        say("Tom Fischer", "Me! With cake [蛋糕]"),
        say("钱蓝", "我可以，下午四点以后"),
        say("林晓", "我带野餐垫"),
        say("周远", "在老家，你们玩得开心[拥抱]"),
        send("何苗", "location", Location(31.2200, 121.5000, "滨江步道 3 号门", "江边草地", raw="[位置] 江边草地")),
        say("苏沐🌿", "天气预报说六点有雨[下雨]"),
        answer("林晓", "苏沐🌿", "天气预报说六点有雨[下雨]", "那我们五点半收"),
    ]),
    ("2026-05-03 17:41", [
        say("何苗", "真的下雨了[破涕为笑][破涕为笑]"),
        say("Tom Fischer", "The cake is safe. I am not."),
        say("老郑", "快找地方躲躲！"),
        say("林晓", "在桥下，都好，书也没湿[耶]"),
    ]),
    ("2026-05-17 20:03", [
        say("林晓", "第三本，《海边的钟表匠》，开始[咖啡]"),
        say("钱蓝", "先说结论：我哭了[流泪]"),
        say("何苗", "+1"),
        say("苏沐🌿", "最后一章的那封信，我读了三遍"),
        say("Tom Fischer", "Same. And the clock without hands…"),
        answer("周远", "苏沐🌿", "最后一章的那封信，我读了三遍", "信里没有一句说想念，每一句都是想念"),
        say("老郑", "@周远\u2005这句话我要抄下来[强]"),
        send("老郑", "image", Image(url="https://pictures.example.invalid/notebook.jpg", raw="[图片]")),
        say("老郑", "抄好了"),
        say("林晓", "郑叔的字真好看[赞]"),
    ]),
    ("2026-05-30 22:10", [
        say("林晓", "明天最后一次聊这本，六月休息两周"),
        say("林晓", "我把三个月的聊天记录存了一份，做成网页给大家留念"),
        say("何苗", "怎么做的？[疑问]"),
        say("林晓", "一行命令：wechatlog view reading-club.jsonl"),
        say("Tom Fischer", "wow"),
        say("苏沐🌿", "连搜索都有，查「灯塔」有好多条[色]"),
        say("老郑", "打卡的时候才发现我从来没断过[得意]"),
        say("周远", "[强][强][强]"),
    ]),
)  # fmt: skip


def messages() -> Iterator[Message]:
    """All messages in order of time, numbered."""
    dice = random.Random(20260301)
    planned: list[tuple[dt.datetime, Line]] = []
    for start, lines in SCENES:
        time = dt.datetime.fromisoformat(start).replace(tzinfo=ZONE)
        for line in lines:
            planned.append((time, line))
            time += dt.timedelta(seconds=dice.randint(4, 12) + 3 * min(len(line[2]), 30) + dice.choice((0, 0, 0, 40)))
    planned += list(reports(dice))
    planned.sort(key=lambda item: item[0])
    ids: dict[str, str] = {}
    for number, (time, (sender, kind, text, segments)) in enumerate(planned, 1):
        server_id = str(7_300_000_000_000_000_000 + number * 7919)
        quoted = next((segment.text for segment in segments or () if isinstance(segment, Quote)), None)
        yield Message(
            time=time,
            precision="second",
            sender=sender,
            sender_id=None if sender is None else IDS[sender],
            is_self=None if sender is None else sender == SELF,
            kind=kind,
            text=text,
            segments=segments,
            id=server_id,
            reply_to=None if quoted is None else next((i for t, i in ids.items() if t.startswith(quoted)), None),
        )
        ids[text] = server_id


def reports(dice: random.Random) -> Iterator[tuple[dt.datetime, Line]]:
    """Who has read how far, on most evenings."""
    joined = {"苏沐🌿": dt.date(2026, 3, 2), "老郑": dt.date(2026, 3, 2), "钱蓝": dt.date(2026, 4, 4)}
    pages = dict.fromkeys(IDS, 0)
    zeal = {"老郑": 1.0, "林晓": 0.7, "何苗": 0.6, "周远": 0.5, "苏沐🌿": 0.55, "Tom Fischer": 0.4, "钱蓝": 0.45}
    for day in (dt.date(2026, 3, 3) + dt.timedelta(days=number) for number in range(89)):
        for name in IDS:
            if day < joined.get(name, day) or (dice.random() > zeal[name] * 0.62 and name != "老郑"):
                continue
            pages[name] = pages[name] % 290 + dice.randint(6, 24)
            time = dt.datetime.combine(day, dt.time(HOURS[name], dice.randint(0, 59), dice.randint(0, 59)), ZONE)
            report = REPORTS[-1] if name == "Tom Fischer" else dice.choice(REPORTS[:-1])
            yield time, say(name, report.format(page=pages[name]))
            if dice.random() < 0.3:
                other = dice.choice([n for n in IDS if n != name and day >= joined.get(n, day)])
                text = dice.choice(ANSWERS)
                mention = f"@{name}\u2005" if dice.random() < 0.3 else ""
                yield time + dt.timedelta(seconds=dice.randint(20, 1500)), say(other, mention + text)


def draw(path: Path, seed: int = 7) -> None:
    """A shelf of invented books, another one for another seed."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    dice = random.Random(seed)
    figure = Figure(figsize=(4.8, 3.2), dpi=100, facecolor="#f3ead9")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 48), ylim=(0, 32))
    axes.axis("off")
    colors = ("#8c4a3b", "#c98b4e", "#3f5d6b", "#6b7f5a", "#d9b76c", "#51405e", "#a3573f", "#2f4858")
    for row in range(3):
        axes.add_patch(Rectangle((0, row * 10.6 + 0.2), 48, 0.9, color="#6e5138", ec="none"))
        left = 1.2
        while left < 46:
            width, height = dice.uniform(0.9, 2.2), dice.uniform(6.4, 8.6)
            axes.add_patch(Rectangle((left, row * 10.6 + 1.1), width, height, color=dice.choice(colors), ec="none"))
            axes.add_patch(
                Rectangle(
                    (left + 0.2, row * 10.6 + height - 0.6), max(width - 0.4, 0.2), 0.5, color="#f3ead9", ec="none"
                )
            )
            left += width + (dice.random() < 0.08) * 2.5 + 0.12
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})


def draw_faces() -> dict[str, str]:
    """Small pictures that four of the members have chosen for themselves, as addresses with the picture inside."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, Ellipse, Polygon, Rectangle

    lamp = [
        Polygon([(38, 20), (62, 20), (57, 66), (43, 66)], color="#f6f1e4"),
        Rectangle((40, 66), 20, 12, color="#ffd45e"),
    ]
    lamp += [Polygon([(36, 78), (64, 78), (50, 92)], color="#b3432f"), Rectangle((41, 36), 18, 9, color="#b3432f")]
    leaf = [
        Ellipse((50, 54), 34, 66, angle=-28, color="#5f9a4f"),
        Polygon([(38, 16), (41, 16), (63, 82)], color="#3f6d35"),
    ]
    cup = [Ellipse((68, 48), 30, 26, color="#f6f1e4"), Ellipse((68, 48), 16, 13, color="#d98a5b")]
    cup += [
        Polygon([(24, 64), (68, 64), (60, 26), (32, 26)], color="#f6f1e4"),
        Ellipse((46, 64), 44, 10, color="#6e4630"),
    ]
    hills = [Circle((68, 70), 12, color="#fff3c9"), Polygon([(0, 0), (34, 62), (68, 0)], color="#5b6f8a")]
    hills += [Polygon([(36, 0), (70, 46), (110, 0)], color="#42546d"), Rectangle((0, 0), 100, 10, color="#33455c")]
    pictures = {
        "林晓": ("#2f5d73", lamp), "苏沐🌿": ("#e3ecd2", leaf), "何苗": ("#d98a5b", cup), "老郑": ("#c9d8e6", hills),
    }  # fmt: skip
    found = {}
    for name, (ground, shapes) in pictures.items():
        figure = Figure(figsize=(0.64, 0.64), dpi=100, facecolor=ground)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 100), ylim=(0, 100))
        axes.axis("off")
        for shape in shapes:
            axes.add_patch(shape)
        picture = io.BytesIO()
        figure.savefig(picture, metadata={"Software": None})
        found[IDS[name]] = f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
    return found


def main() -> None:
    """Write the chat and its pictures."""
    draw(ROOT / "examples" / "media" / "bookshelf.png")
    conversation = Conversation(
        messages(),
        title="城南读书会",
        id="39182736450@chatroom",
        is_group=True,
        owner=IDS[SELF],
        participants=[Participant(name, account, name == SELF) for name, account in IDS.items()],
        metadata={"avatars": draw_faces()},
        tz=ZONE,
    )
    wechatlog.dump(conversation, ROOT / "examples" / "reading-club.jsonl")


if __name__ == "__main__":
    main()
