"""What is open in each town (清单) at any moment: as rows, a paper, a workbook."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import timedelta

from sqlalchemy import select

from models.case import Case, open_cases
from models.help_order import help_orders_of
from models.registry import Town
from models.supervision import open_orders_of
from rules.deadlines import SEVERITY_NAMES
from rules.lifecycle import STATE_NAMES
from rules.privacy import without_telephone
from rules.workdays import local_day
from services.case_notices import deadline_words
from services.desk import Work
from services.list_workbook import Sheet, workbook_of
from services.order_papers import office_name
from services.papers import Line, Paper, Table, moment

HEADINGS = ("镇街", "案件号", "类别", "等级", "地点", "状态", "交办时间", "期限", "逾期工作日", "督办单")
WIDTHS = (12, 12, 14, 8, 34, 12, 20, 20, 10, 12)


@dataclass(frozen=True)
class OpenCase:
    """A row of the list."""

    town: str
    number: str
    kind: str
    severity: str
    place: str
    state: str
    assigned: str
    due: str
    late: int
    """Working days since the date, 0 where it has not passed."""
    order: str


def open_rows(work: Work, town: str = "") -> list[OpenCase]:
    """Every open case, by town in the registry's order, what is longest overdue first; `town`: only this one's."""
    found = list(work.session.scalars(open_cases()))
    places = {row.id: (row.position, row.id) for row in work.session.scalars(select(Town))}
    rows = [
        (
            places.get(case.town_id or 0, (10**9, 0)),
            case.due_at or work.now + timedelta(days=9999),
            _row(work, case),
        )
        for case in found
        if not town or (case.town is not None and town in (case.town.name, case.town.code))
    ]
    return [row for _, _, row in sorted(rows, key=lambda entry: (entry[0], entry[1], entry[2].number))]


def _row(work: Work, case: Case) -> OpenCase:
    due = case.due_at
    last_day = local_day(due - timedelta(microseconds=1)) if due else work.today
    until = local_day(case.paused_at) if case.is_paused and case.paused_at else work.today
    return OpenCase(
        town=case.town.name if case.town else "待分派",
        number=case.number,
        kind=case.kind,
        severity=SEVERITY_NAMES[case.severity],
        place=without_telephone(case.place),
        state=STATE_NAMES[case.state],
        assigned=moment(case.assigned_at),
        due=deadline_words(work, case),
        late=work.calendar.count(last_day, until) if due and case.is_late(work.now) else 0,
        order=_orders(work, case),
    )


def _orders(work: Work, case: Case) -> str:
    """Its open orders; of one to somebody who helps on its whistle also to whom."""
    own = work.session.scalars(open_orders_of(case.id)) if case.orders else ()
    helping = work.session.scalars(help_orders_of(case.id)) if case.whistles else ()
    theirs = [f"{order.number}（{order.party.name}）" for order in helping if order.is_open]
    return "、".join([*(order.number for order in own), *theirs])


def list_paper(work: Work, rows: Sequence[OpenCase]) -> Paper:
    """The list as a paper."""
    late = sum(row.late > 0 for row in rows)
    cells = [(r.town, r.number, r.kind, r.place, r.state, r.due, str(r.late or "")) for r in rows]
    return Paper(
        office=office_name(work), title="河湖问题在办清单", number="", to="",
        body=[
            Line(f"截至{moment(work.now)}，全区在办{len(rows)}件，其中逾期{late}件。"),
            Table(("镇街", "案件号", "类别", "地点", "状态", "期限", "逾期工作日"), cells, (4, 4, 4, 8, 4, 6, 3)),
        ],
        on=work.today,
    )  # fmt: skip


def list_sheet(rows: Sequence[OpenCase], title: str = "在办清单") -> Sheet:
    """The list as one sheet of a workbook."""
    return Sheet(title, HEADINGS, [astuple(row) for row in rows], WIDTHS)


def list_workbook(rows: Sequence[OpenCase]) -> bytes:
    """The list as .xlsx."""
    return workbook_of([list_sheet(rows)])
