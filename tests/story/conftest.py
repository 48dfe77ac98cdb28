"""What an installation of the stories stands on: the small set of engines, and the large."""

import pytest

from story import engines

SETS = ("SQLite, Huey on SQLite, a folder", "PostgreSQL, Redis, S3")


@pytest.fixture
def large(empty_postgresql: str, redis_url: str, bucket: dict[str, str]) -> dict[str, str]:
    """The settings of an installation on PostgreSQL, Redis and S3, all empty."""
    return engines.installation(empty_postgresql, redis_url, bucket)


@pytest.fixture(params=SETS)
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """HESHAO__… variables of either set: each test that asks for it runs on both."""
    return {} if request.param == SETS[0] else request.getfixturevalue("large")
