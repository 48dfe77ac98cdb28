"""A month judged out of a million cases: gathering its figures and scoring them, beside two ways to count by hand.

    python -m bench.assessment [--quick] [--cases 1000000] [--months 24] [--engines sqlite,postgresql]

First the month alone with a quarter, half and all of its cases (the time follows the month's rows), then with the
months before it (it does not follow those). The same shares are then counted by one SQL statement written by hand
and by a loop over rows in Python; all three must give the same numbers.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import app
from bench import month_by_hand, month_rows, product, results
from bench.environments import ROOT
from bench.month_by_hand import Shares
from bench.month_rows import MONTH
from bench.product import Template
from rules.assessment_rulebook import AssessmentRulebook
from rules.figures import Figure
from services import assessment_books, figures, judgement
from services.desk import Desk, Work
from story.stage import DISTRICT

ROUNDS = 5
SHARES = (
    "rectified_on_time", "first_answer_in_time", "verified_first_time", "reopened", "satisfaction",
)  # fmt: skip
GOALS = {"postgresql": 2.0, "sqlite": 5.0}
"""Seconds for the whole month."""


def desk_of(environment: Mapping[str, str]) -> Desk:
    """The product's desk, the day after the month."""
    desk = app.Heshao(DISTRICT / "config.toml", environment).desk
    desk.clock = lambda: MONTH.ends
    return desk


def rulebook() -> AssessmentRulebook:
    """The rulebook that ships."""
    return assessment_books.read_file(Path(ROOT) / "data" / "assessment" / "2026-01.toml")


def gathered(work: Work, book: AssessmentRulebook) -> list[Figure]:
    """Every figure the rulebook asks for."""
    return figures.gather(work, MONTH, sorted(book.sources), figures.towns_of(work, MONTH))


def judged(work: Work, book: AssessmentRulebook) -> int:
    """The whole month: figures and points; how many reasons it gives."""
    scores = judgement.judge(work, book, MONTH, ()).scores
    return sum(len(item.losses) for unit in scores.units for item in unit.items)


def shares(work: Work) -> Shares:
    """The product's shares, as those counted by hand."""
    towns = figures.towns_of(work, MONTH)
    ids = {town.code: town.id for town in towns}
    found = figures.gather(work, MONTH, SHARES, towns)
    return {
        (f.source, ids[f.town]): (int(f.numerator), int(f.denominator or 0)) for f in found if f.denominator
    }


def timed(step: Callable[[], Any]) -> float:
    """Seconds; the median of a few."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def row(engine: str, desk: Desk, book: AssessmentRulebook, month: int, before: int) -> str:
    """One line: how many cases the month and those before it have, and what judging takes."""
    gathering = timed(lambda: desk.look(gathered, book))
    whole = timed(lambda: desk.look(judged, book))
    reasons = desk.look(judged, book)
    numbers = f"{month:,} | {before:,} | {gathering:.2f} | {whole:.2f} | {GOALS[engine]:.0f} | {reasons:,}"
    line = f"| {engine} | {numbers} |"
    sys.stderr.write(f"{line}\n")
    return line


def measured(template: Template, engine: str, cases: int, months: int) -> tuple[list[str], list[str]]:
    """Rows for both tables on one engine."""
    book, rows, have = rulebook(), [], 0
    each = cases // months
    with template.copy(engine) as environment:
        desk = desk_of(environment)
        month_rows.lay_out(desk.engine)
        for part in (each // 4, each // 2, each):
            month_rows.fill(desk.engine, 1_000_000_000 + have, part - have, MONTH)
            have = part
            month_rows.analyse(desk.engine)
            rows.append(row(engine, desk, book, have, 0))
        earlier, done = MONTH, 0
        for before in (months // 2, months - 1):
            for _ in range(before - done):
                earlier = earlier.previous
                month_rows.fill(desk.engine, 1 + done * each, each, earlier)
                done += 1
            month_rows.analyse(desk.engine)
            rows.append(row(engine, desk, book, each, done * each))
        hands = beside(engine, desk)
        desk.engine.dispose()
    return rows, hands


def beside(engine: str, desk: Desk) -> list[str]:
    """The five shares in three ways, which agree."""
    ours = desk.look(shares)
    assert month_by_hand.by_statement(desk.engine, MONTH) == ours
    assert month_by_hand.by_loop(desk.engine, MONTH) == ours
    ways = (
        ("**Heshao**: `gather`, with every row that counts against a town named", lambda: desk.look(shares)),
        ("one SQL statement by hand, numbers only", lambda: month_by_hand.by_statement(desk.engine, MONTH)),
        (
            "a Python loop over the month's rows, numbers only",
            lambda: month_by_hand.by_loop(desk.engine, MONTH),
        ),
    )
    return [f"| {engine} | {name} | {timed(step):.2f} |" for name, step in ways]


def told(tables: list[tuple[list[str], list[str]]]) -> str:
    """The section of RESULTS.md."""
    rows = [line for table, _ in tables for line in table]
    hands = [line for _, table in tables for line in table]
    return "\n".join(
        [
            f"One month of {month_rows.TOWNS} towns by the rulebook that ships (all its sources, a figures sheet "
            f"included), median of {ROUNDS}. Whole: gathered and scored, each point lost with its row.",
            "",
            "| database | cases of the month | cases before | gather, s | whole, s | goal | reasons |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "Five of the shares, with all those cases behind: the same numbers in three ways.",
            "",
            "| database | way | seconds |",
            "|---|---|---|",
            *hands,
        ]
    )


def main() -> None:
    """Measure, print, and write down unless --quick."""
    parser = argparse.ArgumentParser(prog="bench.assessment")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cases", type=int)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--engines", default="sqlite,postgresql")
    given = parser.parse_args()
    cases = given.cases or (24_000 if given.quick else 1_000_000)
    template = Template()
    try:
        names = [name for name in given.engines.split(",") if name == "sqlite" or product.has_postgresql()]
        section = told([measured(template, name, cases, given.months) for name in names])
    finally:
        template.remove()
    results.say("assessment", section, keep=not given.quick)


if __name__ == "__main__":
    main()
