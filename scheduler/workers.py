"""The queue's tasks (Huey on SQLite or Redis): they only wake workers; what is to be done stands in the rows."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic

from huey import Huey, RedisHuey, SqliteHuey
from redis import ConnectionPool

log = logging.getLogger("heshao.workers")

REDIS_SECONDS = 2
"""How long a Redis that says nothing is waited for: somebody's reply waits with us. (A worker's pop takes 1 s.)"""
LET_BE_SECONDS = 3
"""A queue that failed is not asked again for so long; the sweep over the rows comes every five."""


def make_queue(url: str) -> Huey:
    """The queue at `sqlite:///file` or `redis://…`. Raises ValueError for any other address."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("heshao", filename=str(path), results=False, utc=True)
    if url.startswith(("redis://", "rediss://")):
        pool = ConnectionPool.from_url(url, socket_connect_timeout=1, socket_timeout=REDIS_SECONDS)
        return RedisHuey("heshao", connection_pool=pool, read_timeout=1, results=False, utc=True)
    raise ValueError(f"[queue] url must begin with sqlite:/// or redis://, not {url!r}")


class _Once:
    """A duty that one thread does at a time: woken meanwhile, it is done once more, and the others stay free."""

    def __init__(self, duty: Callable[[], object]) -> None:
        self._duty = duty
        self._busy = threading.Lock()
        self._again = threading.Event()

    def __call__(self) -> None:
        self._again.set()
        while self._again.is_set() and self._busy.acquire(blocking=False):
            try:
                self._again.clear()
                self._duty()
            finally:
                self._busy.release()


class Workers:
    """Wakes workers by name, and is them when run."""

    def __init__(self, queue: Huey, duties: Mapping[str, Callable[[], object]]) -> None:
        self.queue = queue
        self._let_be_until = 0.0
        self._tasks = {name: queue.task(name=name)(_Once(duty)) for name, duty in duties.items()}

    def wake(self, name: str) -> None:
        """Ask that this duty be done soon. A queue that is down is no loss: the timetable sweeps the rows."""
        if monotonic() < self._let_be_until:
            return
        try:
            self._tasks[name]()
        except Exception:
            self._let_be_until = monotonic() + LET_BE_SECONDS
            log.warning(
                "the queue did not take the wake-up for %s; the sweep will find it", name, exc_info=True,
                extra={"event": "wake.failed"},
            )  # fmt: skip

    def run(self, count: int) -> None:
        """Do what is asked for with so many threads, until told to end (SIGINT, SIGTERM)."""
        self.queue.create_consumer(
            workers=count,
            periodic=False,
            initial_delay=0.05,
            backoff=1.2,
            max_delay=0.5,
            check_worker_health=True,
        ).run()
