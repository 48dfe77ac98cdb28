"""Which second sendings are to be excused: each extra copy is charged to one interruption, and none excuses many."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from faults.house import Interruption
from faults.ledger import Ledger, Message
from simulator.state import Call

IN_FLIGHT = 8
"""Messages one worker process has under way at most (scheduler/deliver.py: SENDERS)."""
BEFORE = 3
"""Seconds before an interruption within which a message counts as having been under way."""
AGAIN_WITHIN = 600
"""Seconds within which it is then sent again, not counting hours jumped over: more than a round takes to settle."""
KILLS, LOST, OTHERS = "kills", "lost answers", "other interruptions"


def lost_answers(calls: Sequence[Call]) -> list[Interruption]:
    """Messages that the platform took without our hearing of it: each may be sent once more."""
    return [
        Interruption(LOST, call.at, call.at)
        for call in calls
        if "call_answer_lost" in call.fault and "/message/" in call.path and call.errcode == 0
    ]


def bounds(interruptions: Sequence[Interruption]) -> Counter[str]:
    """How many extra copies each kind of interruption may excuse."""
    total: Counter[str] = Counter()
    for each in interruptions:
        total[_kind(each)] += _room(each)
    return total


def _kind(interruption: Interruption) -> str:
    if interruption.what == LOST:
        return LOST
    return KILLS if interruption.what.startswith("kill ") else OTHERS


def _room(interruption: Interruption) -> int:
    return 1 if interruption.what == LOST else IN_FLIGHT


def excused(
    ledger: Ledger,
    extra: Counter[Message],
    interruptions: Sequence[Interruption],
    waited: Callable[[int], int],
) -> tuple[Counter[Message], Counter[str]]:
    """How many of the extra copies of each message are excused, and by what; `waited`: see Times.

    A copy is charged to an interruption at which the copy before it was under way, as long as that has room: copies
    in the order of their coming, each to the interruption that ended first (no other way excuses more), of two to
    the one with less room.
    """
    doubled: Counter[Message] = Counter()
    charged: Counter[str] = Counter()
    room = [_room(each) for each in interruptions]
    first_ended = sorted(
        range(len(interruptions)), key=lambda n: (waited(interruptions[n].ended), _room(interruptions[n]))
    )
    for before, after, message in _copies(ledger, extra, waited):
        if doubled[message] == extra[message] or after - before > AGAIN_WITHIN:
            continue
        for n in first_ended:
            each = interruptions[n]
            if room[n] and waited(each.begun) - BEFORE <= before <= waited(each.ended) + 1:
                room[n] -= 1
                doubled[message] += 1
                charged[_kind(each)] += 1
                break
    return doubled, charged


def _copies(
    ledger: Ledger, extra: Counter[Message], waited: Callable[[int], int]
) -> list[tuple[int, int, Message]]:
    """When a copy of such a message came and when the next one: in the order of their coming."""
    pairs = [
        (before, after, message)
        for message in extra
        for before, after in pairwise(sorted(map(waited, ledger.first_at[message])))
    ]
    return sorted(pairs, key=lambda pair: (pair[0], pair[1], str(pair[2])))
