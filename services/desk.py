"""The desk: where every piece of work begins and ends; the only place that opens and commits a transaction."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, Select, inspect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from services.atlas import AtlasKeeper
from services.case_links import CaseLinks
from services.line import Busy, Line, Piece
from services.rulebook import Rulebook
from services.work import Work

__all__ = ["Busy", "Collided", "Desk", "Work"]

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger("heshao.desk")

TRIES = 12
"""How often work that collided with another's is done again before the collision is believed."""

AGAIN = frozenset({"40001", "40P01"})
"""PostgreSQL's words for a collision: serialization failure, deadlock."""


class Collided(Exception):
    """Somebody else changed the row meanwhile: what was decided on the old one is decided again."""


class _Job(Piece[tuple[Work, Any]]):
    """A step in the line."""

    def __init__(self, step: Callable[[Work], Any]) -> None:
        super().__init__()
        self.step = step


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
        self._line: Line[tuple[Work, Any]] | None = None
        if engine.dialect.name == "sqlite":  # lets one writer in at a time; PostgreSQL lets in all
            self._line = Line(self._perform, patience)
        self._reading = engine.execution_options(reading=True)

    def do(self, step: Callable[Concatenate[Work, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do one piece of work whole or not at all, then wake whom it concerns.

        On SQLite it may be done by another thread, which commits it together with its own: a step must not
        depend on the thread it runs in.
        """
        job = _Job(lambda work: step(work, *args, **kwargs))
        work, result = self._line.do(job) if self._line else self._alone(job.step)
        for worker in sorted(work.wakes):
            self._wake_one(worker)
        return result  # type: ignore[no-any-return]  # what the step returned

    def _perform(self, jobs: list[Any]) -> None:
        """Do all of these; together where there are several, each by itself where that cannot be."""
        again: list[_Job] = jobs
        if len(jobs) > 1:
            again = self._together(jobs)
        for job in again:
            try:
                job.result, job.error = self._alone(job.step), None
            except Exception as error:  # noqa: BLE001 - raised again in the thread it belongs to
                job.error = error

    def _together(self, jobs: list[_Job]) -> list[_Job]:
        """One transaction for all, a savepoint for each; returns those that must be done again alone.

        If the whole cannot be committed (a full disk), nothing of it happened and each is done alone: the one
        that is at fault hears so, and the others are not taken down with it.
        """
        begun = False
        again = []
        try:
            with self.engine.begin() as connection:
                begun = True
                again = [job for job in jobs if not self._beside_others(connection, job)]
        except Exception as error:  # noqa: BLE001 - done again alone, or raised where it belongs
            if begun:
                log.warning("work of %d could not be committed together: %s", len(jobs), type(error).__name__)
                return jobs
            for job in jobs:
                job.error = error
        return again

    def _beside_others(self, connection: Connection, job: _Job) -> bool:
        """Do this one; False if it collided and is to be done again."""
        connection.exec_driver_sql("SAVEPOINT job")
        try:
            job.result, job.error = self._within(connection, job.step, shared=True), None
        except Exception as error:  # noqa: BLE001 - raised again in the thread it belongs to
            connection.exec_driver_sql("ROLLBACK TO job")
            job.error = error
            return not _collided(error)
        connection.exec_driver_sql("RELEASE job")
        return True

    def _alone(self, step: Callable[[Work], R]) -> tuple[Work, R]:
        for attempt in range(1, TRIES + 1):
            try:
                with self.engine.begin() as connection:
                    return self._within(connection, step, shared=False)
            except Exception as error:
                if attempt == TRIES or not _collided(error):
                    raise
        raise AssertionError("unreachable")

    def _within(self, connection: Connection, step: Callable[[Work], R], *, shared: bool) -> tuple[Work, R]:
        work = self._work(connection)
        work.joining = "create_savepoint" if shared else "rollback_only"
        try:
            result = step(work)
            work.finish()
        finally:
            work.close()
        return work, result

    def _wake_one(self, worker: str) -> None:
        """What is committed is done, whether the workers hear of it now or the sweep finds it."""
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
        """A piece of work that only reads."""
        with self._reading.connect() as connection:
            work = self._work(connection)
            work.flushes = False
            try:
                yield work
            finally:
                work.close()

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

    def _work(self, connection: Connection) -> Work:
        return Work(connection, self.clock(), self.rulebook, self.random, self._keeper, self.links)


def _collided(error: Exception) -> bool:
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlstate", None) in AGAIN
    return isinstance(error, Collided | IntegrityError | StaleDataError)


def _again(
    work: Work, table: type[Any], identity: Any, step: Callable[..., Any], *args: Any, **kwargs: Any
) -> None:
    row = work.session.get(table, identity)
    if row is not None:
        step(work, row, *args, **kwargs)
