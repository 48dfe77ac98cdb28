"""People who talk: what they say goes through the dispatcher as a message from the platform would."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import inspect, select

from bot.conversation import Dispatcher
from bot.messages import Message, Photo, Place, Said, Text
from handlers import speech
from models.notification import Notification
from rules.coordinates import Position
from services import evidence
from services.desk import Desk, Work
from services.photographs import Examined
from tests.conftest import Clock
from tests.district import District, gcj, lay_out

_serial = itertools.count(1)
TICKET = re.compile(r"[A-Z0-9-]{8,32}")


@dataclass
class Talker:
    """One person on the phone."""

    openid: str
    desk: Desk
    dispatcher: Dispatcher
    clock: Clock

    def says(self, said: Said | str) -> str:
        """Say something; the reply."""
        words = Text(said) if isinstance(said, str) else said
        return self.sends(Message(self.openid, "gh_0", self.clock(), words, f"key-{next(_serial)}"))

    def sends(self, message: Message) -> str:
        """Deliver this very message."""
        return self.desk.do(self.dispatcher.answer, message).reply

    def photo(self, media_id: str = "") -> str:
        return self.says(Photo(media_id or f"media-{next(_serial)}"))

    def at(self, position: Position, label: str = "") -> str:
        longitude, latitude = gcj(position.longitude, position.latitude)
        return self.says(Place(latitude, longitude, label))

    def reports(self, position: Position, words: str = "河边有垃圾") -> str:
        """A whole report; its ticket."""
        self.photo()
        self.at(position)
        self.says(words)
        return ticket_in(self.says("提交"))


def ticket_in(reply: str) -> str:
    """The ticket in the first line of the answer to a submission."""
    (found,) = TICKET.findall(reply.splitlines()[0])
    return str(found)


@pytest.fixture
def district(desk: Desk) -> District:
    return lay_out(desk)


@pytest.fixture
def someone(desk: Desk, clock: Clock, district: District) -> Callable[[str], Talker]:
    dispatcher = speech.dispatcher()

    def make(name: str) -> Talker:
        return Talker(f"o-{name}", desk, dispatcher, clock)

    return make


@pytest.fixture
def li(someone: Callable[[str], Talker]) -> Talker:
    return someone("li")


@pytest.fixture
def chief(someone: Callable[[str], Talker]) -> Talker:
    return someone("chief")


@pytest.fixture
def clerk(someone: Callable[[str], Talker]) -> Talker:
    return someone("clerk")


@pytest.fixture
def owed(desk: Desk) -> Callable[..., list[str]]:
    """The sentences owed so far, to whom and in order: “chief:town_assigned”."""

    def read(*sentences: str) -> list[str]:
        return desk.look(_owed, sentences)

    return read


def _owed(work: Work, sentences: tuple[str, ...]) -> list[str]:
    rows = work.session.scalars(select(Notification).order_by(Notification.id))
    return [
        f"{row.person.name if row.person else 'reporter'}:{row.sentence}"
        for row in rows
        if not sentences or row.sentence in sentences
    ]


@pytest.fixture
def all_of(desk: Desk) -> Callable[[Any], list[Any]]:
    """Every value of a column, or every row of a table, in order of its rows."""

    def read(what: Any) -> list[Any]:
        with desk.reading() as work:
            table = inspect(getattr(what, "parent", what)).mapper
            return list(work.session.scalars(select(what).order_by(*table.primary_key)))

    return read


@pytest.fixture
def photos_arrive(desk: Desk) -> Callable[..., None]:
    """All photos that are waited for arrive, each showing something else unless told otherwise."""

    def arrive(**same: Any) -> None:
        for piece in desk.do(evidence.lease, 100):
            number = next(_serial)
            shown: dict[str, Any] = {
                "digest": f"{number:064x}", "content_type": "image/jpeg", "bytes_count": 1000, "width": 800,
                "height": 600, "perceptual": f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}", "taken_at": None,
                "taken_longitude": None, "taken_latitude": None, "large": b"", "small": b"",
            }  # fmt: skip
            desk.do(evidence.arrived, piece.id, Examined(**shown | same))

    return arrive
