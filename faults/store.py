"""An S3 store of the rehearsal's own, which goes away and comes back with all it holds (moto keeps it in memory)."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from story import engines


@dataclass(frozen=True)
class Store:
    """`settings`: the HESHAO__PHOTOS__… variables; `away`: let it be gone for so many seconds."""

    settings: Mapping[str, str]
    away: Callable[[float], None]


@contextmanager
def store() -> Iterator[Store]:
    """A running one with an empty bucket."""
    with engines.s3_server_again() as (url, stop, start):

        def away(seconds: float) -> None:
            stop()
            try:
                time.sleep(seconds)
            finally:
                start()

        keys = engines.bucket(url)
        yield Store({f"HESHAO__PHOTOS__{key.upper()}": value for key, value in keys.items()}, away)
