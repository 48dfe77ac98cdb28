"""Which months the public may see: those that were published, as they stand now."""

from sqlalchemy import select

from models.assessment import MonthlyAssessment, frozen_of
from models.publication import Publication, PublicationState
from rules.months import Month
from services.assessment_rows import table_of
from services.desk import Work
from services.month_table import MonthTable

OUT = Publication.published_at.is_not(None)
"""Readers saw it; one that was withdrawn later says so wherever it is shown."""


def published(work: Work, month: Month | None = None) -> MonthTable | None:
    """A month that was published, else the newest that was: as it stands now, corrections included; what was
    withdrawn says why."""
    out = (
        select(MonthlyAssessment.month)
        .join(Publication, Publication.assessment_id == MonthlyAssessment.id)
        .where(OUT)
        .order_by(MonthlyAssessment.month.desc())
        .limit(1)
    )
    found = work.session.scalar(out if month is None else out.where(MonthlyAssessment.month == str(month)))
    stands = work.session.scalar(frozen_of(found)) if found else None
    return table_of(work, stands, _withdrawn(work, stands)) if stands is not None else None


def _withdrawn(work: Work, stands: MonthlyAssessment) -> str:
    """Why the month's last publication was withdrawn; empty where it stands."""
    last = work.session.scalar(
        select(Publication)
        .join(MonthlyAssessment, MonthlyAssessment.id == Publication.assessment_id)
        .where(MonthlyAssessment.month == stands.month, OUT)
        .order_by(Publication.id.desc())
        .limit(1)
    )
    return last.withdrawn_because if last is not None and last.state is PublicationState.WITHDRAWN else ""
