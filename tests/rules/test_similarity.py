"""Which reports join a case, and which pictures are one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.coordinates import Plane, Position
from rules.similarity import joins, metres_between, same_picture
from tests.rules.geodesic import metres_on_the_ellipsoid

HERE = Position(117.135, 39.225)
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


def east_of_here(metres: float) -> Position:
    return Position(HERE.longitude + Plane(HERE).degrees_of(metres)[0], HERE.latitude)


@pytest.mark.parametrize(
    ("metres", "kind", "days", "joined"),
    [
        (0, "死鱼", 0, True),
        (99.9, "死鱼", 29, True),
        (99.9, "死鱼", 30, True),
        (100.1, "死鱼", 0, False),
        (0, "死鱼", 30.01, False),
        (0, "岸线垃圾", 0, False),
        (5000, "死鱼", 0, False),
    ],
)
def test_the_same_kind_near_in_place_and_time_joins(
    metres: float, kind: str, days: float, joined: bool
) -> None:
    other = east_of_here(metres)
    before = NOW - timedelta(days=days)
    assert joins(HERE, "死鱼", NOW, other, kind, before) is joined
    assert joins(other, kind, before, HERE, "死鱼", NOW) is joined


def test_the_districts_own_numbers_are_used() -> None:
    assert joins(HERE, "死鱼", NOW, east_of_here(250), "死鱼", NOW, metres=300, days=1)
    assert not joins(HERE, "死鱼", NOW, HERE, "死鱼", NOW - timedelta(days=2), metres=300, days=1)


@given(st.floats(116.98, 117.45), st.floats(39.15, 39.36), st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_the_distance_is_that_on_the_ellipsoid(
    longitude: float, latitude: float, east: float, north: float
) -> None:
    there = Position(longitude + east, latitude + north)
    metres = metres_between(Position(longitude, latitude), there)
    expected = metres_on_the_ellipsoid(longitude, latitude, there.longitude, there.latitude)
    assert metres == pytest.approx(expected, rel=1e-5, abs=1e-3)


@pytest.mark.parametrize(
    ("one", "other", "bits", "same"),
    [
        ("ffd8", "ffd8", 0, True),
        ("ffd8", "FFD8", 0, True),
        ("ffd8", "ffd9", 0, False),
        ("ffd8", "ffd9", 1, True),
        ("0000", "000f", 3, False),
        ("0000", "000f", 4, True),
        ("00", "0000", 16, False),
        ("", "", 64, False),
    ],
)
def test_pictures_by_the_bits_in_which_their_hashes_differ(
    one: str, other: str, bits: int, same: bool
) -> None:
    assert same_picture(one, other, bits) is same


def test_what_is_no_hash_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        same_picture("zz", "00", 4)
