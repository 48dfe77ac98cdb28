"""Who runs the clock: exactly one, and another when it dies, which is tried by killing it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from scheduler.leader import AdvisoryLock, Leader
from services.desk import Desk
from tests.conftest import Clock

LEAD = """
import sys, time
from datetime import UTC, datetime
from random import Random
from types import SimpleNamespace
from models.engine import make_engine
from scheduler.leader import Leader
from services.desk import Desk
clock = lambda: datetime.fromisoformat(sys.argv[2])
desk = Desk(make_engine(sys.argv[1]), clock, SimpleNamespace(), Random(), print, SimpleNamespace())
leader = Leader(desk)
leader.renew()
print("leads" if leader.leads else "follows", flush=True)
time.sleep(60)
"""


@contextmanager
def another_process(desk: Desk) -> Iterator["subprocess.Popen[str]"]:
    """A process that has tried to take the lead, and lives on."""
    url = desk.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", LEAD, url, desk.clock().isoformat()],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def leader(desk: Desk) -> Iterator[Leader]:
    leader = Leader(desk)
    yield leader
    leader.resign()


def test_another_takes_over_when_the_one_that_leads_is_killed(
    desk: Desk, leader: Leader, clock: Clock
) -> None:
    with another_process(desk) as first:
        assert heard(first) == "leads"
        leader.renew()
        assert not leader.leads
        first.kill()
        first.wait()
        assert leads_within_seconds(leader, 5, clock)


def leads_within_seconds(leader: Leader, seconds: float, clock: Clock) -> bool:
    """On rows after the hold has run out; PostgreSQL sees the closed connection by itself."""
    clock.forward(seconds=Leader.HOLD.total_seconds())
    until = time.monotonic() + seconds
    while not leader.leads and time.monotonic() < until:
        leader.renew()
    return leader.leads


def test_while_one_leads_no_other_process_does(desk: Desk, leader: Leader, clock: Clock) -> None:
    leader.renew()
    with another_process(desk) as second:
        assert heard(second) == "follows"
    clock.forward(seconds=15)
    leader.renew()
    assert leader.leads


def test_a_take_over_keeps_its_promise_of_thirty_seconds() -> None:
    assert timedelta(seconds=30) > Leader.HOLD + Leader.RENEW
    assert timedelta(seconds=30) > AdvisoryLock.DEATH_IS_NOTICED + Leader.RENEW


def test_who_resigns_is_followed_at_once(desk: Desk, leader: Leader) -> None:
    first = Leader(desk)
    first.renew()
    leader.renew()
    assert (first.leads, leader.leads) == (True, False)
    first.resign()
    leader.renew()
    assert (first.leads, leader.leads) == (False, True)
    first.resign()  # harmless: it is not ours any more
    leader.renew()
    assert leader.leads


def test_who_cannot_renew_for_too_long_stops_by_itself(leader: Leader, clock: Clock) -> None:
    leader.renew()
    clock.forward(seconds=19)
    assert leader.leads
    clock.forward(seconds=1)
    assert not leader.leads


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # a row needs no connection of its own
def test_a_lost_connection_ends_the_lead_and_the_next_renewal_takes_it_again(
    desk: Desk, leader: Leader
) -> None:
    leader.renew()
    with desk.engine.begin() as connection:
        holders = "SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND d.datname = current_database()"
        for pid in connection.scalars(text(holders)).all():
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    leader.renew()
    assert not leader.leads
    leader.renew()
    assert leader.leads


def test_a_job_is_done_only_while_leading(leader: Leader) -> None:
    done = list[int]()
    job = leader.only(lambda: done.append(1))
    job()
    leader.renew()
    job()
    assert done == [1]


def test_a_job_that_is_due_when_the_machine_wakes_is_done_by_who_led_and_still_may(
    desk: Desk, leader: Leader, clock: Clock
) -> None:
    done = list[str]()
    job = leader.only(lambda: done.append("mine"))
    leader.renew()
    clock.forward(hours=1)
    job()
    assert done == ["mine"]
    leader.resign()
    other = Leader(desk)
    other.renew()
    job()
    assert done == ["mine"]
    other.resign()
