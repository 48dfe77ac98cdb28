"""Coming to rest: time passes until nothing is owed or awaited any more; nobody sleeps through it."""

import time

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from faults import ledger
from faults.house import House
from faults.talk import Hopeless
from scheduler.workers import Workers, make_queue

SETTLES_WITHIN = 240
"""Real seconds a round may take to come to rest."""
NOBODY_WORKS_SO_LONG = 12
"""Real seconds."""
LEASE = 60
"""Seconds for which a worker holds a message or a photo."""
LONGEST_WAIT = 2 * 86400
"""Simulated seconds that are waited for one message at most."""


def come_to_rest(house: House, engine: Engine) -> None:
    """Wait until every message and photo is settled; raises Hopeless when they will not be."""
    house.platform.settle(60)
    until = time.monotonic() + SETTLES_WITHIN
    before, still_since = 0, time.monotonic()
    while (left := _pending(engine)) != 0:
        if left != before:
            before, still_since = left, time.monotonic()
        if time.monotonic() > until:
            raise Hopeless(f"{left} messages and photos were still under way after {SETTLES_WITHIN} s")
        _let_time_pass(house, engine, time.monotonic() - still_since)
        _wake(house)
        time.sleep(0.15)


def _pending(engine: Engine) -> int:
    try:
        return ledger.pending(engine)
    except DBAPIError:
        return -1  # the database is away


def _let_time_pass(house: House, engine: Engine, still: float) -> None:
    """To the moment at which the next of them may be tried; what a living worker has in hand is waited for.

    `still`: real seconds since anything changed: a lease that stands so long stands for nobody.
    """
    now = house.times.now()
    dead_until = house.workers_killed_at + LEASE if still < NOBODY_WORKS_SO_LONG else now + LONGEST_WAIT
    try:
        due = ledger.next_due(engine, now, dead_until)
    except DBAPIError:
        return
    if due is None or due < now:
        return
    if due - now > LONGEST_WAIT:
        raise Hopeless(f"something waits for {(due - now) / 3600:.0f} hours")
    house.times.advance(due - now + 1)


def _wake(house: House) -> None:
    """What the timetable does every five seconds."""
    queue = make_queue(house.environment["HESHAO__QUEUE__URL"])
    workers = Workers(queue, {"deliver": _nothing, "photos": _nothing})
    for name in ("deliver", "photos"):
        workers.wake(name)


def _nothing() -> None:
    """These tasks are done by the product's workers, not here."""
