"""How people talk to an account that may not answer: say it again, look where one stands, read what is said.

Nothing here knows the product's code: it reads what a person would read.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from simulator.client import Someone

NOT_STORED = "没有收到，请过一会儿再发"
"""What the account says where it could not store a message."""
MORE = "更多"
LINE = re.compile(r"^(\d+) (.*)$", re.MULTILINE)


class Hopeless(AssertionError):
    """Somebody tried again and again in vain."""


@dataclass
class Tally:
    """What all people together met with."""

    unanswered: int = 0
    busy: int = 0
    again: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            setattr(self, what, getattr(self, what) + 1)


@dataclass
class Talker:
    """Somebody with a telephone; `patience`: how often they try before they despair, `pause`: seconds between."""

    person: Someone
    tally: Tally
    patience: int = 60
    pause: float = 1.0
    dawdles: Callable[[], None] = lambda: None
    """Takes as long as this person needs before the next step."""
    read_until: int = 0

    def understood(self, reply: str | None) -> str | None:
        """The answer, or None where there was none or it was: not stored."""
        if reply is None:
            self.tally.count("unanswered")
            return None
        if NOT_STORED in reply:
            self.tally.count("busy")
            return None
        return reply

    def says(self, words: str) -> str | None:
        """One try."""
        return self.understood(self.person.says(words))

    def asks(self, words: str) -> str:
        """A question that changes nothing: asked until it is answered."""
        for _ in range(self.patience):
            reply = self.says(words)
            if reply is not None:
                return reply
            self.waits()
        raise Hopeless(f"{self.person.key} asked “{words}” {self.patience} times in vain")

    def reads_all(self, words: str) -> str:
        """A list with all its pages; begun anew where a page is missing."""
        for _ in range(self.patience):
            pages = [self.asks(words)]
            while pages[-1] is not None and "回复“更多”" in pages[-1]:
                page = self.says(MORE)
                if page is None:
                    break
                pages.append(page)
            else:
                return "\n".join(pages)
            self.waits()
        raise Hopeless(f"{self.person.key} could not read “{words}” to its end")

    def waits(self) -> None:
        """A moment before trying again."""
        self.tally.count("again")
        time.sleep(self.pause)

    def reads(self) -> list[str]:
        """What has reached the telephone by itself since they last looked."""
        lines = self.person.inbox(self.read_until)
        if lines:
            self.read_until = max(line["seq"] for line in lines)
        return [str(line["text"]) for line in lines if line["kind"] in ("customer_service", "template")]


def numbered(listing: str) -> list[tuple[str, str]]:
    """(number, rest) of every line of a list."""
    return LINE.findall(listing)


def together(doings: Iterable[Callable[[], object]]) -> None:
    """Do all at once, each in a thread of its own; what failed is raised when all have ended."""
    failures: list[BaseException] = []

    def one(doing: Callable[[], object]) -> None:
        try:
            doing()
        except BaseException as failure:  # noqa: BLE001 - raised below: a thread that ends by it tells nobody
            failures.append(failure)

    threads = [threading.Thread(target=one, args=(doing,), daemon=True) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
