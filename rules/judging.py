"""One unit judged item by item (逐项考核): which items it is judged by, what each weighs here, and what it gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rules.assessment_rulebook import AssessmentRulebook, Item, ItemKind, Unit
from rules.figures import Figure
from rules.item_points import points_of, value_of
from rules.losses import Loss, Returned, given_back
from rules.places import places
from rules.spreading import weights

NOTHING = Decimal(0)


@dataclass(frozen=True)
class ItemResult:
    """One item of one unit."""

    item: Item
    weight: Decimal
    """Points that could be had, after others' weight was spread (not to those on trial); 0 for bonus, penalty and
    where places are added."""
    points: Decimal | None
    """None where it was not judged; the place where places are added."""
    figure: Figure | None
    place: int | None = None
    suspended: str = ""
    """Why it was not judged; empty where it was."""
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A unit with its items, before it is ranked."""

    unit: Unit
    items: tuple[ItemResult, ...]
    total: Decimal | None
    """The sum of its points or places; None where it cannot be ranked."""
    unranked: str = ""


def judge_by_points(
    book: AssessmentRulebook, unit: Unit, figures: Mapping[str, Figure], returned: Sequence[Returned]
) -> Judged:
    """The unit's points by the figures it has, by source."""
    because = {item.key: why_not(item, unit, figures.get(item.source)) for item in book.items}
    own = [item for item in book.items if item.kind == ItemKind.SCORE]
    judged = [item for item in own if not because[item.key]]
    weight = {item.key: item.points for item in book.items if item.kind == ItemKind.TRIAL}
    weight |= weights(own, {item.key for item in judged}, book.spread, book.quantum)
    results = [
        ItemResult(item, NOTHING, None, figures.get(item.source), suspended=because[item.key])
        if because[item.key]
        else _judged(
            item, figures[item.source], weight.get(item.key, NOTHING), book.quantum,
            [one for one in returned if one.item == item.key],
        )
        for item in book.items
    ]  # fmt: skip
    counted = (result.points or NOTHING for result in results if result.item.kind != ItemKind.TRIAL)
    total = sum(counted, NOTHING)
    total = max(total if book.ceiling is None else min(total, book.ceiling), NOTHING)
    unranked = _too_little(book, sum((item.points for item in judged), NOTHING))
    return Judged(unit, tuple(results), None if unranked else total, unranked)


def judge_by_places(
    book: AssessmentRulebook, units: Sequence[Unit], figures: Mapping[str, Mapping[str, Figure]]
) -> list[Judged]:
    """Units that are ranked together: each item ranked, the places added.

    An item that none has a figure for is left out; a unit that lacks one that others have is not ranked, and takes no
    place from others. `figures`: by unit code, then source.
    """
    because = {
        (unit.code, item.key): why_not(item, unit, figures[unit.code].get(item.source))
        for unit in units
        for item in book.items
    }
    alive = [item for item in book.items if not all(because[unit.code, item.key] for unit in units)]
    lacking = {
        unit.code: [item for item in alive if because[unit.code, item.key]] if alive else list(book.items)
        for unit in units
    }
    complete = [unit for unit in units if not lacking[unit.code]]
    found = {item.key: _item_places(item, complete, figures) for item in alive}
    return [
        _with_places(book, unit, figures[unit.code], because, lacking[unit.code], found) for unit in units
    ]


def why_not(item: Item, unit: Unit, figure: Figure | None) -> str:
    """Why a unit is not judged by an item, in words; empty where it is."""
    if item.applies_to.reaches_only and not unit.has_reaches:
        return "本单位没有河段，不考核此项"
    if item.applies_to.named and not unit.is_one_of(item.applies_to.named):
        return "此项不考核本单位"
    if figure is None:
        return "没有数据"
    if figure.suspended:
        return figure.suspended
    return "" if figure.is_judged else "本月没有可考核的事项"


def _judged(
    item: Item, figure: Figure, weight: Decimal, quantum: Decimal, returned: Sequence[Returned]
) -> ItemResult:
    won = points_of(item, figure, weight, quantum)
    result = ItemResult(item, weight, won.points, figure, losses=won.losses)
    back = given_back(_room(item, won.points, weight, returned), returned)
    points = won.points - sum((line.points for line in back), NOTHING)
    return replace(result, points=points, losses=(*won.losses, *back))


def _room(item: Item, points: Decimal, weight: Decimal, returned: Sequence[Returned]) -> Decimal:
    """How many points can be given back: up to full points, to no penalty, to the bonus's cap."""
    if item.kind == ItemKind.BONUS and item.cap is None:
        return sum((one.points for one in returned), NOTHING)
    most = item.cap if item.kind == ItemKind.BONUS and item.cap is not None else weight
    return max(most - points, NOTHING)


def _too_little(book: AssessmentRulebook, judged: Decimal) -> str:
    if not judged:
        return "本月没有可考核的项目，未参加排名"
    if judged < book.least_judged:
        return f"本月可考核的分值只有 {judged} 分，不足 {book.least_judged} 分，未参加排名"
    return ""


def _item_places(
    item: Item, units: Sequence[Unit], figures: Mapping[str, Mapping[str, Figure]]
) -> Mapping[str, int]:
    values = {unit.code: value_of(figures[unit.code][item.source]) for unit in units}
    return places({code: (-value if item.higher_is_better else value,) for code, value in values.items()})


def _with_places(
    book: AssessmentRulebook,
    unit: Unit,
    figures: Mapping[str, Figure],
    because: Mapping[tuple[str, str], str],
    lacking: Sequence[Item],
    found: Mapping[str, Mapping[str, int]],
) -> Judged:
    unranked = f"缺少{'、'.join(item.name for item in lacking)}的数据，未参加排名" if lacking else ""
    results, total = [], NOTHING
    for item in book.items:
        place = found.get(item.key, {}).get(unit.code)
        reason = "" if place is not None else because[unit.code, item.key] or unranked
        points = None if place is None else Decimal(place)
        results.append(ItemResult(item, NOTHING, points, figures.get(item.source), place, reason))
        total += points or NOTHING
    return Judged(unit, tuple(results), None if unranked else total, unranked)
