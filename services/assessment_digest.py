"""The digest of a frozen month: SHA-256 over everything that never changes any more."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from models.assessment import (
    Appeal,
    ItemScore,
    MonthlyAssessment,
    PointsLost,
    TownScore,
    appeals_of,
    item_scores_of,
    losses_of,
    town_scores_of,
)
from models.base import Base
from models.problem_count import ProblemCount, problem_counts_of
from services.assessment_rows import plain
from services.desk import Work

FROZEN: dict[type[Base], tuple[str, ...]] = {
    MonthlyAssessment: (
        "month", "revision", "rulebook", "rulebook_text", "drafted_by", "drafted_at", "told_at", "appeal_until",
        "approved_by", "approved_at", "reason",
    ),
    TownScore: (
        "town_id", "town_code", "town_name", "town_kind", "has_reaches", "registry_position", "position", "group",
        "score", "place", "previous_place", "grade", "named", "unranked",
    ),
    ItemScore: (
        "town_id", "item", "item_name", "position", "source", "weight", "points", "place", "numerator",
        "denominator", "basis", "suspended",
    ),
    PointsLost: ("town_id", "item", "position", "key", "sentence", "points", "weight"),
    Appeal: (
        "town_id", "item", "key", "reason", "appealed_by", "appealed_at", "state", "returned", "decision",
        "decided_by", "decided_at",
    ),
    ProblemCount: ("counted", "position", "name", "town_id", "cases"),
}  # fmt: skip
"""What the digest is taken over, by name and in this order: a column added later does not change old digests, nor
does a table of which an old month has no rows."""


def digest_of(work: Work, assessment: MonthlyAssessment) -> str:
    """SHA-256 over everything that is frozen, the same on every engine."""
    content = [_row(assessment)]
    for rows in (town_scores_of, item_scores_of, losses_of, appeals_of, problem_counts_of):
        content += [_row(row) for row in _in_order(work.session.scalars(rows(assessment.id)).all())]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _in_order(rows: Sequence[Base]) -> Sequence[Base]:
    """As they were selected; losses by their items' keys letter by letter, which some databases sort otherwise."""
    lost = [row for row in rows if isinstance(row, PointsLost)]
    return sorted(lost, key=lambda row: (row.town_id, row.item, row.position)) or rows


def _row(row: Base) -> list[Any]:
    return [row.__tablename__, *(_said(getattr(row, name)) for name in FROZEN[type(row)])]


def _said(value: Any) -> Any:
    match value:
        case Decimal():
            return plain(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case Enum():
            return value.value
        case _:
            return value
