"""Where a person stands in the chat: found in one select, kept in one or two statements, without objects.

The shortest messages (a photo into an open draft) never need more; it is the path every message takes, so
these few statements are written against the tables themselves.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Column, Connection, Select, bindparam, insert, select, update

from models.base import Base
from models.conversation import Conversation, Inbound
from models.follower import Follower
from models.prepared import Prepared
from services.work import Work

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


class Spoken(Protocol):
    """A message as far as it matters here: who speaks, and what makes it this very message."""

    @property
    def openid(self) -> str: ...
    @property
    def key(self) -> str: ...


_follower, _talk, _inbound = (
    Base.metadata.tables[model.__tablename__] for model in (Follower, Conversation, Inbound)
)
_earlier = select(_inbound.c.reply, _inbound.c.at).where(_inbound.c.key == bindparam("message"))
_EARLIER = Prepared(_earlier, "message")
_standing = select(
    _follower.c.id, _follower.c.person_id, _follower.c.informed_at, _follower.c.window_until,
    _talk.c.touched_at, _talk.c.version, _talk.c.flow, _talk.c.step, _talk.c.draft, _talk.c.pages, _talk.c.ended,
).select_from(_follower.outerjoin(_talk, _talk.c.follower_id == _follower.c.id))  # fmt: skip
_FOUND = Prepared(
    _standing.add_columns(
        _earlier.with_only_columns(_inbound.c.reply).scalar_subquery(),
        _earlier.with_only_columns(_inbound.c.at).scalar_subquery(),
    ).where(_follower.c.openid == bindparam("speaker")),
    "message", "speaker",
)  # fmt: skip


def _for_many(statement: Select[Any], column: Column[Any], most: int) -> Prepared:
    """The rows of so many at once, their values in the parameters n0, n1 …"""
    names = [f"n{number}" for number in range(most)]
    return Prepared(statement.add_columns(column).where(column.in_(map(bindparam, names))), *names)


_SIZES = (4, 16, 64)
_FOUND_ALL = {size: _for_many(_standing, _follower.c.openid, size) for size in _SIZES}
_EARLIER_ALL = {
    size: _for_many(select(_inbound.c.reply, _inbound.c.at), _inbound.c.key, size) for size in _SIZES
}
_MEET = Prepared(insert(_follower).returning(_follower.c.id), "openid", "pseudonym", "met_at", "following")
_who = update(_follower).where(_follower.c.id == bindparam("whose"))
_INFORMED, _WINDOW = Prepared(_who, "whose", "informed_at"), Prepared(_who, "whose", "window_until")
_TALK = ("flow", "step", "draft", "pages", "ended", "touched_at", "version")
_BEGIN = Prepared(insert(_talk), "follower_id", *_TALK)
_KEEP = Prepared(
    update(_talk).where(
        _talk.c.follower_id == bindparam("whose"), _talk.c.version == bindparam("decided_on")
    ),
    "whose", "decided_on", *_TALK,
)  # fmt: skip
_ANSWERED = Prepared(insert(_inbound), "key", "at", "reply")


def look_ahead(work: Work, messages: Sequence[Spoken]) -> None:
    """Read in two selects what `find` will want to know of all these. Whoever speaks twice is looked up when
    their turn comes: the second time they stand where the first has brought them."""
    times = Counter(message.openid for message in messages)
    alone = [message for message in messages if times[message.openid] == 1]
    for first in range(0, len(alone), _SIZES[-1]):
        some = alone[first : first + _SIZES[-1]]
        standing = _read(work.connection, _FOUND_ALL, [message.openid for message in some])
        earlier = _read(work.connection, _EARLIER_ALL, [message.key for message in some])
        for message in some:
            found = standing.get(message.openid), earlier.get(message.key)
            work.batch.ahead[message.openid, message.key] = found


def _read(
    connection: Connection, statements: dict[int, Prepared], values: list[str]
) -> dict[str, tuple[Any, ...]]:
    """By the value each was asked for."""
    size = next(size for size in _SIZES if size >= len(values))
    filled = values + values[-1:] * (size - len(values))
    rows = statements[size](connection, **{f"n{n}": value for n, value in enumerate(filled)}).rows()
    return {row[-1]: row[:-1] for row in rows}


def find(work: Work, openid: str, key: str) -> tuple[Standing | None, Answer | None]:
    """Where this person stands (None: never met), and what this very message was answered with before."""
    ahead = work.batch.ahead.pop((openid, key), None)
    if ahead is not None:
        row, earlier = ahead
        return _standing_in(work, row) if row else None, Answer(*earlier) if earlier else None
    work.batch.write(work.connection)  # it may be theirs
    row = _FOUND(work.connection, speaker=openid, message=key).row()
    if row is None:
        earlier = _EARLIER(work.connection, message=key).row()
        return None, Answer(*earlier) if earlier else None
    *row, reply, at = row
    return _standing_in(work, row), Answer(reply, at) if at is not None else None


def _standing_in(work: Work, row: Sequence[Any]) -> Standing:
    follower_id, person_id, informed_at, window_until, touched_at, version, *talk = row
    standing = Standing(follower_id, person_id, informed_at, window_until, touched_at or work.now)
    if version is not None:
        standing.version = version
        standing.flow, standing.step, standing.draft, standing.pages, standing.ended = talk
    return standing


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
        work.batch.later(_WINDOW, {"whose": standing.follower_id, "window_until": until})
    return known is None or known <= work.now


def informed(work: Work, standing: Standing) -> None:
    """This person has now been told what is kept and who sees it."""
    standing.informed_at = work.now
    _INFORMED(work.connection, whose=standing.follower_id, informed_at=work.now)


def keep(work: Work, standing: Standing) -> None:
    """Write down, before the commit, where the person stands now; that raises Collided if another message of
    theirs was quicker."""
    standing.touched_at = work.now
    talk = {
        "flow": standing.flow, "step": standing.step, "draft": standing.draft, "pages": standing.pages,
        "ended": standing.ended, "touched_at": standing.touched_at, "version": standing.version + 1,
    }  # fmt: skip
    if standing.version == 0:
        work.batch.later(_BEGIN, {"follower_id": standing.follower_id, **talk})
    else:
        work.batch.later(_KEEP, {"whose": standing.follower_id, "decided_on": standing.version, **talk})


def answered(work: Work, key: str, reply: str) -> Answer:
    """Remember, before the commit, what this message was answered with; that raises IntegrityError if it was
    answered meanwhile."""
    work.batch.later(_ANSWERED, {"key": key, "at": work.now, "reply": reply})
    return Answer(reply, work.now)
