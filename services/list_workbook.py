"""Lists as a workbook (.xlsx): filtered by their headings, printable on A4 across."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True)
class Sheet:
    """Rows under headings; widths in characters."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    widths: Sequence[int]


def workbook_of(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as .xlsx."""
    book = Workbook()
    for n, sheet in enumerate(sheets):
        _write(book.worksheets[0] if n == 0 else book.create_sheet(), sheet)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write(page: Worksheet, sheet: Sheet) -> None:
    page.title = sheet.title
    thin = Side(style="thin")
    for y, cells in enumerate([sheet.headings, *sheet.rows], 1):
        for x, value in enumerate(cells, 1):
            cell = page.cell(y, x, value)
            if isinstance(value, str):
                cell.data_type = "s"  # what somebody wrote is never a formula
            cell.font = Font(name="仿宋" if y > 1 else "黑体", size=11)
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            cell.border = Border(thin, thin, thin, thin)
    for x, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(x)].width = width
    page.freeze_panes, page.auto_filter.ref = "A2", page.dimensions
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"
