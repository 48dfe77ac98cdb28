"""A plan comes from its seed, and what joins in it does not depend on who is first."""

from itertools import pairwise

import pytest

from faults.places import APART, CHIEFS, spots
from faults.plan import ALONE, FATES, Deed, draw, picture
from rules.coordinates import Position
from rules.similarity import metres_between


def test_the_same_seed_draws_the_same_plan_and_another_another() -> None:
    assert draw(1, 40, 8) == draw(1, 40, 8) != draw(2, 40, 8)


def test_every_fate_is_met_and_every_person_named() -> None:
    plan = draw(3, 300, 40)
    assert {case.fate for case in plan.cases} == set(FATES)
    assert sum(len(case.reports) for case in plan.cases) == 300
    assert len(plan.people) == 40
    assert {report.person for case in plan.cases for report in case.reports} <= set(plan.people)


def test_reports_of_one_case_lie_together_and_others_apart_or_of_another_kind() -> None:
    plan = draw(4, 200, 30)
    for case in plan.cases:
        first = case.reports[0]
        for other in case.reports[1:]:
            here = Position(first.longitude, first.latitude)
            assert metres_between(here, Position(other.longitude, other.latitude)) < 50
    places = [(c.reports[0].words.partition("，")[0], c.reports[0]) for c in plan.cases]
    for n, (kind, one) in enumerate(places):
        for other_kind, other in places[n + 1 :]:
            if kind == other_kind:
                there = Position(other.longitude, other.latitude)
                assert metres_between(Position(one.longitude, one.latitude), there) > 150


def test_spots_lie_apart() -> None:
    found = spots()
    for one, other in pairwise(found):
        apart = metres_between(
            Position(one.longitude, one.latitude), Position(other.longitude, other.latitude)
        )
        assert one.town != other.town or apart > APART * 0.8


def test_a_case_with_one_deed_a_round_passes_to_the_other_town_when_transferred() -> None:
    case = next(c for c in draw(5, 60, 10, births=1).cases if c.fate == "transferred")
    assert [case.deed(n) for n in range(9)] == [*FATES["transferred"], None, None]
    assert case.chief(1) == CHIEFS[case.town]
    assert case.chief(FATES["transferred"].index(Deed.ACCEPT)) == CHIEFS[case.other_town]
    assert case.town != case.other_town


def test_who_withdraws_or_complains_is_alone() -> None:
    assert all(len(c.reports) == 1 for c in draw(6, 300, 40).cases if c.fate in ALONE)


def test_more_reports_than_places_are_refused() -> None:
    with pytest.raises(ValueError, match="places"):
        draw(1, 5000, 40)


def test_no_two_pictures_are_alike() -> None:
    assert picture(1) == picture(1) != picture(2)
