"""The bulletin's charts: problems by kind, rectification in time, places over the months. Every number is written.

Plain Pillow on the measured canvas, as the ranking is: a few simple charts need no plotting library, whose import
takes a second in every process and which does not keep words in boxes.
"""

from collections.abc import Sequence
from decimal import Decimal

from services.canvas import GROUND, INK, PAPER, QUIET, WATER, WATER_LIGHT, Box, Canvas
from services.trend import TrendMonth

WIDTH, MARGIN = 1080, 44
ROW, LOW_ROW, FEW = 76, 60, 12
"""So high is a row; lower where there are more than a few, so that a paper's page holds them."""
MOST = 40
"""Rows of one chart; what is beyond is counted together or left to the page."""
NAMES, NUMBERS = 470, 800
"""Where a name ends, and where a number in words begins."""

Bar = tuple[str, Decimal, str]
"""Name, number, the number in words."""


def bars(title: str, note: str, rows: Sequence[Bar], whole: Decimal | None = None) -> Canvas:
    """A bar a row, as long as its number, which is written in words beside it; of shares, part of the `whole`."""
    high = _row(len(rows))
    canvas = Canvas(WIDTH, 190 + high * len(rows))
    top = titled(canvas, title, note)
    most = whole or max((number for _, number, _ in rows), default=Decimal(0)) or Decimal(1)
    free = NUMBERS - NAMES - 16
    for name, number, words in rows:
        canvas.write(name, Box(MARGIN, top, NAMES - 16, top + high), 36)
        if whole is not None:
            canvas.fill(Box(NAMES, top + high * 0.2, NAMES + free, top + high * 0.8), GROUND, 6)
        long = max(float(number / most) * free, 3) if number else 0
        canvas.fill(Box(NAMES, top + high * 0.2, NAMES + long, top + high * 0.8), WATER, 6)
        canvas.write(words, Box(NUMBERS, top, WIDTH - MARGIN, top + high), 36)
        top += high
    return canvas


def by_kind(heading: str, rows: Sequence[tuple[str, int]]) -> Canvas:
    """Problems by kind; the smallest together where there are too many."""
    kept, rest = rows[: MOST - 1], sum(many for _, many in rows[MOST - 1 :])
    counted = [*kept, ("其他", rest)] if len(rows) > MOST else list(rows)
    whole = sum(many for _, many in rows)
    return bars(heading, f"共 {whole} 件", [(kind, Decimal(many), f"{many} 件") for kind, many in counted])


def on_time(heading: str, rows: Sequence[Bar]) -> Canvas:
    """Rectified in time, of those that fell due: a share a town, with its words (18/20 90%), the highest first."""
    note, half = "按期整改件数／到期应整改件数，从高到低", MOST // 2
    if len(rows) > MOST:
        note, rows = f"单位较多，只画最高和最低各 {half} 个", [*rows[:half], *rows[-half:]]
    return bars(heading, note, rows, whole=Decimal(1))


def places(heading: str, months: Sequence[TrendMonth], units: Sequence[tuple[str, str, str]]) -> Canvas:
    """The places of the last months, a row a unit (group, name, code): numbers, dark for the first three places."""
    shown = units[:MOST]
    groups = len({group for group, _, _ in shown if group})
    high = _row(len(shown))
    canvas = Canvas(WIDTH, 250 + high * (len(shown) + groups))
    note = f"– 当月没有名次{gaps(months)}{f'；只列前 {MOST} 个' if len(units) > MOST else ''}"
    top = titled(canvas, heading, note)
    across = columns(len(months), NAMES)
    for month, (left, right) in zip(months, across, strict=True):
        canvas.write(month.name, Box(left, top, right, top + 60), 34, colour=QUIET, align="center")
    top, before = top + 60, ""
    for group, name, code in shown:
        if group != before:
            before = group
            canvas.fill(Box(MARGIN, top + 4, WIDTH - MARGIN, top + high - 4), WATER_LIGHT, 8)
            canvas.write(group, Box(MARGIN + 12, top, WIDTH - MARGIN, top + high), 34, colour=WATER)
            top += high
        canvas.write(name, Box(MARGIN, top, NAMES - 8, top + high), 36)
        for month, (left, right) in zip(months, across, strict=True):
            _place(canvas, Box(left + 4, top + 4, right - 4, top + high - 4), month.place_of(code))
        top += high
    return canvas


def _place(canvas: Canvas, box: Box, place: int | None) -> None:
    is_first = place is not None and place <= 3
    canvas.fill(box, WATER if is_first else GROUND, 8)
    text = "–" if place is None else str(place)
    canvas.write(text, box, 36, colour=PAPER if is_first else INK, align="center")


def gaps(months: Sequence[TrendMonth]) -> str:
    """Why months of the trend are empty: ；8月已撤回；9月没有排名; empty where none is."""
    return "".join(f"；{month.name}{month.why_none}" for month in months if not month.standings)


def columns(many: int, left: float) -> list[tuple[float, float]]:
    """So many columns of one width from there to the margin: where each begins and ends."""
    across = (WIDTH - MARGIN - left) / many
    return [(left + n * across, left + (n + 1) * across) for n in range(many)]


def titled(canvas: Canvas, title: str, note: str) -> float:
    """Title and note on top; where they end."""
    canvas.write(title, Box(MARGIN, 24, WIDTH - MARGIN, 100), 48, colour=WATER, strong=True)
    canvas.write(note, Box(MARGIN, 100, WIDTH - MARGIN, 156), 34, colour=QUIET)
    return 164


def _row(many: int) -> int:
    return ROW if many <= FEW else LOW_ROW
