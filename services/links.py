"""Signed links to a case: who may look, in what capacity, until its next move or for so many days."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadData, URLSafeSerializer


class View(StrEnum):
    """In what capacity somebody looks at a case."""

    TOWN = "town"
    OFFICE = "office"
    REPORTER = "reporter"
    HELPER = "helper"
    """Somebody named to help on a whistle (吹哨)."""


SHORT = {View.TOWN: "t", View.OFFICE: "o", View.REPORTER: "r", View.HELPER: "h"}
LONG = {short: view for view, short in SHORT.items()}


@dataclass(frozen=True)
class CaseLink:
    """What a genuine link says."""

    case_id: int
    moves: int
    """How often the case had moved when the link was given."""
    view: View
    viewer: str
    """A pseudonym: of a person of the registry, or of the follower who reported."""
    given_at: datetime

    def is_alive(self, moves: int, now: datetime, life: timedelta) -> bool:
        """Whether the case has not moved since, and the link is not older than its life."""
        return (
            self.moves == moves and self.given_at <= now + timedelta(minutes=5) and now - self.given_at < life
        )


class LinkSigner:
    """Makes links nobody can forge, and reads them; the time is handed in."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeSerializer(secret, salt="case-link")

    def case_link(self, case_id: int, moves: int, view: View, viewer: str, now: datetime) -> str:
        """The token of a link to this case, as far as it has moved."""
        return self._serializer.dumps([case_id, moves, SHORT[view], viewer, int(now.timestamp())])

    def read(self, token: str) -> CaseLink | None:
        """What the token says, however old; None for one we did not make."""
        try:
            case_id, moves, view, viewer, seconds = self._serializer.loads(token)
        except BadData:
            return None
        return CaseLink(case_id, moves, LONG[view], viewer, datetime.fromtimestamp(seconds, UTC))
