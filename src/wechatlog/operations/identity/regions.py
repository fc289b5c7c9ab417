"""Cities, provinces and countries that stand in nicknames such as 张三-示例公司-上海, and name nobody there.

Data alone: simplified Chinese and, in small letters, Latin.
"""

from __future__ import annotations

from typing import Final

PLACES: Final = frozenset(
    "北京 上海 天津 重庆 河北 山西 辽宁 吉林 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 "
    "云南 陕西 甘肃 青海 台湾 广西 西藏 宁夏 新疆 香港 澳门 黑龙江 内蒙古 石家庄 唐山 保定 太原 大同 沈阳 大连 "
    "鞍山 长春 哈尔滨 大庆 南京 苏州 无锡 常州 南通 徐州 扬州 镇江 盐城 泰州 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 "
    "义乌 台州 合肥 芜湖 蚌埠 福州 厦门 泉州 漳州 南昌 九江 赣州 济南 青岛 烟台 潍坊 威海 临沂 郑州 洛阳 开封 "
    "武汉 宜昌 襄阳 荆州 长沙 株洲 湘潭 衡阳 岳阳 广州 深圳 珠海 佛山 东莞 中山 惠州 汕头 湛江 江门 南宁 柳州 "
    "桂林 海口 三亚 成都 绵阳 贵阳 遵义 昆明 大理 丽江 拉萨 西安 咸阳 宝鸡 兰州 西宁 银川 台北 高雄 新加坡 东京 "
    "大阪 首尔 纽约 伦敦 巴黎 硅谷 湾区 西雅图 悉尼 墨尔本 多伦多 温哥华 中国 美国 日本 德国 英国 法国 加拿大 "
    "澳洲 帝都 魔都 华东 华南 华北 华中 全国 海外 呼和浩特 乌鲁木齐 beijing shanghai guangzhou shenzhen hangzhou "
    "chengdu nanjing wuhan china usa uk".split()
)
