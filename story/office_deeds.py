"""What the Office does with a month of an invented year: the figures sheet, an appeal, approvals, a correction."""

from decimal import Decimal

from models.registry import Town
from rules.months import Month
from services import appeals, assessments, corrections, figure_sheets
from services.assessment_rows import table_of
from services.desk import Work
from services.figure_workbook import write_figures
from services.month_table import TownLine
from story.invented_figures import figure
from story.speakers import APPROVER, PREPARER, speak_as, speak_for


def sheet_of(work: Work, month: Month, seed: int, mistaken: str = "") -> bytes:
    """The month's figures sheet as the departments fill it in; `mistaken`: whose sections were all in order."""
    rows = []
    for one in figure_sheets.wanted(work, month):
        measured = figure(seed, month, one.town.code, one.indicator)
        if measured is None:
            continue
        numerator, denominator, basis = measured
        if one.town.code == mistaken and one.indicator == "断面达标率":
            numerator = denominator or numerator
        rows.append((one.town.code, one.indicator, numerator, denominator, basis, one.town.name))
    return write_figures(str(month), rows, work.now)


def hand_in(work: Work, month: Month, seed: int, version: int = 1, mistaken: str = "") -> None:
    """The sheet is imported; a second version for a correction."""
    content = sheet_of(work, month, seed, mistaken)
    speak_as(work, PREPARER)
    figure_sheets.import_sheet(
        work, content, f"{month}-{version}.xlsx", PREPARER, month, correcting=version > 1
    )


def appeal(work: Work, month: Month) -> str:
    """The first unit that lost points for a case says that it was not its fault; the unit's code."""
    row = assessments.called(work, month)
    line, item, key = next(
        (line, item.name, loss.key)
        for line in table_of(work, row).lines
        for item in line.items
        for loss in item.losses
        if loss.points > 0 and loss.key.startswith("case:")
    )
    town = work.session.query(Town).filter_by(code=line.code).one()
    speak_for(work, town.id)
    appeals.file(work, row, town, item, "该处当日封路施工，有照片为证", key.partition(":")[2])
    return line.code


def decide(work: Work) -> Decimal:
    """The Office finds it right; the points given back."""
    speak_as(work, PREPARER)
    decided = appeals.decide(work, appeals.numbered(work, 1), True, "情况属实")
    return decided.returned or Decimal(0)


def approve(work: Work, month: Month) -> None:
    """The second person approves the newest revision."""
    speak_as(work, APPROVER)
    assessments.approve(work, assessments.called(work, month))


def with_poor_water(work: Work, month: Month) -> str:
    """The unit that lost most for its sections."""
    table = table_of(work, assessments.standing(work, month))
    return max(table.lines, key=_lost_for_water).code


def _lost_for_water(line: TownLine) -> Decimal:
    item = next((item for item in line.items if item.key == "sections"), None)
    return item.weight - item.points if item is not None and item.points is not None else Decimal(0)


def correct(work: Work, month: Month) -> None:
    """The month is judged anew by the newer sheet."""
    speak_as(work, PREPARER)
    corrections.correct(work, month, "区生态环境局更正了断面监测数据")
