"""Proving a month (核验): its digest, its points out of its own figures, its figures out of their rows."""

from dataclasses import dataclass
from decimal import Decimal

from models.assessment import AssessmentState, ItemScore, MonthlyAssessment
from rules import scoring
from rules.assessment_rulebook import AssessmentRulebook
from rules.figures import Figure
from rules.months import Month
from services import assessment_books, judgement, problems
from services.assessment_digest import digest_of
from services.assessment_rows import Rows, read, rows_of, shown, unit_of
from services.desk import Work
from services.figures import PER_KILOMETRE
from services.judgement import Judgement
from services.month_changes import Change, Part, changes
from services.month_table import MonthTable
from services.problems import CountChange


@dataclass(frozen=True)
class Checked:
    """What was found of one assessment."""

    assessment: MonthlyAssessment
    digest_holds: bool
    """What is frozen is what was frozen; True for a draft, which has no digest."""
    points: tuple[Change, ...]
    """Where its points do not follow from its own figures, appeals and rulebook: somebody has written in its rows."""
    figures: tuple[Change, ...]
    """Where the rows it was counted from say something else by now."""
    problems: tuple[CountChange, ...] = ()
    """Where the cases say something else of how many problems there were at its approval."""
    problems_are_kept: bool = True
    """False for a draft, and for a month that was frozen before they were counted."""

    @property
    def holds(self) -> bool:
        """Whether everything is proved equal."""
        return self.digest_holds and not self.points and not self.figures and not self.problems


def verify(work: Work, assessment: MonthlyAssessment) -> Checked:
    """Recompute a month by the rulebook text it keeps and name every difference; nothing is written."""
    book, kept = assessment_books.kept(assessment), read(work, assessment)
    was = shown(assessment, kept)
    frozen = assessment.state is not AssessmentState.DRAFT
    return Checked(
        assessment,
        digest_holds=not frozen or digest_of(work, assessment) == assessment.digest,
        points=tuple(_apart_from_losses(changes(was, _from_own_figures(work, assessment, book, kept)))),
        figures=tuple(changes(was, _from_the_rows(work, assessment, book, kept), rows=True)),
        problems=tuple(problems.differences(work, assessment)),
        problems_are_kept=problems.are_kept(work, assessment),
    )


def _from_own_figures(
    work: Work, assessment: MonthlyAssessment, book: AssessmentRulebook, kept: Rows
) -> MonthTable:
    """What the rulebook makes of the figures that were kept; their causes are not needed for the points."""
    towns = {town.town_id: town for town in kept.towns}
    figures = {
        (item.source, towns[item.town_id].town_code): _figure(item, towns[item.town_id].town_code)
        for item in kept.items
        if item.town_id in towns
    }
    return _judged(work, assessment, book, kept, list(figures.values()))


def _figure(item: ItemScore, town: str) -> Figure:
    if item.numerator is None:
        return Figure(item.source, town, basis=item.basis, suspended=item.suspended or "–")
    return Figure(item.source, town, item.numerator, item.denominator, basis=item.basis)


def _from_the_rows(
    work: Work, assessment: MonthlyAssessment, book: AssessmentRulebook, kept: Rows
) -> MonthTable:
    """What comes out when everything is counted anew for the units of then, with the reaches they had then."""
    towns = [row.town for row in sorted(kept.towns, key=lambda row: row.registry_position)]
    month, then = Month.parse(assessment.month), assessment.drafted_at
    gathered = judgement.gathered_for(work, book, month, towns, then, _kilometres(kept))
    return _judged(work, assessment, book, kept, gathered)


def _kilometres(kept: Rows) -> dict[int, Decimal]:
    """Of each unit's reaches as the registry had them: the registry of today proves nothing of then."""
    rows = (item for item in kept.items if item.source == PER_KILOMETRE)
    return {item.town_id: item.denominator for item in rows if item.denominator is not None}


def _judged(
    work: Work, assessment: MonthlyAssessment, book: AssessmentRulebook, kept: Rows, figures: list[Figure]
) -> MonthTable:
    units = [unit_of(row) for row in kept.towns]
    previous = {row.town_code: row.previous_place for row in kept.towns if row.previous_place is not None}
    returned = judgement.returned_to(work, assessment)
    scores = scoring.score(book, units, figures, Month.parse(assessment.month), previous, returned)
    judged = Judgement({row.town_code: row.town for row in kept.towns}, scores)
    return shown(assessment, rows_of(assessment, judged))


def _apart_from_losses(found: list[Change]) -> list[Change]:
    """Reasons are compared with the rows they came from, not here; a figure is what this was counted from."""
    return [change for change in found if change.part not in (Part.LOSSES, Part.SUSPENDED, Part.UNRANKED)]
