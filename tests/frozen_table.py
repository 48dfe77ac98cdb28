"""A month made by hand, frozen and published in the rows that the product reads it from."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from models.assessment import AssessmentState, ItemScore, MonthlyAssessment, PointsLost, TownScore
from models.publication import Publication, PublicationState
from models.registry import Town
from services.desk import Work
from services.month_table import MonthTable, TownLine
from tests.assessed_month import BOOK

SOURCES = {"rectification": "rectified_on_time", "public": "satisfaction"}


def frozen(work: Work, table: MonthTable, rules: str = BOOK) -> MonthlyAssessment:
    """The rows of this table."""
    row = MonthlyAssessment(
        month=str(table.month), revision=table.revision, state=AssessmentState.DRAFT, rulebook=table.rulebook,
        rulebook_text=rules, drafted_by="系统", drafted_at=work.now, approved_by="郑科员",
        approved_at=table.approved_at, reason=table.corrected_because, digest=table.digest,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    for position, line in enumerate(table.lines):
        _line(work, row.id, position, line)
    work.session.flush()
    row.state = AssessmentState.FROZEN
    work.session.flush()
    return row


def _line(work: Work, number: int, position: int, line: TownLine) -> None:
    town = _town(work, position, line)
    work.session.add(
        TownScore(
            assessment_id=number, town_id=town.id, town_code=line.code, town_name=line.name, position=position,
            group=line.group, score=line.score, place=line.place, previous_place=line.previous_place,
            grade=line.grade, named=line.named, unranked=line.unranked,
        )
    )  # fmt: skip
    for n, one in enumerate(line.items):
        work.session.add(
            ItemScore(
                assessment_id=number, town_id=town.id, item=one.key, item_name=one.name, position=n,
                source=SOURCES.get(one.key, one.key), weight=one.weight, points=one.points, place=one.place,
                numerator=Decimal(18), denominator=Decimal(20), suspended=one.suspended,
            )
        )  # fmt: skip
        for m, lost in enumerate(one.losses):
            work.session.add(
                PointsLost(
                    assessment_id=number, town_id=town.id, item=one.key, position=m, key=lost.key,
                    sentence=lost.sentence, points=lost.points, weight=Decimal(1),
                )
            )  # fmt: skip


def _town(work: Work, position: int, line: TownLine) -> Town:
    """The unit in the registry; the same one in every month."""
    found = work.session.scalar(select(Town).where(Town.code == line.code))
    if found is None:
        found = Town(code=line.code, name=line.name, kind="镇", position=position)
        work.session.add(found)
        work.session.flush()
    return found


def published(work: Work, row: MonthlyAssessment, withdrawn_because: str = "") -> None:
    """Readers saw it on the official account."""
    work.session.add(
        Publication(
            assessment_id=row.id, channel="freepublish",
            state=PublicationState.WITHDRAWN if withdrawn_because else PublicationState.PUBLISHED,
            wanted_by="周科员", wanted_at=work.now, due_at=work.now + timedelta(days=1), client_id=f"c{row.id}",
            published_at=work.now, withdrawn_because=withdrawn_because,
        )
    )  # fmt: skip
