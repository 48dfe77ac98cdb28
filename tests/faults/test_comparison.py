"""The comparison notices what it is there to notice: lost, doubled, changed, untrue; and excuses only with reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from faults.comparison import IN_FLIGHT, Findings, compare
from faults.house import Interruption
from faults.ledger import Ledger, Message
from tests.faults.ledgers import FILED, TOLD, ledger

SUBMITTED = {"openid": "openid", "reply": {"text": "提交成功，编号 1111-2222-3333-44"}}
KILL = Interruption("kill work", 1001, 1001)


def found(
    disturbed: Ledger,
    undisturbed: Ledger | None = None,
    pushes: Sequence[dict[str, Any]] = (),
    interruptions: Sequence[Interruption] = (),
) -> Findings:
    return compare(disturbed, undisturbed or ledger(), pushes, interruptions, lambda moment: moment)


def test_two_like_runs_do_not_differ() -> None:
    assert found(ledger(), pushes=[SUBMITTED]) == Findings()


def test_a_lost_report_is_noticed() -> None:
    assert found(ledger(reports=0)).differences == ["report 0001A was lost"]


def test_a_doubled_report_is_noticed() -> None:
    assert found(ledger(reports=2)).differences == ["report 0001A is there 2 times instead of 1"]


def test_a_report_that_nobody_made_is_noticed() -> None:
    assert found(ledger(), ledger(reports=0)).differences == ["report 0001A is there 1 times instead of 0"]


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("photos", ()),
        ("state", "closed"),
        ("words", "垃圾"),
        ("with_", ("0001A", "0002A")),
        ("longitude", 117.2),
    ],
)
def test_a_changed_report_is_noticed_and_what_changed(what: str, value: object) -> None:
    changed = replace(FILED, **{what: value})  # type: ignore[arg-type]
    (difference,) = found(ledger(filed=changed)).differences
    assert difference.startswith(f"report 0001A: {what} {value!r} instead of ")


def test_a_message_that_never_came_is_noticed() -> None:
    assert found(ledger(came=0)).differences == [f"{TOLD} came 0 times, owed 1"]


def test_a_message_that_was_given_up_is_noticed() -> None:
    given_up = ledger()
    given_up.unsent[TOLD] += 1
    assert found(given_up).differences == [f"never sent: {TOLD} ×1"]


def test_a_message_that_nobody_owed_is_noticed() -> None:
    unasked = ledger()
    unasked.owed.clear()
    assert found(unasked).differences == [f"nobody owed {TOLD}, it came 1 times"]


def test_a_doubled_message_is_noticed() -> None:
    (difference,) = found(ledger(came=2)).differences
    assert difference == f"{TOLD} came 2 times, owed 1, without an interruption"


def test_a_message_doubled_by_a_kill_is_counted_and_bounded() -> None:
    findings = found(ledger(came=2), interruptions=[KILL])
    assert findings.differences == []
    assert findings.doubled == {TOLD: 1}
    assert findings.bound == IN_FLIGHT


def test_a_kill_long_after_a_message_excuses_nothing() -> None:
    assert found(ledger(came=2, at=900), interruptions=[KILL]).differences != []


def test_a_message_owed_twice_is_noticed_though_it_came_as_often() -> None:
    twice = ledger(came=2)
    twice.owed[TOLD] = 2
    twice.sentences["chief_tianmu", "town_closed"] = 2
    assert found(twice).differences == ["chief_tianmu is owed town_closed 2 times instead of 1"]


def test_a_message_about_the_fault_itself_is_no_difference_but_counted() -> None:
    more = ledger()
    more.sentences["resident01", "reporter_photo_missing"] = 1
    assert found(more).differences == []
    assert found(more).extra == {"reporter_photo_missing": 1}


def test_a_reporter_told_of_a_report_that_is_not_there_is_noticed() -> None:
    lost = ledger(reports=0)
    differences = found(lost, lost, [SUBMITTED]).differences
    assert differences[0] == "openid was told of 1111-2222-3333-44, which is not there"
    assert differences[1].startswith("a reply was given that is not stored")


def test_a_reporter_told_of_somebody_elses_report_is_noticed() -> None:
    theirs = ledger()
    theirs.replies = Counter({"提交成功，编号 1111-2222-3333-44": 2})
    other = {**SUBMITTED, "openid": "another"}
    assert found(theirs, pushes=[SUBMITTED, other]).differences == [
        "another was told of 1111-2222-3333-44, which is not there"
    ]


def test_who_is_told_that_it_was_not_stored_is_told_the_truth() -> None:
    busy = {"openid": "openid", "reply": {"text": "系统忙，刚才这条没有收到，请过一会儿再发一次。"}}
    silent = {"openid": "openid", "reply": None}
    assert found(ledger(), pushes=[SUBMITTED, busy, silent]).differences == []


def test_what_days_alone_bring_about_may_differ_but_must_come_once() -> None:
    reminded = ledger()
    reminder = Message("chief_tianmu", "town_overdue", "2026-0001")
    reminded.by_time.add("town_overdue")
    reminded.owed[reminder] = reminded.received[reminder] = 1
    reminded.sentences["chief_tianmu", "town_overdue"] = 1
    assert found(reminded).differences == []
    assert found(ledger(), reminded).differences == []
    reminded.received[reminder] = 2
    reminded.first_at[reminder] = [1000, 1060]
    assert found(reminded).differences == [f"{reminder} came 2 times, owed 1, without an interruption"]
