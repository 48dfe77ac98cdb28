"""Places: equals share one, the next are left out; who is among the last."""

from decimal import Decimal

import pytest

from rules.places import last_of, places


def test_equals_share_a_place_and_the_next_are_left_out() -> None:
    ranked = places(
        {"甲": (Decimal(-90),), "乙": (Decimal(-95),), "丙": (Decimal(-90),), "丁": (Decimal(-80),)}
    )

    assert ranked == {"乙": 1, "甲": 2, "丙": 2, "丁": 4}


def test_the_second_standing_decides_between_equals() -> None:
    assert places({"甲": (Decimal(18), Decimal(9)), "乙": (Decimal(18), Decimal(4))}) == {"乙": 1, "甲": 2}


@pytest.mark.parametrize(
    ("how_many", "last"),
    [(0, ""), (1, "戊"), (2, "戊"), (3, "丙丁戊"), (4, "乙丙丁戊"), (9, "甲乙丙丁戊")],
)
def test_the_last_are_never_more_than_are_asked_for(how_many: int, last: str) -> None:
    placed = {"甲": 1, "乙": 2, "丙": 3, "丁": 3, "戊": 5}

    assert last_of(placed, how_many) == frozenset(last)


def test_where_all_are_equal_nobody_is_last() -> None:
    assert last_of(dict.fromkeys("甲乙丙丁戊", 1), 2) == frozenset()
    assert last_of({}, 2) == frozenset()
