"""Who runs the clock: one process of any number; another takes over when it dies.

On PostgreSQL an advisory lock of a connection that is kept open: whoever dies loses it with the connection. On
SQLite, where all processes are on one machine, a leased row.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from models.setting import Lease
from services.desk import Desk, Work

log = logging.getLogger("heshao.leader")


class Claim(Protocol):
    """A way of being the only one."""

    def take(self, hold: timedelta) -> bool:
        """Take or keep the lead if nobody living has it, for so long; whether we have it."""

    def give_up(self) -> None:
        """Let another have it at once."""


class Leader:
    """This process's claim to run the timetable."""

    RENEW = timedelta(seconds=5)
    HOLD = timedelta(seconds=20)
    """Who has not renewed for so long stops by itself; HOLD and RENEW are under the 30 s of a take-over."""

    def __init__(self, desk: Desk, name: str = "clock") -> None:
        self._clock = desk.clock
        on_rows = desk.engine.dialect.name == "sqlite"
        self._claim: Claim = LeasedRow(desk, name) if on_rows else AdvisoryLock(desk.engine, name)
        self._until: datetime | None = None
        self.since: datetime | None = None
        """When it took the lead the last time; None: never."""
        self._renewing = threading.Lock()

    @property
    def leads(self) -> bool:
        """Whether this process runs the clock now; False also when it could not renew for too long."""
        return self._until is not None and self._clock() < self._until

    def renew(self) -> None:
        """Take or keep the lead if nobody living has it."""
        with self._renewing:
            led = self._until is not None
            self._until = self._clock() + self.HOLD if self._claim.take(self.HOLD) else None
        if self.leads and not led:
            self.since = self._clock()
        if led != self.leads:
            said = "runs" if self.leads else "no longer runs"
            log.info("this process %s the clock", said, extra={"event": "clock.leads"})

    def resign(self) -> None:
        """End in good order: another need not wait until we are taken for dead."""
        with self._renewing:
            self._until = None
            self._claim.give_up()

    def only(self, job: Callable[[], object]) -> Callable[[], None]:
        """The job, done only while this process leads."""

        def run() -> None:
            if self._until is not None and not self.leads:  # the machine slept: is it still ours?
                self.renew()
            if self.leads:
                job()

        return run


class AdvisoryLock:
    """PostgreSQL's: held by a connection of its own, on which nothing else is ever done.

    Not through a pooler that lends connections by the transaction: the lock belongs to the session.
    """

    KEY = text("SELECT pg_try_advisory_lock(hashtext(:name))")
    IDLE, INTERVAL, COUNT = 5, 2, 3
    """Seconds of silence before the server and we ask whether the other lives, between asking, and how often."""
    DEATH_IS_NOTICED = timedelta(seconds=IDLE + INTERVAL * COUNT)
    """Also of a machine that vanished without a word."""
    PREPARE = (
        f"SET tcp_keepalives_idle = {IDLE}; SET tcp_keepalives_interval = {INTERVAL}; "
        f"SET tcp_keepalives_count = {COUNT}; SET idle_session_timeout = 0"
    )

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = create_engine(
            engine.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "connect_timeout": 5, "keepalives_idle": self.IDLE, "keepalives_interval": self.INTERVAL,
                "keepalives_count": self.COUNT, "tcp_user_timeout": 10_000,
            },
        )  # fmt: skip
        self._name = f"heshao {name}"
        self._held: Connection | None = None

    def take(self, hold: timedelta) -> bool:
        """Ask once; who holds it already only asks whether the connection still lives."""
        try:
            if self._held is None:
                return self._ask()
            self._held.scalar(text("SELECT 1"))
        except DBAPIError as error:
            log.warning(
                "the connection that holds the clock was lost: %s", type(error.orig).__name__,
                extra={"event": "clock.lost"},
            )  # fmt: skip
            self.give_up()
            return False
        return True

    def _ask(self) -> bool:
        connection = self._engine.connect()
        try:
            connection.exec_driver_sql(self.PREPARE)
            if connection.scalar(self.KEY, {"name": self._name}):
                self._held = connection
        finally:
            if self._held is None:
                connection.close()
        return self._held is not None

    def give_up(self) -> None:
        """Close the connection, and the lock is gone with it."""
        if self._held is not None:
            self._held.invalidate()
            self._held.close()
            self._held = None


class LeasedRow:
    """A row that says who leads and until when."""

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk = desk
        self._name = name
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{id(self)}"

    def take(self, hold: timedelta) -> bool:
        """Write ourselves into the row unless another's time still runs."""
        return self._desk.do(self._take, hold)

    def give_up(self) -> None:
        """Our time ends now."""
        self._desk.do(self._end)

    def _take(self, work: Work, hold: timedelta) -> bool:
        lease = work.session.get(Lease, self._name)
        if lease is None:
            lease = Lease(name=self._name, holder=self.holder, until=work.now)
            work.session.add(lease)
        if lease.holder != self.holder and lease.until > work.now:
            return False
        lease.holder, lease.until = self.holder, work.now + hold
        return True

    def _end(self, work: Work) -> None:
        lease = work.session.get(Lease, self._name)
        if lease is not None and lease.holder == self.holder:
            lease.until = work.now
