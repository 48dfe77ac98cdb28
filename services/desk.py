"""The desk: where every piece of work begins and ends; the only place that opens and commits a transaction."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, Select, inspect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from rules.workdays import local_day
from services.atlas import Atlas, AtlasKeeper
from services.case_links import CaseLinks
from services.rulebook import Rulebook

if TYPE_CHECKING:
    from services.people import Who

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger("heshao.desk")

TRIES = 12
"""How often work that collided with another's is done again before the collision is believed."""


COLLIDED = frozenset({"40001", "40P01"})
"""PostgreSQL's words for the same: serialization failure, deadlock."""


@dataclass
class Work:
    """One piece of work: the first argument of every service."""

    session: Session
    now: datetime
    """Aware, UTC."""
    rulebook: Rulebook
    random: Random
    keeper: AtlasKeeper
    links: CaseLinks
    who: "Who | None" = None
    wakes: set[str] = field(default_factory=set)
    """Which workers to wake once this is committed."""

    @property
    def today(self) -> date:
        """The day in Asia/Shanghai."""
        return local_day(self.now)

    @property
    def atlas(self) -> Atlas:
        """The registry's geometry and names as they are today."""
        return self.keeper.atlas(self.session, self.today)


class Busy(Exception):
    """Too many wait before us: better a word now than an answer nobody waits for any more."""


class _Line:
    """Where writers of one process wait for their turn, for so many seconds at most."""

    def __init__(self, patience: float) -> None:
        self._lock = threading.Lock()
        self._patience = patience

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._patience):
            raise Busy(f"no turn within {self._patience} s")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Desk:
    """Opens the transaction, reads the clock, commits or undoes the whole, does it again on a collision."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        rulebook: Rulebook,
        random: Random,
        wake: Callable[[str], None],
        links: CaseLinks,
        patience: float = 20,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.rulebook = rulebook
        self.random = random
        self._wake = wake
        self._keeper = AtlasKeeper()
        self.links = links
        # SQLite lets one writer in and the others sleep; in line here, nobody sleeps past their turn
        self._turn = _Line(patience) if engine.dialect.name == "sqlite" else nullcontext()
        self._reading = engine.execution_options(reading=True)

    def do(self, step: Callable[Concatenate[Work, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do one piece of work whole or not at all, then wake whom it concerns."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._turn, Session(self.engine, expire_on_commit=False) as session, session.begin():
                    work = self._work(session)
                    result = step(work, *args, **kwargs)
            except (IntegrityError, StaleDataError):
                if attempt == TRIES:
                    raise
                continue
            except OperationalError as error:
                if attempt == TRIES or getattr(error.orig, "sqlstate", None) not in COLLIDED:
                    raise
                continue
            self._wake_all(work)
            return result
        raise AssertionError("unreachable")

    def _wake_all(self, work: Work) -> None:
        """What is committed is done, whether the workers hear of it now or the sweep finds it."""
        for worker in sorted(work.wakes):
            try:
                self._wake(worker)
            except Exception:
                log.exception("the workers for %s could not be woken", worker)

    def look(self, step: Callable[Concatenate[Work, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Read without holding anybody up; nothing is written."""
        with self.reading() as work:
            return step(work, *args, **kwargs)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A session for reading only."""
        with Session(self._reading, autoflush=False) as session:
            yield self._work(session)

    def each(
        self,
        due: Select[Any],
        step: Callable[Concatenate[Work, Any, P], Any],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> int:
        """Do the step for every row that is due, each in its own transaction; one that fails is logged
        and does not hold up the others. Returns how many were done."""
        with self.reading() as work:
            rows = list(work.session.scalars(due))
            identities = [inspect(row).identity for row in rows]
        table = due.column_descriptions[0]["entity"]
        done = 0
        for identity in identities:
            try:
                self.do(_again, table, identity, step, *args, **kwargs)
                done += 1
            except Exception:
                log.exception("%s %s failed in %s", table.__name__, identity, getattr(step, "__name__", step))
        return done

    def _work(self, session: Session) -> Work:
        return Work(session, self.clock(), self.rulebook, self.random, self._keeper, self.links)


def _again(
    work: Work, table: type[Any], identity: Any, step: Callable[..., Any], *args: Any, **kwargs: Any
) -> None:
    row = work.session.get(table, identity)
    if row is not None:
        step(work, row, *args, **kwargs)
