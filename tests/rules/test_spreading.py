"""Where weight goes: first under its heading, by the proportions of the points, to the last hundredth."""

from decimal import Decimal
from fractions import Fraction

from rules.apportioning import apportion, half_up
from rules.assessment_rulebook import Item, Spread
from rules.spreading import weights

CENT = Decimal("0.01")
ITEMS = [
    Item("a1", "", "", "水", points=Decimal(20)),
    Item("a2", "", "", "水", points=Decimal(10)),
    Item("b1", "", "", "整改", points=Decimal(40)),
    Item("b2", "", "", "整改", points=Decimal(20)),
    Item("c", "", "", "", points=Decimal(10)),
]


def spread(judged: str, how: Spread = Spread.HEADING) -> dict[str, str]:
    return {key: str(one) for key, one in weights(ITEMS, set(judged.split()), how, CENT).items()}


def test_nothing_moves_where_all_are_judged() -> None:
    assert spread("a1 a2 b1 b2 c") == {
        "a1": "20.00",
        "a2": "10.00",
        "b1": "40.00",
        "b2": "20.00",
        "c": "10.00",
    }


def test_weight_goes_first_to_the_others_under_its_heading() -> None:
    assert spread("a1 b1 b2 c") == {"a1": "30.00", "b1": "40.00", "b2": "20.00", "c": "10.00"}


def test_where_a_heading_is_empty_its_weight_goes_to_all_others() -> None:
    assert spread("b1 b2 c") == {"b1": "57.14", "b2": "28.57", "c": "14.29"}
    assert spread("a2 b1") == {"a2": "33.33", "b1": "66.67"}
    assert spread("c") == {"c": "100.00"}
    assert spread("") == {}


def test_by_the_other_rule_it_goes_to_all_at_once() -> None:
    assert spread("a1 b1 b2 c", Spread.ALL) == {"a1": "22.22", "b1": "44.45", "b2": "22.22", "c": "11.11"}


def test_a_half_goes_up_away_from_zero() -> None:
    assert [str(half_up(Fraction(n, 1000), CENT)) for n in (1, 4, 5, 15, 25, -5, -4)] == [
        "0.00", "0.00", "0.01", "0.02", "0.03", "-0.01", "0.00",
    ]  # fmt: skip


def test_parts_sum_to_the_whole_also_where_it_is_negative() -> None:
    thirds = [Fraction(1)] * 3
    assert apportion(Decimal("1.00"), thirds, CENT) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    assert apportion(Decimal(-40), thirds, Decimal(1)) == [-14, -13, -13]
