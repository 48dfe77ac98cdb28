"""Where the writers of one process wait in line for a database that lets in one at a time (SQLite).

Whoever comes to the front does the work of all who wait and commits it at once: nobody waits by sleeping on
a lock, one flush of the disk serves them all, and who waits no longer than they do anyway pays nothing.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

R = TypeVar("R")

MOST = 64
"""Pieces that are committed together; more would make the first of them wait for the last."""


class Busy(Exception):
    """Too many wait before us: better a word now than an answer nobody waits for any more."""


class Piece(Generic[R]):
    """One piece of work in the line, and what came of it."""

    def __init__(self) -> None:
        self.bell = threading.Lock()
        """Let go when the work is done, or is this piece's thread's to do."""
        self.bell.acquire()
        self.batch: list[Piece[R]] = []
        """Filled when this piece's thread is to do the work of all these."""
        self.result: R | None = None
        self.error: BaseException | None = None

    def outcome(self) -> R:
        """The result, or the error raised where it was waited for."""
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # set by whoever did the work


class Line(Generic[R]):
    """The line before one database: `perform` does a batch and gives every piece its result or error."""

    def __init__(self, perform: Callable[[list[Piece[R]]], None], patience: float) -> None:
        self._perform = perform
        self._patience = patience
        self._guard = threading.Lock()
        self._waiting: list[Piece[R]] = []
        self._taken = False

    def do(self, piece: Piece[R]) -> R:
        """Have it done, by this thread or another's. Raises Busy after `patience` seconds without a turn."""
        with self._guard:
            if self._taken:
                self._waiting.append(piece)
            else:
                self._taken, piece.batch = True, [piece]
        if not piece.batch:
            self._wait(piece)
        if piece.batch:
            self._lead(piece)
        return piece.outcome()

    def _wait(self, piece: Piece[R]) -> None:
        if piece.bell.acquire(timeout=self._patience):
            return
        with self._guard:
            if piece in self._waiting:
                self._waiting.remove(piece)
                raise Busy(f"no turn within {self._patience} s")
        piece.bell.acquire()  # its turn has come this very moment

    def _lead(self, leader: Piece[R]) -> None:
        try:
            self._perform(leader.batch)
        except BaseException as error:
            for piece in leader.batch:
                if piece.result is None:  # what is committed is done, whatever came after it
                    piece.error = piece.error or error
            raise
        finally:
            for piece in leader.batch:
                if piece is not leader:
                    piece.bell.release()
            self._hand_over()

    def _hand_over(self) -> None:
        with self._guard:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not batch:
                self._taken = False
                return
            batch[0].batch = batch
        batch[0].bell.release()
