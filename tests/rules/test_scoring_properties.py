"""What holds for every rulebook and every figure: nothing is lost, nothing depends on order, better is never worse."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.assessment_rulebook import (
    AppliesTo,
    AssessmentRulebook,
    Band,
    Composition,
    Each,
    Grade,
    Item,
    ItemKind,
    Scale,
    Slope,
    Spread,
    Unit,
)
from rules.figures import Cause, Figure
from rules.months import Month
from rules.scoring import MonthScores, Returned, score

OCTOBER = Month(2026, 10)
NAMES = "甲乙丙丁戊"
FEW = settings(max_examples=60)

tenths = st.integers(-20, 60).map(lambda n: Decimal(n) / 10)


@st.composite
def scales(draw: st.DrawFn, points: Decimal) -> Scale:
    """A slope either way, so much for each, or bands that meet and rise or fall."""
    kind = draw(st.sampled_from(("slope", "each", "bands")))
    if kind == "each":
        return Each(draw(st.sampled_from([Decimal("0.3"), Decimal(1), Decimal(7)])))
    if kind == "slope":
        full, zero = draw(st.lists(tenths, min_size=2, max_size=2, unique=True))
        return Slope(full, zero)
    edges = sorted(draw(st.lists(tenths, min_size=1, max_size=3, unique=True)))
    worth = st.integers(0, 10).map(lambda n: points * n / 10)
    values = sorted(draw(st.lists(worth, min_size=len(edges) + 1, max_size=len(edges) + 1)))
    if draw(st.booleans()):
        values.reverse()
    starts, ends = [None, *edges], [*edges, None]
    return tuple(Band(*one) for one in zip(starts, ends, values, strict=True))


def rising(scale: Scale, kind: ItemKind) -> bool:
    """Whether a larger figure is better."""
    if isinstance(scale, Slope):
        return scale.full > scale.zero
    if isinstance(scale, Each):
        return kind == ItemKind.BONUS
    return (scale[-1].points >= scale[0].points) != (kind == ItemKind.PENALTY)


@st.composite
def books(draw: st.DrawFn) -> AssessmentRulebook:
    """One to five items that make a hundred, sometimes a bonus and a penalty."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=4)))
    points = [Decimal(b - a) for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    items = []
    for n, one in enumerate(points):
        scale = draw(scales(one))
        items.append(
            Item(
                f"i{n}", f"项目{n}", f"sheet:{n}", draw(st.sampled_from(["", "大项一", "大项二"])), ItemKind.SCORE, one,
                scale, draw(st.sampled_from([Decimal(0), one / 4, -one])), None, rising(scale, ItemKind.SCORE),
                AppliesTo(reaches_only=draw(st.booleans())),
            )
        )  # fmt: skip
    for kind in draw(st.sets(st.sampled_from((ItemKind.BONUS, ItemKind.PENALTY)))):
        scale = Each(Decimal("1.5"))
        cap = draw(st.sampled_from([None, Decimal(4)]))
        items.append(
            Item(
                kind.value,
                kind.value,
                f"sheet:{kind}",
                kind=kind,
                scale=scale,
                cap=cap,
                higher_is_better=rising(scale, kind),
            )
        )
    return AssessmentRulebook(
        "试", Month(2026, 1), "用于通报", tuple(items), decimals=draw(st.integers(0, 2)),
        ceiling=draw(st.sampled_from([None, Decimal(100)])), spread=draw(st.sampled_from([*Spread])),
        grades=(Grade("合格", Decimal(60)), Grade("不合格", None, fails=True)),
    )  # fmt: skip


@st.composite
def figures_for(draw: st.DrawFn, book: AssessmentRulebook, name: str) -> list[Figure]:
    """A figure for most items of a unit: plain, a share, nothing to judge by, or suspended."""
    found = []
    for item in book.items:
        weights = draw(
            st.lists(st.sampled_from([Decimal(1), Decimal(2), Decimal("0.5"), Decimal(0)]), max_size=4)
        )
        causes = tuple(Cause(f"{name}:{n}", f"行 {n}", one) for n, one in enumerate(weights))
        numerator, denominator = (
            draw(tenths),
            draw(st.sampled_from([None, Decimal(0), Decimal(3), Decimal(7)])),
        )
        figure = Figure(
            item.source, name, numerator, denominator, causes, "", draw(st.sampled_from(["", "", "停"]))
        )
        found += [figure] if draw(st.booleans()) or draw(st.booleans()) else []
    return found


@st.composite
def months(draw: st.DrawFn) -> tuple[AssessmentRulebook, list[Unit], list[Figure]]:
    """A rulebook, one to five units and their figures."""
    book = draw(books())
    units = [
        Unit(name, name, "镇", position, draw(st.booleans()))
        for position, name in enumerate(NAMES[: draw(st.integers(1, len(NAMES)))])
    ]
    return book, units, [figure for unit in units for figure in draw(figures_for(book, unit.code))]


def results(scores: MonthScores) -> dict[str, tuple[Decimal | None, int | None]]:
    return {line.unit.code: (line.score, line.place) for line in scores.units}


@FEW
@given(months(), st.decimals("0", "30", places=2))
def test_losses_sum_exactly_to_what_is_missing(
    month: tuple[AssessmentRulebook, list[Unit], list[Figure]], back: Decimal
) -> None:
    book, units, figures = month
    returned = [Returned(one.code, book.items[0].key, back, "申诉成立", "appeal:1") for one in units[:2]]
    for line in score(book, units, figures, OCTOBER, returned=returned).units:
        for result in line.items:
            if result.points is None:
                assert result.losses == ()
                assert result.suspended
            else:
                assert sum(one.points for one in result.losses) == result.weight - result.points


@FEW
@given(months())
def test_spreading_keeps_the_whole_hundred(
    month: tuple[AssessmentRulebook, list[Unit], list[Figure]],
) -> None:
    book, units, figures = month
    for line in score(book, units, figures, OCTOBER).units:
        own = [one for one in line.items if one.item.kind == ItemKind.SCORE]
        judged = [one for one in own if one.points is not None]
        assert sum(one.weight for one in own) == (100 if judged else 0)
        assert bool(line.unranked) == (not judged)
        for one in judged:
            assert one.points is not None
            assert -one.weight <= one.points <= one.weight


@FEW
@given(months(), st.randoms(use_true_random=False))
def test_the_order_of_towns_and_figures_does_not_matter(
    month: tuple[AssessmentRulebook, list[Unit], list[Figure]], random: object
) -> None:
    book, units, figures = month
    expected = score(book, units, figures, OCTOBER)
    shuffled, mixed = list(units), list(figures)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert score(book, shuffled, mixed, OCTOBER) == expected


@FEW
@given(months(), st.integers(0, 99), tenths.filter(lambda one: one > 0))
def test_a_better_figure_never_lowers_a_score_nor_a_place(
    month: tuple[AssessmentRulebook, list[Unit], list[Figure]], which: int, better_by: Decimal
) -> None:
    book, units, figures = month
    if not figures:
        return
    chosen = figures[which % len(figures)]
    item = next(one for one in book.items if one.source == chosen.source)
    step = better_by if item.higher_is_better else -better_by
    improved = [replace(one, numerator=one.numerator + step) if one is chosen else one for one in figures]

    before = results(score(book, units, figures, OCTOBER))[chosen.town]
    after = results(score(book, units, improved, OCTOBER))[chosen.town]
    assert (after[0] is None) == (before[0] is None)
    assert (after[0] or 0) >= (before[0] or 0)
    assert (after[1] or 0) <= (before[1] or 0)


@FEW
@given(
    st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=6),
    st.integers(0, 5),
    st.integers(0, 2),
    st.booleans(),
)
def test_where_places_are_added_better_is_never_worse_and_the_tie_breaker_decides(
    table: list[tuple[int, int, int]], which: int, column: int, tie_broken: bool
) -> None:
    items = tuple(Item(f"i{n}", f"项目{n}", f"sheet:{n}", higher_is_better=n == 1) for n in range(3))
    book = AssessmentRulebook(
        "试",
        Month(2026, 1),
        "用于通报",
        items,
        composition=Composition.PLACES,
        tie_breaker="i0" if tie_broken else "",
    )
    units = [Unit(str(n), str(n), "镇", n) for n in range(len(table))]
    chosen = str(which % len(table))

    def judged(better: int) -> MonthScores:
        return score(
            book, units,
            [
                Figure(f"sheet:{n}", one.code, Decimal(value + (better if (one.code, n) == (chosen, column) else 0)))
                for one, row in zip(units, table, strict=True)
                for n, value in enumerate(row)
            ],
            OCTOBER,
        )  # fmt: skip

    before, after = judged(0), judged(1 if column == 1 else -1)
    assert (results(after)[chosen][1] or 0) <= (results(before)[chosen][1] or 0)
    standing = [(one.score, one.items[0].place if tie_broken else 0, one.place) for one in before.units]
    assert [one[:2] for one in standing] == sorted(one[:2] for one in standing)
    assert all((a[:2] == b[:2]) == (a[2] == b[2]) for a in standing for b in standing)


@FEW
@given(months(), st.integers(1, 50))
def test_more_reports_handled_alike_change_nothing_and_well_handled_lower_nothing(
    month: tuple[AssessmentRulebook, list[Unit], list[Figure]], more: int
) -> None:
    book, units, _ = month
    shares = [
        Item(
            "share",
            "按期整改",
            "rectified_on_time",
            points=Decimal(100),
            scale=Slope(Decimal(1), Decimal("0.4")),
        )
    ]
    handling = replace(book, items=tuple(shares))

    def points(good: int, of: int) -> Decimal | None:
        figure = Figure("rectified_on_time", units[0].code, Decimal(good), Decimal(of))
        return score(handling, units[:1], [figure], OCTOBER).units[0].score

    assert points(7 * more, 10 * more) == points(7, 10)
    assert (points(7 + more, 10 + more) or 0) >= (points(7, 10) or 0)


@FEW
@given(months())
def test_equal_scores_share_a_place_and_the_next_are_left_out(
    month: tuple[AssessmentRulebook, list[Unit], list[Figure]],
) -> None:
    book, units, figures = month
    lines = [one for one in score(book, units, figures, OCTOBER).units if one.score is not None]
    for one in lines:
        assert one.place == 1 + sum((other.score or 0) > (one.score or 0) for other in lines)
    assert lines == sorted(lines, key=lambda one: (-(one.score or 0), one.unit.position))
