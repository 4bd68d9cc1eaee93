"""What do the members of a tea brand call themselves?"""

from __future__ import annotations

from weilu.connectors.imports.simulator.dice import Dice

FAMILY = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
)
GIVEN = [
    "雨桐",
    "子墨",
    "晓岚",
    "思远",
    "佳怡",
    "文博",
    "静姝",
    "浩然",
    "若溪",
    "明轩",
    "小满",
    "清越",
    "念慈",
    "书瑶",
    "一诺",
    "嘉树",
    "知夏",
    "怀瑾",
    "云舒",
    "立秋",
    "建国",
    "秀英",
    "志强",
    "丽华",
    "海燕",
    "国栋",
    "玉兰",
    "晨曦",
    "梓涵",
    "景行",
    "安然",
    "允之",
    "望舒",
    "青禾",
    "牧之",
    "语迟",
    "向晚",
    "见山",
    "疏影",
    "如初",
]
FIRST = [
    "南山",
    "听雨",
    "半盏",
    "一壶",
    "清风",
    "云边",
    "山间",
    "松下",
    "慢慢",
    "早起的",
    "爱喝茶的",
    "江南",
    "岭南",
    "闽北",
    "二两",
    "三杯",
    "老街",
    "城南",
    "雨后",
    "竹里",
    "深夜",
    "午后",
    "不加糖的",
    "远方的",
    "橘子",
    "桂花",
    "茉莉",
    "凤凰",
    "武夷",
    "滇南",
    "小镇",
    "月下",
    "溪边",
    "灶前",
    "檐下",
    "寻常",
    "自在",
    "微醺",
    "无糖",
    "佛系",
]
LAST = [
    "茶客",
    "书生",
    "先生",
    "阿姨",
    "猫",
    "闲人",
    "小筑",
    "掌柜",
    "老友",
    "人家",
    "旧事",
    "清欢",
    "时光",
    "鹿",
    "小姐",
    "大叔",
    "茶馆",
    "散人",
    "同学",
    "姑娘",
    "行者",
    "茶语",
    "牛奶",
    "小鱼",
    "少年",
    "来客",
    "橘",
    "听泉",
    "茶仓",
    "点心",
]
LATIN = [
    "Leo",
    "Momo",
    "Vivian",
    "Kevin",
    "Luna",
    "Echo",
    "Jason",
    "Coco",
    "Ivy",
    "Tommy",
    "Nana",
    "Zoe",
    "Aaron",
    "Mia",
    "Ryan",
    "Cici",
    "Eric",
    "Yoyo",
    "Sunny",
    "Alan",
    "Fiona",
    "Max",
    "Kiki",
    "Oscar",
    "Hana",
    "Bruce",
    "Tina",
    "Ray",
    "Summer",
    "Daniel",
    "Olivia",
    "Marc",
    "Helen",
    "Sofia",
    "Ben",
    "Clara",
    "Yuki",
    "Anton",
    "Priya",
    "Jonas",
]
SIGNS = ("🍵", "🌿", "☕", "🌸", "🍃", "✨", "🐟", "🌙")


def nickname(dice: Dice, platform: str) -> str:
    """A name as such members write it: a real one, a poetic one, a Latin one, a pet form; some with a sign or figures."""
    mark = dice.unit()
    if mark < (0.5 if platform == "telegram" else 0.12):
        name = (
            dice.one(LATIN)
            + dice.one(("", "", ".", "_"))
            + dice.one(("", "", dice.one(FAMILY), str(80 + dice.below(25))))
        )
    elif mark < 0.55:
        name = dice.one(FIRST) + dice.one(LAST)
    elif mark < 0.85:
        name = dice.one(FAMILY) + dice.one(GIVEN)
    else:
        name = (
            dice.one(("阿", "小", "老", "大"))
            + dice.one(FAMILY)
            + dice.one(("", "", "爱喝茶", "在路上", "同学"))
        )
    if dice.chance(0.1):
        name += dice.one(SIGNS)
    return name
