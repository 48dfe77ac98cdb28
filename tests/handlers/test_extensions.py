"""More time for a rectification: asked for by the town, granted or refused by the Office, told to all with the reason."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.extensions import days_in
from models.case import Case, CaseEvent
from models.extension import Extension, ExtensionState
from models.notification import Delivery, Notification
from services import delivery
from services.desk import Desk
from tests.conftest import Clock
from tests.district import north_of_the_river
from tests.handlers.conftest import Talker

Read = Callable[[Any], list[Any]]
Arrive = Callable[..., None]
Owed = Callable[..., list[str]]
RIVER = north_of_the_river(40)
DUE = datetime(2026, 11, 30, 16, tzinfo=UTC)
"""24:00 of Monday 30 November: accepted on Monday the 23rd, five working days."""


@pytest.fixture
def accepted(li: Talker, chief: Talker) -> str:
    """A case in rectification; its reporter's ticket."""
    ticket = li.reports(RIVER)
    chief.says("受理 1")
    return ticket


def test_asked_granted_and_everybody_told_the_new_date_and_why(
    accepted: str, li: Talker, chief: Talker, clerk: Talker, owed: Owed, all_of: Read
) -> None:
    answer = chief.says("延期 1 3 连日降雨，无法施工，电话13812345678")
    assert answer == "〔2026-0001〕已申请延期 3 个工作日，等河长办答复。答复前期限仍为11月30日24时前。"
    assert owed("office_extension_asked") == [
        "周科员:office_extension_asked",
        "郑科员:office_extension_asked",
    ]
    assert "申请延期3个工作日：连日降雨，无法施工，电话" in clerk.says("待办")
    assert "准 1／不准 1 理由" in clerk.says("详情 1")
    assert clerk.says("准 1") == (
        "〔2026-0001〕已批准延期，新的整改期限：12月3日24时前，并告知镇街和反映人。"
    )
    assert owed("town_extended", "reporter_extended") == [
        "王镇长:town_extended", "赵联络员:town_extended", "孙村长:town_extended", "reporter:reporter_extended",
    ]  # fmt: skip
    told = {n.sentence: n.says for n in all_of(Notification)}
    assert told["reporter_extended"]["deadline"] == "12月3日24时前"
    for sentence in ("reporter_extended", "town_extended"):
        assert "连日降雨，无法施工" in told[sentence]["reason"]
        assert "13812345678" not in told[sentence]["reason"]
    (case,) = all_of(Case)
    assert (case.rectify_by, case.for_office) == (DUE + timedelta(days=3), "")
    (row,) = all_of(Extension)
    assert (row.state, row.days, row.due_before, row.due_after) == (
        ExtensionState.GRANTED, 3, DUE, DUE + timedelta(days=3),
    )  # fmt: skip
    events = {event.what: event for event in all_of(CaseEvent)}
    assert row.asked_by == events["extension_asked"].actor
    assert row.decided_by == events["extension_granted"].actor
    assert "12月3日24时前" in li.says("进度")
    assert "延长3个工作日，已批准" in chief.says("详情 1")


def test_refused_with_a_reason_the_date_stays_and_the_reporter_hears_nothing(
    accepted: str, chief: Talker, clerk: Talker, owed: Owed, all_of: Read
) -> None:
    chief.says("延期 1 2天 等待挖掘机")
    assert "申请延期2个工作日" in clerk.says("待办")
    assert "请写明不准延期的理由" in clerk.says("不准 1")
    assert "未批准延期，期限仍为11月30日24时前" in clerk.says("不准 1 设备已到场")
    assert owed("town_extension_refused")[0] == "王镇长:town_extension_refused"
    assert owed("reporter_extended") == []
    (row,) = all_of(Extension)
    assert (row.state, row.remark, row.due_after) == (ExtensionState.REFUSED, "设备已到场", None)
    assert [case.rectify_by for case in all_of(Case)] == [DUE]
    assert "已申请延期" in chief.says("延期 1 1 再给一天")  # refused is not granted: they may ask again


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("延期 1", "请写明延长几个工作日和理由"),
        ("延期 1 3", "请写明延长几个工作日和理由"),
        ("延期 1 降雨", "请写明延长几个工作日和理由"),
        ("延期 1 5号桥封闭施工", "请写明延长几个工作日和理由"),
        ("延期 1 0 降雨", "延期应在 1 至 5 个工作日之间，您写的是 0。"),
        ("延期 1 6 降雨", "延期应在 1 至 5 个工作日之间，您写的是 6。"),
        ("延期 1 十天 降雨", "延期应在 1 至 5 个工作日之间，您写的是 10。"),
        ("延期 9 3 降雨", "没有找到编号 9 的案件"),
        ("延期", "请带上编号，例如“延期 1”"),
    ],
)
def test_what_cannot_be_asked_is_answered_in_a_sentence(
    accepted: str, chief: Talker, all_of: Read, said: str, answer: str
) -> None:
    assert answer in chief.says(said)
    assert all_of(Extension) == []


@pytest.mark.parametrize(
    "said", ["延期 1 3 降雨", "延期1，3天，降雨", "申请延期 2026-0001 三个工作日 降雨", "延期 1 3日降雨"]
)
def test_it_may_be_said_in_several_ways(accepted: str, chief: Talker, all_of: Read, said: str) -> None:
    assert "已申请延期 3 个工作日" in chief.says(said)
    assert [(row.days, row.reason) for row in all_of(Extension)] == [(3, "降雨")]


@pytest.mark.parametrize(
    ("text", "days"),
    [("3", 3), ("０３", 3), ("两", 2), ("十", 10), ("十二", 12), ("二十", 20), ("", None), (None, None)],
)
def test_days_as_they_are_written(text: str | None, days: int | None) -> None:
    assert days_in(text) == days


def test_after_the_date_it_is_too_late_to_ask_and_before_it_is_not(
    accepted: str, chief: Talker, clock: Clock
) -> None:
    clock.set(DUE)
    assert "整改期限已过，不能再申请延期" in chief.says("延期 1 3 降雨")
    clock.set(DUE - timedelta(seconds=1))
    assert "已申请延期" in chief.says("延期 1 3 降雨")


def test_once_it_was_granted_there_is_no_second(accepted: str, chief: Talker, clerk: Talker) -> None:
    chief.says("延期 1 1 降雨")
    assert "已有一次延期申请，正等待河长办答复" in chief.says("延期 1 2 降雨")
    clerk.says("准 2026-0001")
    assert "该案件已延期 1 次，不能再申请延期" in chief.says("延期 1 1 仍在降雨")
    assert "延期" not in chief.says("详情 1").splitlines()[-1]


def test_only_what_is_being_rectified_and_only_by_the_own_town(
    li: Talker, chief: Talker, clerk: Talker, someone: Callable[[str], Talker], photos_arrive: Arrive
) -> None:
    li.reports(RIVER)
    assert "只有整改中的案件可以申请延期，该案件待受理" in chief.says("延期 2026-0001 3 降雨")
    chief.says("受理 1")
    assert "没有找到编号" in someone("chief2").says("延期 2026-0001 3 降雨")
    assert "不在您的职务范围内" in clerk.says("延期 2026-0001 3 降雨")
    assert "给河长、联络员和河长办用的" in li.says("准 1")
    chief.says("办结 1")
    chief.photo()
    chief.says("提交")
    photos_arrive()
    assert "该案件待复核" in chief.says("延期 1 3 降雨")


def test_the_second_clerk_is_told_what_the_first_did(
    accepted: str, chief: Talker, clerk: Talker, someone: Callable[[str], Talker]
) -> None:
    second = someone("clerk2")
    chief.says("延期 1 3 降雨")
    second.says("待办")
    clerk.says("待办")
    clerk.says("准 1")
    assert "周科员已于11月23日 09:00批准延期" in second.says("不准 1 已具备条件")
    again = second.says("不准 1 已具备条件")
    assert "没有等待答复的延期申请" in again
    assert "周科员已于11月23日 09:00批准延期" in again


def test_without_a_request_there_is_nothing_to_answer(accepted: str, clerk: Talker) -> None:
    assert "没有等待答复的延期申请" in clerk.says("准 2026-0001")
    assert "现在没有等待答复的延期申请" in clerk.says("延期申请")
    assert "请回复“准 2026-0001”" in clerk.says("准 2026-0001 吧")


def test_what_waits_is_listed(accepted: str, chief: Talker, clerk: Talker) -> None:
    chief.says("延期 1 3 降雨")
    listed = clerk.says("延期申请")
    assert "11月30日24时前延长3个工作日。请回复：准 1／不准 1 理由" in listed


def test_the_mark_is_not_taken_away_unanswered(accepted: str, chief: Talker, clerk: Talker) -> None:
    chief.says("延期 1 3 降雨")
    assert "请答复：准 2026-0001" in clerk.says("核对 2026-0001")
    clerk.says("准 2026-0001")
    assert "没有需要核对的提示" in clerk.says("核对 2026-0001")


def test_a_request_lapses_where_the_case_goes_to_another_town(
    accepted: str, chief: Talker, clerk: Talker, all_of: Read
) -> None:
    chief.says("延期 1 3 降雨")
    clerk.says("待办")
    clerk.says("转派 1 北仓镇")
    if not all_of(Extension)[0].decided_at:
        clerk.says("转派 1 北仓镇")
    assert [row.state for row in all_of(Extension)] == [ExtensionState.LAPSED]


def test_a_proof_sent_back_keeps_the_date_that_was_granted(
    accepted: str, chief: Talker, clerk: Talker, all_of: Read, photos_arrive: Arrive
) -> None:
    chief.says("延期 1 5 降雨")
    clerk.says("准 2026-0001")
    chief.says("办结 1")
    chief.photo()
    chief.says("提交")
    photos_arrive()
    clerk.says("复核 2026-0001 不通过 仍有垃圾")
    (case,) = all_of(Case)
    assert (case.state.value, case.rectify_by) == ("accepted", DUE + timedelta(days=7))


def test_asked_in_time_it_may_be_granted_late_while_the_new_date_lies_ahead(
    accepted: str, chief: Talker, clerk: Talker, clock: Clock
) -> None:
    chief.says("延期 1 1 降雨")
    clock.set(DUE + timedelta(hours=30))
    assert "延长后的期限（12月1日24时前）也已经过了，请回复“不准 2026-0001 理由”" in clerk.says(
        "准 2026-0001"
    )
    clock.set(DUE + timedelta(hours=10))
    assert "新的整改期限：12月1日24时前" in clerk.says("准 2026-0001")


def test_a_clerk_is_not_called_in_the_morning_for_what_was_answered_at_night(
    li: Talker, chief: Talker, clerk: Talker, clock: Clock, desk: Desk, all_of: Read
) -> None:
    li.reports(RIVER)
    chief.says("受理 1")
    clock.set(datetime(2026, 11, 23, 13, tzinfo=UTC))  # 21:00
    chief.says("延期 1 3 降雨")
    clerk.says("准 2026-0001")
    clock.set(datetime(2026, 11, 24, 0, tzinfo=UTC))
    desk.do(delivery.lease, 50)
    asked = [n for n in all_of(Notification) if n.sentence == "office_extension_asked"]
    assert {(n.delivery, n.reason) for n in asked} == {(Delivery.POINTLESS, "发出前已有答复")}


def test_everybody_can_find_it_in_the_help(chief: Talker, clerk: Talker) -> None:
    assert "“延期 编号 天数 理由”" in chief.says("帮助")
    assert "“准 编号”“不准 编号 理由”" in clerk.says("帮助")
