"""The links this installation gives out: its own address, its own key, each for one viewer."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from models.case import Case
from models.report import Report
from services.links import LinkSigner, View

if TYPE_CHECKING:
    from services.desk import Work


class CaseLinks:
    """Makes the addresses of case pages; the key is read when the first one is made."""

    def __init__(self, public_url: str, key: Callable[[], str]) -> None:
        self._public_url = public_url
        self._key = key

    @cached_property
    def signer(self) -> LinkSigner:
        """Signs, and reads what was signed."""
        return LinkSigner(self._key())

    def page(self, path: str) -> str:
        """The whole address of a page that anybody may read: `ranking/2026-10`."""
        return f"{self._public_url}/{path}"

    def address(self, case_id: int, moves: int, view: View, viewer: str, now: datetime) -> str:
        """The whole address of a case page for this viewer."""
        return f"{self._public_url}/c/{self.signer.case_link(case_id, moves, view, viewer, now)}"


def for_reporter(work: "Work", report: Report) -> str:
    """The reporter's page about the case: before and after, nobody's name."""
    if work.who is None:
        return ""
    case = report.case
    return work.links.address(case.id, case.moves, View.REPORTER, work.who.follower.pseudonym, work.now)


def for_helper(work: "Work", case: Case) -> str:
    """A fresh link for whoever takes part in a whistle (吹哨) on this case."""
    if work.who is None or work.who.parties(case):
        return for_staff(work, case)
    return work.links.address(case.id, case.moves, View.HELPER, work.who.pseudonym, work.now)


def for_staff(work: "Work", case: Case) -> str:
    """A fresh link for the chief or clerk who is speaking."""
    if work.who is None:
        return ""
    view = View.OFFICE if work.who.is_office else View.TOWN
    return work.links.address(case.id, case.moves, view, work.who.pseudonym, work.now)
