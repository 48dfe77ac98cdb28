"""The year: the mean of the months and the tasks, who began in mid-year, who is named for downgrading."""

from dataclasses import replace
from decimal import Decimal

import pytest

from rules.annual import AnnualResult, MonthOfUnit, year
from rules.assessment_rulebook import AssessmentRulebook, Group, Unit
from rules.months import Month
from rules.rulebook_text import read
from tests.rules.rulebooks import DEFAULT, HEAD, unit

BOOK = read(DEFAULT)


def months(name: str, *scores: str, first: int = 1) -> list[MonthOfUnit]:
    """Consecutive months of 2026 with their grades; – is a month without a place."""
    return [MonthOfUnit(name, Month(2026, first + n), *_judged(one)) for n, one in enumerate(scores)]


def _judged(text: str) -> tuple[Decimal | None, str]:
    if text == "–":
        return None, ""
    grade = BOOK.grade_of(Decimal(text))
    return Decimal(text), grade.name if grade else ""


def of(name: str, lines: tuple[AnnualResult, ...]) -> AnnualResult:
    return next(one for one in lines if one.unit.name == name)


def judge(
    rows: list[MonthOfUnit], tasks: dict[str, str], book: AssessmentRulebook = BOOK
) -> tuple[AnnualResult, ...]:
    names = dict.fromkeys(row.unit for row in rows)
    units: list[Unit] = [unit(name, n) for n, name in enumerate(names)]
    return year(book, units, rows, {name: Decimal(points) for name, points in tasks.items()})


def test_a_year_is_the_mean_of_its_months_and_its_tasks() -> None:
    result = of("甲", judge(months("甲", *["90", "91", "92"] * 4), {"甲": "80"}))

    assert (result.months, str(result.mean), str(result.score)) == (12, "91.00", "88.80")
    assert (result.grade, result.place, result.note, result.downgraded) == ("合格", 1, "", "")


def test_the_mean_is_not_rounded_before_the_tasks_are_added() -> None:
    result = of("甲", judge(months("甲", "90.01", "90.01", "90.02"), {"甲": "90.02"}))

    assert (str(result.mean), str(result.score)) == ("90.01", "90.01")  # 90.01333… × 0.8 + 18.004 = 90.0147
    assert (
        str(of("甲", judge(months("甲", "80.00", "80.00", "80.02"), {"甲": "80"})).score) == "80.01"
    )  # 80.00533…


def test_a_unit_that_began_in_mid_year_has_the_mean_of_its_own_months() -> None:
    lines = judge(
        [*months("甲", *["80"] * 12), *months("乙", "90", "–", "92", first=10)], {"甲": "80", "乙": "80"}
    )

    assert [(one.unit.name, one.place, str(one.score)) for one in lines] == [
        ("乙", 1, "88.80"),
        ("甲", 2, "80.00"),
    ]
    assert (of("乙", lines).months, of("乙", lines).note) == (2, "按 2 个月平均")


def test_without_tasks_the_months_stand_alone_and_that_is_said() -> None:
    result = of("甲", judge(months("甲", *["80"] * 12), {}))

    assert (str(result.score), result.note) == ("80.00", "年度任务未评分，只计月考核")


def test_a_unit_without_a_month_has_no_place_and_is_listed_last() -> None:
    lines = judge([*months("甲", "–"), *months("乙", "70")], {"甲": "100"})

    assert [(one.unit.name, one.place) for one in lines] == [("乙", 1), ("甲", None)]
    assert (of("甲", lines).score, of("甲", lines).note) == (None, "全年没有参加排名的月份")


@pytest.mark.parametrize(
    ("scores", "because"),
    [
        (["69.99", "69", "90"] * 2, "全年有 4 个月不合格（2026年1月、2026年2月、2026年4月、2026年5月）"),
        (["60", "60", "60", "95", "95", "95"], "全年有 3 个月不合格（2026年1月、2026年2月、2026年3月）"),
        (["60", "60", "95", "95"], ""),
        (["60", "69"], "年度考核不合格"),
    ],
)
def test_failing_months_or_a_failing_year_are_named_for_downgrading(scores: list[str], because: str) -> None:
    result = of("甲", judge(list(reversed(months("甲", *scores))), {}))

    assert result.downgraded == because
    assert len(result.failing) == sum(Decimal(one) < 70 for one in scores)


def test_groups_are_ranked_apart_in_the_year_too() -> None:
    grouped = replace(BOOK, groups=(Group("一", frozenset({"甲"})), Group("二", frozenset({"乙", "丙"}))))
    lines = judge(
        [row for n, name in enumerate("丁丙乙甲") for row in months(name, str(80 + n))], {}, grouped
    )

    assert [(one.group, one.unit.name, one.place) for one in lines] == [
        ("一", "甲", 1), ("二", "乙", 1), ("二", "丙", 2), ("", "丁", None),
    ]  # fmt: skip


def test_where_places_are_added_the_smallest_mean_is_first_and_tasks_do_not_count() -> None:
    places = read(
        HEAD
        + 'composition = "places"\n[[items]]\nkey = "a"\nname = "一"\nsource = "sheet:一"\nbetter = "lower"\n'
    )
    lines = judge([*months("甲", "20", "21"), *months("乙", "18", "22")], {"甲": "100"}, places)

    assert [(one.unit.name, one.place, str(one.score), one.note) for one in lines] == [
        ("乙", 1, "20.00", "按 2 个月平均"), ("甲", 2, "20.50", "按 2 个月平均"),
    ]  # fmt: skip


def test_equal_years_share_a_place() -> None:
    lines = judge([row for name in "甲乙丙" for row in months(name, "90" if name != "丙" else "80")], {})

    assert [one.place for one in lines] == [1, 1, 3]
