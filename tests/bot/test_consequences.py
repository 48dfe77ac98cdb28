"""Each answer of the platform has one consequence, and a sentence for the Office."""

from datetime import UTC, datetime, time

import pytest

from bot.consequences import Consequence, consequence, next_try_at

NOW = datetime(2026, 11, 23, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in China
LATER, NEXT, NOBODY = Consequence.TRY_LATER, Consequence.NEXT_CHANNEL, Consequence.NOBODY


@pytest.mark.parametrize(
    ("code", "kind", "operator"),
    [
        (None, LATER, False),
        (-1, LATER, False),
        (45009, LATER, False),
        (45011, LATER, False),
        (43108, LATER, False),
        (40001, LATER, False),
        (40014, LATER, False),
        (42001, LATER, False),
        (40013, LATER, True),
        (40125, LATER, True),
        (40164, LATER, True),
        (40243, LATER, True),
        (43004, NEXT, False),
        (43101, NEXT, False),
        (45015, NEXT, False),
        (45047, NEXT, False),
        (40037, NEXT, True),
        (47003, NEXT, True),
        (41030, NEXT, True),
        (43107, NEXT, True),
        (45168, NEXT, True),
        (48001, NEXT, True),
        (40003, NOBODY, False),
        (43104, NOBODY, False),
        (98765, NEXT, True),
    ],
)
def test_what_follows(code: int | None, kind: Consequence, operator: bool) -> None:
    what = consequence(code)
    assert (what.kind, what.tell_operator) == (kind, operator)
    assert what.sentence.endswith("。")


def test_an_unknown_code_is_named() -> None:
    assert "98765" in consequence(98765).sentence


@pytest.mark.parametrize(
    ("code", "now", "begins", "at"),
    [
        (None, NOW, time(0), None),
        (-1, NOW, time(0), None),
        (45011, NOW, time(0), datetime(2026, 11, 23, 2, 1, tzinfo=UTC)),
        (45009, NOW, time(0), datetime(2026, 11, 23, 16, 0, tzinfo=UTC)),
        (45009, NOW, time(12, 30), datetime(2026, 11, 23, 4, 30, tzinfo=UTC)),
        (45009, NOW, time(8, 0), datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        (
            45009,
            datetime(2026, 11, 23, 16, 0, tzinfo=UTC),
            time(0),
            datetime(2026, 11, 24, 16, 0, tzinfo=UTC),
        ),
    ],
)
def test_when_it_may_be_tried_again(
    code: int | None, now: datetime, begins: time, at: datetime | None
) -> None:
    assert next_try_at(code, now, begins) == at
