"""Which rulebook is in force in a month, and what a rulebook says of itself."""

from dataclasses import replace
from decimal import Decimal

import pytest

from rules.assessment_rulebook import AssessmentRulebook, Group, in_force
from rules.months import Month
from rules.refusal import Refusal
from tests.rules.rulebooks import book, unit


def version(month: str, name: str = "试") -> AssessmentRulebook:
    return replace(book(), in_force_from=Month.parse(month), name=name)


@pytest.mark.parametrize(
    ("month", "expected"),
    [("2026-01", "2026-01"), ("2026-06", "2026-01"), ("2026-07", "2026-07"), ("2027-12", "2027-01")],
)
def test_a_month_is_judged_by_the_newest_that_had_begun(month: str, expected: str) -> None:
    books = [version("2027-01"), version("2026-01"), version("2026-07")]

    assert str(in_force(books, Month.parse(month)).in_force_from) == expected


def test_a_month_before_all_rulebooks_is_refused() -> None:
    with pytest.raises(
        Refusal, match=r"^2025年12月没有可用的考核办法，请在考核办法文件夹里放一份从该月或更早起施行的。$"
    ):
        in_force([version("2026-01")], Month(2025, 12))


def test_two_rulebooks_from_one_month_are_refused_whatever_the_month_asked_for() -> None:
    books = [version("2026-01"), version("2026-07", "新办法"), version("2026-07", "旧办法")]
    with pytest.raises(
        Refusal, match=r"^《新办法》和《旧办法》都从2026年7月起施行，一个月只能按一份考核办法"
    ):
        in_force(books, Month(2026, 2))


def test_a_unit_belongs_to_the_first_group_that_names_its_kind_name_or_code() -> None:
    grouped = replace(
        book(), groups=(Group("一", frozenset({"双街镇"})), Group("二", frozenset({"镇"})), Group("三"))
    )

    assert [grouped.group_of(unit(name, kind=kind)) for name, kind in (
        ("双街镇", "镇"), ("北仓镇", "镇"), ("瑞景街道", "街道")
    )] == ["一", "二", "三"]  # fmt: skip
    assert replace(grouped, groups=grouped.groups[:1]).group_of(unit("北仓镇")) is None
    assert book().group_of(unit("北仓镇")) == ""


def test_the_smallest_step_of_points_follows_the_decimals() -> None:
    assert [replace(book(), decimals=n).quantum for n in (0, 1, 2)] == [
        Decimal(1),
        Decimal("0.1"),
        Decimal("0.01"),
    ]
