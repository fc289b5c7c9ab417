"""Makes `data/everyday_words.txt`: words that say nothing of a person even where somebody is called so.

The Chinese words are those of jieba's dictionary (MIT licence; `pip install jieba`) of two to four characters that are
frequent and no names of people; to them come words of chats and of groups, and English ones, from the lists below. A
name in capitals is compared in lower case; one with a capital at its beginning (Summer) is a word only if it stands so
in a list.
"""

from __future__ import annotations

import re
from pathlib import Path

import jieba

TARGET = Path(__file__).parent.parent / "src" / "wechatlog" / "data" / "everyday_words.txt"
LEAST = 50
LEAST_NICKNAME = 1000
"""For words such as 小雨 and 老王, which are what people call each other."""
CHATS = """
群主 群友 群员 管理员 产品经理 项目经理 程序员 程序猿 公众号 小程序 朋友圈 二维码 红包 表情 表情包 点赞 转发 截图
链接 网址 微信 微博 网购 快递 外卖 打车 打卡 加班 调休 吐槽 围观 潜水 冒泡 灌水 签到 收到 好的 好滴 可以 不错 谢谢
感谢 欢迎 恭喜 厉害 牛逼 哈哈 哈哈哈 呵呵 嘿嘿 嘻嘻 哎呀 早安 晚安 早上好 晚上好 中午好 下午好 大家好 你好 再见
拜拜 加油 辛苦 辛苦了 大佬 大神 小伙伴 小白 菜鸟 老司机 阳光 安静 老师 同学 群管理 风控 解决方案 运营商 互联网
大数据 云计算 人工智能 区块链 客户端 服务器 数据库 接口 前端 后端 全栈 运维 测试 开发 研发 架构 架构师 设计师
工程师 产品 运营 市场 商务 财务 人事 行政 法务 销售 客服 老板 员工 创业 创业者 投资人 小姐姐 小哥哥 宝宝 宝贝
亲爱的 妈妈 爸爸 爷爷 奶奶 哥哥 姐姐 弟弟 妹妹 叔叔 阿姨 老公 老婆 孩子 匿名 游客 用户 昵称 备注 所有人 全体成员
测试号 机器人 助手 小助手 路人 路人甲 无名 无名氏 秘密 随缘 随便 没有 空白 未知 天空 星空 月亮 太阳 白云 蓝天 雨天
平安 健康 快乐 幸福 幸运 开心 自由 梦想 希望 未来 永远 简单 丘陵 令人 侍卫 保健 修正 元帅 光荣 光辉 公正 冷笑 凤凰
卫星 友谊 古老 叶子 吉祥 周转 和尚 多谢 子孙 孙子 宁可 宝剑 宝贵 宣言 宫殿 封锁 小姐 小姑娘 崇拜 师傅 师兄 师范
帝王 康复 文明 武功 明星 明白 智慧 权威 柏林 桂林 梅花 武林 比武 沙滩 洪水 玉石 玉米 王朝 白雪 白领 祖先 祖宗 米粉
红旗 维生素 老太太 胡同 胡子 英勇 范畴 荣誉 言语 诸如 辛勤 道德 阿拉伯 陆军 雪山 雷达 青少年 顾客 顾问 高峰 高潮
齐全 齐声
"""
ENGLISH = """
a able about above account act add admin after again age ago ai air alert all allow alone also always am an and
android angel another answer any anyone api app apple are area art as ask at autumn away baby back bad balance ball
bank bar base bat be bear beat beauty because bed been before best beta better big bit black blog blue boat body
book boss both box boy bread break bug bus business but buy by cake call can car card care case cat cell chain
chair change chat check chicken china city class clean click clock close cloud code coffee cold com come company
cookie cool could country course cream cup customer data day dear deep demo desk dev do doctor dog done door double
down dream drive drop each early east easy eat edit egg email end english enjoy enough error even ever every
example eye face fact fail fall family far fast father feel few file film find fire first fish five fix fly focus
food for forever form free freedom friday friend from full fun future game get gift girl give glass go god gold
good google got grass great green group guest had hair half hand happy hard has have he head heart hello help her
here hero hi high him his holiday home hope hot house how i ice idea if image in info into ios ip is it item its
java job join joy just keep key kid kind king know language large last late leader learn left less let letter level
life light like line link list little live local lol long look lost love low luck lucky mac mail main make man
manager many map market master may maybe me mean meet member memory menu message mind mine mini miss model moment
monday money month moon more morning most mother mouse move movie much music must my name need net network never
new news next nice night nine no nobody node none normal north not note nothing now null number of off office often
ok okay old on once one online only open option or orange order other our out over own page paper parent park part
party pass past pay peace people phone php pic pick pig pink place plan play player please pm point power price
product program project python queen question quick quiet rain rainbow read ready real really red report rest right
river road rock room root round run sad safe said sale same saturday save say school sea search season second see
seed sell send server service set seven shadow share she ship shop short should show side simple since single sir
sister site six sky sleep slow small smart smile snow so social soft some someone something song sorry soul sound
soup south space special speed spring sql star start state stay step still stone stop storm story street strong
student study style such sugar summer sun sunday sunny super sure sweet system table take talk tea teacher team
tech tell ten test thank thanks that the their them then there these they thing think this those three thursday
tiger time title to today together tomorrow too top town train travel tree trip true try tuesday turn two ui under
unknown until up update upon us use user used ux vacation version very video view vip voice wait walk wall want
warm was watch water way we web website week wechat weekend weixin welcome well were west what when where which
white who why wild will win wind window wine winter wish with wolf woman wood word work world would wow write wrong
yeah year yellow yes yesterday yet you young your zero
"""
AS_SPELLED = """
All Android App Apple Ask Bug China Chrome Code Demo English Facebook GitHub Go Google Happy Hello Hi How I If It
Java JavaScript Js Linux Lol Love Mac Monday My Mysql New News No Node Not Note Ok Oracle Php Please Pm Product
Python Redis Rust Site Sorry Spring Sql Sunday Test Thank Thanks The This Tip To Today Top Twitter Vip Vue Web
Welcome What Why Wifi Windows Word Yes You iOS iPad iPhone
"""


def words() -> set[str]:
    """All of them."""
    found = {*CHATS.split(), *ENGLISH.split(), *AS_SPELLED.split()}
    with Path(jieba.__file__).with_name("dict.txt").open(encoding="utf-8") as file:
        for line in file:
            word, count, tag = line.split()
            least = LEAST_NICKNAME if re.fullmatch("[小老阿大].", word) else LEAST
            if int(count) >= least and not tag.startswith("nr") and re.fullmatch("[\u4e00-\u9fff]{2,4}", word):
                found.add(word)
    return found


if __name__ == "__main__":
    TARGET.write_text("\n".join(sorted(words())) + "\n", encoding="utf-8")
