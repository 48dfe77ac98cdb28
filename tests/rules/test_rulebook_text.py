"""Reading a rulebook: the one that ships, and every fault named at once with its item and key."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.assessment_rulebook import SOURCES, Band, Composition, Each, ItemKind, Slope, Spread
from rules.months import Month
from rules.refusal import Refusal
from rules.rulebook_text import RulebookRefused, read
from tests.rules.rulebooks import DEFAULT, HEAD, TIANJIN, TWO_ITEMS

BANDED = """
[[items]]
key = "only"
name = "唯一"
points = 100
source = "sheet:达标率"

[[items.bands]]
below = 0.5
points = 0

[[items.bands]]
from = 0.5
points = 100
"""
PLACES = """
composition = "places"

[[items]]
key = "index"
name = "指数"
source = "sheet:指数"
better = "lower"
"""
REWARDS = """
[rewards]
kind = "bands"
unit = "元"
smallest = 1
pool = 100

[[rewards.bands]]
first = 1
last = 3
shares = 2

[[rewards.bands]]
first = 4
shares = 1
"""
GRADES = """
[[grades]]
name = "合格"
from = 60

[[grades]]
name = "不合格"
fails = true
"""


def faults(text: str) -> tuple[str, ...]:
    """What is said of a text that cannot be used."""
    with pytest.raises(RulebookRefused) as refused:
        read(text, "试.toml")
    return refused.value.faults


def outcome(text: str) -> list[str]:
    """What a text is made of: its items, which make a hundred, or else its faults."""
    try:
        book = read(text)
    except RulebookRefused as refused:
        return [fault for fault in refused.faults if fault.strip()]
    return [item.key for item in book.items] if sum(item.points for item in book.items) == 100 else []


def test_the_rulebook_that_ships_is_the_default_of_the_field() -> None:
    book = read(DEFAULT, "2026-01.toml")
    headings: dict[str, Decimal] = {}
    for item in book.items:
        headings[item.heading] = headings.get(item.heading, Decimal(0)) + item.points

    assert headings == {
        "水环境": 30, "日常管护": 20, "问题整改": 20, "巡河履职": 15, "公众监督": 10, "河长办工作": 5, "": 0,
    }  # fmt: skip
    assert set(SOURCES) <= book.sources
    assert (book.in_force_from, book.composition, book.spread) == (
        Month(2026, 1),
        Composition.POINTS,
        Spread.HEADING,
    )
    assert [(grade.name, grade.least, grade.fails) for grade in book.grades] == [
        ("优秀", 90, False), ("合格", 80, False), ("基本合格", 70, False), ("不合格", None, True),
    ]  # fmt: skip
    assert (book.annual.months, book.annual.tasks, book.annual.failing_months) == (
        Decimal("0.8"),
        Decimal("0.2"),
        3,
    )
    assert book.version == "河湖长制月考核办法（自2026年1月起）"
    assert book.text == DEFAULT
    falsified = next(item for item in book.items if item.key == "falsified")
    assert (falsified.kind, falsified.scale) == (ItemKind.PENALTY, Each(Decimal(5)))


def test_every_key_of_the_rulebook_that_ships_is_explained_in_chinese() -> None:
    def keys(table: object) -> set[str]:
        if isinstance(table, list):
            return set().union(*(keys(one) for one in table))
        if isinstance(table, dict):
            return set(table).union(*(keys(one) for one in table.values()))
        return set()

    lines = DEFAULT.splitlines()
    comments = "\n".join(line for line in lines if line.startswith("#"))
    unexplained = []
    for key in keys(tomllib.loads(DEFAULT)):
        first = next(n for n, line in enumerate(lines) if re.match(rf"\[*(\w+\.)?{key}\b", line))
        above = next(line for line in reversed(lines[:first]) if line.strip())
        if not above.startswith("#") and not re.search(rf"\b{key}\b", comments):
            unexplained.append(key)
    assert unexplained == []


def test_tianjins_rulebooks_are_read() -> None:
    water = read((TIANJIN / "tianjin-water-2018.toml").read_text("utf-8"))

    assert (water.composition, water.tie_breaker) == (Composition.PLACES, "index")
    assert water.rewards is not None
    assert f"{water.rewards.step}{water.rewards.unit}" == "20万元"
    assert not any(item.higher_is_better for item in water.items)


def test_the_three_ways_to_make_points() -> None:
    slope, each = read(HEAD + TWO_ITEMS).items
    (banded,) = read(HEAD + BANDED).items

    assert slope.scale == Slope(Decimal(1), Decimal("0.5"))
    assert each.scale == Each(Decimal(10))
    assert banded.scale == (Band(None, Decimal("0.5"), Decimal(0)), Band(Decimal("0.5"), None, Decimal(100)))
    assert (slope.higher_is_better, each.higher_is_better, banded.higher_is_better) == (True, False, True)


def test_whether_a_larger_figure_is_better_follows_from_what_it_gives_or_takes() -> None:
    def reads(kind: str, first: int, second: int) -> bool:
        outside = BANDED.replace("points = 100\nsource", f'kind = "{kind}"\nsource').replace("only", "other")
        outside = outside.replace("唯一", "另一").replace("points = 0", f"points = {first}")
        return (
            read(HEAD + BANDED + outside.replace("points = 100", f"points = {second}"))
            .items[1]
            .higher_is_better
        )

    assert [reads("bonus", 0, 2), reads("bonus", 2, 0)] == [True, False]
    assert [reads("penalty", 0, 2), reads("penalty", 2, 0)] == [False, True]


FAULTS = [
    ("points = 60", "points = 58", "项目分值 points 之和应为 100，现在是 98（on_time 58 + findings 40）。"),
    ("points = 60", "points = -60", "项目 on_time（按期整改）：points 是 -60，分值要大于 0。"),
    ("points = 60", 'points = "六十"', "项目 on_time（按期整改）：points 现在是 “六十”，请写成数字，最多六位小数。"),
    ("points = 60", "points = nan", "项目 on_time（按期整改）：points 现在是 NaN，请写成数字，最多六位小数。"),
    ("points = 60", "points = true", "项目 on_time（按期整改）：points 现在是 true，请写成数字，最多六位小数。"),
    ("points = 60\n", "", "项目 on_time（按期整改）：没有写 points，请补上。"),
    ("points = 60", "pionts = 60", "项目 on_time（按期整改）：不认识 pionts 这个键，是不是 points？"),
    ("points = 60", "points = 60\nxyz = 1", "项目 on_time（按期整改）：不认识 xyz 这个键，请删去。"),
    ("rectified_on_time", "rectified_in_time", "项目 on_time（按期整改）：source 是 rectified_in_time，没有这个来源，是不是 rectified_on_time？由部门报送的写 sheet:指标名。"),
    ('"rectified_on_time"', '"sheet: 达标率"', "项目 on_time（按期整改）：source 写 sheet: 时后面要写指标表里的指标名，中间不留空格，如 sheet:断面达标率。"),
    ('"inspection_findings"', '"sheet:群众举报件数"', "项目 findings（检查发现）：source 是“群众举报件数”：群众举报多少本身不得扣分，请改用办理情况的指标。"),
    ('key = "findings"', 'key = "on_time"', "项目 on_time：key 写了 2 次，每个项目的 key 不能相同。"),
    ('name = "检查发现"', 'name = "按期整改"', "项目“按期整改”：name 写了 2 次，镇街申诉时要按名称指认，请改成不同的名称。"),
    ('key = "findings"', 'key = "检查"', "项目 检查：key 请用小写英文字母、数字和下划线，以字母开头，最多 40 个字符。"),
    ("zero = 0.5", "zero = 1", "项目 on_time（按期整改）：full 和 zero 都是 1，得满分和得零分的指标值不能相同。"),
    ("full = 1\n", "full = 95\n", "项目 on_time（按期整改）：full 和 zero 是比率，请写 0 到 1 的数，如 95% 写 0.95。"),
    ("each = 10", "each = 0", "项目 findings（检查发现）：each 是 0，每件的分要大于 0。"),
    ("each = 10", "", "项目 findings（检查发现）：没有写怎样计分，请在 full 和 zero（直线）、each（每件扣几分）、bands（分档）三种里只选一种。"),
    ("each = 10", "each = 10\nfull = 0\nzero = 4", "项目 findings（检查发现）：同时写了 full 和 zero、each，请在 full 和 zero（直线）、each（每件扣几分）、bands（分档）三种里只选一种。"),
    ("each = 10", "each = 10\nfloor = 50", "项目 findings（检查发现）：floor（最低得分）是 50，高过本项分值 40。"),
    ("each = 10", "each = 10\ncap = 50", "项目 findings（检查发现）：cap（最高得分）是 50，高过本项分值 40。"),
    ("each = 10", "each = 10\nfloor = 5\ncap = 4", "项目 findings（检查发现）：cap 是 4，不能是负数，也不能低于 floor。"),
    ("each = 10", 'each = 10\nbetter = "lower"', "项目 findings（检查发现）：按分计算的项目由 full 和 zero（或各档的分）看出好坏，不用 better，请删去。"),
    ("each = 10", 'each = 10\nkind = "gift"', "项目 findings（检查发现）：kind 现在是 “gift”，请写成\"score\"、\"bonus\"、\"penalty\"、\"trial\" 之一。"),
    ('applies_to = "reaches"', 'applies_to = "rivers"', "项目 findings（检查发现）：applies_to 现在是 “rivers”，请写成\"all\"、\"reaches\" 之一。"),
    ('applies_to = "reaches"', "applies_to = []", "项目 findings（检查发现）：applies_to 现在是 []，请写成 [\"镇\", \"街道\"] 这样的名单。"),
    ('in_force_from = "2026-01"', 'in_force_from = "2026年1月"', "总则：in_force_from：“2026年1月”不是月份，请写成 2026-10 这样。"),
    ('purpose = "用于通报"\n', "", "总则：没有写 purpose，请补上。"),
    ('purpose = "用于通报"', 'purpose = " "', "总则：purpose 现在是 “ ”，请写成加引号的文字，不能是空的。"),
    ('purpose = "用于通报"', 'purpose = "用"\ndecimals = 3', "总则：decimals 现在是 3，最多保留两位小数，请写 0、1 或 2。"),
    ('purpose = "用于通报"', 'purpose = "用"\ndecimals = -1', "总则：decimals 现在是 -1，请写成 0、1、2 这样的整数。"),
    ('purpose = "用于通报"', 'purpose = "用"\nceiling = 90', "总则：ceiling（总分上限）现在是 90，不能低于 100。"),
    ('purpose = "用于通报"', 'purpose = "用"\nleast_judged = 101', "总则：least_judged（参加排名至少要考核到的分值）现在是 101，请写 0 到 100 的数。"),
    ('purpose = "用于通报"', 'purpose = "用"\ntie_breaker = "on_tim"', "总则：tie_breaker（并列时比较的项目）是 on_tim，没有这个项目，是不是 on_time？"),
    ('purpose = "用于通报"', 'purpose = "用"\ntie_breaker = "水"', "总则：tie_breaker（并列时比较的项目）是 水，没有这个项目，请写一个项目的 key。"),
    ('purpose = "用于通报"', 'purpose = "用"\nspread = "none"', "总则：spread 现在是 “none”，请写成\"heading\"、\"all\" 之一。"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "sentence"), FAULTS, ids=[wrong for _, wrong, _ in FAULTS])
def test_a_fault_is_named_with_item_and_key(right: str, wrong: str, sentence: str) -> None:
    text = HEAD + TWO_ITEMS
    assert right in text
    assert sentence in faults(text.replace(right, wrong, 1))


OTHERS = [
    (BANDED, "from = 0.5", "from = 0.4", "项目 only（唯一）：bands 第 1 档和第 2 档重叠，请从低到高写，后一档的 from 等于前一档的 below。"),
    (BANDED, "from = 0.5", "from = 0.6", "项目 only（唯一）：bands 从 0.5 到 0.6 之间没有哪一档，请补上。"),
    (BANDED, "from = 0.5\n", "", "项目 only（唯一）：bands 第 1 档和第 2 档重叠，请从低到高写，后一档的 from 等于前一档的 below。"),
    (BANDED, "from = 0.5\n", "from = 0.5\nbelow = 0.5\n", "项目 only（唯一）：bands 第 2 档从 0.5 到 0.5，from 要小于 below。"),
    (BANDED, "below = 0.5", "from = 0\nbelow = 0.5", "项目 only（唯一）：bands 最低一档不写 from，最高一档不写 below，这样每个指标值都有一档。"),
    (BANDED, "points = 0\n", "points = 101\n", "项目 only（唯一）：bands 第 1 档 points 是 101，要在 0 和本项分值之间。"),
    (BANDED, "below = 0.5", "blow = 0.5", "项目 only（唯一）第 1 个档：不认识 blow 这个键，是不是 below？"),
    (BANDED, "from = 0.5\npoints = 100", "from = 0.5\nbelow = 0.6\npoints = 100\n[[items.bands]]\nfrom = 0.6\npoints = 50",
     "项目 only（唯一）：bands 各档的 points 忽高忽低，要一路升高或一路降低，指标更好分不能更低。"),
    (BANDED, '"sheet:达标率"', '"sheet:达标率"\nkind = "bonus"', "项目 only（唯一）：百分以外的加分、扣分项目（只写 each 或 bands，以及 cap）不用 points，请删去。"),
    (PLACES, 'better = "lower"', "", "项目 index（指数）：没有写 better，请补上。"),
    (PLACES, 'better = "lower"', 'better = "lower"\npoints = 50', "项目 index（指数）：名次相加的项目不用 points，请删去。"),
    (PLACES, 'composition = "places"', 'composition = "places"\nnamed_below = 60', "总则：名次相加的办法不用 named_below，请删去。"),
    (PLACES, 'composition = "places"', 'composition = "sum"', "总则：composition 现在是 “sum”，请写成\"points\"、\"places\" 之一。"),
    (TWO_ITEMS + GRADES, "from = 60\n", "", "等次：从高到低写，只有最后一个等次不写 from。"),
    (TWO_ITEMS + GRADES, 'name = "不合格"', 'name = "合格"', "等次 合格：name 写了 2 次。"),
    (TWO_ITEMS + GRADES, "from = 60\n", 'from = 60\n[[grades]]\nname = "优秀"\nfrom = 90\n', "等次 优秀：from 是 90，要低于前一个等次 合格 的 60。"),
    (TWO_ITEMS + GRADES, "from = 60\n", 'from = 60\nfails = true\n[[grades]]\nname = "更低"\nfrom = 50\n', "等次 更低：比不合格的“合格”还低，也要写 fails = true。"),
    (TWO_ITEMS + GRADES, "fails = true", "fails = 1", "等次 不合格：fails 现在是 1，请写 true 或 false。"),
    (TWO_ITEMS + '[[groups]]\nname = "甲"\n[[groups]]\nname = "甲"\nunits = ["镇"]\n', "", "", "分组 甲：没有写 units；只有最后一组可以不写，收下其余单位。"),
    (TWO_ITEMS + '[[groups]]\nname = "甲"\nunits = ["镇"]\n[[groups]]\nname = "甲"\nunits = ["镇"]\n', "", "", "分组：units 里的“镇”出现在 2 个组里，一个单位只能在一组。"),
    (TWO_ITEMS + "[annual]\nmonths = 0.8\ntasks = 0.3\n", "", "", "年度 [annual]：months 0.8 和 tasks 0.3 不能是负数，两者之和应为 1。"),
    (TWO_ITEMS + "[annual]\nmonths = 0.8\ntasks = 0.2\nfailing_months = 3\n", "", "", "年度 [annual]：写了 failing_months，请给不合格的等次写 fails = true。"),
    ("annual = 1\n" + TWO_ITEMS, "", "", "总则：annual 要写成 [annual] 一节。"),
    ("items = 1\n", "", "", "总则：items 要写成一个个 [[items]]。"),
    ("", "", "", "总则：没有写项目，请至少写一个 [[items]]。"),
    (TWO_ITEMS + REWARDS, "first = 4", "first = 5", "奖补 [rewards]：bands 第 2 档 first 是 5，要紧接上一档的 last，不重叠也不空缺。"),
    (TWO_ITEMS + REWARDS, "shares = 1", "shares = 3", "奖补 [rewards]：bands 第 2 档 shares 是 3，不能多过名次更前的一档。"),
    (TWO_ITEMS + REWARDS, "shares = 1", "shares = -1", "奖补 [rewards]：bands 第 2 档：shares 不能是负数，last 不能小于 first。"),
    (TWO_ITEMS + REWARDS, "first = 1\n", "first = 2\n", "奖补 [rewards]：bands 第 1 档 first 是 2，要从第 1 名起。"),
    (TWO_ITEMS + REWARDS, "shares = 2", "shares = 0", "奖补 [rewards]：bands 第 1 档 shares 是 0，没有人能分到奖补。"),
    (TWO_ITEMS + REWARDS, "pool = 100", "pool = 0", "奖补 [rewards]：pool（奖补总额）是 0，要大于 0。"),
    (TWO_ITEMS + REWARDS, "pool = 100", "pool = 100.5", "奖补 [rewards]：pool 和 step 要是 smallest（1）的整数倍。"),
    (TWO_ITEMS + REWARDS, "smallest = 1", "smallest = 0", "奖补 [rewards]：smallest（最小计算单位）是 0，要大于 0，如 0.01。"),
    (TWO_ITEMS + REWARDS, 'kind = "bands"', 'kind = "ladder"\nstep = 20', "奖补 [rewards]：零和阶梯不用 pool，请删去。"),
    (TWO_ITEMS + '[rewards]\nkind = "bands"\nunit = "元"\nsmallest = 1\npool = 100\n', "", "", "奖补 [rewards]：bands 是空的，请至少写一档 [[rewards.bands]]。"),
    (TWO_ITEMS + '[rewards]\nkind = "ladder"\nunit = "元"\nsmallest = 1\nstep = 0\n', "", "", "奖补 [rewards]：step（相邻名次相差）是 0，要大于 0。"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "right", "wrong", "sentence"), OTHERS, ids=[one[-1] for one in OTHERS])
def test_a_fault_elsewhere_is_named_too(body: str, right: str, wrong: str, sentence: str) -> None:
    assert right in body
    assert sentence in faults(HEAD + body.replace(right, wrong, 1))


def test_all_faults_come_at_once_and_numbered() -> None:
    text = (HEAD + TWO_ITEMS).replace("zero = 0.5", "zero = 1").replace("points = 40", "points = 30")
    with pytest.raises(Refusal) as refused:
        read(text.replace("purpose", "purpsoe"), "2026-05.toml")

    assert str(refused.value).splitlines() == [
        "考核办法 2026-05.toml 有 4 处要改：",
        "1. 总则：没有写 purpose，请补上。",
        "2. 总则：不认识 purpsoe 这个键，是不是 purpose？",
        "3. 项目 on_time（按期整改）：full 和 zero 都是 1，得满分和得零分的指标值不能相同。",
        "4. 项目分值 points 之和应为 100，现在是 90（on_time 60 + findings 30）。",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "试', "不合 TOML 格式"),
        ("name = 试\n", "第 1 行第 8 列的写法不合 TOML 格式"),
        ('name = "a"\nname = "b"\n', "第 2 行第 11 列的写法不合 TOML 格式"),
        ("a = " + "[" * 5000, "不是有效的 TOML"),
        ("a = " + "9" * 5000, "不是有效的 TOML"),
    ],
)
def test_what_is_no_toml_says_where_it_breaks(text: str, said: str) -> None:
    (only,) = faults(text)
    assert said in only


@given(st.text(max_size=200) | st.text("[]{}=\"'#.\n\t abkeyitms01-", max_size=80))
@settings(max_examples=150)
def test_whatever_is_written_is_read_or_refused_in_words(text: str) -> None:
    for whole in (text, HEAD + text + TWO_ITEMS, HEAD + TWO_ITEMS + text):
        assert outcome(whole)


VALUES = st.recursive(
    st.sampled_from(["0", "-1", "1.5", "true", '"x"', '""', "inf", "1e400", "1979-05-27", "[]", "{}"]),
    lambda inner: st.lists(inner, max_size=2).map(lambda values: f"[{', '.join(values)}]"),
    max_leaves=4,
)


@given(st.data(), VALUES)
@settings(max_examples=150)
def test_any_value_under_any_key_is_read_or_refused_in_words(data: st.DataObject, value: str) -> None:
    lines = DEFAULT.splitlines()
    assignments = [n for n, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    chosen = data.draw(st.sampled_from(assignments))
    lines[chosen] = f"{lines[chosen].split(' = ')[0]} = {value}"
    assert outcome("\n".join(lines))


def test_every_rulebook_in_the_folder_that_ships_is_read() -> None:
    folder = Path(__file__).parents[2] / "data" / "assessment"
    books = [read(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.toml"))]

    assert [str(book.in_force_from) for book in books] == [
        path.stem for path in sorted(folder.glob("*.toml"))
    ]
