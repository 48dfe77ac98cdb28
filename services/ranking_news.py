"""Telling the ranking: each town's chief and liaison the own place and what cost most, each subscriber the whole."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from models.follower import Follower
from models.notification import Notice
from models.person import Person
from models.publication import Publication, RankingSubscriber
from models.registry import Town
from rules.months import Month
from rules.privacy import without_telephone
from services import assessment_rows, people
from services.desk import Work
from services.month_table import ItemLine, MonthTable, TownLine
from services.notifications import owe, owe_followers

MOST = 2
"""So many items are named that cost most."""


def tell(work: Work, row: Publication) -> None:
    """It is published: owe it to whom it concerns, once."""
    table = assessment_rows.table_of(work, row.assessment)
    key, told = _key(work, row), set()
    for person, town in _leaders(work, table):
        told.add(person.id)
        says = facts(work, row, table) | own(town)
        owe(work, Notice.RANKING, "town_ranking", key, person=person, **says)
    first = leaders(table)
    says = facts(work, row, table) | {"leaders": first, "state": f"第一名：{first}"}
    owe_followers(work, Notice.RANKING, "subscriber_ranking", key, _subscribers(work, told), **says)


def tell_own_place(work: Work, row: Publication, table: MonthTable, line: TownLine) -> None:
    """Whoever asked for the ranking has a town in it: its place follows at once, at whatever hour they asked."""
    key = f"ranking:{row.id}:asked:{line.code}:{work.now.isoformat()}"
    person = work.who.person if work.who else None
    says = facts(work, row, table) | own(line)
    owe(work, Notice.RANKING, "town_ranking_asked", key, person=person, urgent=True, **says)


def tell_withdrawn(work: Work, row: Publication, month: Month) -> None:
    """It does not stand any more: whoever was told it is told that."""
    says: dict[str, Any] = {
        "month": month.name,
        "reason": without_telephone(row.withdrawn_because),
        "url": page_url(work, month),
    }
    key, told = f"{_key(work, row)}:withdrawn", set()
    table = assessment_rows.table_of(work, row.assessment)
    for person, town in _leaders(work, table):
        told.add(person.id)
        owe(work, Notice.RANKING, "town_ranking_withdrawn", key, person=person, town=town.name, **says)
    readers = _subscribers(work, told)
    owe_followers(work, Notice.RANKING, "subscriber_ranking_withdrawn", key, readers, **says)


def _key(work: Work, row: Publication) -> str:
    """One for a month as it stands: whatever is published of it, it is told once; after a withdrawal, once more."""
    withdrawn = work.session.scalar(
        select(func.count()).where(
            Publication.assessment_id == row.assessment_id, Publication.id < row.id,
            Publication.withdrawn_at.is_not(None), Publication.published_at.is_not(None),
        )
    )  # fmt: skip
    return f"ranking:{row.assessment_id}{f':again{withdrawn}' if withdrawn else ''}"


def facts(work: Work, row: Publication, table: MonthTable) -> dict[str, Any]:
    """What every message about a month says."""
    corrected = f"（第{table.revision - 1}次更正）" if table.revision > 1 else ""
    return {
        "month": f"{table.month.name}{corrected}", "publication": row.id, "url": page_url(work, table.month),
    }  # fmt: skip


def own(line: TownLine) -> dict[str, Any]:
    """A unit's own place, and the items that cost it most."""
    return {"town": line.name, "state": standing(line), "costs": costs(line)}


def standing(line: TownLine) -> str:
    """第 3 名，92.50 分; or why it has none."""
    if line.place is None:
        return f"未参加排名（{line.unranked}）" if line.unranked else "未参加排名"
    group = f"{line.group}" if line.group else ""
    score = f"，{line.score} 分" if line.score is not None and _counts_points(line) else ""
    return f"{group}第 {line.place} 名{score}"


def _counts_points(line: TownLine) -> bool:
    return all(item.place is None for item in line.items)


def costs(line: TownLine) -> str:
    """The two items that cost most: 问题整改扣 4.00 分、日常管护扣 1.50 分; where places are summed, the two places
    farthest back."""
    if _counts_points(line):
        lost = sorted(
            ((_lost(item), -n, item) for n, item in enumerate(line.items)), key=lambda each: each[:2]
        )
        most = [f"{item.name}扣 {points:.2f} 分" for points, _, item in reversed(lost) if points > 0]
    else:
        placed = sorted(
            ((item.place, -n, item) for n, item in enumerate(line.items) if item.place is not None),
            key=lambda each: each[:2],
        )
        most = [f"{item.name}第 {place} 名" for place, _, item in reversed(placed) if place > 1]
    return "、".join(most[:MOST]) or "没有"


def _lost(item: ItemLine) -> Decimal:
    return item.weight - item.points if item.points is not None and item.counts else Decimal(0)


def leaders(table: MonthTable) -> str:
    """Who shares the first place: 天穆镇、北仓镇 (of each group)."""
    first = [
        f"{line.group}{'：' if line.group else ''}{line.name}" for line in table.lines if line.place == 1
    ]
    return "、".join(first) or "没有参加排名的单位"


def page_url(work: Work, month: Month) -> str:
    """The month's public page."""
    return work.links.page(f"ranking/{month}")


def _leaders(work: Work, table: MonthTable) -> Iterator[tuple[Person, TownLine]]:
    """Chief and liaison of each unit, as they are today."""
    for line in table.lines:
        town_id = work.session.scalar(select(Town.id).where(Town.code == line.code))
        for person in people.leaders(work, town_id) if town_id is not None else ():
            yield person, line


def _subscribers(work: Work, told: Collection[int]) -> list[int]:
    """Whoever subscribed and is still there, by number, but those who were told as chiefs."""
    found = select(Follower.id, Follower.person_id).join(
        RankingSubscriber, RankingSubscriber.follower_id == Follower.id
    )
    rows = work.session.execute(found.where(Follower.following).order_by(Follower.id))
    return [follower for follower, person in rows if person not in told]


def subscribe(work: Work, follower: Follower) -> bool:
    """Ask for the ranking each month (订阅排名); False where it was asked for before."""
    if work.session.get(RankingSubscriber, follower.id) is not None:
        return False
    work.session.add(RankingSubscriber(follower_id=follower.id, since=work.now))
    return True


def unsubscribe(work: Work, follower: Follower) -> bool:
    """No more of it (退订排名); False where it was not asked for."""
    row = work.session.get(RankingSubscriber, follower.id)
    if row is None:
        return False
    work.session.delete(row)
    return True
