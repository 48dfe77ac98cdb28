"""The bulletin's charts: every word inside its box and every number written, not only drawn."""

from decimal import Decimal
from itertools import combinations

import pytest

from rules.months import Month
from services.canvas import Canvas
from services.charts import by_kind, on_time, places
from tests.month_tables import LONGEST_NAME, NAMES, crowded, month_table

KINDS = [("岸线垃圾", 120), ("水面漂浮物和水生植物过度生长", 17), ("污水直排", 3)]
SHARES = [(LONGEST_NAME, Decimal("0.9"), "18/20 90%"), *((name, Decimal(0), "0/7 0%") for name in NAMES)]
MONTHS = [month_table(month=Month(2026, n)) for n in range(1, 10)] + [crowded()]


@pytest.mark.parametrize(
    "canvas",
    [by_kind("2026年10月", KINDS), by_kind("2026年10月", []), by_kind("2026年10月", [(f"第{n}类", 1) for n in range(60)]),
     on_time("2026年10月", SHARES), places(MONTHS), places(MONTHS[:1])],
    ids=["kinds", "none", "60 kinds", "on time", "places", "one month"],
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


def test_the_last_six_months_are_shown_and_a_unit_that_was_not_there_has_no_place() -> None:
    shown = words(places(MONTHS))
    assert [word for word in shown if word.endswith("月") and word[0].isdigit()] == [
        "5月",
        "6月",
        "7月",
        "8月",
        "9月",
        "10月",
    ]
    assert "–" in shown


def test_the_same_rows_are_the_same_file() -> None:
    assert places(MONTHS).png() == places(MONTHS).png()
