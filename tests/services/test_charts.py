"""The bulletin's charts: every word inside its box and every number written, not only drawn."""

from decimal import Decimal
from itertools import combinations

import pytest

from rules.months import Month
from services.canvas import Canvas
from services.charts import MOST, by_kind, on_time, places
from services.score_chart import scale, scores
from services.trend import TrendMonth, of_table
from tests.month_tables import LONGEST_NAME, NAMES, crowded, month_table, ranked

KINDS = [("岸线垃圾", 120), ("水面漂浮物和水生植物过度生长", 17), ("污水直排", 3)]
SHARES = [(LONGEST_NAME, Decimal("0.9"), "18/20 90%"), *((name, Decimal(0), "0/7 0%") for name in NAMES)]
MONTHS = (
    *(of_table(month_table(month=Month(2026, n))) for n in range(5, 8)), TrendMonth(Month(2026, 8), why_none="已撤回"),
    TrendMonth(Month(2026, 9)), of_table(crowded()),
)  # fmt: skip
"""Three ordinary months, one that was withdrawn, one without a ranking, a crowded one."""
UNITS = [(line.group, line.name, line.code) for line in crowded().lines if line.place is not None]
ALIKE = tuple(of_table(month_table(ranked(["93.50"] * 11), month=Month(2026, n))) for n in (9, 10))
MANY = [("", f"第{n}号开发区管理委员会", f"T{n}") for n in range(60)]


@pytest.mark.parametrize(
    "canvas",
    [by_kind("2026年10月", KINDS), by_kind("2026年10月", []), by_kind("2026年10月", [(f"第{n}类", 1) for n in range(60)]),
     on_time("2026年10月", SHARES), on_time("2026年10月", SHARES * 4), places("近6个月名次", MONTHS, UNITS),
     places("近6个月名次", MONTHS, MANY), scores("近6个月得分", MONTHS), scores("近2个月得分（第1次更正）", ALIKE)],
    ids=["kinds", "none", "60 kinds", "on time", "76 towns", "places", "60 towns", "scores", "all alike"],
)  # fmt: skip
def test_every_word_stays_in_its_box(canvas: Canvas) -> None:
    for word in canvas.words:
        assert word.box.holds(word.ink), word
        assert canvas.box.holds(word.box), word
        assert word.size >= 32
    for one, other in combinations(canvas.words, 2):
        assert not one.ink.meets(other.ink), (one.text, other.text)
    assert len(canvas.png()) < 1_000_000


def words(canvas: Canvas) -> list[str]:
    return [word.text for word in canvas.words]


def test_every_number_is_written() -> None:
    assert {"共 140 件", "岸线垃圾", "120 件", "17 件", "3 件"} <= set(words(by_kind("2026年10月", KINDS)))
    assert {LONGEST_NAME, "18/20 90%", "0/7 0%"} <= set(words(on_time("2026年10月", SHARES)))


def test_what_is_too_much_is_counted_together() -> None:
    many = words(by_kind("2026年10月", [(f"第{n}类", 1) for n in range(60)]))
    assert many[-2:] == ["其他", "21 件"]


def test_each_month_has_its_column_also_one_that_has_no_ranking() -> None:
    months = ["5月", "6月", "7月", "8月", "9月", "10月"]
    for canvas in (places("近6个月名次", MONTHS, UNITS), scores("近6个月得分", MONTHS)):
        shown = words(canvas)
        assert [word for word in shown if word in months] == months
        assert "；8月已撤回；9月没有排名" in shown[1]
        assert "–" in shown


def test_scores_are_the_best_the_mean_and_the_last_never_a_line_a_unit() -> None:
    shown = words(scores("近6个月得分", MONTHS))
    assert {"最高", "平均", "最低", "97.70", "92.11", "86.20", "98.00"} <= set(shown)
    assert LONGEST_NAME not in shown


def test_units_in_groups_stand_under_their_groups() -> None:
    shown = words(places("近6个月名次", MONTHS, UNITS))
    assert shown.index("河段较多的单位") < shown.index(LONGEST_NAME) < shown.index("河段较少的单位")


def test_beyond_forty_units_it_says_that_some_are_left_out() -> None:
    assert words(places("近6个月名次", MONTHS, MANY))[1].endswith(f"只列前 {MOST} 个")
    assert "单位较多，只画最高和最低各 20 个" in words(on_time("2026年10月", SHARES * 4))


@pytest.mark.parametrize(
    ("values", "found"),
    [(("86.2", "97.7"), (85, 100, 5)), (("93.5", "93.5"), (88, 94, 2)), (("0", "100"), (0, 100, 20)),
     (("100", "100"), (94, 100, 2)), (("70.01", "79.99"), (70, 80, 2))],
)  # fmt: skip
def test_the_scale_holds_every_value_and_does_not_draw_close_scores_far_apart(
    values: tuple[str, str], found: tuple[int, int, int]
) -> None:
    assert scale([Decimal(value) for value in values]) == tuple(map(Decimal, found))


def test_the_same_rows_are_the_same_file() -> None:
    assert places("近6个月名次", MONTHS, UNITS).png() == places("近6个月名次", MONTHS, UNITS).png()
    assert scores("近6个月得分", MONTHS).png() == scores("近6个月得分", MONTHS).png()
