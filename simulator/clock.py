"""The stand-in's clock: real time plus an offset, so that 48 hours or 3 days need no waiting."""

import time


class Clock:
    """What time it is in the simulated world; it only ever moves forward."""

    def __init__(self) -> None:
        self._offset = 0
        self._held: float | None = None

    def now(self) -> int:
        """The world's time in whole seconds since 1970, as WeChat writes it."""
        return int(self.precise())

    def precise(self) -> float:
        """The world's time with its fraction."""
        return (self.real() if self._held is None else self._held) + self._offset

    def real(self) -> float:
        """The time outside the simulated world."""
        return time.time()  # noqa: TID251 - the one clock of this program

    def stand_still(self, still: bool = True) -> int:
        """Move only when told to (or run again): for tests whose seconds count."""
        self._held = self.real() if still else None
        return self.now()

    def advance(self, seconds: int) -> int:
        """Let time pass; returns the new time."""
        if seconds < 0:
            raise ValueError("时间只能往前走")
        self._offset += seconds
        return self.now()

    def start_at(self, epoch: int) -> int:
        """Begin at another moment (past or future): for tests that tell a story of a certain day."""
        self._offset = epoch - int(self.real() if self._held is None else self._held)
        return self.now()

    def spelled(self, epoch: int) -> str:
        """A moment in China, as 2026-11-24 15:01."""
        return time.strftime("%Y-%m-%d %H:%M", time.gmtime(epoch + 8 * 3600))

    def month(self, epoch: int) -> str:
        """The calendar month of a moment, as 2026-11."""
        return time.strftime("%Y-%m", time.gmtime(epoch))
