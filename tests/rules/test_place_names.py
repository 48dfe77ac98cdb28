"""Places as people in Beichen type them, matched against names of the registry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.place_names import Match, Named, PlaceNames

ROWS = {
    # water body, town, villages, name
    "北运河天穆": ("北运河", "天穆镇", ("天穆", "南仓", "柳滩"), "北运河天穆镇段"),
    "北运河北仓": ("北运河", "北仓镇", ("北仓", "桃花寺", "王秦庄"), "北运河北仓镇段"),
    "北运河双街": ("北运河", "双街镇", ("双街村村民委员会", "汉沟村村民委员会"), "北运河双街镇段"),
    "永定新河大张庄": ("永定新河", "大张庄镇", ("大张庄", "刘马庄"), "永定新河大张庄镇段"),
    "永定新河西堤头": ("永定新河", "西堤头镇", ("东堤头", "西堤头", "芦新河"), "永定新河西堤头镇段"),
    "子牙河双口": ("子牙河", "双口镇", ("双口一村", "双口二村", "安光"), "子牙河双口镇段"),
    "子牙河青光": ("子牙河", "青光镇", ("青光", "铁锅店"), "子牙河青光镇段"),
    "新开河天穆": ("新开河", "天穆镇", ("天穆", "王庄", "马庄"), "新开河天穆镇段"),
    "新引河北仓": ("新引河", "北仓镇", ("屈店",), "新引河北仓镇段"),
    "北京排污河大张庄": ("北京排污河", "大张庄镇", ("南麻疸", "北麻疸"), "北京排污河大张庄镇段"),
    "丰产河双街": ("丰产河", "双街镇", ("小街",), "丰产河双街镇段"),
    "丰产河宜兴埠": ("丰产河", "宜兴埠镇", (), "丰产河宜兴埠镇段"),
    "外环河瑞景": ("外环河", "瑞景街道", (), "外环河瑞景街道段"),
    "外环河果园": ("外环河", "果园新村街道", (), "外环河果园新村街道段"),
    "机场排水河小淀": ("机场排水河", "小淀镇", ("小淀", "温家房子"), "机场排水河小淀镇段"),
    "郎园引河双街": ("郎园引河", "双街镇", ("郎元",), "郎园引河双街镇段"),
    "永青渠青光": ("永青渠", "青光镇", ("韩家墅",), "永青渠青光镇段"),
    "卫河双口": ("卫河", "双口镇", ("上河头",), "卫河双口镇段"),
    "中泓故道双口": ("中泓故道", "双口镇", ("徐堡",), "中泓故道双口镇段"),
    "淀南引河小淀": ("淀南引河", "小淀镇", ("刘安庄",), "淀南引河小淀镇段"),
    "永金引河西堤头": ("永金引河", "西堤头镇", ("霍庄子",), "永金引河西堤头镇段"),
    "丰产河开发区": ("丰产河", "天津北辰经济技术开发区", (), "丰产河开发区段"),
    "新开河佳荣里左": ("新开河", "佳荣里街道", (), "新开河佳荣里街道段左岸"),
    "新开河佳荣里右": ("新开河", "佳荣里街道", (), "新开河佳荣里街道段右岸"),
}
NUMBER = {key: i for i, key in enumerate(ROWS, 1)}
KEY = {i: key for key, i in NUMBER.items()}
PLACES = PlaceNames(Named(NUMBER[key], *row, "", "") for key, row in ROWS.items())


def found(text: str) -> list[str]:
    return [KEY[reach] for reach in PLACES.find(text).reaches]


@pytest.mark.parametrize("key", [key for key in ROWS if key != "丰产河开发区"])
def test_every_reach_by_its_own_name(key: str) -> None:
    assert found(ROWS[key][3]) == [key]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("北运河天穆镇段", "北运河天穆"),
        ("北运河天穆段", "北运河天穆"),
        ("北运河天穆镇", "北运河天穆"),
        ("北运河天穆", "北运河天穆"),
        ("北运河 天穆村", "北运河天穆"),
        ("天穆镇北运河", "北运河天穆"),
        ("天穆镇的北运河边上", "北运河天穆"),
        ("北运天穆段", "北运河天穆"),
        ("北 运 河，天 穆 镇 段", "北运河天穆"),
        ("子牙河双口", "子牙河双口"),
        ("子牙河双口村", "子牙河双口"),
        ("子牙河双口一村", "子牙河双口"),
        ("双口二村边上的河", "子牙河双口"),
        ("双街村委会", "北运河双街 丰产河双街 郎园引河双街"),
        ("汉沟村民委员会后面", "北运河双街"),
        ("汉沟", "北运河双街"),
        ("铁锅店", "子牙河青光"),
        ("韩家墅村后头的渠", "永青渠青光"),
        ("温家房子", "机场排水河小淀"),
        ("机场排水河", "机场排水河小淀"),
        ("机场排水", "机场排水河小淀"),
        ("机场排水沟", "机场排水河小淀"),
        ("瑞景", "外环河瑞景"),
        ("瑞景街道", "外环河瑞景"),
        ("外环河瑞景段", "外环河瑞景"),
        ("果园新村", "外环河果园"),
        ("宜兴埠", "丰产河宜兴埠"),
        ("丰产河开发区段", "丰产河开发区"),
        ("开发区", "丰产河开发区"),
        ("北辰开发区", "丰产河开发区"),
        ("北辰经济技术开发区", "丰产河开发区"),
        ("新开河佳荣里左岸", "新开河佳荣里左"),
        ("新开河佳荣里", "新开河佳荣里左 新开河佳荣里右"),
        ("卫河", "卫河双口"),
        ("永青渠青光", "永青渠青光"),
        ("芦新河村", "永定新河西堤头"),
        ("南麻疸", "北京排污河大张庄"),
        ("天津市北辰区北仓镇桃花寺村", "北运河北仓"),
    ],
)
def test_tolerantly(text: str, keys: str) -> None:
    assert found(text) == keys.split()
    assert PLACES.find(text).place_only


def test_the_water_alone_gives_all_its_reaches() -> None:
    assert found("北运河") == ["北运河天穆", "北运河北仓", "北运河双街"]
    assert found("永定新河") == ["永定新河大张庄", "永定新河西堤头"]


def test_the_village_comes_before_its_town() -> None:
    assert found("天穆村后面的河") == ["北运河天穆", "新开河天穆"]
    assert found("马庄村") == ["新开河天穆"]
    assert found("东堤头村") == ["永定新河西堤头"]
    assert found("西堤头村") == [
        "永定新河西堤头",
        "永金引河西堤头",
    ]  # the village, then the town of that name


def test_the_town_written_in_full_is_the_town() -> None:
    assert found("西堤头镇") == ["永定新河西堤头", "永金引河西堤头"]
    assert found("双街镇") == ["北运河双街", "丰产河双街", "郎园引河双街"]


def test_the_longest_name_wins() -> None:
    places = PlaceNames(
        [
            Named(1, "新河", "甲镇", (), "新河甲镇段", "", ""),
            Named(2, "永定新河", "乙镇", (), "永定新河乙镇段", "", ""),
            Named(3, "永定新河", "丙镇", ("芦新河",), "永定新河丙镇段", "", ""),
        ]
    )
    assert places.find("永定新河").reaches == (2, 3)
    assert places.find("新河").reaches == (1,)
    assert places.find("芦新河村").reaches == (3,)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("永定薪河", ["永定新河大张庄", "永定新河西堤头"]),
        ("大章庄镇", ["永定新河大张庄", "北京排污河大张庄"]),
        ("郎园饮河", ["郎园引河双街"]),
        ("永京引河", ["永金引河西堤头"]),
        ("温家坊子", ["机场排水河小淀"]),
        ("中泓古道", ["中泓故道双口"]),
    ],
)
def test_one_wrong_character_in_a_long_name_is_forgiven(text: str, keys: list[str]) -> None:
    assert found(text) == keys


@pytest.mark.parametrize(
    "text",
    [
        "永定河",  # another river
        "子雅河",  # three characters: too short to forgive
        "北堤头镇",  # the other direction is another place
        "河边有垃圾",
        "我们村后面的河",
        "水又黑又臭",
        "外环线旁边",
        "有人在新开的厂子排水",
        "护卫河道",
        "大王庄",  # not 王庄
        "小马庄",  # not 马庄
        "在东街道上",
        "家里",
        "新河",
        "河",
        "村",
        "镇",
        "1",
        "提交",
        "",
        "？？？",
    ],
)
def test_a_text_without_a_known_place_finds_nothing(text: str) -> None:
    assert PLACES.find(text) == Match((), False)


@pytest.mark.parametrize(
    ("text", "place_only"),
    [
        ("我在天穆村村口", True),
        ("就在北运河边上，天穆村那段", True),
        ("天津市北辰区双街镇", True),
        ("位置是汉沟村后面的河", True),
        ("北运河天穆镇段有人倒垃圾", False),
        ("天穆村后面的河水又黑又臭", False),
        ("北运河有死鱼", False),
    ],
)
def test_whether_only_the_place_is_said(text: str, place_only: bool) -> None:
    match = PLACES.find(text)
    assert match.reaches
    assert match.place_only is place_only


def test_where_water_and_land_do_not_meet_the_water_is_believed() -> None:
    assert found("北运河青光镇") == ["北运河天穆", "北运河北仓", "北运河双街"]


def test_start_and_end_are_places_too() -> None:
    places = PlaceNames(
        [
            Named(1, "北运河", "北仓镇", (), "北运河北仓镇段", "屈店闸", "天穆镇界"),
            Named(2, "北运河", "天穆镇", (), "北运河天穆镇段", "天穆镇界", "子北汇流口"),
        ]
    )
    assert places.find("屈店闸附近").reaches == (1,)
    assert places.find("子北汇流口").reaches == (2,)
    assert places.find("天穆镇界").reaches == (2,)


def test_no_more_than_the_limit() -> None:
    places = PlaceNames(Named(i, "北运河", f"{i}号镇", (), f"第{i}段", "", "") for i in range(20))
    assert places.find("北运河").reaches == tuple(range(9))
    assert places.find("北运河", limit=3).reaches == (0, 1, 2)


def test_an_empty_registry_finds_nothing() -> None:
    assert PlaceNames([]).find("北运河") == Match((), False)


@given(st.text(max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    assert all(reach in KEY for reach in PLACES.find(text).reaches)


@given(
    st.sampled_from(sorted(ROWS)),
    st.sampled_from(["", "在", "我在", "就在"]),
    st.sampled_from(["", "边上", "附近"]),
)
def test_water_and_town_find_the_reach_whatever_stands_around(key: str, before: str, after: str) -> None:
    water, town, _, _ = ROWS[key]
    text = f"{before}{town}{water}{after}"
    keys = found(text)
    assert key in keys
    assert all(ROWS[k][:2] == (water, town) for k in keys)
    assert PLACES.find(text).place_only
