"""What is open in each town (清单) at any moment, and the monthly circular (通报): as rows, a paper, a workbook."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from models.admonition import Admonition
from models.case import Case, open_cases
from models.registry import Town
from models.supervision import SupervisionOrder, open_orders_of
from rules.deadlines import SEVERITY_NAMES
from rules.lifecycle import STATE_NAMES
from rules.supervision import AdmonitionState, OrderState
from rules.workdays import end_of, local_day
from services.case_notices import deadline_words
from services.desk import Work
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
    order = work.session.scalar(open_orders_of(case.id).limit(1)) if case.orders else None
    last_day = local_day(due - timedelta(microseconds=1)) if due else work.today
    until = local_day(case.paused_at) if case.is_paused and case.paused_at else work.today
    return OpenCase(
        town=case.town.name if case.town else "待分派",
        number=case.number,
        kind=case.kind,
        severity=SEVERITY_NAMES[case.severity],
        place=case.place,
        state=STATE_NAMES[case.state],
        assigned=moment(case.assigned_at),
        due=deadline_words(work, case),
        late=work.calendar.count(last_day, until) if due and case.is_late(work.now) else 0,
        order=order.number if order else "",
    )


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


def list_workbook(rows: Sequence[OpenCase], title: str = "在办清单") -> bytes:
    """The list as .xlsx: filtered by its heading, printable on A4 across."""
    book = Workbook()
    sheet = book.active or book.create_sheet()
    sheet.title = title
    thin = Side(style="thin")
    for y, cells in enumerate([HEADINGS, *(astuple(row) for row in rows)], 1):
        for x, value in enumerate(cells, 1):
            cell = sheet.cell(y, x, value)
            if isinstance(value, str):
                cell.data_type = "s"  # what somebody wrote is never a formula
            cell.font = Font(name="仿宋" if y > 1 else "黑体", size=11)
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            cell.border = Border(thin, thin, thin, thin)
    for x, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(x)].width = width
    sheet.freeze_panes, sheet.auto_filter.ref = "A2", sheet.dimensions
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def circular(work: Work, month: date) -> Paper:
    """The circular of the month that `month` lies in: each town's cases, orders and talks, and what is open now."""
    first = month.replace(day=1)
    since, before = end_of(first - timedelta(days=1)), end_of(_next_month(first) - timedelta(days=1))
    opened = _by_town(work, Case.assigned_at, since, before)
    closed = _by_town(work, Case.closed_at, since, before)
    orders = _count(work, SupervisionOrder, SupervisionOrder.issued_at, since, before)
    talks = _count(work, Admonition, Admonition.called_at, since, before)
    rows = open_rows(work)
    now, late = Counter(row.town for row in rows), Counter(row.town for row in rows if row.late)
    towns = list(work.session.scalars(select(Town).order_by(Town.position, Town.id)))
    counted = [
        (t.name, opened[t.id], closed[t.id], now[t.name], late[t.name], orders[t.id], talks[t.id])
        for t in towns
    ]
    table = [tuple(map(str, row)) for row in counted if any(row[1:])]
    worst = [
        f"{row.town}{row.number}（{row.place}{row.kind}，逾期{row.late}个工作日）" for row in rows if row.late
    ]
    named = f"{first.year}年{first.month}月"
    return Paper(
        office=office_name(work), title=f"关于{named}河湖问题办理情况的通报", number="", to="各镇街、开发区",
        body=[
            Line(f"现将{named}河湖问题办理情况通报如下。"),
            Line("一、总体情况", heading=True),
            Line(f"本月交办{sum(opened.values())}件，办结{sum(closed.values())}件，下发督办单{sum(orders.values())}份，"
                 f"约谈{sum(talks.values())}次。截至{moment(work.now)}，在办{len(rows)}件，其中逾期{sum(late.values())}件。"),
            Line("二、各单位情况", heading=True),
            Table(("单位", "交办", "办结", "在办", "逾期", "督办单", "约谈"), table, (4, 2, 2, 2, 2, 2, 2)),
            Line("三、逾期问题", heading=True),
            *([Line(f"{text}。") for text in worst] or [Line("无。")]),
        ],
        on=work.today,
    )  # fmt: skip


def _by_town(
    work: Work, at: InstrumentedAttribute[datetime | None], since: datetime, before: datetime
) -> Counter[int]:
    """Cases by the town that has them, of which this happened in the span (the last time it did)."""
    rows = select(Case.town_id, func.count()).where(at >= since, at < before, Case.town_id.is_not(None))
    return Counter({town: many for town, many in work.session.execute(rows.group_by(Case.town_id)) if town})


def _count(
    work: Work, table: type[SupervisionOrder] | type[Admonition], at: InstrumentedAttribute[datetime],
    since: datetime, before: datetime,
) -> Counter[int]:  # fmt: skip
    withdrawn = OrderState.WITHDRAWN if table is SupervisionOrder else AdmonitionState.WITHDRAWN
    rows = select(table.town_id, func.count()).where(at >= since, at < before, table.state != withdrawn)
    return Counter({int(row[0]): int(row[1]) for row in work.session.execute(rows.group_by(table.town_id))})


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
