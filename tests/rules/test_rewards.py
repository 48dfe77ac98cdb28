"""Money follows places and sums exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.assessment_rulebook import RewardBand, RewardRule
from rules.refusal import Refusal
from rules.rewards import Placed, money, rung

BANDS = (
    RewardBand(1, 3, Decimal(3)),
    RewardBand(4, 9, Decimal(2)),
    RewardBand(10, None, Decimal(1)),
)
BY_BANDS = RewardRule("元", Decimal(1), pool=Decimal(1_000_000), bands=BANDS)
LADDER = RewardRule("万元", Decimal(1), step=Decimal(20))


def placed(*places: int, group: str = "") -> list[Placed]:
    return [Placed(f"{group}{n}", place, group) for n, place in enumerate(places)]


def test_a_pool_is_divided_by_shares_to_the_last_yuan() -> None:
    sums = money(BY_BANDS, placed(*range(1, 19)))

    assert sum(sums.values()) == 1_000_000
    assert [int(one) for one in sums.values()] == [100_000] * 3 + [66_667] * 6 + [33_334] + [33_333] * 8


def test_equal_places_have_equal_shares_but_for_the_last_yuan_that_cannot_be_divided() -> None:
    assert list(money(BY_BANDS, placed(1, 2, 3, 3, 5)).values()) == [
        214_286,
        214_286,
        214_286,
        214_285,
        142_857,
    ]


def test_a_pool_that_nobody_may_have_is_refused() -> None:
    rule = RewardRule("元", Decimal(1), pool=Decimal(10), bands=(RewardBand(1, 1, Decimal(0)),))
    with pytest.raises(Refusal, match="没有单位的名次落在有奖补的档里"):
        money(rule, placed(1, 2))
    assert money(rule, []) == {}


@pytest.mark.parametrize(
    ("units", "steps"),
    [
        (16, [7, 6, 5, 4, 3, 2, 1, 0, 0, -1, -2, -3, -4, -5, -6, -7]),
        (5, [2, 1, 0, -1, -2]),
        (2, [0, 0]),
        (1, [0]),
    ],
)
def test_the_ladder_of_so_many_units(units: int, steps: list[int]) -> None:
    assert [rung(place, units) for place in range(1, units + 1)] == steps


def test_units_that_share_a_place_share_what_their_places_would_get() -> None:
    assert money(LADDER, placed(1, 2, 2, 4, 5)) == {"0": 40, "1": 10, "2": 10, "3": -20, "4": -40}
    odd = money(RewardRule("万元", Decimal(1), step=Decimal(1)), placed(1, 1, 3, 4))
    assert list(odd.values()) == [1, 0, 0, -1]


def test_each_group_has_its_own_ladder() -> None:
    sums = money(LADDER, [*placed(1, 2, 3, group="镇"), *placed(1, 2, 3, group="街")])

    assert list(sums.values()) == [20, 0, -20, 20, 0, -20]


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=40),
    st.integers(1, 10**9),
    st.sampled_from([Decimal("0.01"), Decimal(1), Decimal("0.1")]),
)
def test_money_sums_to_the_pool_or_to_zero_and_a_better_place_never_has_less(
    scores: list[int], pool: int, smallest: Decimal
) -> None:
    units = [Placed(str(n), 1 + sum(other > one for other in scores)) for n, one in enumerate(scores)]
    by_bands = money(RewardRule("元", smallest, pool=Decimal(pool), bands=BANDS), units)
    ladder = money(RewardRule("元", smallest, step=Decimal(pool)), units)

    assert (sum(by_bands.values()), sum(ladder.values())) == (pool, 0)
    for sums in (by_bands, ladder):
        assert all(one % smallest == 0 for one in sums.values())
        assert all(
            sums[one.unit] >= sums[other.unit] - smallest
            for one in units
            for other in units
            if one.place < other.place
        )
