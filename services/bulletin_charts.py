"""The charts of a month, from its rows: what `flask bulletin make` puts beside the paper."""

from sqlalchemy import select

from models.assessment import AssessmentState, MonthlyAssessment
from services import charts as drawn
from services.assessment_rows import table_of
from services.desk import Work
from services.month_table import MonthTable
from services.problems import problems
from services.ranking_page import results

MONTHS = 6


def charts(work: Work, table: MonthTable) -> dict[str, bytes]:
    """PNG by name: kinds, trend, and on_time where the rulebook asks for it and anything fell due."""
    name = table.month.name
    found = {
        "kinds": drawn.by_kind(name, problems(work, table.month).by_kind),
        "trend": drawn.places([*_before(work, table), table]),
    }
    shares = [
        (row.town, row.on_time.part / row.on_time.whole, f"{row.on_time.words} {row.on_time.percent}")
        for row in results(work, table)
        if row.on_time.part is not None and row.on_time.whole
    ]
    if shares:
        found["on_time"] = drawn.on_time(name, shares)
    return {key: canvas.png() for key, canvas in found.items()}


def _before(work: Work, table: MonthTable) -> list[MonthTable]:
    """The frozen months before this one, the oldest first; at most five."""
    rows = (
        select(MonthlyAssessment)
        .where(MonthlyAssessment.state == AssessmentState.FROZEN, MonthlyAssessment.month < str(table.month))
        .order_by(MonthlyAssessment.month.desc())
        .limit(MONTHS - 1)
    )
    return [table_of(work, row) for row in reversed(work.session.scalars(rows).all())]
