"""Which reach answers: against brute force, on both banks, in bends, at joins, lakes and confluences."""

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.coordinates import Bounds, Plane, Position
from rules.refusal import Refusal
from rules.routing import (
    Bank,
    Candidate,
    Found,
    Offered,
    OutsideDistrict,
    ReachShape,
    Routing,
    RoutingSettings,
    TooFar,
    WhichTown,
)

CENTRE = Position(117.135, 39.225)
PLANE = Plane(CENTRE)
EAST, NORTH = PLANE.degrees_of(1.0)
SETTINGS = RoutingSettings()
Metres = tuple[float, float]


def place(x: float, y: float) -> Position:
    """A point so many metres east and north of the centre (true to a millimetre or so near it)."""
    return Position(CENTRE.longitude + x * EAST, CENTRE.latitude + y * NORTH)


def points(line: list[Metres]) -> str:
    return ", ".join(f"{place(x, y).longitude:.12f} {place(x, y).latitude:.12f}" for x, y in line)


def line(*line: Metres) -> str:
    return f"LINESTRING ({points(list(line))})"


def polygon(*ring: Metres) -> str:
    return f"POLYGON (({points([*ring, ring[0]])}))"


def reach(number: int, wkt: str, town: int = 1, bank: Bank = Bank.BOTH, water_body: int = 1) -> ReachShape:
    return ReachShape(number, town, water_body, bank, wkt)


def found(route: object) -> int:
    assert isinstance(route, Found), route
    return route.reach


def towns(route: object) -> list[int]:
    assert isinstance(route, WhichTown), route
    return [choice.town for choice in route.choices]


RIVER = line((0, -1000), (0, 1000))
ONE = Routing([reach(1, RIVER)])
BANKS = Routing(
    [reach(1, RIVER, 1, Bank.LEFT), reach(2, RIVER, 2, Bank.RIGHT)]
)  # flowing north: left is west


# ── near, far, outside ──────────────────────────────────────────────────────────────────────────────────────


def test_the_nearest_reach_within_200_metres_answers_and_says_why() -> None:
    route = ONE.route(place(40, 0), SETTINGS)
    assert isinstance(route, Found)
    assert (route.reach, route.town, route.reason) == (1, 1, "最近河段，距离 40 米")
    assert route.metres == pytest.approx(40, abs=0.01)


def test_beyond_it_is_offered_and_beyond_a_kilometre_not() -> None:
    assert isinstance(ONE.route(place(199.9, 0), SETTINGS), Found)
    offered = ONE.route(place(200.1, 0), SETTINGS)
    assert isinstance(offered, Offered)
    assert [c.reach for c in offered.candidates] == [1]
    assert isinstance(ONE.route(place(999.9, 0), SETTINGS), Offered)
    far = ONE.route(place(1000.1, 0), SETTINGS, Bounds(116, 38, 118, 40))
    assert isinstance(far, TooFar)
    assert far.metres == pytest.approx(1000.1, abs=0.05)


def test_outside_the_district_is_told_apart_from_too_far() -> None:
    beijing = Position(116.4, 39.9)
    assert ONE.route(beijing, SETTINGS) == OutsideDistrict()
    assert isinstance(ONE.route(beijing, SETTINGS, Bounds(116, 38, 118, 40)), TooFar)


@pytest.mark.parametrize(
    "somewhere", [Position(-74.0, 40.7), Position(2.3, 48.9), Position(-62.9, -39.2), Position(0.1, 89.9)]
)
def test_the_other_side_of_the_earth_is_far(somewhere: Position) -> None:
    assert ONE.route(somewhere, SETTINGS) == OutsideDistrict()


def test_a_reach_near_enough_answers_even_outside_the_bounds() -> None:
    assert found(ONE.route(place(50, 0), SETTINGS, Bounds(0, 0, 1, 1))) == 1


def test_the_bounds_are_the_geometry_widened() -> None:
    assert ONE.bounds.contains(place(999, 0))
    assert not ONE.bounds.contains(place(1001, 0))
    assert ONE.bounds.contains(place(0, 1999))
    assert not ONE.bounds.contains(place(0, 2001))


def test_an_empty_registry_knows_no_place() -> None:
    empty = Routing([])
    assert empty.route(place(0, 0), SETTINGS) == TooFar(math.inf)
    assert empty.near(place(0, 0), 1000) == []
    assert empty.bounds.contains(place(0, 0))


def test_three_are_offered_nearest_first() -> None:
    rivers = Routing(
        [reach(i, line((x, -500), (x, 500)), town=i) for i, x in enumerate((900, 700, 500, 300))]
    )
    offered = rivers.route(place(0, 0), SETTINGS)
    assert isinstance(offered, Offered)
    assert [c.reach for c in offered.candidates] == [3, 2, 1]
    offered = rivers.route(place(0, 0), RoutingSettings(offered=1))
    assert isinstance(offered, Offered)
    assert [c.reach for c in offered.candidates] == [3]


def test_near_and_metres_to() -> None:
    rivers = Routing([reach(i, line((x, -500), (x, 500))) for i, x in enumerate((100, 50, 400))])
    assert [c.reach for c in rivers.near(place(0, 0), 150)] == [1, 0]
    assert rivers.near(place(0, 0), 150)[0].metres == pytest.approx(50, abs=0.01)
    assert rivers.metres_to(2, place(0, 0)) == pytest.approx(400, abs=0.01)
    with pytest.raises(KeyError):
        rivers.metres_to(9, place(0, 0))


# ── banks ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bank_decides_facing_downstream() -> None:
    assert found(BANKS.route(place(-40, 0), SETTINGS)) == 1
    route = BANKS.route(place(40, 0), SETTINGS)
    assert isinstance(route, Found)
    assert route.reach == 2
    assert route.reason == "按右岸判定，距离 40 米"


def test_a_line_drawn_the_other_way_has_its_banks_exchanged() -> None:
    south = line((0, 1000), (0, -1000))
    banks = Routing([reach(1, south, 1, Bank.LEFT), reach(2, south, 2, Bank.RIGHT)])
    assert found(banks.route(place(40, 0), SETTINGS)) == 1


@pytest.mark.parametrize("x", [-0.9, -0.1, 0.0, 0.1, 0.9])
def test_on_the_line_itself_the_person_is_asked(x: float) -> None:
    assert sorted(towns(BANKS.route(place(x, 0), SETTINGS))) == [1, 2]


@pytest.mark.parametrize("x", [-1.1, 1.1])
def test_a_step_off_the_line_the_bank_decides(x: float) -> None:
    assert found(BANKS.route(place(x, 0), SETTINGS)) == (1 if x < 0 else 2)


def test_straight_beyond_the_end_of_both_banks_the_person_is_asked() -> None:
    assert sorted(towns(BANKS.route(place(0, 1050), SETTINGS))) == [1, 2]
    assert found(BANKS.route(place(-20, 1050), SETTINGS)) == 1


def test_both_banks_of_one_town_need_no_question() -> None:
    banks = Routing([reach(1, RIVER, 7, Bank.LEFT), reach(2, RIVER, 7, Bank.RIGHT)])
    route = banks.route(place(0, 0), SETTINGS)
    assert isinstance(route, Found)
    assert route.town == 7


def test_banks_drawn_apart() -> None:
    banks = Routing(
        [
            reach(1, line((-30, -1000), (-30, 1000)), 1, Bank.LEFT),
            reach(2, line((30, -1000), (30, 1000)), 2, Bank.RIGHT),
        ]
    )
    assert found(banks.route(place(-50, 0), SETTINGS)) == 1
    assert found(banks.route(place(50, 0), SETTINGS)) == 2
    assert found(banks.route(place(-5, 0), SETTINGS)) == 1  # in the water: the nearer bank
    assert found(banks.route(place(5, 0), SETTINGS)) == 2


def test_banks_of_two_rivers_have_nothing_to_do_with_each_other() -> None:
    rivers = Routing(
        [
            reach(1, RIVER, 1, Bank.LEFT, water_body=1),
            reach(2, line((20, -1000), (20, 1000)), 2, Bank.RIGHT, water_body=2),
        ]
    )
    assert towns(rivers.route(place(9, 0), SETTINGS)) == [1, 2]


def test_a_bank_far_up_the_river_does_not_decide() -> None:
    banks = Routing(
        [
            reach(1, line((0, -1000), (0, 0)), 1, Bank.LEFT),
            reach(2, line((0, 0), (0, 1000)), 2, Bank.RIGHT),
        ]
    )
    assert found(banks.route(place(10, -100), SETTINGS)) == 1
    assert found(banks.route(place(10, -5), SETTINGS)) == 2


def test_along_one_bank_two_towns_that_follow_each_other_are_asked_about_only_near_the_join() -> None:
    banks = Routing(
        [
            reach(1, line((0, -1000), (0, 0)), 1, Bank.LEFT),
            reach(2, line((0, 0), (0, 1000)), 2, Bank.LEFT),
            reach(3, RIVER, 3, Bank.RIGHT),
        ]
    )
    assert found(banks.route(place(-20, -100), SETTINGS)) == 1
    assert towns(banks.route(place(-20, 10), SETTINGS)) == [2, 1]
    assert found(banks.route(place(20, 10), SETTINGS)) == 3


ZIGZAG = st.lists(
    st.tuples(st.floats(5, 150), st.floats(-300, 300)), min_size=3, max_size=12
)  # steps east, height: the river is the graph of a function, its left bank is above it


@settings(max_examples=300)
@given(ZIGZAG, st.floats(0, 1), st.floats(-150, 150), st.integers(1, 11), st.booleans())
def test_bends_never_flip_the_bank(
    steps: list[Metres], along: float, off: float, cut: int, split: bool
) -> None:
    xs = np.cumsum([step for step, _ in steps])
    ys = [height for _, height in steps]
    course = [(float(x), y) for x, y in zip(xs, ys, strict=True)]
    x = float(xs[0] + along * (xs[-1] - xs[0]))
    y = float(np.interp(x, xs, ys)) + off
    cut = min(cut, len(course) - 2)
    left = [course[: cut + 1], course[cut:]] if split else [course]  # reaches may meet in a bend
    shapes = [reach(i, line(*part), 1, Bank.LEFT) for i, part in enumerate(left)]
    routing = Routing([*shapes, reach(9, line(*course), 2, Bank.RIGHT)])
    drawn = shapely.LineString(course)
    apart = drawn.distance(shapely.Point(x, y))
    ends = [shapely.Point(course[0]), shapely.Point(course[-1])]
    if not 1.5 < apart < 190 or any(end.distance(shapely.Point(x, y)) < apart + 0.1 for end in ends):
        return  # on the line, too far, or beyond an end, where only the lengthened line has sides
    route = routing.route(place(x, y), SETTINGS)
    assert isinstance(route, Found)
    assert route.town == (1 if off > 0 else 2)


@given(st.floats(-900, 900), st.sampled_from([-25.0, 25.0]), st.floats(-15, 15), st.floats(-15, 15))
def test_gps_jitter_does_not_change_the_town(y: float, x: float, east: float, north: float) -> None:
    assert found(BANKS.route(place(x + east, y + north), SETTINGS)) == (1 if x < 0 else 2)


# ── where two towns meet ────────────────────────────────────────────────────────────────────────────────────


def test_within_30_metres_of_each_other_the_person_is_asked() -> None:
    rivers = Routing([reach(1, RIVER, 1), reach(2, line((100, -1000), (100, 1000)), 2, water_body=2)])
    assert towns(rivers.route(place(40, 0), SETTINGS)) == [1, 2]
    assert towns(rivers.route(place(60, 0), SETTINGS)) == [2, 1]
    assert found(rivers.route(place(34, 0), SETTINGS)) == 1
    assert found(rivers.route(place(66, 0), SETTINGS)) == 2


def test_the_other_town_must_be_near_too() -> None:
    rivers = Routing([reach(1, RIVER, 1), reach(2, line((395, -1000), (395, 1000)), 2)])
    assert found(rivers.route(place(190, 0), SETTINGS)) == 1  # the other is 205 m away


def test_two_reaches_of_one_town_need_no_question() -> None:
    rivers = Routing([reach(1, RIVER, 1), reach(2, line((10, -1000), (10, 1000)), 1)])
    assert found(rivers.route(place(8, 0), SETTINGS)) == 2


def test_a_join_of_two_towns_on_a_straight_river() -> None:
    rivers = Routing([reach(1, line((0, -1000), (0, 0)), 1), reach(2, line((0, 0), (0, 1000)), 2)])
    assert towns(rivers.route(place(20, -1), SETTINGS)) == [1, 2]
    assert towns(rivers.route(place(20, 15), SETTINGS)) == [2, 1]
    assert found(rivers.route(place(20, 200), SETTINGS)) == 2
    assert found(rivers.route(place(20, -200), SETTINGS)) == 1


def test_a_confluence_of_three_towns_offers_each_once_nearest_first() -> None:
    rivers = Routing(
        [
            reach(1, line((0, -500), (0, 0)), 1),
            reach(2, line((0, 0), (0, 500)), 2),
            reach(3, line((400, 0), (0, 0)), 3, water_body=2),
            reach(4, line((400, 5), (0, 5)), 3, water_body=3),
        ]
    )
    route = rivers.route(place(8, 1), SETTINGS)
    assert towns(route) == [3, 2, 1]
    assert isinstance(route, WhichTown)
    assert [choice.reach for choice in route.choices] == [3, 2, 1]


def test_a_tributary_does_not_disturb_the_banks_of_the_river() -> None:
    rivers = Routing(
        [
            reach(1, RIVER, 1, Bank.LEFT),
            reach(2, RIVER, 2, Bank.RIGHT),
            reach(3, line((-500, 0), (0, 0)), 1, water_body=2),
        ]
    )
    assert found(rivers.route(place(40, 100), SETTINGS)) == 2
    assert found(rivers.route(place(-40, 100), SETTINGS)) == 1
    assert towns(rivers.route(place(40, 10), SETTINGS)) == [2, 1]  # at its mouth two towns meet: ask


# ── lakes, several parts ────────────────────────────────────────────────────────────────────────────────────

SQUARE = ((0.0, 0.0), (300.0, 0.0), (300.0, 300.0), (0.0, 300.0))


def test_within_a_lake_the_distance_is_nothing() -> None:
    lake = Routing([reach(1, polygon(*SQUARE))])
    route = lake.route(place(150, 150), SETTINGS)
    assert route == Found(1, 1, 0.0, "位于水面范围内")
    assert lake.metres_to(1, place(150, 150)) == 0
    assert lake.near(place(150, 150), 10) == [Candidate(1, 1, 0.0)]
    assert lake.metres_to(1, place(340, 150)) == pytest.approx(40, abs=0.01)
    assert found(lake.route(place(340, 150), SETTINGS)) == 1


def test_an_island_is_not_the_lake() -> None:
    wkt = f"POLYGON (({points([*SQUARE, SQUARE[0]])}), ({points([(100, 100), (200, 100), (200, 200), (100, 100)])}))"
    lake = Routing([reach(1, wkt)])
    assert lake.metres_to(1, place(190, 150)) == pytest.approx(10, abs=0.01)


def test_polygons_with_banks_go_by_the_nearer() -> None:
    lake = Routing(
        [
            reach(1, polygon((0, 0), (100, 0), (100, 300), (0, 300)), 1, Bank.LEFT),
            reach(2, polygon((100, 0), (200, 0), (200, 300), (100, 300)), 2, Bank.RIGHT),
        ]
    )
    assert found(lake.route(place(50, 150), SETTINGS)) == 1
    assert found(lake.route(place(150, 150), SETTINGS)) == 2


@pytest.mark.parametrize(
    "wkt",
    [
        f"MULTILINESTRING (({points([(0, -1000), (0, 0)])}), ({points([(0, 0), (0, 1000)])}))",
        f"MULTILINESTRING (({points([(900, 900), (950, 950)])}), ({points([(0, -1000), (0, 1000)])}))",
        "LINESTRING Z (" + ", ".join(f"{p} 3.5" for p in points([(0, -1000), (0, 1000)]).split(", ")) + ")",
        f"linestring({points([(0, -1000), (0, 1000)])})",
        f"  LINESTRING ({points([(0, -1000), (0, -1000), (0, 0), (0, 0), (0, 1000)])})\n",
    ],
)
def test_every_way_to_write_a_course(wkt: str) -> None:
    banks = Routing([reach(1, wkt, 1, Bank.LEFT), reach(2, wkt, 2, Bank.RIGHT)])
    assert found(banks.route(place(-40, 0), SETTINGS)) == 1
    assert found(banks.route(place(40, 0), SETTINGS)) == 2


def test_several_polygons() -> None:
    two = f"MULTIPOLYGON ((({points([*SQUARE, SQUARE[0]])})), (({points([(900, 0), (950, 0), (950, 50), (900, 0)])})))"
    lake = Routing([reach(1, two)])
    assert lake.metres_to(1, place(150, 150)) == 0
    assert lake.metres_to(1, place(940, 20)) == 0


@pytest.mark.parametrize(
    ("wkt", "why"),
    [
        ("", "WKT"),
        ("LINESTRING (117 39, 117.1)", "WKT"),
        ("天穆村", "WKT"),
        ("POINT (117 39)", "LINESTRING"),
        ("GEOMETRYCOLLECTION (LINESTRING (117 39, 117.1 39.1))", "LINESTRING"),
        ("LINESTRING EMPTY", "空"),
        ("LINESTRING (117 39, 117 39)", "长度"),
        ("LINESTRING (117 39, nan 39.1)", "几何"),
        ("LINESTRING (39.2 117.1, 39.3 117.2)", "写反"),
        ("LINESTRING (500000 4340000, 500100 4340100)", "超出范围"),
        ("POLYGON ((117 39, 117.1 39.1, 117.1 39, 117 39.1, 117 39))", "自相交"),
    ],
)
def test_a_course_that_cannot_be_used_is_refused_naming_the_reach(wkt: str, why: str) -> None:
    with pytest.raises(Refusal, match=f"河段 42：.*{why}"):
        Routing([reach(1, RIVER), reach(42, wkt)])


def test_a_reach_given_twice_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="twice"):
        Routing([reach(1, RIVER), reach(1, RIVER)])


# ── against brute force ─────────────────────────────────────────────────────────────────────────────────────

somewhere = st.tuples(st.floats(-1500, 1500), st.floats(-1500, 1500))
courses = st.lists(
    st.tuples(st.lists(somewhere, min_size=2, max_size=6, unique=True), st.integers(1, 4)),
    min_size=1,
    max_size=8,
)


def brute(parts: list[tuple[list[Metres], int]], x: float, y: float) -> list[Candidate]:
    at = shapely.Point(x, y)
    every = [
        Candidate(i, town, shapely.LineString(part).distance(at)) for i, (part, town) in enumerate(parts)
    ]
    return sorted(every, key=lambda c: c.metres)


@settings(max_examples=200)
@given(courses, somewhere)
def test_distances_and_order_are_those_of_brute_force(
    parts: list[tuple[list[Metres], int]], at: Metres
) -> None:
    if any(math.dist(a, b) < 1e-3 for part, _ in parts for a, b in pairwise(part)):
        return
    routing = Routing([reach(i, line(*part), town) for i, (part, town) in enumerate(parts)])
    expected = [c for c in brute(parts, *at) if c.metres < 999]
    near = [c for c in routing.near(place(*at), 1000) if c.metres < 999]
    assert [c.metres for c in near] == pytest.approx([c.metres for c in expected], abs=1.0)
    for candidate in near:
        assert routing.metres_to(candidate.reach, place(*at)) == candidate.metres


@settings(max_examples=200)
@given(courses, somewhere)
def test_the_decision_is_that_of_brute_force(parts: list[tuple[list[Metres], int]], at: Metres) -> None:
    if any(math.dist(a, b) < 1e-3 for part, _ in parts for a, b in pairwise(part)):
        return
    routing = Routing([reach(i, line(*part), town) for i, (part, town) in enumerate(parts)])
    expected = routing.near(place(*at), 5000)  # proved right above
    route = routing.route(place(*at), SETTINGS, Bounds(116, 38, 118, 40))
    first = expected[0]
    if first.metres > 1000:
        assert isinstance(route, TooFar)
        assert route.metres == pytest.approx(first.metres)
    elif first.metres > 200:
        assert route == Offered(tuple(c for c in expected if c.metres <= 1000)[:3])
    else:
        rivals = [c for c in expected if c.metres <= min(200, first.metres + 30)]
        if len({c.town for c in rivals}) == 1:
            assert isinstance(route, Found)
            assert (route.reach, route.town, route.metres) == (first.reach, first.town, first.metres)
        else:
            assert isinstance(route, WhichTown)
            assert route.choices[0] == first
            assert {c.town for c in route.choices} == {c.town for c in rivals}
            assert len(route.choices) == len({c.town for c in route.choices})
            assert list(route.choices) == sorted(route.choices, key=lambda c: c.metres)
