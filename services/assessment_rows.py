"""A judged month in rows: written while it is a draft, read as the table that is shown."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert

from models.assessment import (
    ItemScore,
    MonthlyAssessment,
    PointsLost,
    TownScore,
    item_scores_of,
    losses_of,
    town_scores_of,
)
from rules.assessment_rulebook import AssessmentRulebook, ItemKind, Unit
from rules.months import Month
from rules.scoring import ItemResult, UnitResult
from services import assessment_books
from services.desk import Work
from services.judgement import SIXTH, Judgement
from services.month_table import ItemLine, Loss, MonthTable, TownLine

Values = dict[str, Any]
POINT = Decimal("0.01")
NOT_JUDGED = "–"


@dataclass(frozen=True)
class Rows:
    """The rows of one judged month, in the order they are listed."""

    towns: Sequence[TownScore]
    items: Sequence[ItemScore]
    losses: Sequence[PointsLost]


def rows_of(assessment: MonthlyAssessment, judged: Judgement) -> Rows:
    """What a judgement says, as rows that nothing has been done with yet."""
    towns, items, losses = _values(assessment.id, judged)
    return Rows(
        [TownScore(**values) for values in towns],
        [ItemScore(**values) for values in items],
        [PointsLost(**values) for values in losses],
    )


def write(work: Work, assessment: MonthlyAssessment, judged: Judgement) -> None:
    """Put this judgement in place of what the draft held."""
    tables = (TownScore, ItemScore, PointsLost)
    for table in tables:
        work.session.execute(delete(table).where(table.assessment_id == assessment.id))
    for kind, values in zip(tables, _values(assessment.id, judged), strict=True):
        if values:
            work.session.execute(insert(kind), values)


def _values(assessment_id: int, judged: Judgement) -> tuple[list[Values], list[Values], list[Values]]:
    """Of towns, of items, of losses."""
    towns, items, losses = [], [], []
    for position, line in enumerate(judged.scores.units):
        of = {"assessment_id": assessment_id, "town_id": judged.towns[line.unit.code].id}
        towns.append(of | _of_town(position, line))
        for place, result in enumerate(line.items):
            items.append(of | _of_item(place, result))
            losses += [of | values for values in _of_losses(result)]
    return towns, items, losses


def read(work: Work, assessment: MonthlyAssessment) -> Rows:
    """The rows as they are kept."""
    return Rows(
        work.session.scalars(town_scores_of(assessment.id)).all(),
        work.session.scalars(item_scores_of(assessment.id)).all(),
        work.session.scalars(losses_of(assessment.id)).all(),
    )


def _of_town(position: int, line: UnitResult) -> Values:
    unit = line.unit
    return {
        "town_code": unit.code, "town_name": unit.name, "town_kind": unit.kind, "has_reaches": unit.has_reaches,
        "registry_position": unit.position, "position": position, "group": line.group, "score": line.score,
        "place": line.place, "previous_place": line.previous_place, "grade": line.grade, "named": line.named,
        "unranked": line.unranked,
    }  # fmt: skip


def _of_item(position: int, result: ItemResult) -> Values:
    item, figure = result.item, result.figure
    judged = figure if figure and not figure.suspended else None
    return {
        "item": item.key, "item_name": item.shown_name, "position": position, "source": item.source,
        "weight": result.weight.quantize(SIXTH), "points": result.points, "place": result.place,
        "numerator": judged.numerator if judged else None, "denominator": judged.denominator if judged else None,
        "basis": figure.basis if figure else "", "suspended": result.suspended,
    }  # fmt: skip


def _of_losses(result: ItemResult) -> list[Values]:
    weights = {cause.key: cause.weight for cause in result.figure.causes} if result.figure else {}
    return [
        {
            "item": result.item.key, "position": position, "key": loss.key, "sentence": loss.sentence,
            "points": loss.points, "weight": weights.get(loss.key, Decimal(1)),
        }
        for position, loss in enumerate(result.losses)
    ]  # fmt: skip


def table_of(work: Work, assessment: MonthlyAssessment, withdrawn_because: str = "") -> MonthTable:
    """The month as it is shown, from its rows; of a draft too, whose `approved_at` is when it was drafted."""
    return shown(assessment, read(work, assessment), withdrawn_because)


def shown(assessment: MonthlyAssessment, rows: Rows, withdrawn_because: str = "") -> MonthTable:
    """These rows as a table."""
    book = assessment_books.kept(assessment)
    items = _items_by_town(rows, {item.key for item in book.items if item.kind is ItemKind.TRIAL})
    towns = [_line(row, tuple(items[row.town_id])) for row in rows.towns]
    return MonthTable(
        month=Month.parse(assessment.month),
        revision=assessment.revision,
        corrected_because=assessment.reason,
        withdrawn_because=withdrawn_because,
        composition=book.composition.value,
        rulebook=assessment.rulebook,
        purpose=book.purpose,
        approved_at=assessment.approved_at or assessment.drafted_at,
        digest=assessment.digest,
        lines=tuple(towns),
        suspended=_suspended(book, rows),
    )


def _line(row: TownScore, items: tuple[ItemLine, ...]) -> TownLine:
    return TownLine(
        row.town_code, row.town_name, row.group, row.score, row.place, row.previous_place, row.grade, row.named,
        row.unranked, items,
    )  # fmt: skip


def _items_by_town(rows: Rows, on_trial: Collection[str]) -> dict[int, list[ItemLine]]:
    losses: defaultdict[tuple[int, str], list[Loss]] = defaultdict(list)
    for lost in rows.losses:
        losses[lost.town_id, lost.item].append(Loss(lost.points, lost.sentence, lost.key))
    items: defaultdict[int, list[ItemLine]] = defaultdict(list)
    for row in rows.items:
        items[row.town_id].append(
            ItemLine(
                row.item, row.item_name, short(row.weight), row.points, row.place, figure_words(row), row.suspended,
                tuple(losses[row.town_id, row.item]), row.item not in on_trial,
            )
        )  # fmt: skip
    return items


def _suspended(book: AssessmentRulebook, rows: Rows) -> tuple[tuple[str, str], ...]:
    """Items nobody was judged by, with the reason: that of the units they are for, where there are any."""
    towns = {row.town_id: row for row in rows.towns}
    found: dict[str, list[ItemScore]] = {}
    for row in rows.items:
        found.setdefault(row.item_name, []).append(row)
    silent = {name: same for name, same in found.items() if all(row.points is None for row in same)}
    return tuple((name, _reason(book, towns, same)) for name, same in silent.items())


def _reason(book: AssessmentRulebook, towns: Mapping[int, TownScore], same: Sequence[ItemScore]) -> str:
    item = next((item for item in book.items if item.key == same[0].item), None)
    listed = [row for row in same if row.town_id in towns]
    meant = [row for row in listed if item and item.applies_to.covers(unit_of(towns[row.town_id]))]
    return next((row.suspended for row in meant or listed), "")


def unit_of(row: TownScore) -> Unit:
    """The unit as the registry had it then."""
    return Unit(row.town_code, row.town_name, row.town_kind, row.registry_position, row.has_reaches)


def figure_words(row: ItemScore) -> str:
    """18/20, 3, or – where there is none."""
    if row.numerator is None or row.denominator == 0:
        return NOT_JUDGED
    return (
        f"{plain(row.numerator)}/{plain(row.denominator)}"
        if row.denominator is not None
        else plain(row.numerator)
    )


def plain(number: Decimal) -> str:
    """Without needless noughts: 3, 2.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def short(number: Decimal) -> Decimal:
    """To two places where nothing is lost by it."""
    rounded = number.quantize(POINT)
    return rounded if rounded == number else number
