"""Figures that departments hand in (月度指标表): what is wanted, taking a sheet over, what is there and missing.

A sheet is taken over whole or not at all and never edited: the next one is a newer version and replaces it whole.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from models.assessment import AssessmentState, MonthlyAssessment, newest_of
from models.figure_sheet import FigureEntry, FigureSheet, entries_of, newest_sheet
from models.registry import Town, reaches_in_force, towns_in_force
from rules.assessment_rulebook import AssessmentRulebook, Item, Unit
from rules.months import Month
from rules.refusal import Refusal
from services import assessment_books
from services.figure_workbook import read_figures, the_sheet, write_figures
from services.figures import SHEET
from services.ladder import office_only
from services.work import Work

BASES_OF = 12
"""So many months back the list of what is missing looks for whom to ask."""


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    sheet: FigureSheet
    rows: int
    missing: int
    """Figures the rulebook wants that the sheet does not give."""
    is_new: bool
    """False: the very same file was in force already."""
    is_drafted: bool = False
    """The towns were told a draft without it: it counts when the month is drafted again."""


@dataclass(frozen=True)
class Wanted:
    """One figure the month's rulebook wants from the sheet, and what it says."""

    town: Town
    indicator: str
    given: FigureEntry | None
    last_basis: str
    """Where it last came from, with the month where that was not the month before: whom to ask."""


def indicators_of(book: AssessmentRulebook) -> dict[str, list[Item]]:
    """The indicators a rulebook reads from the sheet, in its own order, with the items that are judged by each."""
    found: dict[str, list[Item]] = {}
    for item in book.items:
        if item.source.startswith(SHEET):
            found.setdefault(item.source.removeprefix(SHEET), []).append(item)
    return found


def wanted(work: Work, month: Month) -> list[Wanted]:
    """Every figure the month's rulebook wants: by indicator in its order, then town in the registry's."""
    book = assessment_books.for_month(work, month)
    towns = list(work.session.scalars(towns_in_force(month.last_day)))
    with_reaches = {reach.town_id for reach in work.session.scalars(reaches_in_force(month.last_day))}
    given, asked = _entries(work, month), []
    for name, items in indicators_of(book).items():
        for town in towns:
            unit = Unit(town.code, town.name, town.kind, town.position, town.id in with_reaches)
            if any(item.applies_to.covers(unit) for item in items):
                asked.append((town, name))
    bases = _bases(work, month, {(town.id, name) for town, name in asked})
    return [
        Wanted(town, name, given.get((town.id, name)), bases.get((town.id, name), "")) for town, name in asked
    ]


def _bases(work: Work, month: Month, asked: set[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Where each figure came from when it was last handed in, within a year; a month before the last is named."""
    found: dict[tuple[int, str], str] = {}
    before = month.previous
    for months_ago in range(BASES_OF):
        for key, entry in _entries(work, before).items():
            found.setdefault(key, entry.basis if months_ago == 0 else f"{entry.basis}（{before}）")
        if asked <= found.keys():
            break
        before = before.previous
    return found


def _entries(work: Work, month: Month) -> dict[tuple[int, str], FigureEntry]:
    sheet = in_force(work, month)
    rows = work.session.scalars(entries_of(sheet.id)) if sheet is not None else ()
    return {(row.town_id, row.indicator): row for row in rows}


def in_force(work: Work, month: Month) -> FigureSheet | None:
    """The newest version of a month's sheet."""
    return work.session.scalar(newest_sheet(str(month)))


def template(work: Work, month: Month) -> bytes:
    """A sheet with every town and indicator the month's rulebook wants; what was handed in before stands in it."""
    rows: list[Sequence[str | Decimal | None]] = []
    for one in wanted(work, month):
        given = one.given
        said = (given.numerator, given.denominator, given.basis) if given else (None, None, "")
        rows.append((one.town.code, one.indicator, *said, one.town.name))
    if not rows:
        raise Refusal(f"{month.name}的考核办法没有部门报送的指标，不需要指标表。")
    return write_figures(str(month), rows, work.now)


def import_sheet(
    work: Work,
    content: bytes,
    filename: str,
    by: str,
    month: Month | None = None,
    *,
    correcting: bool = False,
) -> Imported:
    """Take a sheet over as the newest version of its month. Raises Refusal, WorkbookRefused naming every cell.

    `correcting`: also for a month that is frozen, which stays as it is and goes on reading the sheet it was judged
    by; only a correction (更正) reads the new one.
    """
    office_only(work)
    read = the_sheet(content)
    for_month = _month_of(read.title, month)
    if not correcting:
        _refuse_where_frozen(work, for_month)
    _refuse_backdated(work, for_month)
    if for_month.begins > work.now:
        raise Refusal(f"{for_month.name}还没有开始，不能导入它的指标表。")
    book = assessment_books.for_month(work, for_month)
    towns = {town.code: town for town in work.session.scalars(towns_in_force(for_month.last_day))}
    names = {code: town.name for code, town in towns.items()}
    rows = read_figures(read, names, indicators_of(book))
    digest, before = hashlib.sha256(content).hexdigest(), in_force(work, for_month)
    if before is not None and before.digest == digest:
        return Imported(before, len(rows), _missing(work, for_month), is_new=False)
    sheet = FigureSheet(
        month=str(for_month), version=before.version + 1 if before else 1, filename=filename, digest=digest,
        imported_by=by, imported_at=work.now,
    )  # fmt: skip
    work.session.add(sheet)
    work.session.flush()
    work.session.add_all(
        FigureEntry(
            sheet_id=sheet.id, town_id=towns[row.town].id, indicator=row.indicator, numerator=row.numerator,
            denominator=row.denominator, basis=row.basis,
        )
        for row in rows
    )  # fmt: skip
    work.session.flush()
    told = work.session.scalar(newest_of(str(for_month)))
    is_drafted = told is not None and told.state is AssessmentState.DRAFT and told.told_at is not None
    return Imported(sheet, len(rows), _missing(work, for_month), is_new=True, is_drafted=is_drafted)


def _missing(work: Work, month: Month) -> int:
    return sum(one.given is None for one in wanted(work, month))


def _month_of(title: str, month: Month | None) -> Month:
    """The month a sheet is of: the title it stands under, or the one that was said."""
    written: Month | None
    try:
        written = Month.parse(title)
    except Refusal:
        written = None
    if month is not None and written is not None and written != month:
        raise Refusal(f"表名是“{title}”，要导入的却是 {month}。请核对是否选错了文件。")
    found = month or written
    if found is None:
        raise Refusal(f"表名“{title}”不是月份。请把表名改成 2026-10 这样，或加 --month 2026-10。")
    return found


def _refuse_where_frozen(work: Work, month: Month) -> None:
    newest = work.session.scalar(newest_of(str(month)))
    if newest is not None and newest.state is not AssessmentState.DRAFT:
        raise Refusal(
            f"{month.name}的考核已经批准，指标表不能再换。"
            "数据确有错误的，请加 --correction 导入更正后的指标表（已批准的结果不变），"
            f"再用 flask assessment correct {month} 更正。"
        )


def _refuse_backdated(work: Work, month: Month) -> None:
    """A frozen month is proved by the newest sheet of when it was drafted: none is put in before that afterwards."""
    judged = select(MonthlyAssessment.drafted_at).where(
        MonthlyAssessment.month == str(month), MonthlyAssessment.state != AssessmentState.DRAFT,
        MonthlyAssessment.drafted_at >= work.now,
    )  # fmt: skip
    if work.session.scalar(judged.limit(1)) is not None:
        raise Refusal(
            f"{month.name}的考核已经按当时的指标表批准，不能把新的指标表记到起草以前。请去掉 --at，按现在的时间导入。"
        )


@dataclass(frozen=True)
class Listed:
    """What is there of a month's figures sheet, and what is not."""

    month: Month
    rulebook: str
    sheet: FigureSheet | None
    wanted: Sequence[Wanted]

    @property
    def missing(self) -> list[Wanted]:
        """What nobody has handed in yet."""
        return [one for one in self.wanted if one.given is None]


def listing(work: Work, month: Month) -> Listed:
    """What the month's rulebook wants from the sheet, and what there is."""
    book = assessment_books.for_month(work, month)
    return Listed(month, book.version, in_force(work, month), wanted(work, month))
