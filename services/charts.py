"""The bulletin's charts: problems by kind, rectification in time, places over the months. Every number is written.

Plain Pillow on the measured canvas, as the ranking is: three simple charts need no plotting library, whose import
takes a second in every process and which does not keep words in boxes.
"""

from collections.abc import Sequence
from decimal import Decimal

from services.canvas import GROUND, PAPER, QUIET, WATER, Box, Canvas
from services.month_table import MonthTable

WIDTH, MARGIN, ROW = 1080, 44, 76
MOST = 40
"""Rows of one chart; what is beyond is counted together or left to the page."""


def bars(title: str, note: str, rows: Sequence[tuple[str, Decimal, str]]) -> Canvas:
    """A bar a row, as long as its number, which is written in words beside it."""
    shown = rows[:MOST]
    canvas = Canvas(WIDTH, 190 + ROW * max(len(shown), 1))
    top = _title(canvas, title, note)
    most = max((number for _, number, _ in shown), default=Decimal(0)) or Decimal(1)
    for name, number, words in shown:
        canvas.write(name, Box(MARGIN, top, 440, top + ROW), 36)
        long = max(float(number / most) * 330, 3) if number else 0
        canvas.fill(Box(456, top + 16, 456 + long, top + ROW - 16), WATER, 6)
        canvas.write(words, Box(800, top, WIDTH - MARGIN, top + ROW), 36)
        top += ROW
    if not shown:
        canvas.write("本月没有", Box(MARGIN, top, WIDTH - MARGIN, top + ROW), 36, colour=QUIET)
    return canvas


def by_kind(name: str, rows: Sequence[tuple[str, int]]) -> Canvas:
    """Problems by kind; the smallest together where there are too many."""
    kept, rest = rows[: MOST - 1], sum(many for _, many in rows[MOST - 1 :])
    counted = [*kept, ("其他", rest)] if rest else list(rows)
    whole = sum(many for _, many in rows)
    return bars(
        f"{name}问题类别", f"共 {whole} 件", [(kind, Decimal(many), f"{many} 件") for kind, many in counted]
    )


def on_time(name: str, rows: Sequence[tuple[str, Decimal, str]]) -> Canvas:
    """Rectified in time, of those that fell due: a share a town, with its words (18/20 90%)."""
    return bars(f"{name}按期整改", "按期整改件数／应整改件数", rows)


def places(months: Sequence[MonthTable]) -> Canvas:
    """The places of the last six months, a row a unit of the last month: numbers, darker where they are better."""
    shown = months[-6:]
    units = [(line.name, line.code) for line in shown[-1].lines if line.place is not None][:MOST]
    canvas = Canvas(WIDTH, 250 + ROW * len(units))
    top = _title(canvas, "近几月名次", "– 当月没有名次")
    across = (WIDTH - MARGIN - 470) / len(shown)
    for n, table in enumerate(shown):
        box = Box(470 + n * across, top, 470 + (n + 1) * across, top + 60)
        canvas.write(f"{table.month.month}月", box, 34, colour=QUIET, align="center")
    for y, (name, code) in enumerate(units):
        head = top + 60 + y * ROW
        canvas.write(name, Box(MARGIN, head, 462, head + ROW), 36)
        for n, table in enumerate(shown):
            box = Box(470 + n * across, head, 470 + (n + 1) * across, head + ROW)
            _place(canvas, box, next((line.place for line in table.lines if line.code == code), None))
    return canvas


def _place(canvas: Canvas, box: Box, place: int | None) -> None:
    first = place is not None and place <= 3
    ground = Box(box.left + 4, box.top + 4, box.right - 4, box.bottom - 4)
    canvas.fill(ground, WATER if first else GROUND, 8)
    canvas.write(
        "–" if place is None else str(place), box, 36, colour=PAPER if first else "#14212b", align="center"
    )


def _title(canvas: Canvas, title: str, note: str) -> float:
    canvas.write(title, Box(MARGIN, 24, WIDTH - MARGIN, 100), 48, colour=WATER, strong=True)
    canvas.write(note, Box(MARGIN, 100, WIDTH - MARGIN, 156), 34, colour=QUIET)
    return 164
