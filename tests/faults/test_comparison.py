"""The comparison notices what it is there to notice: lost, doubled, changed, untrue; and excuses only with reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from faults.comparison import Findings, compare
from faults.doubled import IN_FLIGHT, KILLS, LOST, OTHERS, lost_answers
from faults.house import Interruption
from faults.ledger import Ledger, Message
from simulator.state import Call
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


def test_a_message_whose_cause_was_settled_before_it_could_leave_is_owed_no_more_but_once_at_most() -> None:
    late = ledger()
    late.overtaken, late.owed, late.received = late.owed, Counter(), Counter()
    assert (found(late).differences, found(late).overtaken) == ([], late.overtaken.total())
    late.received = late.overtaken.copy()
    assert found(late).differences == [], "taken by the platform before it was let go"
    late.received = late.overtaken + late.overtaken
    assert found(late).differences != []


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


def test_of_a_withdrawn_report_a_lost_photo_is_not_asked_for_again_but_must_be_written_down_as_lost() -> None:
    withdrawn = replace(FILED, withdrawn=True)
    lost = replace(withdrawn, photos=(), lost=1)
    assert found(ledger(filed=lost), ledger(filed=withdrawn)).differences == []
    assert found(ledger(filed=replace(lost, lost=0)), ledger(filed=withdrawn)).differences != []
    assert found(ledger(filed=replace(FILED, photos=(), lost=1))).differences != [], "this one is asked for"


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
    assert difference == f"{TOLD} came 2 times, owed 1, 1 without an interruption"


def test_a_message_doubled_by_a_kill_is_counted_and_bounded() -> None:
    findings = found(ledger(came=2), interruptions=[KILL])
    assert findings.differences == []
    assert findings.doubled == {TOLD: 1}
    assert findings.charged == {KILLS: 1}
    assert findings.bounds == {KILLS: IN_FLIGHT}


def test_a_kill_long_after_a_message_excuses_nothing() -> None:
    assert found(ledger(came=2, at=900), interruptions=[KILL]).differences != []


def test_a_copy_that_comes_hours_after_a_kill_is_not_excused_by_it() -> None:
    late = ledger(came=2)
    late.first_at[TOLD] = [1000, 5000]
    assert found(late, interruptions=[KILL]).differences == [
        f"{TOLD} came 2 times, owed 1, 1 without an interruption"
    ]


def test_one_copy_under_way_excuses_one_more_and_not_three() -> None:
    often = ledger(came=4)
    often.first_at[TOLD] = [1000, 1062, 1124, 1186]
    assert found(often, interruptions=[KILL]).differences == [
        f"{TOLD} came 4 times, owed 1, 2 without an interruption"
    ]


def doubled(many: int) -> Ledger:
    """So many messages, each of which came twice."""
    told = [replace(TOLD, number=f"2026-{n:04}") for n in range(1, many + 1)]
    twice = ledger()
    twice.owed = Counter(dict.fromkeys(told, 1))
    twice.received = Counter(dict.fromkeys(told, 2))
    twice.first_at = {message: [1000, 1061] for message in told}
    return twice


@pytest.mark.parametrize(
    ("many", "interruptions", "left", "charged"),
    [
        (IN_FLIGHT, [KILL], 0, {KILLS: 8}),
        (IN_FLIGHT + 1, [KILL], 1, {KILLS: 8}),
        (IN_FLIGHT + 1, [KILL, Interruption("clock jump", 990, 1010)], 0, {KILLS: 8, OTHERS: 1}),
        (2, [Interruption(LOST, 1000, 1000)], 1, {LOST: 1}),
        (2, [Interruption(LOST, 1000, 1000), Interruption(LOST, 1001, 1001)], 0, {LOST: 2}),
        (2, [KILL, Interruption(LOST, 1001, 1001)], 0, {LOST: 1, KILLS: 1}),
    ],
)
def test_an_interruption_excuses_no_more_than_were_under_way(
    many: int, interruptions: Sequence[Interruption], left: int, charged: dict[str, int]
) -> None:
    findings = found(doubled(many), interruptions=interruptions)
    assert len(findings.differences) == left
    assert findings.charged == charged
    assert findings.doubled.total() == findings.charged.total() == many - left


def test_only_answers_that_were_lost_to_messages_the_platform_took_are_counted() -> None:
    def call(path: str, errcode: int, fault: str) -> Call:
        return Call(1, 1000, "POST", path, {}, errcode, fault)

    custom = "/cgi-bin/message/custom/send"
    calls = [
        call(custom, 0, ""),
        call(custom, 45015, "call_answer_lost"),
        call("/cgi-bin/user/info", 0, "call_answer_lost"),
        call(custom, 0, "call_40001、call_answer_lost"),
    ]
    assert lost_answers(calls) == [Interruption(LOST, 1000, 1000)]


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


REMINDER = Message("chief_tianmu", "town_overdue", "2026-0001")


def reminded(many: int = 1, sentence: str = "town_overdue") -> Ledger:
    """With so many reminders of different cases."""
    more = ledger()
    more.by_time.add(sentence)
    more.sentences["chief_tianmu", sentence] = many
    for n in range(1, many + 1):
        reminder = Message("chief_tianmu", sentence, f"2026-{n:04}")
        more.owed[reminder] = more.received[reminder] = 1
        more.first_at[reminder] = [1000]
    return more


def test_what_days_alone_bring_about_may_be_more_but_must_come_once() -> None:
    more = reminded()
    assert found(more).differences == []
    assert found(more).extra == {"town_overdue": 1}
    more.received[REMINDER] = 2
    more.first_at[REMINDER] = [1000, 1060]
    assert found(more).differences == [f"{REMINDER} came 2 times, owed 1, 1 without an interruption"]


def test_reminders_that_are_missing_are_noticed() -> None:
    assert found(ledger(), reminded(5)).differences == [
        "chief_tianmu is owed town_overdue 0 times instead of 5"
    ]


def test_a_later_reminder_to_the_same_person_stands_for_one_that_was_passed_over() -> None:
    later = reminded(1, "town_overdue")
    assert found(later, reminded(1, "town_half_time")).differences == []
    assert found(later, reminded(2, "town_half_time")).differences == [
        "chief_tianmu is owed town_half_time 0 times instead of 2"
    ]


def test_of_one_matter_nobody_is_reminded_twice_a_day() -> None:
    more = reminded()
    more.owed[REMINDER] = more.received[REMINDER] = more.sentences["chief_tianmu", "town_overdue"] = 3
    assert found(more).differences == [f"{REMINDER} is owed 3 times on 1 dates"]
    assert compare(more, ledger(), [], [], lambda moment: moment, dates=3).differences == []
