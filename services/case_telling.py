"""Something that was said and shown about a case, as one viewer of its page may see it: words and photographs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select

from models.evidence import Arrival, Evidence, Medium
from rules.privacy import without_telephone
from services.desk import Work
from services.links import CaseLink, View

WAITING_WORDS = {
    Arrival.WAITING: "照片接收中，请稍后刷新",
    Arrival.GONE: "照片未能收到",
    Arrival.ERASED: "已删除",
}


@dataclass(frozen=True)
class Picture:
    """A photograph on the page, or the sentence that stands in its place."""

    id: int
    note: str
    mark: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Told:
    """A report, an addition or a round of proof: who in general, when, the words, the photographs."""

    heading: str
    at: datetime | None
    words: str
    pictures: Sequence[Picture]
    recordings: int = 0


def told(
    work: Work, link: CaseLink, heading: str, at: datetime | None, words: str, evidence: Select[Evidence]
) -> Told:
    """What somebody said, with the photographs that came with it, as this viewer may see them."""
    rows = work.session.scalars(evidence).all()
    pictures = [_picture(link, row) for row in rows if row.medium is Medium.PHOTO]
    return Told(heading, at, words_for(link, words), pictures, len(rows) - len(pictures))


def words_for(link: CaseLink, words: str) -> str:
    """A town learns no telephone number, not even one the reporter wrote down."""
    return without_telephone(words) if link.view in (View.TOWN, View.HELPER) else words


def _picture(link: CaseLink, row: Evidence) -> Picture:
    if row.arrival is not Arrival.STORED:
        return Picture(row.id, WAITING_WORDS.get(row.arrival) or row.reason)
    if link.view is View.REPORTER:
        return Picture(row.id, "")
    is_proof = row.case_id is not None
    taken_at = row.photo.taken_at if row.photo and is_proof and link.view is View.OFFICE else None
    return Picture(row.id, "", row.mark, taken_at)
