"""The sweep of reminders: what it costs with a million open cases of which a hundred are due; beside the peer's.

    python -m bench.sweep [--quick] [--open 1000000] [--due 100] [--beside 2000] [--engines sqlite,postgresql]

`select`: finding what is due. `whole`: the job itself, each case in its own transaction, its message owed. Beside
it django-helpdesk's `escalate_tickets` on as many due rows as ours has in its last line, both on SQLite, durable.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Mapping

from sqlalchemy import func, select

import app
from bench import open_cases, product, results
from bench.helpdesk import escalated
from bench.product import Template
from models.case import due_for_reminder
from models.supervision import Reminder
from scheduler.remind import remind
from services.desk import Desk, Work
from story.stage import DISTRICT

LOOKS, WARM = 20, 10


def desk_of(environment: Mapping[str, str]) -> Desk:
    """The product's desk, at the moment when the ladder climbs."""
    desk = app.Heshao(DISTRICT / "config.toml", environment).desk
    desk.clock = lambda: open_cases.NOW
    return desk


def selecting(desk: Desk, due: int) -> list[float]:
    """Milliseconds to find what is due, so many times."""
    times = []
    for _ in range(LOOKS):
        with desk.reading() as work:
            began = time.perf_counter()
            found = len(work.session.scalars(due_for_reminder(open_cases.NOW)).all())
            times.append((time.perf_counter() - began) * 1000)
        assert found == due
    return times


def idle(desk: Desk) -> float:
    """Milliseconds of the whole job where nothing is due, as in most minutes; the median."""
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        assert remind(desk) == 0
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def climbing(desk: Desk, due: int) -> float:
    """Seconds of the whole job for what is due."""
    before = desk.look(_reminders)
    began = time.perf_counter()
    assert remind(desk) == due
    took = time.perf_counter() - began
    assert desk.look(_reminders) == before + due
    return took


def warm(desk: Desk, town: int) -> int:
    """Climb a few by the way: the calendar and the statements are made once; how many."""
    open_cases.open_until(desk.engine, WARM, town)
    open_cases.have_due(desk.engine, WARM, 1)
    climbing(desk, WARM)
    return WARM


def _reminders(work: Work) -> int:
    return work.session.scalar(select(func.count()).select_from(Reminder)) or 0


def measured(template: Template, engine_name: str, most: int, due: int) -> list[str]:
    """A row for each number of open cases."""
    rows = []
    with template.copy(engine_name) as environment:
        desk = desk_of(environment)
        town = open_cases.lay_out(desk.engine)
        first = 1 + warm(desk, town)
        for many in (most // 100, most // 10, most):
            open_cases.open_until(desk.engine, max(many, first + due), town)
            nothing = idle(desk)
            open_cases.have_due(desk.engine, due, first)
            looks = selecting(desk, due)
            took = climbing(desk, due)
            first += due
            rows.append(
                f"| {engine_name} | {many:,} | {due} | {min(looks):.1f} | {statistics.median(looks):.1f} "
                f"| {nothing:.1f} | {took * 1000:.0f} | {due / took:.0f} |"
            )
            sys.stderr.write(f"{rows[-1]}\n")
        desk.engine.dispose()
    return rows


def beside(template: Template, count: int) -> list[str]:
    """Rows for the peer and for us, on as many that are due."""
    theirs = escalated(count)
    with template.copy("sqlite") as environment:
        desk = desk_of(environment)
        town = open_cases.lay_out(desk.engine)
        first = 1 + warm(desk, town)
        open_cases.open_until(desk.engine, count + first, town)
        open_cases.have_due(desk.engine, count, first)
        ours = climbing(desk, count)
        desk.engine.dispose()
    return [
        f"| django-helpdesk 2.6.1: `escalate_tickets` | {count:,} | {theirs:.1f} | {count / theirs:.0f} |",
        f"| **Heshao**: `remind` | {count:,} | {ours:.1f} | {count / ours:.0f} |",
    ]


def told(rows: list[str], peers: list[str]) -> str:
    """The section of RESULTS.md."""
    return "\n".join(
        [
            f"Open cases of which a few are due. Finding them, {LOOKS} times; the whole job where none is due; and "
            "for those that are due: each in its own durable transaction, noted, chained, its message owed.",
            "",
            "| database | open | due | select ms, best | median | nothing due, ms | whole job, ms | cases/s |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "Beside the peer, SQLite in WAL with synchronous=FULL; its mails go nowhere, and it commits each row as "
            "its command does, without a message that outlives a crash.",
            "",
            "| what | due | seconds | rows/s |",
            "|---|---|---|---|",
            *peers,
        ]
    )


def main() -> None:
    """Measure, print, and write down unless --quick."""
    parser = argparse.ArgumentParser(prog="bench.sweep")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--open", type=int)
    parser.add_argument("--due", type=int, default=100)
    parser.add_argument("--beside", type=int)
    parser.add_argument("--engines", default="sqlite,postgresql")
    given = parser.parse_args()
    most = given.open or (20_000 if given.quick else 1_000_000)
    count = given.beside or (200 if given.quick else 2000)
    template = Template()
    try:
        names = [name for name in given.engines.split(",") if name == "sqlite" or product.has_postgresql()]
        rows = [row for name in names for row in measured(template, name, most, given.due)]
        section = told(rows, beside(template, count))
    finally:
        template.remove()
    results.say("sweep", section, keep=not given.quick)


if __name__ == "__main__":
    main()
