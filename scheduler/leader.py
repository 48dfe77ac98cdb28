"""Who runs the clock: one process of any number, by a leased row; another takes over when it dies."""

import logging
import os
import socket
from collections.abc import Callable
from datetime import timedelta

from models.setting import Lease
from services.desk import Desk, Work

log = logging.getLogger("heshao.leader")


class Leader:
    """This process's claim to run the timetable."""

    RENEW = timedelta(seconds=5)
    HOLD = timedelta(seconds=20)

    def __init__(self, desk: Desk, name: str = "clock") -> None:
        self._desk = desk
        self._name = name
        self._me = f"{socket.gethostname()}:{os.getpid()}"
        self.leads = False

    def renew(self) -> None:
        """Take or keep the lead if nobody living has it."""
        led, self.leads = self.leads, self._desk.do(self._take)
        if led != self.leads:
            log.info("this process %s the clock", "runs" if self.leads else "no longer runs")

    def _take(self, work: Work) -> bool:
        lease = work.session.get(Lease, self._name, with_for_update=True)
        if lease is None:
            lease = Lease(name=self._name, holder=self._me, until=work.now)
            work.session.add(lease)
        if lease.holder != self._me and lease.until > work.now:
            return False
        lease.holder, lease.until = self._me, work.now + self.HOLD
        return True

    def only(self, job: Callable[[], object]) -> Callable[[], None]:
        """The job, done only while this process leads."""

        def run() -> None:
            if self.leads:
                job()

        return run
