"""The months before: what was published and stands; a month without a ranking is a gap, never a number."""

import pytest

from rules.months import Month
from services.desk import Desk, Work
from services.trend import TrendMonth, trend
from tests.frozen_table import frozen, published
from tests.month_tables import month_table, ranked

PLACES_BOOK = """
name = "名次相加"
in_force_from = "2026-01"
purpose = "用于督促整改。"
composition = "places"

[[items]]
key = "on_time"
name = "按期整改"
source = "rectified_on_time"
better = "higher"
"""


def year(work: Work) -> None:
    """May was published; June only frozen; July published and withdrawn; of August there is nothing; September was
    published, corrected and not yet published again."""
    for number, state in ((5, "out"), (6, "frozen"), (7, "withdrawn"), (9, "out")):
        row = frozen(work, month_table(ranked(("95", "90", "85")), month=Month(2026, number)))
        if state != "frozen":
            published(work, row, "数据有误" if state == "withdrawn" else "")


def shown(desk: Desk, month: Month, *, published_only: bool) -> list[str]:
    found = desk.look(lambda work: trend(work, month_table(month=month), published_only=published_only))
    return [f"{month.name}{'' if month.standings else month.why_none}" for month in found]


def test_readers_outside_see_what_was_published_and_stands(desk: Desk) -> None:
    desk.do(year)
    shows = ["5月", "6月没有排名", "7月已撤回", "8月没有排名", "9月", "10月"]
    assert shown(desk, Month(2026, 10), published_only=True) == shows


def test_the_paper_shows_what_was_frozen(desk: Desk) -> None:
    desk.do(year)
    shows = ["5月", "6月", "7月已撤回", "8月没有排名", "9月", "10月"]
    assert shown(desk, Month(2026, 10), published_only=False) == shows


def test_months_before_the_first_are_no_gap_and_six_are_enough(desk: Desk) -> None:
    desk.do(year)
    assert shown(desk, Month(2026, 12), published_only=True) == [
        "9月", "10月没有排名", "11月没有排名", "12月",
    ]  # fmt: skip
    assert shown(desk, Month(2027, 4), published_only=True) == ["4月"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sums_of_places_are_no_scores_from_month_to_month(desk: Desk) -> None:
    desk.do(lambda work: frozen(work, month_table(month=Month(2026, 9)), PLACES_BOOK))
    september = desk.look(lambda work: trend(work, month_table(), published_only=False))[0]
    assert september.place_of("T1") == 1
    assert september.scores == []


def test_the_mean_is_half_up_as_everywhere() -> None:
    found = TrendMonth(Month(2026, 10))
    assert found.scores == []
    assert found.place_of("T1") is None
