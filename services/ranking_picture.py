"""The month's ranking as a portrait picture that can be read on a phone: 1080 pixels wide, as long as it must be.

Nothing is said by colour alone: first places stand in a disc, changes have arrows, naming has its word. The smallest
words are 32 pixels high, 11 on a screen 375 wide.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from io import BytesIO

import segno
from PIL import Image

from rules.privacy import without_telephone
from rules.workdays import local_day
from services.canvas import (
    AMBER,
    AMBER_LIGHT,
    GROUND,
    INK,
    LINE,
    PAPER,
    QUIET,
    WATER,
    WATER_LIGHT,
    Align,
    Box,
    Canvas,
)
from services.month_table import MonthTable, TownLine
from services.papers import in_full

WIDTH, MARGIN, ROW, SMALL = 1080, 44, 84, 32
INNER = WIDTH - 2 * MARGIN
MOST_LINES, FIRST_LINES = 60, 40
"""Beyond so many units the first and the last are drawn; the page has all."""
COLUMNS: tuple[tuple[float, float, Align], ...] = (
    (MARGIN, 140, "center"), (160, 620, "left"), (624, 768, "right"), (784, 888, "center"), (892, 1030, "center"),
)  # fmt: skip
MOST_BYTES = 1_000_000


@lru_cache(maxsize=64)
def ranking_picture(table: MonthTable, office: str, url: str) -> bytes:
    """The picture (PNG, at most 1 MB) of a month; its code leads to `url`."""
    return drawn(table, office, url).png()


def drawn(table: MonthTable, office: str, url: str) -> Canvas:
    """The picture with all that was written on it; drawn twice, for the first time says how long it is."""
    length = _all_of(Canvas(WIDTH, 1), table, office, url)
    canvas = Canvas(WIDTH, round(length))
    _all_of(canvas, table, office, url)
    return canvas


def _all_of(canvas: Canvas, table: MonthTable, office: str, url: str) -> float:
    top = _head(canvas, table, office)
    top = _notices(canvas, table, top + 28)
    top = _lines(canvas, table, top)
    top = _remarks(canvas, table, top + 20)
    return _foot(canvas, table, office, url, top + 28)


def _head(canvas: Canvas, table: MonthTable, office: str) -> float:
    canvas.fill(Box(0, 0, WIDTH, 316), WATER)
    rows = (
        (office, 36, 28),
        (table.month.name, 64, 88),
        (table.heading.removeprefix(table.month.name), 56, 172),
    )
    for text, size, top in rows:
        box = Box(MARGIN, top, WIDTH - MARGIN, top + size * 1.4)
        canvas.write(text, box, size, colour=PAPER, strong=size > 40)
    canvas.write(summary(table), Box(MARGIN, 254, WIDTH - MARGIN, 304), 36, colour=PAPER)
    return 316


def summary(table: MonthTable) -> str:
    """How many were ranked, and their mean: 18 个单位参加排名，平均 91.23 分."""
    many = sum(line.place is not None for line in table.lines)
    return f"{many} 个单位参加排名{f'，平均 {mean(table)} 分' if mean(table) else ''}"


def mean(table: MonthTable) -> str:
    """The mean of the ranked units' points, half up; empty where there is none."""
    scores = [line.score for line in table.lines if line.place is not None and line.score is not None]
    if not scores or table.composition != "points":
        return ""
    return str((sum(scores, Decimal(0)) / len(scores)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _notices(canvas: Canvas, table: MonthTable, top: float) -> float:
    """What a reader must know before the places: withdrawn, corrected."""
    if table.withdrawn_because:
        top = _boxed(canvas, "本次发布已撤回，以下名次不再有效", table.withdrawn_because, top)
    if table.revision > 1:
        top = _boxed(canvas, f"本排名经过第{table.revision - 1}次更正", table.corrected_because, top)
    return top


def _boxed(canvas: Canvas, heading: str, text: str, top: float) -> float:
    measure = Canvas(1, 1).paragraph(text, 0, 0, INNER - 64, 36)
    box = Box(MARGIN, top, WIDTH - MARGIN, top + 92 + measure)
    canvas.fill(box, AMBER_LIGHT, 12)
    canvas.fill(Box(box.left, top, box.left + 14, box.bottom), AMBER)
    canvas.write(
        heading, Box(box.left + 40, top + 16, box.right - 24, top + 72), 42, colour=AMBER, strong=True
    )
    canvas.paragraph(text, box.left + 40, top + 74, INNER - 64, 36)
    return box.bottom + 24


def _lines(canvas: Canvas, table: MonthTable, top: float) -> float:
    ranked = [line for line in table.lines if line.place is not None]
    shown = (
        ranked if len(ranked) <= MOST_LINES else [*ranked[:FIRST_LINES], *ranked[FIRST_LINES - MOST_LINES :]]
    )
    headings = ("名次", "单位", "得分" if table.composition == "points" else "名次和", "较上月", "等次")
    _cells(canvas, headings, top, 60, SMALL, colour=QUIET)
    top, group = top + 60, ""
    for n, line in enumerate(shown):
        if line.group != group:
            group, many = line.group, sum(other.group == line.group for other in ranked)
            box = Box(MARGIN, top + 8, WIDTH - MARGIN, top + 68)
            canvas.fill(box, WATER_LIGHT, 10)
            canvas.write(f"{group}（{many} 个）", Box(box.left + 24, box.top, box.right - 24, box.bottom), 38,
                         colour=WATER, strong=True)  # fmt: skip
            top += 76
        top = _line(canvas, line, top, striped=n % 2 == 1)
        if n + 1 == FIRST_LINES and len(shown) < len(ranked):
            text = f"中间 {len(ranked) - len(shown)} 个单位请扫码查看"
            canvas.write(text, Box(MARGIN, top, WIDTH - MARGIN, top + ROW), 36, colour=QUIET, align="center")
            top += ROW
    return top


def _line(canvas: Canvas, line: TownLine, top: float, *, striped: bool) -> float:
    ground = AMBER_LIGHT if line.named else GROUND if striped else PAPER
    canvas.fill(Box(MARGIN, top, WIDTH - MARGIN, top + ROW), ground, 8)
    grade = line.grade or "–"
    cells = ["", line.name, written_score(line.score), change(line), "" if line.named else grade]
    _cells(canvas, cells, top, ROW, 38)
    left, right, _ = COLUMNS[0]
    is_first = line.place is not None and line.place <= 3
    if is_first:
        canvas.dot(((left + right) / 2, top + ROW / 2), 33, WATER)
    colour, box = PAPER if is_first else INK, Box(left, top, right, top + ROW)
    canvas.write(str(line.place), box, 40, colour=colour, align="center", strong=is_first)
    if line.named:
        left, right, _ = COLUMNS[4]
        canvas.write(grade, Box(left, top + 2, right, top + 42), 34, align="center")
        canvas.write(
            "点名", Box(left, top + 42, right, top + 82), 34, colour=AMBER, align="center", strong=True
        )
    return top + ROW


def _cells(
    canvas: Canvas, cells: Sequence[str], top: float, height: float, size: int, colour: str = INK
) -> None:
    for text, (left, right, align) in zip(cells, COLUMNS, strict=True):
        canvas.write(text, Box(left, top, right, top + height), size, colour=colour, align=align)


def written_score(score: Decimal | None) -> str:
    """Points with two places, a sum of places as it is."""
    if score is None:
        return "–"
    return (
        f"{score:.0f}"
        if score == score.to_integral_value() and score.as_tuple().exponent == 0
        else f"{score:.2f}"
    )


def change(line: TownLine) -> str:
    """Places gained (↑2) or lost (↓1) against last month; — for none, 新 where there was no place before."""
    if line.place is None:
        return "–"
    if line.previous_place is None:
        return "新"
    gained = line.previous_place - line.place
    return f"↑{gained}" if gained > 0 else f"↓{-gained}" if gained < 0 else "—"


def _remarks(canvas: Canvas, table: MonthTable, top: float) -> float:
    """Who has no place, what was not judged, what the ranking is for."""
    unranked = [(line.name, line.unranked) for line in table.lines if line.place is None]
    for heading, pairs in (("未参加排名", unranked), ("本月暂停考核的项目", table.suspended)):
        if not pairs:
            continue
        canvas.write(heading, Box(MARGIN, top, WIDTH - MARGIN, top + 60), 40, colour=WATER, strong=True)
        top += 62
        for name, why in pairs[:MOST_LINES]:
            top = canvas.paragraph(f"{name}：{without_telephone(why)}", MARGIN, top, INNER, 36) + 8
        top += 12
    return top


def _foot(canvas: Canvas, table: MonthTable, office: str, url: str, top: float) -> float:
    code, words = 272.0, INNER - 300
    measure = Canvas(1, 1).paragraph(table.purpose, 0, 0, INNER, SMALL)
    bottom = top + 40 + measure + 40 + code + 72
    canvas.fill(Box(0, top, WIDTH, bottom), GROUND)
    canvas.fill(Box(0, top, WIDTH, top + 3), LINE)
    top = canvas.paragraph(table.purpose, MARGIN, top + 40, INNER, SMALL) + 28
    canvas.put(_code(url), Box(WIDTH - MARGIN - code, top, WIDTH - MARGIN, top + code))
    box = Box(WIDTH - MARGIN - code, top + code, WIDTH - MARGIN, top + code + 52)
    canvas.write("扫码看得分和理由", box, 34, colour=QUIET, align="center")
    approved = in_full(local_day(table.approved_at))
    for text in (
        f"依据：{table.rulebook}",
        f"来源：{office}",
        f"批准：{approved}",
        f"校验：{table.digest[:16]}",
    ):
        top = canvas.paragraph(text, MARGIN, top, words, 34, colour=QUIET, most=3) + 6
    return bottom


def _code(url: str) -> Image.Image:
    """The code of the address, black on white, with its quiet zone."""
    buffer = BytesIO()
    segno.make(url, error="m", micro=False).save(buffer, kind="png", scale=4, border=4)
    buffer.seek(0)
    return Image.open(buffer).convert("RGB")


def ranking_alt(table: MonthTable) -> str:
    """The picture in words, for those who do not see it."""
    places = [
        f"第{line.place}名{line.name}{written_score(line.score)}"
        for line in table.lines
        if line.place is not None
    ]
    withdrawn = "（已撤回）" if table.withdrawn_because else ""
    more = f"等{len(places)}个单位" if len(places) > 10 else ""
    return (
        f"{table.heading}{withdrawn}：{'，'.join(places[:10])}{more}。"
        if places
        else f"{table.heading}{withdrawn}。"
    )
