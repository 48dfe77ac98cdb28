"""What cost the points of an item (扣分依据): a line for each row behind its figure, in sum what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from rules.figures import Cause, Figure


@dataclass(frozen=True)
class Loss:
    """Points one row cost, in words: 扣 2.00 分：案件 2026-0012 逾期 3 个工作日.

    Negative where points were gained: a bonus, or points given back after an appeal. The losses of an item sum
    exactly to its weight − its points.
    """

    points: Decimal
    sentence: str
    key: str


@dataclass(frozen=True)
class Returned:
    """Points given back to a unit in an item because its appeal was granted (申诉成立)."""

    unit: str
    item: str
    points: Decimal
    sentence: str
    """Why, without points: 申诉成立：案件 2026-0012 系上游来水."""
    key: str
    """appeal:7."""


@dataclass(frozen=True)
class Wording:
    """How a line says what was done."""

    done: str
    no_more: str
    due: str
    limit: str


TAKEN = Wording("扣", "不再扣分", "应扣", "本项已扣到限额")
GIVEN = Wording("加", "不再加分", "应加", "本项已加到限额")


def losses(
    figure: Figure, called: str, asked: Fraction, taken: Decimal, quantum: Decimal
) -> tuple[Loss, ...]:
    """The lines for `taken` points out of the `asked` that the figure would cost without the item's limit.

    The limit falls upon the last rows, and they say so. What no row accounts for is put down to the figure itself.
    `called`: the item's name.
    """
    return tuple(_lines(figure, called, asked, taken, quantum, TAKEN))


def gains(figure: Figure, called: str, asked: Fraction, given: Decimal, quantum: Decimal) -> tuple[Loss, ...]:
    """The lines for a bonus: as losses are, but negative and in words of giving.

    The rows behind a share are those that count against it, so a bonus for a share names only the share.
    """
    counted = figure if figure.denominator is None else replace(figure, causes=())
    lines = _lines(counted, called, asked, given, quantum, GIVEN)
    return tuple(Loss(-line.points, line.sentence, line.key) for line in lines)


def given_back(room: Decimal, returned: Sequence[Returned]) -> tuple[Loss, ...]:
    """The lines for points given back, never more than are missing (`room`)."""
    lines = []
    for one in returned:
        points = min(one.points, room)
        room -= points
        short = "" if points == one.points else f"（裁定 {one.points} 分，本项已补足）"
        lines.append(Loss(-points, f"返还 {points} 分：{one.sentence}{short}", one.key))
    return tuple(lines)


def figure_in_words(figure: Figure | None) -> str:
    """18/20 for a share, 3 for a plain figure, – where there is nothing to judge by."""
    if figure is None or not figure.is_judged:
        return "–"
    below = "" if figure.denominator is None else f"/{_plain(figure.denominator)}"
    return f"{_plain(figure.numerator)}{below}"


def _lines(
    figure: Figure, called: str, asked: Fraction, taken: Decimal, quantum: Decimal, wording: Wording
) -> Iterator[Loss]:
    left = taken
    if not left:
        return
    only_rounded = abs(asked - Fraction(taken)) <= Fraction(quantum) / 2
    rows = figure.causes if asked > 0 else ()
    for cause, share in _shares(rows, Fraction(taken) if only_rounded else asked, quantum):
        points = min(share, left)
        yield Loss(points, _in_words(cause.sentence, points, share, wording), cause.key)
        left -= points
    if left:
        basis = f"（{figure.basis}）" if figure.basis else ""
        sentence = f"{wording.done} {left} 分：{called} {figure_in_words(figure)}{basis}"
        yield Loss(left, sentence, f"figure:{figure.source}")


def _shares(causes: Sequence[Cause], total: Fraction, quantum: Decimal) -> Iterator[tuple[Cause, Decimal]]:
    """Each cause's part of `total` in proportion to its weight; the parts sum to `total`, rounded half up.

    In whole numbers, since a month has tens of thousands of causes: steps of the quantum up to and with each cause.
    """
    counting = [cause for cause in causes if cause.weight > 0]
    whole = sum((cause.weight for cause in counting), Decimal(0))
    per_weight = total / Fraction(quantum) / Fraction(whole) if counting else Fraction(0)
    so_far, before = Decimal(0), 0
    for cause in counting:
        so_far += cause.weight
        over, under = so_far.as_integer_ratio()
        over, under = over * per_weight.numerator, under * per_weight.denominator
        upto = (2 * over + under) // (2 * under)
        yield cause, (upto - before) * quantum
        before = upto


def _in_words(sentence: str, points: Decimal, share: Decimal, wording: Wording) -> str:
    if points == share:
        return f"{wording.done} {points} 分：{sentence}"
    limit = f"（{wording.due} {share} 分，{wording.limit}）"
    return (
        f"{wording.done} {points} 分：{sentence}{limit}"
        if points
        else f"{wording.no_more}：{sentence}{limit}"
    )


def _plain(number: Decimal) -> str:
    """Without an exponent or idle zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
