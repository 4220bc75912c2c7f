"""Who and what there is in the demo: people, stations, appliances, customers. All of it is invented.

The city does not exist, and no telephone number can: subscriber numbers do not begin with 0.
"""

from dataclasses import dataclass

TENANT = "Doorstep Demo"
PLATFORM = "Yunxi Mall 云栖商城"
STATIONS = ("Hubin station 湖滨服务站", "Jiang'an station 江岸服务站")
CITY = "云栖市"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a login. `station` counts in `STATIONS`; None looks after all."""

    login: str
    name: str
    role: str
    station: int | None


INSTALLERS = (
    Person("li.wei", "李伟 Li Wei", "installer", 0),
    Person("wang.qiang", "王强 Wang Qiang", "installer", 0),
    Person("zhao.lei", "赵磊 Zhao Lei", "installer", 0),
    Person("chen.gang", "陈刚 Chen Gang", "installer", 1),
    Person("liu.yang", "刘洋 Liu Yang", "installer", 1),
    Person("sun.bin", "孙斌 Sun Bin", "installer", 1),
)
DISPATCHER = Person("zheng.jie", "郑洁 Zheng Jie", "admin", None)
SUPERVISORS = (
    Person("zhou.min", "周敏 Zhou Min", "supervisor", 0),
    Person("wu.fang", "吴芳 Wu Fang", "supervisor", 1),
)
CONSOLE_PEOPLE = (*SUPERVISORS, DISPATCHER)


@dataclass(frozen=True, slots=True)
class Appliance:
    """A model of the catalogue. Its GTIN is of the range for use inside one company."""

    category: str
    brand: str
    model: str
    gtin: str
    name: str
    serial_prefix: str
    components: tuple[tuple[str, str], ...] = ()
    """Which part, and its name."""


WASHERS = (
    Appliance("washing_machine", "QINGLAN", "QL-W10D", "2900001100014", "青岚 QL-W10D 滚筒洗衣机 10 kg", "QLW10D26"),
    Appliance("washing_machine", "QINGLAN", "QL-W12S", "2900001100182", "青岚 QL-W12S 洗烘一体机 12 kg", "QLW12S26"),
    Appliance("washing_machine", "BAIYE", "BY-T90", "2900001100250", "白野 BY-T90 超薄滚筒洗衣机 9 kg", "BYT90X26"),
)
FRIDGES = (
    Appliance("refrigerator", "NORTHPINE", "NP-R512F", "2900001200028", "北松 NP-R512F 多门冰箱 512 L", "NPR512F26"),
    Appliance("refrigerator", "NORTHPINE", "NP-R330", "2900001200196", "北松 NP-R330 三门冰箱 330 L", "NPR330X26"),
    Appliance("refrigerator", "QINGLAN", "QL-B460Z", "2900001200264", "青岚 QL-B460Z 零嵌冰箱 460 L", "QLB460Z26"),
)
_SPLIT = (("indoor", "室内机"), ("outdoor", "室外机"))
AIR_CONDITIONERS = (
    Appliance("air_conditioner", "QINGLAN", "QL-K35", "2900001300032", "青岚 QL-K35 壁挂空调 1.5 匹", "QLK35X26", _SPLIT),
    Appliance("air_conditioner", "BAIYE", "BY-K72", "2900001300209", "白野 BY-K72 柜式空调 3 匹", "BYK72X26", _SPLIT),
)
APPLIANCES = (*WASHERS, *FRIDGES, *AIR_CONDITIONERS)


@dataclass(frozen=True, slots=True)
class Home:
    """A customer and where they live."""

    customer: str
    language: str
    street: str
    flat: str
    access: str | None


HOMES = (
    Home("王丽", "zh-Hans", "荷风路 18 号", "映荷苑 3 幢 1802", "门禁 0000，货梯在 B 门"),
    Home("陈静", "zh-Hans", "南屏街 206 号", "南屏里 7 幢 501", "无电梯，5 楼"),
    Home("黄志远", "zh-Hans", "文澜路 55 号", "文澜府 11 幢 2203", None),
    Home("Emma Clarke", "en", "柳浪巷 9 号", "柳浪公寓 1 幢 602", "Ring the bell twice"),
    Home("徐晓梅", "zh-Hans", "采桑路 88 号", "桑园新村 22 幢 301", "车停北门，推车进"),
    Home("郭建国", "zh-Hans", "栖霞街 31 号", "栖霞家园 5 幢 1104", None),
    Home("何佳怡", "zh-Hans", "荷风路 72 号", "湖畔名邸 9 幢 2601", "先到前台登记"),
    Home("罗斌", "zh-Hans", "观潮大道 310 号", "观潮府 2 幢 1503", None),
    Home("高洁", "zh-Hans", "茶溪路 14 号", "茶溪苑 6 幢 203", "门铃坏了，请打电话"),
    Home("林子轩", "zh-Hans", "文澜路 120 号", "书香里 4 幢 902", None),
    Home("Daniel Weber", "en", "观潮大道 66 号", "江景公寓 A 座 3007", "Lift card at the desk"),
    Home("宋雨欣", "zh-Hans", "南屏街 48 号", "南屏里 2 幢 102", "一楼带院子"),
    Home("唐伟民", "zh-Hans", "采桑路 19 号", "东篱居 8 幢 1701", None),
    Home("许诺", "zh-Hans", "柳浪巷 33 号", "柳浪新居 3 幢 404", "无电梯，4 楼"),
    Home("邓丽华", "zh-Hans", "栖霞街 77 号", "霞光里 10 幢 2002", None),
    Home("冯博", "zh-Hans", "茶溪路 101 号", "云山居 1 幢 1201", "地库限高 2.2 米"),
    Home("曹敏", "zh-Hans", "荷风路 5 号", "映荷苑 12 幢 601", None),
    Home("彭程", "zh-Hans", "观潮大道 188 号", "潮生里 7 幢 1902", "门禁 0000"),
    Home("Sofia Rossi", "en", "文澜路 9 号", "文澜府 3 幢 1801", None),
    Home("潘玉兰", "zh-Hans", "桂雨路 42 号", "桂雨苑 5 幢 302", "老人在家，请敲门"),
    Home("蒋浩", "zh-Hans", "桂雨路 160 号", "金桂府 16 幢 2405", None),
    Home("余思琪", "zh-Hans", "茶溪路 58 号", "溪语轩 2 幢 803", "婴儿午睡，请勿按门铃"),
    Home("杜海涛", "zh-Hans", "采桑路 140 号", "桑园新村 3 幢 502", None),
    Home("叶青", "zh-Hans", "南屏街 12 号", "钟声里 1 幢 1405", "装修中，先联系"),
)


def phone_number(place: int) -> str:
    """The telephone number of a home: a Chinese landline of a form that is never given out."""
    return f"+86571000000{place:02d}"
