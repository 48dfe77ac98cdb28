"""Publishing in trouble: killed anywhere, answers lost, the platform away or refusing, content it would not take."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.wechat import WeChatUnreachable
from models.publication import PublicationState
from rules.months import Month
from rules.refusal import Refusal
from scheduler.publish import publish_due
from services import publications
from services.desk import Desk
from tests.press import PNG, Press, an_edition, freeze

SUBMIT, SEND = "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""The troubles are the network's and the process's: one database is enough (test_publish.py has both)."""


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """A desk whose process dies at the n-th transaction: before it, or right after its commit."""

    def __init__(self, desk: Desk, n: int, *, after: bool) -> None:
        self.desk, self.left, self.after = desk, n, after
        self.clock = desk.clock

    def do(self, step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        result = self.desk.do(step, *args, **kwargs)
        if self.left == 0:
            raise Killed
        return result

    def look(self, step: Callable[..., Any], *args: Any) -> Any:
        return self.desk.look(step, *args)


@pytest.mark.parametrize(
    ("channel", "after"), [("freepublish", False), ("freepublish", True), ("mass", True)]
)
def test_killed_between_any_two_steps_it_continues_where_it_stopped(
    press: Press, channel: str, after: bool
) -> None:
    killed = 0
    for n in range(1, 40):
        month = Month(2020 + n // 12, n % 12 + 1)
        press.desk.do(freeze, str(month))
        press.desk.do(publications.publish, month, "周科员", channel)
        try:
            publish_due(press.printer(Mortal(press.desk, n, after=after)))
        except Killed:
            killed += 1
        for minutes in (3, 12, 12, 12):  # its lease runs out, and what was asked for is looked for
            press.later(minutes=minutes)
            if press.runs() == 0 and press.row().state is PublicationState.PUBLISHED:
                break
        assert press.row().state is PublicationState.PUBLISHED, (n, press.row().trouble)
        there = [
            a for a in press.platform.articles() if press.row().client_id in a["news"]["content_source_url"]
        ]
        assert len(there) == 1, n
        press.later(days=10)
        if n > killed:
            break
    assert killed >= 10
    drafts = press.sim.world.drafts
    assert len(drafts) == (0 if channel == "freepublish" else killed + 1)


def test_an_answer_lost_after_submitting_is_found_out_not_asked_again(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SUBMIT, times=1)
    press.platform.breaks("publish_silent")
    press.wants()
    press.runs()
    assert press.row().state is PublicationState.DRAFTED
    assert press.row().asked_at is not None
    press.later(minutes=1)
    press.runs()
    assert press.row().state is PublicationState.PUBLISHED
    assert press.asked("freepublish/submit") == 1
    assert len(press.platform.articles()) == 1


def test_an_answer_lost_whose_event_came_is_known_by_it(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SUBMIT, times=1)
    press.wants()
    press.runs()
    press.hears()
    press.later(minutes=1)
    press.runs()
    assert press.row().publish_id == press.platform.articles()[0]["publish_id"]
    assert press.row().state is PublicationState.PUBLISHED


def test_an_answer_lost_and_rejected_is_known_by_the_event(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SUBMIT, times=1)
    press.platform.breaks("publish_refused", times=1)
    press.wants()
    press.runs()
    press.hears()
    press.later(minutes=1)
    press.runs()
    assert press.row().state is PublicationState.REJECTED
    assert "审核没有通过" in press.row().trouble


def test_a_call_that_never_arrived_is_made_again_after_it_was_looked_for(press: Press) -> None:
    press.platform.breaks("call_reset", path=SUBMIT, times=1)
    press.wants()
    for _ in range(30):
        press.runs()
        press.later(minutes=1)
    press.hears()
    assert press.row().state is PublicationState.PUBLISHED
    assert press.asked("freepublish/submit") == 1  # the lost one never arrived
    assert press.asked("freepublish/batchget") >= 2


def test_a_draft_whose_answer_was_lost_is_found_there(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path="/cgi-bin/draft/add", times=1)
    press.wants()
    press.runs()
    press.later(minutes=1)
    press.runs()
    press.hears()
    assert press.row().state is PublicationState.PUBLISHED
    assert press.asked("draft/add") == 1
    assert press.sim.world.drafts == {}


def test_a_mass_message_whose_answer_was_lost_is_never_sent_twice(press: Press) -> None:
    li = press.platform.person("li")
    press.platform.breaks("call_answer_lost", path=SEND, times=1)
    press.platform.breaks("call_busy", path=SEND, code=45066, skip=1, times=1)  # asked again too soon
    press.platform.breaks("mass_silent")
    press.wants("mass")
    for _ in range(8):
        press.runs()
        press.later(minutes=1)
    assert press.row().state is PublicationState.PUBLISHED
    assert press.row().publish_id == str(press.sim.world.mass[0]["msg_id"])  # as 45065 said
    assert [line["kind"] for line in li.inbox()] == ["mass"]


def test_a_mass_message_in_doubt_for_a_day_is_not_sent_again_by_itself(press: Press) -> None:
    li = press.platform.person("li")
    press.platform.breaks("call_answer_lost", path=SEND, times=1)
    press.wants("mass")
    press.runs()
    press.later(hours=25)
    press.runs()
    assert press.row().state is PublicationState.REJECTED
    assert "--not-sent" in press.row().trouble
    with pytest.raises(Refusal, match="--not-sent"):
        press.wants("mass")
    assert len(li.inbox()) == 1
    press.wants("mass", not_sent=True)
    assert press.row().state is PublicationState.WANTED


class Away:
    """A platform that cannot be reached."""

    def __getattr__(self, name: str) -> Any:
        raise WeChatUnreachable("nobody answers")


def test_while_the_platform_is_away_it_is_tried_slower_and_slower_then_given_up(press: Press) -> None:
    printer = replace(press.printer(), wechat=Away())  # type: ignore[arg-type]
    press.wants()
    waits: list[float] = []
    while len(waits) < 7:
        publish_due(printer)
        waits.append((press.row().due_at - press.clock()).total_seconds() / 60)
        press.clock.forward(minutes=waits[-1])
    press.clock.forward(days=3)
    publish_due(printer)
    assert waits == [1, 2, 5, 15, 30, 60, 60]
    assert press.row().state is PublicationState.REJECTED
    assert "试了三天" in press.row().trouble
    assert len(press.told("office_publication_failed")) == 2
    press.wants()
    press.runs()
    press.hears()
    assert press.row().state is PublicationState.PUBLISHED


def test_the_days_calls_used_up_it_waits_for_the_next_day(press: Press) -> None:
    press.platform.breaks("call_45009", times=1)
    press.wants()
    press.runs()
    assert press.row().due_at.isoformat() == "2026-11-09T16:00:00+00:00"  # midnight in China
    press.later(hours=15)
    press.runs()
    press.hears()
    assert press.row().state is PublicationState.PUBLISHED


def test_a_refused_token_is_renewed_once_and_else_tried_later(press: Press) -> None:
    press.platform.breaks("call_40001", times=2)
    press.wants()
    press.runs()
    assert press.row().state is PublicationState.WANTED
    press.later(minutes=1)
    press.runs()
    press.hears()
    assert press.row().state is PublicationState.PUBLISHED


def test_without_the_right_to_publish_the_office_hears_at_once(press: Press) -> None:
    press.platform.breaks("call_48001", path=SUBMIT)
    press.wants()
    press.runs()
    assert press.row().state is PublicationState.REJECTED
    assert press.row().asked_at is None
    assert "权限" in press.told("office_publication_failed")[0][1]["reason"]


def test_a_draft_somebody_deleted_is_made_anew(press: Press) -> None:
    press.platform.breaks("call_45011", path=SUBMIT, times=1)
    press.wants()
    press.runs()
    press.sim.world.drafts.clear()
    for _ in range(5):
        press.later(minutes=2)
        press.runs()
    press.hears()
    assert press.row().state is PublicationState.PUBLISHED
    assert press.asked("draft/add") == 2


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"pictures": {"整改前后": PNG + bytes(1_200_000)}}, "“整改前后”有 1.20 MB"),
        ({"title": "长" * 33}, "标题有 33 个字"),
        ({"content_with": lambda urls: "字" * 20_000}, "20000 个字符"),
    ],
)
def test_what_the_platform_would_not_take_is_refused_with_a_sentence(
    press: Press, changed: dict[str, Any], why: str
) -> None:
    from services.editions import check

    edition = an_edition(**changed)

    def compose(work: Any, number: int) -> Any:
        check(edition)
        return edition

    press.compose = compose
    press.wants()
    press.runs()
    assert press.row().state is PublicationState.REJECTED
    assert why in press.row().trouble
    assert why in press.told("office_publication_failed")[0][1]["reason"]
    assert press.asked("freepublish/submit") == 0


def test_a_draft_that_cannot_be_composed_is_tried_later(press: Press) -> None:
    def compose(work: Any, number: int) -> Any:
        raise ZeroDivisionError

    press.compose = compose
    press.wants()
    press.runs()
    assert press.row().state is PublicationState.WANTED
    assert "内部出错" in press.row().trouble
    assert press.row().due_at > press.clock()
