"""The points of one item (单项得分): what a figure is worth on its scale, and what it would cost without a limit."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rules.apportioning import half_up
from rules.assessment_rulebook import Band, Each, Item, ItemKind, Slope
from rules.figures import Figure
from rules.losses import Loss, gains, losses


@dataclass(frozen=True)
class Points:
    """Points with the lines that explain them: the lines sum to weight − points."""

    points: Decimal
    losses: tuple[Loss, ...]


def points_of(item: Item, figure: Figure, weight: Decimal, quantum: Decimal) -> Points:
    """What an item gives for a figure that can be judged. `weight`: what it stands for in this unit's hundred."""
    match item.kind:
        case ItemKind.SCORE | ItemKind.TRIAL:
            return _own(item, figure, weight, quantum)
        case ItemKind.BONUS:
            asked, given = _outside(item, figure, quantum)
            return Points(given, gains(figure, item.name, asked, given, quantum))
        case ItemKind.PENALTY:
            asked, taken = _outside(item, figure, quantum)
            return Points(-taken, losses(figure, item.name, asked, taken, quantum))


def value_of(figure: Figure) -> Fraction:
    """The number to judge by: a share as a fraction, a plain figure as it is."""
    below = Fraction(1) if figure.denominator is None else Fraction(figure.denominator)
    return Fraction(figure.numerator) / below


def _own(item: Item, figure: Figure, weight: Decimal, quantum: Decimal) -> Points:
    """Part of the hundred: the figure's part of the item's points, taken of the weight it has here."""
    part = _part(item, value_of(figure))
    cap = item.points if item.cap is None else item.cap
    kept = min(max(part, Fraction(item.floor) / Fraction(item.points)), Fraction(cap) / Fraction(item.points))
    points = half_up(Fraction(weight) * kept, quantum)
    asked = Fraction(weight) * (1 - part)
    return Points(points, losses(figure, item.name, asked, weight - points, quantum))


def _part(item: Item, value: Fraction) -> Fraction:
    """1 for full points, 0 for none; beyond either where the scale goes on."""
    match item.scale:
        case Slope(full, zero):
            return (value - Fraction(zero)) / (Fraction(full) - Fraction(zero))
        case Each(points):
            return 1 - value * Fraction(points) / Fraction(item.points)
        case tuple() as bands:
            return Fraction(_band_of(bands, value).points) / Fraction(item.points)
        case None:
            raise ValueError(f"{item.key} has no scale: its rulebook adds places")


def _outside(item: Item, figure: Figure, quantum: Decimal) -> tuple[Fraction, Decimal]:
    """Of a bonus or a penalty: (what the figure asks for, what the cap leaves of it)."""
    value = max(value_of(figure), Fraction(0))
    if isinstance(item.scale, tuple):
        asked = Fraction(_band_of(item.scale, value_of(figure)).points)
    elif isinstance(item.scale, Each):
        asked = value * Fraction(item.scale.points)
    else:
        raise ValueError(f"{item.key} is outside the hundred: it needs each or bands")
    return asked, half_up(asked if item.cap is None else min(asked, Fraction(item.cap)), quantum)


def _band_of(bands: tuple[Band, ...], value: Fraction) -> Band:
    """The band a figure lies in; bands meet and cover every figure."""
    return next(band for band in bands if band.end is None or value < Fraction(band.end))
