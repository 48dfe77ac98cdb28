"""A month judged: points, the rows that cost them, weight spread, places, grades."""

from decimal import Decimal

import pytest

from rules.figures import Cause, Figure
from rules.months import Month
from rules.rewards import Placed, money
from rules.rulebook_text import read
from rules.scoring import Returned, score
from tests.rules.rulebooks import TIANJIN, TWO_ITEMS, book, causes, item, line, share, unit
from tests.rules.tianjin_water import PUBLISHED, SEPTEMBER_2017

OCTOBER = Month(2026, 10)
ITEMS = ("综合污染指数", "同比变化率", "出入境浓度比值")
ON_TIME, FINDINGS = "rectified_on_time", "inspection_findings"


def test_tianjins_month_of_2017_has_three_on_the_fourth_place() -> None:
    rules = read((TIANJIN / "tianjin-month-2017.toml").read_text("utf-8"))
    units = [unit(name, n) for n, (name, _, _) in enumerate(SEPTEMBER_2017)]
    figures = [Figure("sheet:考核得分", name, Decimal(points)) for name, points, _ in SEPTEMBER_2017]

    scores = score(rules, units, figures, Month(2017, 9), {"中心城区": 9, "滨海": 5})

    assert [(one.unit.name, str(one.score), one.place) for one in scores.units] == list(SEPTEMBER_2017)
    assert (line(scores, "中心城区").previous_place, line(scores, "滨海").previous_place) == (9, 5)


@pytest.mark.parametrize("month", PUBLISHED)
def test_tianjins_water_rankings_give_every_published_place_and_sum_of_money(month: str) -> None:
    rules = read((TIANJIN / "tianjin-water-2018.toml").read_text("utf-8"))
    assert rules.rewards is not None
    rows = PUBLISHED[month]
    units = [unit(name, n) for n, name in enumerate(sorted(row[0] for row in rows))]
    figures = [
        Figure(f"sheet:{name}", row[0], Decimal(row[n])) for row in rows for n, name in enumerate(ITEMS, 1)
    ]

    scores = score(rules, units, figures, Month.parse(month))
    sums = money(rules.rewards, [Placed(one.unit.code, one.place or 0) for one in scores.units])

    assert [(one.unit.name, one.place, int(sums[one.unit.code])) for one in scores.units] == [
        (row[0], row[4], row[5]) for row in rows
    ]
    assert [one.score for one in scores.units] == [sum(row[1:4]) for row in rows]
    assert sum(sums.values()) == 0


def test_every_point_lost_names_its_row() -> None:
    late = Figure(
        ON_TIME, "甲", Decimal(8), Decimal(10),
        (Cause("case:2026-0012", "案件 2026-0012 逾期 3 个工作日"), Cause("case:2026-0015", "案件 2026-0015 逾期 1 个工作日")),
    )  # fmt: skip
    found = Figure(FINDINGS, "甲", Decimal(0), Decimal(3))
    scores = score(book(), [unit("甲")], [late, found], OCTOBER)

    result = item(scores, "甲", "on_time")
    assert (result.weight, result.points) == (Decimal("60.00"), Decimal("36.00"))
    assert [(one.points, one.sentence, one.key) for one in result.losses] == [
        (Decimal("12.00"), "扣 12.00 分：案件 2026-0012 逾期 3 个工作日", "case:2026-0012"),
        (Decimal("12.00"), "扣 12.00 分：案件 2026-0015 逾期 1 个工作日", "case:2026-0015"),
    ]
    assert item(scores, "甲", "findings").losses == ()
    assert line(scores, "甲").score == Decimal("76.00")


def test_a_row_that_counts_twice_costs_twice() -> None:
    late = Figure(ON_TIME, "甲", Decimal(7), Decimal(10), (Cause("a", "一", Decimal(2)), Cause("b", "二")))
    scores = score(book(), [unit("甲", reaches=False)], [late], OCTOBER)

    assert [one.points for one in item(scores, "甲", "on_time").losses] == [
        Decimal("40.00"),
        Decimal("20.00"),
    ]


def test_rows_weigh_what_the_figure_says_and_a_row_of_no_weight_costs_nothing() -> None:
    rows = tuple(Cause(f"case:{n}", f"案件 {n}", Decimal(one)) for n, one in enumerate(["0.5", "0", "1"]))
    late = Figure(ON_TIME, "甲", Decimal(8), Decimal(10), rows)
    scores = score(book(), [unit("甲", reaches=False)], [late], OCTOBER)

    assert [one.sentence for one in item(scores, "甲", "on_time").losses] == [
        "扣 13.33 分：案件 0",
        "扣 26.67 分：案件 2",
    ]


def test_points_that_do_not_divide_are_rounded_from_row_to_row() -> None:
    late = Figure(ON_TIME, "甲", Decimal(19), Decimal(20), causes("案件", 3))
    scores = score(book(), [unit("甲", reaches=False)], [late], OCTOBER)

    assert [str(one.points) for one in item(scores, "甲", "on_time").losses] == ["3.33", "3.34", "3.33"]


def test_an_item_that_never_gives_full_points_says_so_of_its_figure() -> None:
    capped = book(TWO_ITEMS.replace("full = 1\n", "full = 0.9\ncap = 54\n"))
    figures = [share(ON_TIME, "甲", 19, 20), Figure(FINDINGS, "甲")]
    scores = score(capped, [unit("甲")], figures, OCTOBER)

    result = item(scores, "甲", "on_time")
    assert result.points == 54
    assert [one.sentence for one in result.losses] == ["扣 6.00 分：按期整改 19/20"]


def test_an_item_is_for_the_kinds_names_or_codes_it_applies_to() -> None:
    for_towns = book(TWO_ITEMS.replace('applies_to = "reaches"', 'applies_to = ["镇", "瑞景街道"]'))
    units = [unit("双街镇", 1), unit("瑞景街道", 2, kind="街道"), unit("普东街道", 3, kind="街道")]
    figures = [share(ON_TIME, one.code, 1, 1) for one in units] + [
        Figure(FINDINGS, one.code) for one in units
    ]
    scores = score(for_towns, units, figures, OCTOBER)

    assert [item(scores, one.name, "findings").suspended for one in units] == ["", "", "此项不考核本单位"]


def test_when_an_item_has_nothing_left_the_last_rows_cost_less_and_say_so() -> None:
    found = Figure(FINDINGS, "甲", Decimal(6), None, causes("检查发现", 6))
    scores = score(book(), [unit("甲")], [share(ON_TIME, "甲", 1, 1), found], OCTOBER)

    result = item(scores, "甲", "findings")
    assert result.points == 0
    assert [one.sentence for one in result.losses][3:] == [
        "扣 10.00 分：检查发现 4",
        "不再扣分：检查发现 5（应扣 10.00 分，本项已扣到限额）",
        "不再扣分：检查发现 6（应扣 10.00 分，本项已扣到限额）",
    ]
    assert sum(one.points for one in result.losses) == 40


def test_a_floor_keeps_points_and_cuts_the_row_that_reaches_it() -> None:
    floored = book(TWO_ITEMS.replace("each = 10", "each = 10\nfloor = 15"))
    found = Figure(FINDINGS, "甲", Decimal(4), None, causes("检查发现", 4))
    scores = score(floored, [unit("甲")], [share(ON_TIME, "甲", 1, 1), found], OCTOBER)

    result = item(scores, "甲", "findings")
    assert result.points == Decimal("15.00")
    assert [one.sentence for one in result.losses][2:] == [
        "扣 5.00 分：检查发现 3（应扣 10.00 分，本项已扣到限额）",
        "不再扣分：检查发现 4（应扣 10.00 分，本项已扣到限额）",
    ]


def test_what_no_row_accounts_for_is_put_down_to_the_figure() -> None:
    given = Figure(ON_TIME, "甲", Decimal("9.0"), Decimal("10.00"), basis="水务局函〔2026〕7号")
    scores = score(book(), [unit("甲", reaches=False)], [given], OCTOBER)

    (only,) = item(scores, "甲", "on_time").losses
    assert only.sentence == "扣 20.00 分：按期整改 9/10（水务局函〔2026〕7号）"
    assert only.key == "figure:rectified_on_time"


def test_rounding_is_half_up_and_the_rows_sum_to_what_is_missing() -> None:
    thirds = book(TWO_ITEMS.replace("zero = 0.5", "zero = 0"))
    late = Figure(ON_TIME, "甲", Decimal(4), Decimal(7), causes("案件", 3))
    scores = score(thirds, [unit("甲")], [late, Figure(FINDINGS, "甲")], OCTOBER)

    result = item(scores, "甲", "on_time")
    assert result.points == Decimal("34.29")  # 34.2857…
    assert [one.points for one in result.losses] == [Decimal("8.57"), Decimal("8.57"), Decimal("8.57")]
    half = score(book(TWO_ITEMS.replace("each = 10", "each = 0.125")), [unit("甲")],
                 [share(ON_TIME, "甲", 1, 1), Figure(FINDINGS, "甲", Decimal(1), None, causes("检查发现", 1))], OCTOBER)  # fmt: skip
    result = item(half, "甲", "findings")
    assert result.points == Decimal("39.88")  # 39.875
    assert [one.sentence for one in result.losses] == ["扣 0.12 分：检查发现 1"]


def test_a_town_without_reaches_is_judged_by_its_other_items() -> None:
    scores = score(book(), [unit("甲", reaches=False)], [share(ON_TIME, "甲", 3, 4)], OCTOBER)

    assert item(scores, "甲", "findings").suspended == "本单位没有河段，不考核此项"
    assert item(scores, "甲", "findings").points is None
    assert item(scores, "甲", "on_time").weight == Decimal("100.00")
    assert line(scores, "甲").score == Decimal("50.00")
    assert scores.suspended == (("检查发现", "本单位没有河段，不考核此项"),)


@pytest.mark.parametrize(
    ("figure", "because"),
    [
        (None, "没有数据"),
        (Figure(FINDINGS, "甲", suspended="10 月未开展检查"), "10 月未开展检查"),
        (Figure(FINDINGS, "甲", Decimal(0), Decimal(0)), "本月没有可考核的事项"),
    ],
)
def test_without_a_figure_an_item_is_neither_full_nor_zero(figure: Figure | None, because: str) -> None:
    figures = [share(ON_TIME, "甲", 9, 10), *([figure] if figure else [])]
    scores = score(book(), [unit("甲")], figures, OCTOBER)

    result = item(scores, "甲", "findings")
    assert result.points is None
    assert (str(result.weight), result.suspended) == ("0", because)
    assert line(scores, "甲").score == Decimal("80.00")
    assert scores.suspended == (("检查发现", because),)


def test_an_item_that_only_one_town_lacks_is_not_named_as_suspended() -> None:
    figures = [share(ON_TIME, "甲", 1, 1), share(ON_TIME, "乙", 1, 1), Figure(FINDINGS, "甲")]
    scores = score(book(), [unit("甲", 1), unit("乙", 2)], figures, OCTOBER)

    assert scores.suspended == ()
    assert [one.score for one in scores.units] == [100, 100]


def test_a_town_of_which_nothing_is_known_has_no_place() -> None:
    scores = score(book(), [unit("甲", 1), unit("乙", 2)], [share(ON_TIME, "乙", 1, 1)], OCTOBER, {"甲": 2})

    assert [(one.unit.name, one.place, one.score) for one in scores.units] == [
        ("乙", 1, 100),
        ("甲", None, None),
    ]
    assert line(scores, "甲").unranked == "本月没有可考核的项目，未参加排名"
    assert line(scores, "甲").previous_place == 2


def test_a_town_judged_by_too_little_has_no_place() -> None:
    strict, enough = book(top="least_judged = 50"), book(top="least_judged = 40")
    scores = score(strict, [unit("甲")], [Figure(FINDINGS, "甲")], OCTOBER)
    assert line(score(enough, [unit("甲")], [Figure(FINDINGS, "甲")], OCTOBER), "甲").place == 1

    assert line(scores, "甲").unranked == "本月可考核的分值只有 40 分，不足 50 分，未参加排名"
    assert item(scores, "甲", "findings").points == Decimal("100.00")


def test_bands_give_the_points_of_the_band_the_figure_lies_in() -> None:
    banded = book(
        TWO_ITEMS.replace("each = 10", "")
        + "[[items.bands]]\nbelow = 1\npoints = 40\n[[items.bands]]\nfrom = 1\nbelow = 3\npoints = 20\n"
        "[[items.bands]]\nfrom = 3\npoints = 0\n"
    )
    points = [
        item(
            score(banded, [unit("甲")], [share(ON_TIME, "甲", 1, 1), Figure(FINDINGS, "甲", Decimal(many))], OCTOBER),
            "甲", "findings",
        ).points
        for many in ("0", "0.99", "1", "2.99", "3", "100", "-1")
    ]  # fmt: skip
    assert points == [40, 40, 20, 20, 0, 0, 40]


OUTSIDE = """
[[items]]
key = "honours"
name = "荣誉"
kind = "bonus"
source = "sheet:荣誉数"
each = 2
cap = 5

[[items]]
key = "falsified"
name = "虚假整改"
kind = "penalty"
source = "falsified"
each = 5
"""


def test_bonus_and_penalty_stand_outside_the_hundred() -> None:
    figures = [
        share(ON_TIME, "甲", 1, 1),
        Figure(FINDINGS, "甲"),
        Figure("sheet:荣誉数", "甲", Decimal(3), None, causes("示范河湖", 3)),
        Figure("falsified", "甲", Decimal(1), None, (Cause("case:7", "案件 7 虚假整改"),)),
    ]
    scores = score(book(TWO_ITEMS + OUTSIDE), [unit("甲")], figures, OCTOBER)

    honours, falsified = item(scores, "甲", "honours"), item(scores, "甲", "falsified")
    assert [str(one) for one in (honours.weight, honours.points, falsified.points)] == ["0", "5.00", "-5.00"]
    assert [one.sentence for one in honours.losses] == [
        "加 2.00 分：示范河湖 1",
        "加 2.00 分：示范河湖 2",
        "加 1.00 分：示范河湖 3（应加 2.00 分，本项已加到限额）",
    ]
    assert sum(one.points for one in honours.losses) == -5
    assert [one.sentence for one in falsified.losses] == ["扣 5.00 分：案件 7 虚假整改"]
    assert line(scores, "甲").score == 100


def test_a_figure_below_zero_is_no_bonus_where_points_are_taken() -> None:
    figures = [share(ON_TIME, "甲", 1, 1), Figure(FINDINGS, "甲"), Figure("falsified", "甲", Decimal(-1))]
    scores = score(book(TWO_ITEMS + OUTSIDE), [unit("甲")], figures, OCTOBER)

    assert item(scores, "甲", "falsified").points == 0
    assert line(scores, "甲").score == 100


def test_a_bonus_for_a_share_names_the_share_and_not_what_counts_against_it() -> None:
    bonus = book(
        TWO_ITEMS + '[[items]]\nkey = "best"\nname = "满意度高"\nkind = "bonus"\nsource = "satisfaction"\n'
        "[[items.bands]]\nbelow = 0.9\npoints = 0\n[[items.bands]]\nfrom = 0.9\npoints = 2\n"
    )
    figures = [share(ON_TIME, "甲", 1, 1), Figure(FINDINGS, "甲"), share("satisfaction", "甲", 19, 20)]
    scores = score(bonus, [unit("甲")], figures, OCTOBER)

    assert [one.sentence for one in item(scores, "甲", "best").losses] == ["加 2.00 分：满意度高 19/20"]
    assert line(scores, "甲").score == 102


@pytest.mark.parametrize(("top", "expected"), [("", "104.00"), ("ceiling = 100", "100")])
def test_a_score_passes_a_hundred_only_up_to_the_ceiling(top: str, expected: str) -> None:
    figures = [
        share(ON_TIME, "甲", 1, 1),
        Figure(FINDINGS, "甲"),
        Figure("sheet:荣誉数", "甲", Decimal(2)),
    ]
    scores = score(book(TWO_ITEMS + OUTSIDE, top=top), [unit("甲")], figures, OCTOBER)

    assert str(line(scores, "甲").score) == expected


def test_a_score_does_not_fall_below_zero() -> None:
    figures = [share(ON_TIME, "甲", 0, 4), Figure("falsified", "甲", Decimal(3))]
    scores = score(book(TWO_ITEMS + OUTSIDE), [unit("甲", reaches=False)], figures, OCTOBER)

    assert line(scores, "甲").score == 0


def test_points_given_back_after_an_appeal_are_a_line_of_their_own() -> None:
    back = [
        Returned("甲", "on_time", Decimal(5), "申诉成立：案件 1 系上游来水", "appeal:1"),
        Returned("甲", "on_time", Decimal(50), "申诉成立：案件 2 误派", "appeal:2"),
        Returned("乙", "on_time", Decimal(9), "申诉成立：别的镇", "appeal:3"),
    ]
    figures = [share(ON_TIME, "甲", 9, 10), Figure(FINDINGS, "甲")]
    scores = score(book(), [unit("甲")], figures, OCTOBER, returned=back)

    result = item(scores, "甲", "on_time")
    assert result.points == 60
    assert [(one.points, one.sentence, one.key) for one in result.losses][1:] == [
        (Decimal("-5"), "返还 5 分：申诉成立：案件 1 系上游来水", "appeal:1"),
        (Decimal("-7.00"), "返还 7.00 分：申诉成立：案件 2 误派（裁定 50 分，本项已补足）", "appeal:2"),
    ]
    assert sum(one.points for one in result.losses) == 0


def test_grades_and_naming_follow_the_settings() -> None:
    graded = book(
        top="named_below = 74\nnamed_last = 1",
        tail='[[grades]]\nname = "优秀"\nfrom = 90\n[[grades]]\nname = "合格"\nfrom = 60\n'
        '[[grades]]\nname = "不合格"\nfails = true\n',
    )
    units = [unit(name, n, reaches=False) for n, name in enumerate("甲乙丙丁")]
    shares = [share(ON_TIME, "甲", 100, 100), share(ON_TIME, "乙", 95, 100),
              share(ON_TIME, "丙", 87, 100), share(ON_TIME, "丁", 79, 100)]  # fmt: skip
    scores = score(graded, units, shares, OCTOBER)

    assert [(one.unit.name, str(one.score), one.grade, one.named) for one in scores.units] == [
        ("甲", "100.00", "优秀", False),
        ("乙", "90.00", "优秀", False),
        ("丙", "74.00", "合格", False),
        ("丁", "58.00", "不合格", True),
    ]


def test_a_tie_breaker_decides_between_equal_scores() -> None:
    broken = book(top='tie_breaker = "findings"')
    figures = [
        share(ON_TIME, "甲", 100, 100), Figure(FINDINGS, "甲", Decimal(1)),
        share(ON_TIME, "乙", 11, 12), Figure(FINDINGS, "乙"),
    ]  # fmt: skip
    units = [unit("甲", 1), unit("乙", 2)]

    assert [one.score for one in score(broken, units, figures, OCTOBER).units] == [90, 90]
    assert [(one.unit.name, one.place) for one in score(broken, units, figures, OCTOBER).units] == [
        ("乙", 1),
        ("甲", 2),
    ]
    assert [(one.unit.name, one.place) for one in score(book(), units, figures, OCTOBER).units] == [
        ("甲", 1),
        ("乙", 1),
    ]


def test_groups_are_ranked_apart_and_whoever_is_in_none_has_no_place() -> None:
    grouped = book(
        tail='[[groups]]\nname = "镇组"\nunits = ["镇"]\n[[groups]]\nname = "街道组"\nunits = ["街道"]\n'
    )
    units = [
        unit("街一", 1, kind="街道"), unit("镇一", 2), unit("镇二", 3), unit("园区", 4, kind="开发区"),
    ]  # fmt: skip
    figures = [share(ON_TIME, one.code, 4 if one.code != "镇一" else 3, 4) for one in units]
    scores = score(grouped, units, figures, OCTOBER)

    assert [(one.group, one.unit.name, one.place) for one in scores.units] == [
        ("镇组", "镇二", 1), ("镇组", "镇一", 2), ("街道组", "街一", 1), ("", "园区", None),
    ]  # fmt: skip
    assert line(scores, "园区").unranked == "不在任何一个排名分组里，未参加排名"


PLACES = """
[[items]]
key = "index"
name = "指数"
source = "sheet:指数"
better = "lower"

[[items]]
key = "rate"
name = "达标率"
source = "sheet:达标率"
better = "higher"
"""


def test_places_are_added_and_the_larger_or_the_smaller_figure_is_better() -> None:
    rules = book(PLACES, top='composition = "places"\ntie_breaker = "index"')
    figures = [Figure("sheet:指数", name, Decimal(n)) for n, name in enumerate("甲乙丙")]
    figures += [
        Figure("sheet:达标率", name, Decimal(n), Decimal(10))
        for n, name in zip((7, 9, 9), "甲乙丙", strict=True)
    ]
    scores = score(rules, [unit(name, n) for n, name in enumerate("丙乙甲")], figures, OCTOBER)

    assert [(one.unit.name, str(one.score), one.place) for one in scores.units] == [
        ("乙", "3", 1),
        ("甲", "4", 2),
        ("丙", "4", 3),
    ]
    assert [one.place for one in line(scores, "丙").items] == [3, 1]
    assert [one.points for one in line(scores, "丙").items] == [3, 1]


def test_where_places_are_added_a_town_that_lacks_a_figure_is_not_ranked_and_takes_no_place() -> None:
    rules = book(PLACES, top='composition = "places"')
    figures = [Figure("sheet:指数", name, Decimal(n)) for n, name in enumerate("甲乙丙")]
    figures += [Figure("sheet:达标率", name, Decimal(1)) for name in "乙丙"]
    scores = score(rules, [unit(name, n) for n, name in enumerate("甲乙丙")], figures, OCTOBER)

    assert [(one.unit.name, one.score, one.place) for one in scores.units] == [
        ("乙", 2, 1),
        ("丙", 3, 2),
        ("甲", None, None),
    ]
    assert line(scores, "甲").unranked == "缺少达标率的数据，未参加排名"
    without = score(rules, [unit(name, n) for n, name in enumerate("甲乙丙")], figures[:3], OCTOBER)
    assert [(one.unit.name, one.place) for one in without.units] == [("甲", 1), ("乙", 2), ("丙", 3)]
    assert without.suspended == (("达标率", "没有数据"),)


def test_where_places_are_added_and_nothing_is_known_nobody_has_a_place() -> None:
    scores = score(book(PLACES, top='composition = "places"'), [unit("甲")], [], OCTOBER)

    assert line(scores, "甲").unranked == "缺少指数、达标率的数据，未参加排名"
    assert score(book(), [], [], OCTOBER).units == ()


@pytest.mark.parametrize(
    "twice",
    [
        ([unit("甲"), unit("甲")], []),
        ([unit("甲")], [share(ON_TIME, "甲", 1, 1), share(ON_TIME, "甲", 1, 2)]),
    ],
)
def test_a_unit_or_a_figure_given_twice_is_a_mistake_of_the_caller(twice: tuple[list, list]) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match="twice"):
        score(book(), *twice, OCTOBER)


def test_figures_of_units_that_are_not_assessed_are_left_alone() -> None:
    scores = score(
        book(), [unit("甲", reaches=False)], [share(ON_TIME, "甲", 1, 1), share(ON_TIME, "乙", 0, 1)], OCTOBER
    )

    assert [one.unit.name for one in scores.units] == ["甲"]
