"""The scores of the last months: the best, the mean and the last of all ranked units, as lines over a table.

A line a unit could not be read with thirty of them. Each line has its own mark and its own row of numbers: nothing is
said by colour alone, and no number stands on a line.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from services.canvas import AMBER, INK, LINE, QUIET, WATER, Box, Canvas
from services.charts import MARGIN, WIDTH, columns, gaps, titled
from services.trend import TrendMonth

LEFT, HIGH, ROW = 200, 380, 64
STEPS = tuple(Decimal(step) for step in ("2", "5", "10", "20", "50"))
NAMES = ("最高", "平均", "最低")
COLOURS = (WATER, INK, AMBER)
FEWEST, MOST = 3, 5
"""So many spaces between the lines of the scale: scores that lie close together are not drawn far apart."""

Point = tuple[float, float]


def numbers(month: TrendMonth) -> tuple[Decimal, Decimal, Decimal] | None:
    """Best, mean and last of a month; None where it has no scores."""
    scores = month.scores
    return (max(scores), month.mean, min(scores)) if scores else None


def scores(heading: str, months: Sequence[TrendMonth]) -> Canvas:
    """The chart of these months, of which at least one has scores."""
    found = [numbers(month) for month in months]
    canvas = Canvas(WIDTH, 164 + 40 + HIGH + 30 + 60 + 3 * ROW + 30)
    top = titled(canvas, heading, f"参加排名单位的最高、平均、最低{gaps(months)}") + 40
    across = columns(len(months), LEFT)
    low, high, step = scale([number for three in found if three for number in three])
    _scale(canvas, top, low, high, step)
    middles = [(left + right) / 2 for left, right in across]
    for n in (0, 2, 1):  # the mean lies on top
        heights = [
            None if three is None else top + HIGH * float((high - three[n]) / (high - low)) for three in found
        ]
        _line(canvas, n, middles, heights)
    _table(canvas, top + HIGH + 30, months, found, across)
    return canvas


def scale(values: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """From where to where the scale goes, and by which steps."""
    for step in STEPS:
        low = (min(values) / step).to_integral_value(ROUND_FLOOR) * step
        high = (max(values) / step).to_integral_value(ROUND_CEILING) * step
        if high - low <= MOST * step or step == STEPS[-1]:
            break
    return min(low, high - FEWEST * step), high, step


def _scale(canvas: Canvas, top: float, low: Decimal, high: Decimal, step: Decimal) -> None:
    at = low
    while at <= high:
        y = top + HIGH * float((high - at) / (high - low))
        canvas.fill(Box(LEFT, y - 1, WIDTH - MARGIN, y + 1), LINE)
        words = f"{at.normalize():f}"
        canvas.write(words, Box(MARGIN, y - 24, LEFT - 20, y + 24), 34, colour=QUIET, align="right")
        at += step


def _line(canvas: Canvas, n: int, middles: Sequence[float], heights: Sequence[float | None]) -> None:
    """One line with its marks, broken where a month has nothing."""
    points: list[Point | None] = [
        None if y is None else (x, y) for x, y in zip(middles, heights, strict=True)
    ]
    for one, other in pairwise(points):
        if one is not None and other is not None:
            canvas.line([one, other], COLOURS[n], 7 if n == 1 else 4)
    for point in points:
        if point is not None:
            _mark(canvas, n, point)


def _mark(canvas: Canvas, n: int, at: Point) -> None:
    """A square, a disc, a cross: told apart without colour."""
    x, y = at
    if n == 0:
        canvas.fill(Box(x - 13, y - 13, x + 13, y + 13), COLOURS[n])
    elif n == 1:
        canvas.dot(at, 12, COLOURS[n])
    else:
        canvas.line([(x - 13, y - 13), (x + 13, y + 13)], COLOURS[n], 7)
        canvas.line([(x - 13, y + 13), (x + 13, y - 13)], COLOURS[n], 7)


def _table(
    canvas: Canvas, top: float, months: Sequence[TrendMonth],
    found: Sequence[tuple[Decimal, Decimal, Decimal] | None], across: Sequence[tuple[float, float]],
) -> None:  # fmt: skip
    for month, (left, right) in zip(months, across, strict=True):
        canvas.write(month.name, Box(left, top, right, top + 60), 34, colour=QUIET, align="center")
    for n, name in enumerate(NAMES):
        row = top + 60 + n * ROW
        canvas.fill(Box(MARGIN, row, WIDTH - MARGIN, row + 2), LINE)
        _mark(canvas, n, (MARGIN + 20, row + ROW / 2))
        canvas.write(name, Box(MARGIN + 48, row, LEFT - 4, row + ROW), 36, colour=COLOURS[n])
        for three, (left, right) in zip(found, across, strict=True):
            words = "–" if three is None else f"{three[n]:.2f}"
            canvas.write(words, Box(left + 2, row, right - 2, row + ROW), 36, align="center")
