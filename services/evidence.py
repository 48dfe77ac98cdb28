"""Photographs, recordings and videos on their way: expected, leased to a worker, and settled."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import lazyload

from models.evidence import Arrival, Evidence, Medium, Photo, due_for_fetching
from models.report import Addition
from rules.proof import NO_TIME
from services.desk import Work
from services.photographs import Examined

LEASE = timedelta(seconds=60)
"""How long a worker may hold a piece before another takes it up."""
RETRIES = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 1800, 3600))
"""Waiting times after the first failed attempts; the last one repeats."""


@dataclass(frozen=True)
class Leased:
    """What a worker needs to fetch one piece, taken out of the transaction."""

    id: int
    medium: Medium
    media_id: str
    sent_at: datetime
    attempts: int
    """This one included."""


def expect(
    work: Work,
    medium: Medium,
    media_id: str,
    *,
    report_id: int | None = None,
    addition_id: int | None = None,
    case_id: int | None = None,
    proof_round: int = 0,
    answer_id: int | None = None,
    appeal_id: int | None = None,
    thumb_media_id: str = "",
    sent_at: datetime | None = None,
) -> Evidence:
    """Write down that this was sent and is to be fetched; `case_id` and `proof_round` for proof only."""
    row = Evidence(
        medium=medium,
        media_id=media_id,
        thumb_media_id=thumb_media_id,
        report_id=report_id,
        addition_id=addition_id,
        case_id=case_id,
        proof_round=proof_round,
        answer_id=answer_id,
        appeal_id=appeal_id,
        arrival=Arrival.WAITING,
        sent_at=sent_at or work.now,
        attempts=0,
        next_try_at=work.now,
    )
    work.session.add(row)
    work.wakes.add("photos")
    return row


def anything_due(work: Work) -> bool:
    """Whether something is to be fetched, or to be removed from the store."""
    due = work.session.scalar(due_for_fetching(work.now).with_only_columns(Evidence.id).limit(1))
    return due is not None or work.session.execute(_left_behind().limit(1)).first() is not None


def lease(work: Work, limit: int) -> list[Leased]:
    """Take up to so many due pieces for a minute.

    A piece whose worker died is found again after that; one that kills worker after worker comes up as seldom
    as one that fails, because its next try is put off here already.
    """
    due = due_for_fetching(work.now).limit(limit).with_for_update(of=Evidence, skip_locked=True)
    taken = []
    for row in work.session.scalars(due).all():
        row.attempts += 1
        row.leased_until = work.now + LEASE
        row.next_try_at = work.now + _wait(row.attempts)
        taken.append(Leased(row.id, row.medium, row.media_id, row.sent_at, row.attempts))
    return taken


def _wait(attempts: int) -> timedelta:
    return RETRIES[min(attempts, len(RETRIES)) - 1]


def arrived(work: Work, evidence_id: int, what: Examined | str) -> None:
    """It is in the store: an examined photograph, or the key of a recording."""
    row = _waiting(work, evidence_id)
    if row is None:
        _erase_latecomer(work, evidence_id, what)
        return
    if isinstance(what, Examined):
        row.photo = work.session.get(Photo, what.digest) or _photo(work, what)
        if row.case_id is not None and what.taken_at is None:
            row.mark = NO_TIME
    else:
        row.stored_as = what
    _settle(work, row, Arrival.STORED, "")


def refused(work: Work, evidence_id: int, sentence: str) -> None:
    """It came but is not what it should be; the sentence says why, the report stands."""
    row = _waiting(work, evidence_id)
    if row is not None:
        _settle(work, row, Arrival.REFUSED, sentence)


def gone(work: Work, evidence_id: int, why: str) -> None:
    """WeChat no longer has it."""
    row = _waiting(work, evidence_id)
    if row is not None:
        _settle(work, row, Arrival.GONE, why)


def not_yet(work: Work, evidence_id: int, why: str) -> None:
    """It failed for now: tried again at 10 s, 30 s, 1 min, then slower, for as long as WeChat keeps it."""
    row = _waiting(work, evidence_id)
    if row is None:
        return
    row.leased_until, row.reason = None, why
    row.next_try_at = work.now + _wait(row.attempts)
    if work.now - row.sent_at >= work.rulebook.media_life:
        _settle(work, row, Arrival.GONE, f"已过微信保存期限，一直未能取到：{why}")


def erase_voices(work: Work, report_ids: Collection[int]) -> None:
    """Forget the voices of these reports and of what was added to them; a worker removes the files."""
    additions = select(Addition.id).where(Addition.report_id.in_(report_ids))
    mine = or_(Evidence.report_id.in_(report_ids), Evidence.addition_id.in_(additions))
    for row in work.session.scalars(select(Evidence).where(mine, Evidence.medium == Medium.VOICE)):
        row.arrival, row.leased_until, row.media_id, row.reason = Arrival.ERASED, None, "", ""
    work.wakes.add("photos")


def to_erase(work: Work) -> list[tuple[int, str]]:
    """Erased pieces whose file still lies in the store: their ids and keys."""
    return [(evidence_id, key) for evidence_id, key in work.session.execute(_left_behind())]


def _left_behind() -> Select[int, str]:
    return (
        select(Evidence.id, Evidence.stored_as)
        .where(Evidence.arrival == Arrival.ERASED, Evidence.stored_as != "")
        .order_by(Evidence.id)
    )


def still_needed(work: Work, key: str) -> bool:
    """Whether another piece, not erased, has the very same content."""
    others = select(Evidence.id).where(Evidence.stored_as == key, Evidence.arrival == Arrival.STORED)
    return work.session.scalar(others.limit(1)) is not None


def erased(work: Work, evidence_id: int) -> None:
    """The file is no longer in the store."""
    work.session.get_one(Evidence, evidence_id).stored_as = ""


def _waiting(work: Work, evidence_id: int) -> Evidence | None:
    """The row, held until the end of this work, or None when somebody settled it before."""
    row = work.session.scalar(
        select(Evidence).where(Evidence.id == evidence_id).options(lazyload(Evidence.photo)).with_for_update()
    )
    return row if row is not None and row.arrival is Arrival.WAITING else None


def _erase_latecomer(work: Work, evidence_id: int, what: Examined | str) -> None:
    """A voice that was being fetched while its owner left must not stay."""
    row = work.session.get(Evidence, evidence_id)
    if row is not None and row.arrival is Arrival.ERASED and isinstance(what, str):
        row.stored_as = what


def _photo(work: Work, seen: Examined) -> Photo:
    photo = Photo(
        digest=seen.digest,
        content_type=seen.content_type,
        bytes_count=seen.bytes_count,
        width=seen.width,
        height=seen.height,
        perceptual=seen.perceptual,
        taken_at=seen.taken_at,
        taken_longitude=seen.taken_longitude,
        taken_latitude=seen.taken_latitude,
        stored_at=work.now,
    )
    work.session.add(photo)
    return photo


def _settle(work: Work, row: Evidence, arrival: Arrival, reason: str) -> None:
    from services import proofs  # proofs → cases → people → evidence: the arrow back is drawn only here

    row.arrival, row.reason, row.leased_until = arrival, reason, None
    work.session.flush()
    proofs.settled(work, row)
