"""The queue's tasks (Huey on SQLite or Redis): they only wake workers; what is to be done stands in the rows."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from huey import Huey, RedisHuey, SqliteHuey

log = logging.getLogger("heshao.workers")


def make_queue(url: str) -> Huey:
    """The queue at `sqlite:///file` or `redis://…`. Raises ValueError for any other address."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("heshao", filename=str(path), results=False, utc=True)
    if url.startswith(("redis://", "rediss://")):
        return RedisHuey("heshao", url=url, results=False, utc=True)
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
        self._tasks = {name: queue.task(name=name)(_Once(duty)) for name, duty in duties.items()}

    def wake(self, name: str) -> None:
        """Ask that this duty be done soon. A queue that is down is no loss: the timetable sweeps the rows."""
        try:
            self._tasks[name]()
        except Exception:
            log.warning(
                "the queue did not take the wake-up for %s; the sweep will find it", name, exc_info=True
            )

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
