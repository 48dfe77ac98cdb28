"""A store for the tests of this folder."""

from pathlib import Path

import pytest

from services.photo_store import PhotoStore


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    """An empty store in a folder."""
    return PhotoStore((tmp_path / "photos").as_uri())
