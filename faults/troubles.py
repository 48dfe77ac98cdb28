"""Everything that is done to the product and its world, by name; each lasts a while and is then over."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from faults.disk import Disk
from faults.house import House

HOUR = 3600
MESSAGES = "/cgi-bin/message/"
OUTLASTS = 10.0
"""Seconds: longer than the product waits for an answer (8, bot/wechat.py)."""


@dataclass
class Servers:
    """Private servers that may be hit: what to do to them, by name; nothing where the run uses none."""

    hits: dict[str, Callable[[], object]] = field(default_factory=dict)


@dataclass
class Trouble:
    """Does things to one house. `lasts`: seconds one of them goes on, about."""

    house: House
    random: Random
    lasts: float
    disk: Disk | None = None
    servers: Servers = field(default_factory=Servers)
    long: bool = True
    count: Counter[str] = field(default_factory=Counter)
    _locks: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    def strike(self, name: str) -> None:
        """One trouble from its beginning to its end; none is struck by itself twice at once."""
        with self._locks["database" if name.startswith("database") else name]:
            self.count[name] += 1
            TROUBLES[name](self)

    def wait(self, times: float = 1.0) -> None:
        time.sleep(self.lasts * times * self.random.uniform(0.5, 1.5))

    def with_fault(self, name: str, times: float = 1.0, **settings: Any) -> None:
        """A fault of the stand-in for a while."""
        fault = self.house.platform.breaks(name, **settings)
        try:
            self.wait(times)
        finally:
            self.house.platform.mends(fault)

    def pids(self) -> list[int]:
        return list(self.house.processes())


def kill_web(trouble: Trouble) -> None:
    trouble.house.kill(trouble.random.choice(("web", "web worker")))
    trouble.wait()


def kill_work(trouble: Trouble) -> None:
    """While answers of the platform are on their way, so that the kill falls between its yes and our commit."""
    fault = trouble.house.platform.breaks("call_answer_slow", path=MESSAGES, seconds=0.5)
    trouble.wait(0.5)
    trouble.house.kill("work")
    trouble.house.platform.mends(fault)
    trouble.wait()


def kill_all(trouble: Trouble) -> None:
    trouble.house.kill("all")
    trouble.wait(2)


def day_without_api(trouble: Trouble) -> None:
    fault = trouble.house.platform.breaks("api_down")
    try:
        time.sleep(1.0)  # what is under way comes to its end before the hours jump
        for _ in range(8):
            trouble.wait(0.3)
            trouble.house.times.advance(3 * HOUR)
    finally:
        trouble.house.platform.mends(fault)


def token_refused(trouble: Trouble) -> None:
    trouble.with_fault("call_40001", every=2)


def token_hangs(trouble: Trouble) -> None:
    trouble.house.platform.breaks("token_invalidated")
    trouble.with_fault("token_stall", times=2)


def quota_used_up(trouble: Trouble) -> None:
    trouble.with_fault("call_45009", path=MESSAGES)


def too_fast(trouble: Trouble) -> None:
    trouble.with_fault("call_45011", path=MESSAGES)


def media_slow(trouble: Trouble) -> None:
    """In a long rehearsal every second time, from the first on, slower than the product waits for."""
    outlasts = trouble.long and trouble.count["media slow"] % 2 == 1
    trouble.with_fault("media_slow", seconds=OUTLASTS if outlasts else 2 * trouble.lasts)


def media_truncated(trouble: Trouble) -> None:
    trouble.with_fault("media_truncated")


def media_gone(trouble: Trouble) -> None:
    trouble.with_fault("media_40007", every=2)


def thrice(trouble: Trouble) -> None:
    """Every message three times, its copies in parallel and late, its order mixed up."""
    held = trouble.house.platform.breaks("push_out_of_order", seconds=1.0)
    try:
        trouble.with_fault("push_duplicate", times=2, copies=3, seconds=trouble.lasts)
    finally:
        trouble.house.platform.mends(held)


def answers_lost(trouble: Trouble) -> None:
    """The product answers, the platform hears nothing, and asks again."""
    trouble.with_fault("webhook_slow", every=3)


def yes_lost(trouble: Trouble) -> None:
    """The platform takes a message and its answer is lost: whether it was taken cannot be known."""
    trouble.with_fault("call_answer_lost", path=MESSAGES, every=3)


def disk_full(trouble: Trouble) -> None:
    if trouble.disk is None:
        raise AssertionError("no disk to fill")
    with trouble.house.interrupted("disk full"):
        try:
            trouble.disk.fill(trouble.pids())
            trouble.wait()
        finally:
            trouble.disk.free(trouble.pids())


def clock_jumps(trouble: Trouble) -> None:
    """The product's clock alone is minutes or hours wrong, ahead or behind, and then right again."""
    wrong = trouble.random.choice((-2 * HOUR, -400, 400, 3 * HOUR))
    with trouble.house.interrupted("clock jump"):  # a lease taken before seems to have run out
        trouble.house.times.set_wrong(wrong)
        try:
            trouble.wait()
        finally:
            trouble.house.times.set_wrong(0)


def database_restarted(trouble: Trouble) -> None:
    _hit(trouble, "database restarted")


def database_killed(trouble: Trouble) -> None:
    _hit(trouble, "database killed")


def queue_killed(trouble: Trouble) -> None:
    _hit(trouble, "queue killed")


def store_away(trouble: Trouble) -> None:
    """No photograph can be read or written for a while."""
    trouble.servers.hits["store away"]()


def _hit(trouble: Trouble, name: str) -> None:
    with trouble.house.interrupted(name):
        trouble.servers.hits[name]()
    trouble.wait()


TROUBLES: dict[str, Callable[[Trouble], None]] = {
    "kill web": kill_web,
    "kill work": kill_work,
    "kill all": kill_all,
    "API down for a day": day_without_api,
    "40001 every second call": token_refused,
    "token endpoint hangs": token_hangs,
    "45009": quota_used_up,
    "45011": too_fast,
    "media slow": media_slow,
    "media truncated": media_truncated,
    "media gone": media_gone,
    "delivered three times": thrice,
    "answers lost": answers_lost,
    "yes lost": yes_lost,
    "disk full": disk_full,
    "clock jumps": clock_jumps,
    "database restarted": database_restarted,
    "database killed": database_killed,
    "queue killed": queue_killed,
    "store away": store_away,
}
NEED_SERVERS = frozenset({"database restarted", "database killed", "queue killed", "store away"})
NEED_TIME = frozenset({"yes lost"})
"""Only in a long rehearsal."""


def possible(trouble: Trouble) -> list[str]:
    """Which of them can be done in this run."""
    return [
        name for name in TROUBLES
        if (name not in NEED_SERVERS or name in trouble.servers.hits)
        and (name != "disk full" or trouble.disk is not None)
        and (name not in NEED_TIME or trouble.long)
    ]  # fmt: skip
