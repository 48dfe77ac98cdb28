"""The months before a month, as far as they may be shown beside it: places and points, for charts and tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.assessment import AssessmentState, MonthlyAssessment, TownScore
from models.publication import Publication, PublicationState
from rules.assessment_rulebook import Composition
from rules.months import Month
from services import assessment_books
from services.desk import Work
from services.month_table import MonthTable

MONTHS = 6
NO_RANKING, WITHDRAWN = "没有排名", "已撤回"


@dataclass(frozen=True)
class Standing:
    """Where a unit stood in a month."""

    code: str
    place: int | None
    score: Decimal | None


@dataclass(frozen=True)
class TrendMonth:
    """A month of the trend."""

    month: Month
    standings: tuple[Standing, ...] = ()
    by_points: bool = False
    """Whether its scores are points; where places are summed they say nothing from month to month."""
    why_none: str = NO_RANKING
    """In a word why it has no places, where it has none."""

    @property
    def name(self) -> str:
        """9月."""
        return f"{self.month.month}月"

    @property
    def scores(self) -> list[Decimal]:
        """Points of the units that were ranked."""
        if not self.by_points:
            return []
        return [row.score for row in self.standings if row.place is not None and row.score is not None]

    @property
    def mean(self) -> Decimal:
        """Half up to two places, as everywhere."""
        return (sum(self.scores, Decimal(0)) / len(self.scores)).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @cached_property
    def _places(self) -> dict[str, int | None]:
        return {row.code: row.place for row in self.standings}

    def place_of(self, code: str) -> int | None:
        """A unit's place; None where it had none."""
        return self._places.get(code)


def trend(work: Work, table: MonthTable, *, published_only: bool) -> tuple[TrendMonth, ...]:
    """The six months that end with this one, from the first that can be shown; a month without a ranking stays empty.

    `published_only`: what readers outside may see: months that were published. What was withdrawn is nowhere shown.
    """
    months = [table.month]
    while len(months) < MONTHS:
        months.insert(0, months[0].previous)
    frozen = _frozen(work, months[:-1])
    news = _Publications(work, months[:-1])
    found = [_month(month, frozen.get(str(month)), news, published_only) for month in months[:-1]]
    while found and not found[0].standings:
        del found[0]
    return (*found, of_table(table))


def of_table(table: MonthTable) -> TrendMonth:
    """A month that is shown, as part of a trend."""
    standings = tuple(Standing(line.code, line.place, line.score) for line in table.lines)
    return TrendMonth(table.month, standings, table.composition == Composition.POINTS.value)


_Frozen = tuple[int, TrendMonth]


def _month(month: Month, frozen: _Frozen | None, news: "_Publications", published_only: bool) -> TrendMonth:
    if frozen is None or (published_only and str(month) not in news.published):
        return TrendMonth(month)
    number, found = frozen
    return TrendMonth(month, why_none=WITHDRAWN) if number in news.withdrawn else found


def _frozen(work: Work, months: Iterable[Month]) -> dict[str, _Frozen]:
    """What stands of each month, with the id of its revision."""
    rows = select(MonthlyAssessment).where(
        MonthlyAssessment.state == AssessmentState.FROZEN,
        MonthlyAssessment.month.in_([str(month) for month in months]),
    )
    assessments = {row.id: row for row in work.session.scalars(rows)}
    scores = (
        select(TownScore.assessment_id, TownScore.town_code, TownScore.place, TownScore.score)
        .where(TownScore.assessment_id.in_(assessments))
        .order_by(TownScore.assessment_id, TownScore.position)
    )
    standings: dict[int, list[Standing]] = {number: [] for number in assessments}
    for number, code, place, score in work.session.execute(scores):
        standings[number].append(Standing(code, place, score))
    return {row.month: (row.id, _trend_month(row, standings[row.id])) for row in assessments.values()}


def _trend_month(row: MonthlyAssessment, standings: list[Standing]) -> TrendMonth:
    by_points = assessment_books.kept(row).composition is Composition.POINTS
    return TrendMonth(Month.parse(row.month), tuple(standings), by_points)


class _Publications:
    """Which months readers saw, and which revisions were withdrawn."""

    def __init__(self, work: Work, months: Iterable[Month]) -> None:
        rows = (
            select(Publication)
            .join(MonthlyAssessment)
            .where(MonthlyAssessment.month.in_([str(month) for month in months]))
            .order_by(Publication.id)
        )
        found = list(work.session.scalars(rows.options(joinedload(Publication.assessment))))
        last = {row.assessment_id: row.state for row in found}
        self.published = {row.assessment.month for row in found if row.published_at is not None}
        self.withdrawn = {number for number, state in last.items() if state is PublicationState.WITHDRAWN}
