"""The rehearsal's two clocks: the world's (the stand-in's) and the product's, which may be wrong for a while."""

import os
import threading
from pathlib import Path

from simulator.clock import Clock


class Times:
    """Lets time pass for the whole world at once, and sets the product's clock wrong and right again."""

    def __init__(self, world: Clock, path: Path) -> None:
        self._world = world
        self._path = path
        self._lock = threading.Lock()
        self._ahead = 0
        self._wrong = 0
        self._jumps: list[tuple[int, int]] = []
        self._write()

    def now(self) -> int:
        """The world's time in seconds since 1970."""
        return self._world.now()

    @property
    def passed(self) -> int:
        """Seconds by which the world was moved on."""
        return self._ahead

    def advance(self, seconds: int) -> None:
        """Let time pass for everybody: nobody sleeps."""
        with self._lock:
            self._ahead += seconds
            self._write()
            after = self._world.advance(seconds)
            self._jumps.append((after, seconds))

    def set_wrong(self, seconds: int) -> None:
        """Put the product's clock wrong by so many seconds; 0 is right."""
        with self._lock:
            self._wrong = seconds
            self._write()

    def waited(self, moment: int) -> int:
        """A moment of the world with what was jumped over taken out: for comparing what was close in reality."""
        with self._lock:
            return moment - sum(seconds for after, seconds in self._jumps if moment >= after)

    def _write(self) -> None:
        """Whole or not at all: a reader never sees half a number."""
        new = self._path.with_suffix(".new")
        new.write_text(str(self._ahead + self._wrong), "ascii")
        os.replace(new, self._path)
