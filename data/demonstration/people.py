"""People of the demonstration district. All of them are invented (虚构): no name, number or office is anybody's."""

from dataclasses import dataclass

INVENTED = "（演示）"
VACANT = "小淀镇"
"""The one unit whose post of town chief is vacant; nobody there is bound either."""

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    "长河", "春水", "海波", "志清", "文渊", "秀兰", "永泉", "建湖", "明溪", "玉洁", "国澄", "晓流", "润生",
    "清源", "思远", "慧敏", "德润", "云帆", "立波", "静波", "家汇", "雨田", "新渠", "洪涛", "碧莲", "汉青",
    "江月", "亦澜", "少川", "沛然",
)  # fmt: skip


@dataclass(frozen=True)
class Actor:
    """Somebody of the stand-in's page, bound from the start."""

    key: str
    name: str
    openid: str
    role: str
    note: str
    hint: tuple[str, ...]
    unit: str = ""
    village: str = ""
    is_registered: bool = True


def openid(name: str) -> str:
    """A made-up openid of 28 characters."""
    return f"oDemo{name}".ljust(28, "0")[:27] + "1"


TOWN_HINT = ("待办", "受理 1", "照片 1", "办结 1", "退回 1 不在我镇")
OFFICE_HINT = ("待办", "复核 1 通过", "复核 1 不通过 照片看不清", "汇总")
REPORT_HINT = ("我要举报", "进度", "帮助")

ACTORS = (
    Actor("li", "李阿姨", openid("ResidentLi"), "居民", "住在北运河边，不用登记", REPORT_HINT, is_registered=False),
    Actor("wang", "小王", openid("ResidentWang"), "居民", "骑车路过，不用登记", REPORT_HINT, is_registered=False),
    Actor("volunteer", "吴秀英", openid("Volunteer"), "社会义务监督员", "常在北运河边散步", REPORT_HINT),
    Actor("chief_tianmu", "王建湖", openid("TownChiefTianmu"), "镇级河湖长", "天穆镇", TOWN_HINT, "天穆镇"),
    Actor("liaison_tianmu", "李秀兰", openid("LiaisonTianmu"), "镇街联络员", "天穆镇，日常办理", TOWN_HINT, "天穆镇"),
    Actor(
        "village_tianmu", "刘长河", openid("VillageTianmu"), "村级河湖长", "天穆村，北运河天穆镇段", TOWN_HINT,
        "天穆镇", "天穆村",
    ),
    Actor("chief_beicang", "赵清源", openid("TownChiefBeicang"), "镇级河湖长", "北仓镇", TOWN_HINT, "北仓镇"),
    Actor("chief_shuangjie", "孙丽水", openid("TownChiefShuangjie"), "镇级河湖长", "双街镇", TOWN_HINT, "双街镇"),
    Actor(
        "chief_guoyuan", "郑国澄", openid("TownChiefGuoyuan"), "镇级河湖长", "果园新村街道，北运河左岸", TOWN_HINT,
        "果园新村街道",
    ),
    Actor(
        "chief_qingguang", "高立波", openid("TownChiefQingguang"), "镇级河湖长", "青光镇，子牙河与双口镇交界",
        TOWN_HINT, "青光镇",
    ),
    Actor(
        "chief_shuangkou", "宋明溪", openid("TownChiefShuangkou"), "镇级河湖长", "双口镇，子牙河与青光镇交界",
        TOWN_HINT, "双口镇",
    ),
    Actor("civilian", "韩守河", openid("CivilianChief"), "民间河湖长", "认领了北运河", REPORT_HINT),
    Actor("clerk_zhou", "周文渊", openid("OfficeZhou"), "河长办", "区河（湖）长办", OFFICE_HINT),
    Actor("clerk_wu", "吴静波", openid("OfficeWu"), "河长办", "区河（湖）长办", OFFICE_HINT),
)  # fmt: skip

DEPARTMENTS = ("区水务局", "区生态环境局", "区城市管理委")
DISTRICT_CHIEFS = (
    ("北运河", "郎园引河"),
    ("永定新河", "新引河", "永金引河"),
    ("子牙河", "永青渠", "卫河", "中泓故道"),
    ("新开河", "丰产河", "机场排水河"),
    ("北京排污河", "淀南引河", "外环河"),
)
"""Which water bodies each district chief looks after."""
CIVILIAN_CHIEFS = 37
VOLUNTEERS = 51
