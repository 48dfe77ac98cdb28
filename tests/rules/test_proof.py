"""Whether a photograph can prove a rectification."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.proof import NO_TIME, Picture, judge

REPORTED = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
PROOF = Picture("aa", "ffff0000ffff0000")
OTHER = Picture("bb", "0123456789abcdef")
FOUR_BITS_AWAY = Picture("cc", "ffff0000ffff000f")
FIVE_BITS_AWAY = Picture("dd", "ffff0000ffff001f")
SHOWS_NOTHING = Picture("ee", "")


@pytest.mark.parametrize(
    ("taken_at", "proof", "befores", "ok", "says", "mark"),
    [
        (REPORTED + timedelta(days=1), PROOF, [OTHER], True, "", ""),
        (REPORTED, PROOF, [OTHER], True, "", ""),
        (REPORTED - timedelta(seconds=1), PROOF, [OTHER], False, "早于举报时间", ""),
        (None, PROOF, [OTHER], True, "", NO_TIME),
        (None, PROOF, [], True, "", NO_TIME),
        (None, PROOF, [OTHER, PROOF], False, "与整改前的照片相同", NO_TIME),
        (None, PROOF, [FOUR_BITS_AWAY], False, "与整改前的照片相同", NO_TIME),
        (None, PROOF, [FIVE_BITS_AWAY], True, "", NO_TIME),
        (None, SHOWS_NOTHING, [Picture("ff", "")], True, "", NO_TIME),
        (None, SHOWS_NOTHING, [SHOWS_NOTHING], False, "与整改前的照片相同", NO_TIME),
        (None, SHOWS_NOTHING, [PROOF], True, "", NO_TIME),
    ],
)
def test_the_verdict(
    taken_at: datetime | None, proof: Picture, befores: list[Picture], ok: bool, says: str, mark: str
) -> None:
    verdict = judge(taken_at, proof, REPORTED, befores, bits=4)
    assert verdict.ok is ok
    assert says in verdict.reason
    assert verdict.mark == mark


def test_times_of_another_zone_are_compared_as_moments() -> None:
    local = (REPORTED + timedelta(minutes=1)).astimezone(ZoneInfo("Asia/Shanghai"))
    assert judge(local, PROOF, REPORTED, [], bits=4).ok
