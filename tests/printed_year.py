"""An invented year on a database, published to the platform's stand-in: what tests of the whole way stand on."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Engine, text

import config
from bot.messages import Message, Text
from data.demonstration.build import sheets
from models.assessment import MonthlyAssessment
from models.publication import Publication
from rules.figures import Figure
from rules.months import Month
from services import assessment_check, editions, figures, ranking_news, registry
from services.assessment_check import Checked
from services.assessment_rows import table_of
from services.assessments import standing
from services.case_links import CaseLinks
from services.desk import Desk, Work
from services.editions import Edition
from services.figures import SOURCES
from services.month_table import MonthTable
from services.rulebook import rulebook_from
from services.sheets import RegistrySheets
from simulator.server import start
from story.invented_figures import INDICATORS
from story.lived_year import LivedYear
from tests.conftest import ROOT, Clock
from tests.press import Press, an_edition

T = TypeVar("T")
SEED = 20260101
YEAR = [Month(2026, number) for number in range(1, 13)]
NEW_UNIT, FOUNDED = "120113008", date(2026, 7, 8)
"""双环邨街道 began on 2021-02-07; in the invented year in July."""
CHIEF = "oDemoTownChiefTianmu00000001"
_serial = count(1)
Key = tuple[Month, str, str]
Value = tuple[Any, Any, bool]


def invented_sheets() -> RegistrySheets:
    """The demonstration's registry with one unit that begins in mid-year."""
    rows = sheets()
    towns = [replace(town, since=FOUNDED if town.code == NEW_UNIT else None) for town in rows.towns or ()]
    return replace(rows, towns=tuple(towns))


@dataclass
class PrintedYear:
    """The desk, the months lived on it, and where they were published."""

    desk: Desk
    clock: Clock
    lived: LivedYear
    press: Press | None = None
    reached: datetime | None = None

    def prints(self, month: Month) -> None:
        """What the timetable does from now on: everything on its way reaches its end."""
        press = self.press
        if press is None:
            return
        now, before = self.clock(), self.reached or self.clock()
        press.platform.advance(max(0, int((now - before).total_seconds())))
        self.reached = now
        press.runs()
        press.hears()
        press.runs()

    def table(self, month: Month) -> MonthTable:
        """What stands of a month."""
        return self.desk.look(lambda work: table_of(work, standing(work, month)))

    def says(self, openid: str, words: str) -> str:
        """What somebody is answered in the chat."""
        assert self.press is not None
        message = Message(openid, "gh_0", self.clock(), Text(words), f"year-{next(_serial)}")
        return self.desk.do(self.press.dispatcher.answer, message).reply

    def article(self, month: Month) -> str:
        """What readers see at the address of the month's newest publication."""
        assert self.press is not None
        row = next(row for row in reversed(self.publications()) if row.assessment.month == str(month))
        return self.press.platform.read(row.article_url)

    def publications(self) -> list[Publication]:
        """All of them, the oldest first."""
        return self.desk.look(_publications)


def _publications(work: Work) -> list[Publication]:
    rows = list(work.session.query(Publication).order_by(Publication.id))
    assert all(row.assessment.month for row in rows)
    return rows


def edition(work: Work, assessment_id: int, in_full: Collection[Month]) -> Edition:
    """What goes to the platform: the bulletin for some months, for the others the bare table, which costs nothing
    to draw."""
    table = table_of(work, work.session.get_one(MonthlyAssessment, assessment_id))
    if table.month in in_full:
        return editions.compose(work, assessment_id, lambda digest: None)
    lines = "".join(f"<p>{line.place} {line.name} {line.score}</p>" for line in table.lines)
    return an_edition(
        title=table.heading[:32], digest=table.month.name, source_url=ranking_news.page_url(work, table.month),
        content_with=lambda urls: f'{lines}<img src="{urls["ranking"]}">',
    )  # fmt: skip


@contextmanager
def a_year(
    engine: Engine,
    *,
    rows: RegistrySheets | None = None,
    printed: bool = False,
    in_full: Collection[Month] = (),
    **how: Any,
) -> Iterator[PrintedYear]:
    """An installation with the invented district's registry; nothing has happened yet."""
    clock = Clock(datetime(2025, 12, 31, 16, tzinfo=UTC))
    settings = config.load(ROOT / "config.example.toml", {})
    links = CaseLinks("https://heshao.example", lambda: "a key for tests")
    desk = Desk(engine, clock, rulebook_from(settings), Random(SEED), lambda name: None, links)
    desk.do(registry.import_registry, rows or invented_sheets())
    year = PrintedYear(desk, clock, LivedYear(desk, clock.set, SEED, **how))
    year.lived.publish = year.prints
    if not printed:
        yield year
        return
    sim = start(webhook="", mode="plain", attempts=1, attempt_seconds=0.1, seed=7)
    try:
        year.press = Press(desk, clock, sim, lambda work, number: edition(work, number, in_full))
        yield year
    finally:
        sim.stop()


def verified(work: Work, assessment_id: int) -> Checked:
    """What proving this revision finds."""
    return assessment_check.verify(work, work.session.get_one(MonthlyAssessment, assessment_id))


def all_figures(work: Work, months: Sequence[Month]) -> dict[Key, Value]:
    """Every figure of everybody in these months, whatever the rulebook makes of it."""
    sources = [*SOURCES, *(f"sheet:{name}" for name in INDICATORS)]
    return {
        (month, figure.source, figure.town): _value(figure)
        for month in months
        for figure in figures.gather(work, month, sources, figures.towns_of(work, month))
    }


def _value(figure: Figure) -> Value:
    return figure.numerator, figure.denominator, bool(figure.suspended)


class _Undone(Exception):
    """What was found, on the way out of a transaction that is undone."""

    def __init__(self, found: Any) -> None:
        super().__init__()
        self.found = found


def if_only(desk: Desk, change: Callable[[Work], None], look: Callable[[Work], T]) -> T:
    """What would be seen after this change of a row, past the triggers; nothing of it stays."""

    def tried(work: Work) -> None:
        for (name,) in work.session.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            work.session.execute(text(f"DROP TRIGGER {name}"))
        change(work)
        work.session.flush()
        work.session.expire_all()
        raise _Undone(look(work))

    try:
        desk.do(tried)
    except _Undone as undone:
        return undone.found  # type: ignore[no-any-return]  # what `look` returned
    raise AssertionError("unreachable")
