"""Where a person stands in the chat: found in one select, kept in one or two statements, without objects.

The shortest messages (a photo into an open draft) never need more; it is the path every message takes, so
these few statements are written against the tables themselves.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from models.base import Base
from models.conversation import Conversation, Inbound
from models.follower import Follower
from models.prepared import Prepared
from services.desk import Collided, Work

SPOKE = timedelta(hours=48)
"""How long after a message of theirs customer-service messages may be sent."""
CLICKED = timedelta(minutes=1)
"""… and after a click on the menu, a scan or following."""
WORTH_WRITING = timedelta(minutes=1)
"""A window is written down anew when it has moved by so much: it is never taken for longer than it is."""


@dataclass(frozen=True)
class Answer:
    """What was answered to one message, and when."""

    reply: str
    at: datetime


@dataclass
class Standing:
    """A follower and the conversation they are in; the version makes two concurrent photos one album."""

    follower_id: int
    person_id: int | None
    informed_at: datetime | None
    window_until: datetime | None
    touched_at: datetime
    version: int = 0
    """0: not written yet."""
    flow: str | None = None
    step: str = ""
    draft: dict[str, Any] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    """What “更多” shows next: the rest of an answer longer than WeChat lets through."""
    ended: dict[str, Any] = field(default_factory=dict)
    """What the last finished flow left behind, for a photo that arrives after its own submission."""


_follower, _talk, _inbound = (
    Base.metadata.tables[model.__tablename__] for model in (Follower, Conversation, Inbound)
)
_earlier = select(_inbound.c.reply, _inbound.c.at).where(_inbound.c.key == bindparam("message"))
_EARLIER = Prepared(_earlier, "message")
_FOUND = Prepared(
    select(
        _follower.c.id, _follower.c.person_id, _follower.c.informed_at, _follower.c.window_until,
        _talk.c.touched_at, _talk.c.version, _talk.c.flow, _talk.c.step, _talk.c.draft, _talk.c.pages,
        _talk.c.ended,
        _earlier.with_only_columns(_inbound.c.reply).scalar_subquery(),
        _earlier.with_only_columns(_inbound.c.at).scalar_subquery(),
    )
    .select_from(_follower.outerjoin(_talk, _talk.c.follower_id == _follower.c.id))
    .where(_follower.c.openid == bindparam("speaker")),
    "message", "speaker",
)  # fmt: skip
_MEET = Prepared(insert(_follower).returning(_follower.c.id), "openid", "pseudonym", "met_at", "following")
_who = update(_follower).where(_follower.c.id == bindparam("whose"))
_WINDOW, _INFORMED = Prepared(_who, "whose", "window_until"), Prepared(_who, "whose", "informed_at")
_TALK = ("flow", "step", "draft", "pages", "ended", "touched_at", "version")
_BEGIN = Prepared(insert(_talk), "follower_id", *_TALK)
_KEEP = Prepared(
    update(_talk).where(
        _talk.c.follower_id == bindparam("whose"), _talk.c.version == bindparam("decided_on")
    ),
    "whose", "decided_on", *_TALK,
)  # fmt: skip
_ANSWERED = Prepared(insert(_inbound), "key", "at", "reply")


def find(work: Work, openid: str, key: str) -> tuple[Standing | None, Answer | None]:
    """Where this person stands (None: never met), and what this very message was answered with before."""
    row = _FOUND(work.connection, speaker=openid, message=key).row()
    if row is None:
        earlier = _EARLIER(work.connection, message=key).row()
        return None, Answer(*earlier) if earlier else None
    follower_id, person_id, informed_at, window_until, touched_at, version, *talk, reply, at = row
    standing = Standing(follower_id, person_id, informed_at, window_until, touched_at or work.now)
    if version is not None:
        standing.version = version
        standing.flow, standing.step, standing.draft, standing.pages, standing.ended = talk
    return standing, Answer(reply, at) if at is not None else None


def meet(work: Work, openid: str, pseudonym: str) -> Standing:
    """Write a new follower down."""
    row = _MEET(work.connection, openid=openid, pseudonym=pseudonym, met_at=work.now, following=True).row()
    assert row is not None  # an insert that returns what it made
    return Standing(row[0], None, None, None, work.now)


def opened_window(work: Work, standing: Standing, *, by_message: bool) -> bool:
    """A message, click, scan or follow opens the customer-service window; the longer one holds.

    Returns whether it was shut before. How many messages the platform lets through (5, 20 …) is its own
    changing rule: it says 45047 when they are used up.
    """
    until = work.now + (SPOKE if by_message else CLICKED)
    known = standing.window_until
    if known is None or known < until - WORTH_WRITING or known <= work.now:
        standing.window_until = until
        _WINDOW(work.connection, whose=standing.follower_id, window_until=until)
    return known is None or known <= work.now


def informed(work: Work, standing: Standing) -> None:
    """This person has now been told what is kept and who sees it."""
    standing.informed_at = work.now
    _INFORMED(work.connection, whose=standing.follower_id, informed_at=work.now)


def keep(work: Work, standing: Standing) -> None:
    """Write down where the person stands now. Raises Collided if another message of theirs was quicker."""
    standing.touched_at = work.now
    talk = {
        "flow": standing.flow, "step": standing.step, "draft": standing.draft, "pages": standing.pages,
        "ended": standing.ended, "touched_at": standing.touched_at, "version": standing.version + 1,
    }  # fmt: skip
    if standing.version == 0:
        _BEGIN(work.connection, follower_id=standing.follower_id, **talk)
        return
    kept = _KEEP(work.connection, whose=standing.follower_id, decided_on=standing.version, **talk)
    if kept.count != 1:
        raise Collided("another message of this person was answered meanwhile")


def answered(work: Work, key: str, reply: str) -> Answer:
    """Remember what this message was answered with. Raises IntegrityError if it was answered meanwhile."""
    _ANSWERED(work.connection, key=key, at=work.now, reply=reply)
    return Answer(reply, work.now)
