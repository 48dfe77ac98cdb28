"""What failed on the way while the rest went on: counted by whoever runs the job, told by whoever saw it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_failed: ContextVar[list[str] | None] = ContextVar("failed", default=None)


def note(what: str) -> None:
    """Say that one thing failed, by the class of its error; nothing happens where nobody counts."""
    counting = _failed.get()
    if counting is not None:
        counting.append(what)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The failures noted inside, by this thread."""
    failed: list[str] = []
    before = _failed.set(failed)
    try:
        yield failed
    finally:
        _failed.reset(before)
