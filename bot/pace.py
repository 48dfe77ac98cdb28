"""How many messages one person may send: a leaky bucket each, in the memory of this process.

Not the library `limits`: its memory store reads the clock itself and starts a timer thread of its own.
"""

import threading
from datetime import datetime

MOST = 20_000
"""People remembered at once; beyond, whoever has said nothing for longest is forgotten: their bucket has run dry."""


class Pace:
    """A person's bucket holds `at_once` messages and loses `per_minute` of them a minute.

    Each web process counts for itself: with N of them a person may send up to N times as many.
    """

    def __init__(self, per_minute: int, at_once: int, most: int = MOST) -> None:
        self._per_second = per_minute / 60
        self._at_once = at_once
        self._most = most
        self._buckets: dict[str, tuple[float, float]] = {}
        """How full, and when that was (seconds); in the order in which people last spoke."""
        self._guard = threading.Lock()

    def admits(self, openid: str, now: datetime) -> bool:
        """Whether this message still fits in; one that does not is not counted, so patience always helps."""
        at = now.timestamp()
        with self._guard:
            full, since = self._buckets.pop(openid, (0.0, at))
            full = max(0.0, full - max(0.0, at - since) * self._per_second)  # a clock set back drains nothing
            fits = full + 1 <= self._at_once
            self._buckets[openid] = (full + fits, at)
            if len(self._buckets) > self._most:
                del self._buckets[next(iter(self._buckets))]
        return fits

    def __len__(self) -> int:
        """How many people are remembered."""
        return len(self._buckets)
