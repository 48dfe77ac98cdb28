"""A publication's next step as a worker sees it: held for a while, and everything it takes in values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select

from models.assessment import AssessmentState
from models.publication import (
    OPEN,
    Publication,
    PublicationState,
    PublicationWord,
    published,
    under_way,
)
from rules.publishing import Became, became_of, became_of_mass
from services import publications
from services.desk import Work

LEASE = timedelta(minutes=2)
"""How long a worker may be about one step before another takes it up: a drawing and a few calls take no longer."""
CHAT_PICTURE = timedelta(days=3)
"""So long the platform keeps the picture for the chat."""
RENEW = timedelta(hours=12)
"""So long before that it is uploaded anew."""


class Step(StrEnum):
    """What is done next."""

    UPLOAD = "upload"
    DRAFT = "draft"
    SUBMIT = "submit"
    ASK = "ask"
    REMOVE = "remove"
    PICTURE = "picture"
    """The picture for the chat."""


NEXT = {
    PublicationState.WANTED: Step.UPLOAD,
    PublicationState.UPLOADED: Step.DRAFT,
    PublicationState.DRAFTED: Step.SUBMIT,
    PublicationState.SUBMITTED: Step.ASK,
    PublicationState.WITHDRAWN: Step.REMOVE,
    PublicationState.PUBLISHED: Step.PICTURE,
}
ONCE = frozenset({Step.DRAFT, Step.SUBMIT})
"""Steps that must not be done twice: that they were asked for is written down first."""


@dataclass(frozen=True)
class Errand:
    """What a worker needs for the next step, taken out of the transaction."""

    id: int
    step: Step
    assessment_id: int
    channel: str
    client_id: str
    source_url: str
    pictures: dict[str, str]
    thumb_media_id: str
    draft_media_id: str
    publish_id: str
    article_id: str
    asked_at: datetime | None
    """When this very step was asked for before without an answer; None where it was not."""
    words: tuple[tuple[str, Became], ...]
    """Verdicts since then that belong to nothing known, with what the platform calls it."""
    taken_at: datetime
    leased_until: datetime

    @property
    def is_mass(self) -> bool:
        """Whether it goes to every follower."""
        return self.channel == publications.MASS


def anything_due(work: Work, real: datetime) -> bool:
    """Whether a worker would find a step to do."""
    return _due(work, real) is not None


def lease(work: Work, real: datetime) -> Errand | None:
    """The next step that is due, held for a while by real time; None where nothing is."""
    row = _due(work, real)
    while row is not None and row.state in OPEN and row.assessment.state is not AssessmentState.FROZEN:
        publications.take_back(work, row, publications.CORRECTED)  # meanwhile its numbers were corrected
        work.session.flush()
        row = _due(work, real)
    if row is None:
        return None
    step = NEXT[row.state]
    asked_at = row.asked_at
    row.leased_until = real + LEASE
    if step in ONCE:
        row.asked_at = asked_at or work.now
    return _errand(work, row, step, asked_at, row.leased_until)


def _due(work: Work, real: datetime) -> Publication | None:
    free = or_(Publication.leased_until.is_(None), Publication.leased_until <= real)
    due = under_way(work.now).where(free).limit(1)
    return work.session.scalar(due.with_for_update(skip_locked=True)) or _without_picture(work, free)


def _without_picture(work: Work, free: ColumnElement[bool]) -> Publication | None:
    """The newest that stands, where its picture for the chat is about to be gone."""
    newest = work.session.scalar(published().limit(1))
    if newest is None or newest.state is not PublicationState.PUBLISHED or newest.due_at > work.now:
        return None
    if newest.chat_media_until is not None and newest.chat_media_until > work.now + RENEW:
        return None
    held = select(Publication).where(Publication.id == newest.id, free)
    return work.session.scalar(held.with_for_update(skip_locked=True))


def _errand(work: Work, row: Publication, step: Step, asked_at: datetime | None, until: datetime) -> Errand:
    return Errand(
        row.id, step, row.assessment_id, row.channel, row.client_id, row.source_url, dict(row.pictures),
        row.thumb_media_id, row.draft_media_id, row.publish_id, row.article_id, asked_at,
        _words(work, row, asked_at), work.now, until,
    )  # fmt: skip


def _words(work: Work, row: Publication, since: datetime | None) -> tuple[tuple[str, Became], ...]:
    if since is None:
        return ()
    found = select(PublicationWord).where(PublicationWord.at >= since).order_by(PublicationWord.at)
    return tuple((word.platform_id, became_by(row, word)) for word in work.session.scalars(found))


def became_by(row: Publication, word: PublicationWord) -> Became:
    """What the platform's word says of this publication."""
    if row.channel == publications.MASS:
        status = "send success" if word.status == "0" else word.status
        return became_of_mass(status, word.article_url)
    return became_of(word.status, word.article_id, word.article_url)
