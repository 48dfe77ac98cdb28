"""The desk: where every piece of work begins and ends; the only place that opens and commits a transaction."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, Select, inspect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from services import failures
from services.almanac import AlmanacKeeper
from services.atlas import AtlasKeeper
from services.batch import Batch, Collided
from services.case_links import CaseLinks
from services.line import Busy, Line, Piece
from services.rulebook import Rulebook
from services.work import Work

__all__ = ["Busy", "Collided", "Desk", "Work"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

log = logging.getLogger("heshao.desk")

TRIES = 12
"""How often work that collided with another's is done again before the collision is believed."""

ROWS_TOGETHER = 4
"""Rows of a sweep that stand in the line as one: whoever speaks meanwhile waits no longer than for a few."""

PATIENT_TOGETHER = "SET LOCAL lock_timeout = '600ms'"
"""On PostgreSQL: a row that another holds longer is one person's, and the others of the batch wait for it too."""

AGAIN = frozenset({"40001", "40P01"})
"""PostgreSQL's words for a collision: serialization failure, deadlock."""


Ahead = Callable[[Work, Sequence[Any]], None]
"""Reads, for several pieces of work at once, what each of them would begin with."""


class _Job(Piece[tuple[Work, Any]]):
    """A step in the line; `prepare` gives what it is about and is done outside the transaction."""

    def __init__(
        self,
        step: Callable[[Work, Any], Any],
        prepare: Callable[[], Any] | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        super().__init__()
        self._step, self._prepare = step, prepare
        self.prepared: Any = None
        self.ahead = ahead

    def ready(self) -> bool:
        """Prepare; False if it goes no further and its error is known."""
        if self._prepare is not None:
            try:
                self.prepared = self._prepare()
            except Exception as error:  # noqa: BLE001 - raised again in the thread it belongs to
                self.error = error
                return False
        return True

    def step(self, work: Work) -> Any:
        """What is done in the transaction."""
        return self._step(work, self.prepared)

    @property
    def jobs(self) -> Sequence["_Job"]:
        """What it is made of."""
        return (self,)


class _Jobs(Piece[tuple[Work, Any]]):
    """Several steps that stand in the line as one; each keeps its own outcome."""

    def __init__(self, jobs: Sequence[_Job]) -> None:
        super().__init__()
        self.jobs = jobs


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
        self._almanac = AlmanacKeeper()
        self.links = links
        self._line: Line[tuple[Work, Any]] | None = None
        if engine.dialect.name == "sqlite":  # lets one writer in at a time; PostgreSQL lets in all
            self._line = Line(self._perform, patience)
        self._writer: Connection | None = None
        self._reading = engine.execution_options(reading=True)

    def do(self, step: Callable[Concatenate[Work, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do one piece of work whole or not at all, then wake whom it concerns.

        On SQLite it may be done by another thread, which commits it together with its own: a step must not
        depend on the thread it runs in.
        """
        job = _Job(lambda work, _: step(work, *args, **kwargs))
        self._take_turn(job)
        work, result = job.outcome()
        self._wake_all(work.wakes)
        return result  # type: ignore[no-any-return]  # what the step returned

    def do_prepared_each(
        self,
        prepares: Sequence[Callable[[], T]],
        step: Callable[[Work, T], R],
        ahead: Callable[[Work, Sequence[T]], None] | None = None,
    ) -> list[R | Exception]:
        """The same for several who came at once: committed together, on PostgreSQL only those that read `ahead`.

        Each step is about what its `prepare` gives, which is not to keep a transaction waiting; what that raises
        is its outcome and nothing is begun. Each one's result, or what kept it from one; nobody's error is another's.
        `ahead` reads for all of them what each would begin with, and makes them try without a savepoint each.
        """
        jobs = [_Job(step, prepare, ahead) for prepare in prepares]
        whole = _Jobs(jobs)
        try:
            self._take_turn(whole)
        except Exception as error:  # noqa: BLE001 - no turn for any of them
            return [error for _ in jobs]
        outcomes: list[R | Exception] = []
        wakes: set[str] = set()
        for job in jobs:
            try:
                work, result = job.outcome()
            except Exception as error:  # noqa: BLE001 - given to whom it belongs
                outcomes.append(error)
            else:
                wakes |= work.wakes
                outcomes.append(result)
        self._wake_all(wakes)
        return outcomes

    def _take_turn(self, piece: _Job | _Jobs) -> None:
        """Have it done: in the line where there is one, else at once. Raises Busy, or what kept all of it."""
        if self._line:
            self._line.do(piece)
        else:
            self._perform([piece])

    def _wake_all(self, workers: set[str]) -> None:
        for worker in sorted(workers):
            self._wake_one(worker)

    def _perform(self, pieces: list[Any]) -> None:
        """Do all of these; together where there are several, each by itself where that cannot be."""
        ready: list[_Job] = [job for piece in pieces for job in piece.jobs if job.ready()]
        for job in self._together(ready) if len(ready) > 1 and (self._line or ready[0].ahead) else ready:
            try:
                job.result, job.error = self._alone(job.step), None
            except Exception as error:  # noqa: BLE001 - raised again in the thread it belongs to
                job.error = error

    def _together(self, jobs: list[_Job]) -> list[_Job]:
        """One transaction for all, where one may fail without the others; returns those that must be done again
        alone.

        If the whole cannot be committed (a full disk), nothing of it happened and each is done alone: the one
        that is at fault hears so, and the others are not taken down with it.
        """
        begun = False
        again = []
        try:
            with self._transaction() as connection:
                begun = True
                again = [job for job in jobs if not (job.ahead or self._beside_others(connection, job))]
                for ahead in {job.ahead: None for job in jobs if job.ahead}:
                    again += self._in_one_go(connection, ahead, [job for job in jobs if job.ahead == ahead])
        except BaseException as error:
            for job in jobs:
                job.result = None  # nothing of it is committed
            if not isinstance(error, Exception):
                raise
            if begun:
                log.warning(
                    "work of %d could not be committed together: %s", len(jobs), type(error).__name__,
                    extra={"event": "desk.apart"},
                )  # fmt: skip
                return jobs
            for job in jobs:
                job.error = error
        return again

    def _in_one_go(self, connection: Connection, ahead: Ahead, jobs: list[_Job]) -> list[_Job]:
        """One savepoint for all of these, a read for all before them and a write for all after them. If one fails
        it is as if none had begun, and each has its own; returns those that must be done again alone."""
        driver = connection.connection
        tries = 1 if self._line else 2  # who collided with another process finds its rows written now
        for _ in range(tries):
            driver.execute("SAVEPOINT jobs" if self._line else f"{PATIENT_TOGETHER}; SAVEPOINT jobs")
            batch = Batch(shared=True)
            try:
                ahead(self._work(connection, batch), [job.prepared for job in jobs])
                for job in jobs:
                    job.result, job.error = self._within(connection, job.step, batch), None
                batch.write(connection)
            except Exception as error:  # noqa: BLE001 - met again by the one it belongs to
                driver.execute("ROLLBACK TO jobs")
                if not _collided(error):
                    break
            else:
                driver.execute("RELEASE jobs")
                return []
        return [job for job in jobs if not self._beside_others(connection, job)]

    def _beside_others(self, connection: Connection, job: _Job) -> bool:
        """Do this one; False if it collided and is to be done again."""
        driver = connection.connection  # the driver's own: SQLAlchemy's way costs ten times the statement
        driver.execute("SAVEPOINT job")
        try:
            job.result, job.error = self._within(connection, job.step), None
        except Exception as error:  # noqa: BLE001 - raised again in the thread it belongs to
            driver.execute("ROLLBACK TO job")
            job.result, job.error = None, error
            return not _collided(error)
        driver.execute("RELEASE job")
        return True

    def _alone(self, step: Callable[[Work], R]) -> tuple[Work, R]:
        for attempt in range(1, TRIES + 1):
            done = None
            try:
                with self._transaction() as connection:
                    done = self._within(connection, step, alone=True)
                return done  # noqa: RET504 - known below, should the commit fail
            except Exception as error:
                lost = done is None and _lost(error)  # before the commit: certainly nothing of it happened
                if attempt == TRIES or not (_collided(error) or lost):
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction of this thread's own; on SQLite always on the same connection, whose turn it is."""
        if self._line is None:
            with self.engine.begin() as connection:
                yield connection
            return
        if self._writer is None or self._writer.engine is not self.engine:
            self._writer = self.engine.connect()
        try:
            with self._writer.begin():
                yield self._writer
        except (OperationalError, sqlite3.OperationalError):  # nobody knows what state it is in
            self._writer.close()
            self._writer = None
            raise

    def _within(
        self,
        connection: Connection,
        step: Callable[[Work], R],
        batch: Batch | None = None,
        *,
        alone: bool = False,
    ) -> tuple[Work, R]:
        """Do it; what it puts off is written at once unless it shares a batch, which is written later."""
        work = self._work(connection, batch or Batch())
        work.joining = "rollback_only" if alone else "create_savepoint"
        try:
            result = step(work)
            if work.has_session:
                work.session.commit()  # writes what is in it; the transaction itself is ours
            if batch is None:
                work.batch.write(connection)
        finally:
            work.close()
        return work, result

    def _wake_one(self, worker: str) -> None:
        """What is committed is done, whether the workers hear of it now or the sweep finds it."""
        try:
            self._wake(worker)
        except Exception:
            log.exception("the workers for %s could not be woken", worker, extra={"event": "wake.failed"})

    def look(self, step: Callable[Concatenate[Work, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Read without holding anybody up; nothing is written."""
        for attempt in range(1, TRIES + 1):
            try:
                with self.reading() as work:
                    return step(work, *args, **kwargs)
            except DBAPIError as error:
                if attempt == TRIES or not _lost(error):
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A piece of work that only reads."""
        with self._reading.connect() as connection:
            work = self._work(connection, Batch())
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
        """Do the step for every row that is due, each in its own transaction (on SQLite a few are committed
        together, each in its savepoint); one that fails is logged and does not hold up the others. Returns how
        many were done."""
        table = due.column_descriptions[0]["entity"]
        keys = due.with_only_columns(*inspect(table).primary_key)
        identities = self.look(lambda work: [tuple(row) for row in work.connection.execute(keys)])
        done = 0
        for first in range(0, len(identities), ROWS_TOGETHER):
            some = identities[first : first + ROWS_TOGETHER]
            outcomes = self.do_prepared_each(
                [partial(_same, identity) for identity in some],
                lambda work, identity: _again(work, table, identity, step, *args, **kwargs),
            )
            for identity, outcome in zip(some, outcomes, strict=True):
                if not isinstance(outcome, Exception):
                    done += 1
                    continue
                failures.note(type(outcome).__name__)
                log.error(
                    "%s %s failed in %s", table.__name__, identity, getattr(step, "__name__", step),
                    extra={"event": "row.failed"}, exc_info=outcome,
                )  # fmt: skip
        return done

    def _work(self, connection: Connection, batch: Batch) -> Work:
        return Work(
            connection, self.clock(), self.rulebook, self.random, self._keeper, self._almanac, self.links,
            batch=batch,
        )  # fmt: skip


def _same(identity: T) -> T:
    return identity


def _collided(error: Exception) -> bool:
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlstate", None) in AGAIN
    return isinstance(error, Collided | IntegrityError | StaleDataError)


def _lost(error: Exception) -> bool:
    """Whether the server went away under a connection that was open before: a new one may work."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _again(
    work: Work, table: type[Any], identity: Any, step: Callable[..., Any], *args: Any, **kwargs: Any
) -> None:
    row = work.session.get(table, identity)
    if row is not None:
        step(work, row, *args, **kwargs)
