"""A store, and a stand-in to publish on, for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.desk import Desk
from services.photo_store import PhotoStore
from simulator.server import Simulator, start
from tests.conftest import Clock
from tests.press import Press, set_up


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    """An empty store in a folder."""
    return PhotoStore((tmp_path / "photos").as_uri())


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """The platform; what it pushes is heard when the test asks for it (Press.hears)."""
    running = start(webhook="", mode="plain", attempts=1, attempt_seconds=0.1, seed=7)
    yield running
    running.stop()


@pytest.fixture
def press(desk: Desk, clock: Clock, sim: Simulator) -> Press:
    """October frozen, the platform there."""
    return set_up(desk, clock, sim)
