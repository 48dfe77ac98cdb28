"""An item on trial (试考核): points with reasons, and no score that is higher or lower for it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rules import rulebook_text
from rules.assessment_rulebook import Unit
from rules.figures import Figure
from rules.rulebook_text import RulebookRefused
from rules.scoring import MonthScores, score
from tests.rules.test_scoring_properties import FEW, OCTOBER

BOOK = """
name = "试行办法"
in_force_from = "2026-01"
purpose = "用于通报"
{more}

[[items]]
key = "sections"
name = "断面"
points = 100
source = "sheet:断面"
full = 1.0
zero = 0.5

[[items]]
key = "ditches"
name = "沟道"
kind = "trial"
points = {points}
source = "sheet:沟道"
full = 1.0
zero = 0.5
"""
UNITS = "甲乙丙"


def judged(values: list[int], *, on_trial: list[int | None]) -> MonthScores:
    book = rulebook_text.read(BOOK.format(more="", points=10))
    figures = [
        Figure("sheet:断面", name, Decimal(n), Decimal(10)) for name, n in zip(UNITS, values, strict=True)
    ]
    figures += [
        Figure("sheet:沟道", name, Decimal(n), Decimal(10))
        for name, n in zip(UNITS, on_trial, strict=True)
        if n is not None
    ]
    return score(book, [Unit(name, name, "镇", n) for n, name in enumerate(UNITS)], figures, OCTOBER)


tenths = st.lists(st.integers(0, 10), min_size=3, max_size=3)


@FEW
@given(tenths, st.lists(st.none() | st.integers(0, 10), min_size=3, max_size=3))
def test_no_score_and_no_place_depends_on_it(values: list[int], on_trial: list[int | None]) -> None:
    with_it, without = judged(values, on_trial=on_trial), judged(values, on_trial=[None] * 3)
    assert [(line.unit, line.score, line.place) for line in with_it.units] == [
        (line.unit, line.score, line.place) for line in without.units
    ]
    for line in with_it.units:
        item = line.items[1]
        assert item.weight == (0 if item.points is None else 10)
        assert sum(loss.points for loss in item.losses) == (0 if item.points is None else 10 - item.points)


def faults(**written: str | int) -> tuple[str, ...]:
    try:
        rulebook_text.read(BOOK.format(**{"more": "", "points": 10, **written}))
    except RulebookRefused as refused:
        return refused.faults
    return ()


def test_it_is_not_part_of_the_hundred_and_breaks_no_ties() -> None:
    assert faults() == ()
    assert faults(points=0) == ("项目 ditches（沟道）：points 是 0，分值要大于 0。",)
    assert faults(more='tie_breaker = "ditches"') == (
        "总则：tie_breaker ditches 是试考核项目，不计入总成绩，请换一个项目。",
    )
