"""Datums, refusals of what is no place, and metres against geodesics on the ellipsoid."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.coordinates import Bounds, Plane, Position, around, checked, gcj02_to_wgs84, wgs84_to_gcj02
from rules.refusal import Refusal
from tests.rules.geodesic import metres_on_the_ellipsoid

BEICHEN = Position(117.135, 39.225)
longitudes, latitudes = st.floats(116.98, 117.45), st.floats(39.15, 39.36)


@given(st.floats(73.5, 135.0), st.floats(18.0, 53.5))
def test_there_and_back_is_within_a_centimetre_all_over_china(longitude: float, latitude: float) -> None:
    back = gcj02_to_wgs84(*wgs84_to_gcj02(longitude, latitude))
    assert metres_on_the_ellipsoid(longitude, latitude, back.longitude, back.latitude) < 0.01


@given(longitudes, latitudes)
def test_the_shift_in_beichen_is_some_hundred_metres(longitude: float, latitude: float) -> None:
    shifted = wgs84_to_gcj02(longitude, latitude)
    assert 300 < metres_on_the_ellipsoid(longitude, latitude, *shifted) < 700


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [  # the test vectors of googollee/eviltransform, which other implementations repeat
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_pairs(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-7)
    back = gcj02_to_wgs84(*gcj02)
    assert (back.longitude, back.latitude) == pytest.approx(wgs84, abs=1e-7)


@pytest.mark.parametrize(
    ("longitude", "latitude"), [(2.35, 48.85), (-74.0, 40.7), (151.2, -33.9), (0.0, 0.0)]
)
def test_outside_china_nothing_is_shifted(longitude: float, latitude: float) -> None:
    assert wgs84_to_gcj02(longitude, latitude) == (longitude, latitude)
    assert gcj02_to_wgs84(longitude, latitude) == Position(longitude, latitude)


@pytest.mark.parametrize(
    ("longitude", "latitude", "sentence"),
    [
        (math.nan, 39.2, "没有收到有效的位置"),
        (117.1, math.inf, "没有收到有效的位置"),
        (0.0, 0.0, "没有定位成功"),
        (1e-9, -1e-9, "没有定位成功"),
        (39.2, 117.1, "写反了"),
        (181.0, 39.2, "超出了范围"),
        (117.1, -91.0, "超出了范围"),
    ],
)
def test_what_is_no_place_is_refused_with_a_sentence(
    longitude: float, latitude: float, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence) as refusal:
        checked(longitude, latitude)
    assert "重新发送位置" in str(refusal.value)


@given(longitudes, latitudes)
def test_a_place_in_the_district_is_taken_as_it_is(longitude: float, latitude: float) -> None:
    assert checked(longitude, latitude) == Position(longitude, latitude)


@pytest.mark.parametrize(("longitude", "latitude"), [(117, 39), (2.35, 48.85), (-0.1, 51.5), (0.0, 51.5)])
def test_a_place_elsewhere_is_a_place(longitude: float, latitude: float) -> None:
    assert checked(longitude, latitude) == Position(longitude, latitude)


@given(longitudes, latitudes, st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_distances_on_the_plane_are_those_on_the_ellipsoid(
    longitude: float, latitude: float, east: float, north: float
) -> None:
    plane = Plane(BEICHEN)  # up to some 27 km away
    here, there = (longitude, latitude), (longitude + east, latitude + north)
    flat = math.dist(plane.metres(*here), plane.metres(*there))
    assert flat == pytest.approx(metres_on_the_ellipsoid(*here, *there), rel=1.2e-5, abs=1e-3)


@given(st.floats(-20_000, 20_000), st.floats(0, 2 * math.pi))
def test_20_km_around_the_centre_lengths_are_true_to_one_in_a_hundred_thousand(
    far: float, angle: float
) -> None:
    plane = Plane(BEICHEN)
    east, north = plane.degrees_of(1.0)
    here = (117.135 + far * math.cos(angle) * east, 39.225 + far * math.sin(angle) * north)
    there = (here[0] + 0.002, here[1] + 0.001)
    flat = math.dist(plane.metres(*here), plane.metres(*there))
    assert flat == pytest.approx(metres_on_the_ellipsoid(*here, *there), rel=1e-5)


def test_arrays_and_numbers_give_the_same_metres() -> None:
    plane = Plane(BEICHEN)
    x, y = plane.metres(np.array([117.0, 117.3]), np.array([39.2, 39.3]))
    assert (x[0], y[0]) == plane.metres(117.0, 39.2)
    assert (x[1], y[1]) == plane.metres(117.3, 39.3)
    assert plane.metres(117.135, 39.225) == (0.0, 0.0)
    assert isinstance(plane.metres(117.0, 39.2)[0], float)


def test_east_is_right_and_north_is_up() -> None:
    x, y = Plane(BEICHEN).metres(117.145, 39.235)
    assert 800 < x < 900
    assert 1050 < y < 1150


def test_degrees_of_a_length() -> None:
    plane = Plane(BEICHEN)
    east, north = plane.degrees_of(1000)
    assert plane.metres(117.135 + east, 39.225)[0] == pytest.approx(1000, abs=0.01)
    assert plane.metres(117.135, 39.225 + north)[1] == pytest.approx(1000, abs=0.01)


@pytest.mark.parametrize(
    ("longitude", "latitude", "within"),
    [(117.2, 39.2, True), (116.98, 39.36, True), (117.451, 39.2, False), (117.2, 39.149, False)],
)
def test_bounds(longitude: float, latitude: float, within: bool) -> None:
    assert Bounds(116.98, 39.15, 117.45, 39.36).contains(Position(longitude, latitude)) is within


@given(
    longitude=st.floats(73, 135),
    latitude=st.floats(4, 53),
    metres=st.floats(1, 2000),
    bearing=st.floats(0, 2 * math.pi),
)
def test_whatever_is_near_lies_in_the_box_around(
    longitude: float, latitude: float, metres: float, bearing: float
) -> None:
    here = Position(longitude, latitude)
    east, north = Plane(here).degrees_of(metres)
    there = Position(longitude + east * math.sin(bearing), latitude + north * math.cos(bearing))
    assert around(here, metres).contains(there)
