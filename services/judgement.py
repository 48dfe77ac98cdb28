"""A month judged (考核计算): units as in the registry of then, figures out of the rows, points out of the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from models.assessment import (
    BY_THE_OFFICE,
    Appeal,
    AppealState,
    AssessmentState,
    MonthlyAssessment,
    frozen_of,
    town_scores_of,
)
from models.registry import Town, reaches_in_force, towns_in_force
from rules import scoring
from rules.assessment_rulebook import AssessmentRulebook, Unit
from rules.figures import Figure
from rules.months import Month
from rules.scoring import MonthScores, Returned
from services import figures
from services.desk import Work

HUNDREDTH = Decimal("0.01")
SIXTH = Decimal("0.000001")
"""To so many places figures are kept, and so counted with: what is frozen gives the same points again."""


@dataclass(frozen=True)
class Judgement:
    """Everything a month's rows are made of."""

    towns: Mapping[str, Town]
    """By code."""
    scores: MonthScores


def judge(
    work: Work,
    book: AssessmentRulebook,
    month: Month,
    returned: Sequence[Returned],
    known_at: datetime | None = None,
) -> Judgement:
    """Judge a month by this rulebook, out of the rows as they are; `known_at`: no figures sheet of later."""
    towns = list(work.session.scalars(towns_in_force(month.last_day)))
    with_reaches = {reach.town_id for reach in work.session.scalars(reaches_in_force(month.last_day))}
    units = [Unit(town.code, town.name, town.kind, town.position, town.id in with_reaches) for town in towns]
    gathered = gathered_for(work, book, month, towns, known_at)
    scores = scoring.score(book, units, gathered, month, previous_places(work, month), returned)
    return Judgement({town.code: town for town in towns}, scores)


def gathered_for(
    work: Work,
    book: AssessmentRulebook,
    month: Month,
    towns: Sequence[Town],
    known_at: datetime | None = None,
    kilometres: Mapping[int, Decimal] | None = None,
) -> list[Figure]:
    """The figures this rulebook reads, to six places; `kilometres`: of reaches, where not those of the registry."""
    found = figures.gather(work, month, sorted(book.sources), towns, known_at, kilometres)
    return [as_kept(figure) for figure in found]


def as_kept(figure: Figure) -> Figure:
    """The figure with its numbers as the rows keep them."""
    denominator = figure.denominator
    return replace(
        figure,
        numerator=figure.numerator.quantize(SIXTH),
        denominator=None if denominator is None else denominator.quantize(SIXTH),
    )


def previous_places(work: Work, month: Month) -> dict[str, int]:
    """Each unit's place in the month before, as it stands."""
    before = work.session.scalar(frozen_of(str(month.previous)))
    if before is None:
        return {}
    rows = work.session.scalars(town_scores_of(before.id))
    return {row.town_code: row.place for row in rows if row.place is not None}


def returned_to(work: Work, assessment: MonthlyAssessment) -> list[Returned]:
    """Points given back by appeals that were granted in this revision of the month or an earlier one."""
    granted = (
        select(Appeal)
        .join(MonthlyAssessment, MonthlyAssessment.id == Appeal.assessment_id)
        .where(
            MonthlyAssessment.month == assessment.month,
            MonthlyAssessment.revision <= assessment.revision,
            MonthlyAssessment.state != AssessmentState.DROPPED,
            Appeal.state == AppealState.GRANTED,
        )
        .order_by(Appeal.id)
    )
    return [
        Returned(
            row.town.code, row.item, row.returned.quantize(HUNDREDTH), f"{_on_whose_word(row)}：{row.decision}",
            f"appeal:{row.id}",
        )
        for row in work.session.scalars(granted)
        if row.returned is not None
    ]  # fmt: skip


def _on_whose_word(row: Appeal) -> str:
    """Readers are not told of an appeal that nobody made."""
    return BY_THE_OFFICE if row.appealed_by == BY_THE_OFFICE else "申诉成立"
