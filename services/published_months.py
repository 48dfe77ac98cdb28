"""Which months the public may see: those that were published, as they stand now."""

from sqlalchemy import select

from models.assessment import MonthlyAssessment, frozen_of
from models.publication import Publication, PublicationState, publications_of
from rules.months import Month
from services.assessment_rows import table_of
from services.desk import Work
from services.month_table import MonthTable, for_everybody

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
    if stands is None:
        return None
    return for_everybody(table_of(work, stands, withdrawn_because(work, stands)))


def is_shown(work: Work, month: Month) -> bool:
    """Whether readers see this month as one that stands: published, and not withdrawn."""
    out = select(Publication.id).join(MonthlyAssessment).where(MonthlyAssessment.month == str(month), OUT)
    if work.session.scalar(out.limit(1)) is None:
        return False
    stands = work.session.scalar(frozen_of(str(month)))
    return stands is not None and not withdrawn_because(work, stands)


def withdrawn_because(work: Work, stands: MonthlyAssessment) -> str:
    """Why the publication of these very numbers was withdrawn; empty where they stand, or wait to be published."""
    last = work.session.scalar(publications_of(stands.id).limit(1))
    return last.withdrawn_because if last is not None and last.state is PublicationState.WITHDRAWN else ""
