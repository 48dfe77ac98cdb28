"""What must hold within an item of a rulebook: its source is known, its bands meet, its direction is one."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise

from rules.assessment_rulebook import ON_A_SCALE, SHEET, SOURCES, Band, Composition, Each, Item, Slope

SHARES = frozenset(
    {
        "rectified_on_time",
        "verified_first_time",
        "reopened",
        "first_answer_in_time",
        "satisfaction",
        "orders_answered",
        "whistles_helped",
    }
)
"""Sources whose figure is a share: 0.95, not 95."""
_COUNTS_OF_REPORTS = re.compile(r"(?:举报|上报|投诉|信访|来信|来电)(?:总)?(?:数|量|件|次)")


def faults_of_item(item: Item, composition: Composition) -> Iterator[str]:
    """A sentence for every fault, naming the item and the key."""
    yield from _source(item)
    if composition == Composition.POINTS:
        yield from _points(item)


def _source(item: Item) -> Iterator[str]:
    where = f"项目 {item.key}（{item.name}）：source"
    if item.source.startswith(SHEET):
        name = item.source.removeprefix(SHEET)
        if not name.strip() or name != name.strip():
            yield f"{where} 写 {SHEET} 时后面要写指标表里的指标名，中间不留空格，如 {SHEET}断面达标率。"
        if _COUNTS_OF_REPORTS.search(name) and not item.higher_is_better:
            yield f"{where} 是“{name}”：群众举报多少本身不得扣分，请改用办理情况的指标。"
    elif item.source and item.source not in SOURCES:
        near = get_close_matches(item.source, SOURCES, 1)
        known = "、".join(f"{key}（{name}）" for key, name in SOURCES.items())
        hint = f"是不是 {near[0]}？" if near else f"可用的有 {known}；"
        yield f"{where} 是 {item.source}，没有这个来源，{hint}由部门报送的写 {SHEET}指标名。"


def _points(item: Item) -> Iterator[str]:
    where = f"项目 {item.key}（{item.name}）："
    if item.kind in ON_A_SCALE and item.points <= 0:
        yield f"{where}points 是 {item.points}，分值要大于 0。"
    if item.kind in ON_A_SCALE and item.floor > item.points:
        yield f"{where}floor（最低得分）是 {item.floor}，高过本项分值 {item.points}。"
    if item.cap is not None and item.cap < max(item.floor, Decimal(0)):
        yield f"{where}cap 是 {item.cap}，不能是负数，也不能低于 floor。"
    if item.kind in ON_A_SCALE and item.cap is not None and item.cap > item.points:
        yield f"{where}cap（最高得分）是 {item.cap}，高过本项分值 {item.points}。"
    if isinstance(item.scale, Each) and item.scale.points <= 0:
        yield f"{where}each 是 {item.scale.points}，每件的分要大于 0。"
    elif isinstance(item.scale, Slope):
        yield from _slope(item, item.scale, where)
    elif isinstance(item.scale, tuple):
        yield from _bands(item, item.scale, where)


def _slope(item: Item, slope: Slope, where: str) -> Iterator[str]:
    if slope.full == slope.zero:
        yield f"{where}full 和 zero 都是 {slope.full}，得满分和得零分的指标值不能相同。"
    if item.source in SHARES and not (0 <= slope.full <= 1 and 0 <= slope.zero <= 1):
        yield f"{where}full 和 zero 是比率，请写 0 到 1 的数，如 95% 写 0.95。"


def _bands(item: Item, bands: Sequence[Band], where: str) -> Iterator[str]:
    if not bands:
        yield f"{where}bands 是空的，请至少写一档。"
        return
    for n, band in enumerate(bands, 1):
        if band.start is not None and band.end is not None and band.start >= band.end:
            yield f"{where}bands 第 {n} 档从 {band.start} 到 {band.end}，from 要小于 below。"
        if band.points < 0 or (item.kind in ON_A_SCALE and band.points > item.points):
            yield f"{where}bands 第 {n} 档 points 是 {band.points}，要在 0 和本项分值之间。"
    for n, (one, other) in enumerate(pairwise(bands), 1):
        if one.end is None or other.start is None or one.end > other.start:
            yield f"{where}bands 第 {n} 档和第 {n + 1} 档重叠，请从低到高写，后一档的 from 等于前一档的 below。"
        elif one.end < other.start:
            yield f"{where}bands 从 {one.end} 到 {other.start} 之间没有哪一档，请补上。"
    if bands[0].start is not None or bands[-1].end is not None:
        yield f"{where}bands 最低一档不写 from，最高一档不写 below，这样每个指标值都有一档。"
    points = [band.points for band in bands]
    if points not in (sorted(points), sorted(points, reverse=True)):
        yield f"{where}bands 各档的 points 忽高忽低，要一路升高或一路降低，指标更好分不能更低。"
