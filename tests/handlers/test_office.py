"""The River Chief Office by chat: verify, transfer, decline, correct, look up, sum up, take down a call."""

from collections.abc import Callable
from typing import Any

import pytest

from handlers import texts
from models.case import Case, CaseEvent, RoutingCorrection
from models.evidence import Look
from models.notification import Notification
from models.report import Callback, Report
from tests.district import BORDER, EAST, north_of_the_river
from tests.handlers.conftest import Talker

Read = Callable[[Any], list[Any]]
Arrive = Callable[..., None]
RIVER = north_of_the_river(40)


@pytest.fixture
def proved(li: Talker, chief: Talker, photos_arrive: Arrive) -> str:
    """A case the town has proved; its ticket."""
    ticket = li.reports(RIVER)
    photos_arrive()
    prove(chief, photos_arrive)
    return ticket


def prove(chief: Talker, photos_arrive: Arrive, *, accept: bool = True) -> None:
    if accept:
        chief.says("受理 1")
    chief.says("办结 1")
    chief.photo()
    chief.says("提交")
    photos_arrive()


def test_passing_closes_the_case_and_asks_the_reporter(
    proved: str, clerk: Talker, li: Talker, all_of: Read, owed: Callable[..., list[str]]
) -> None:
    assert "待复核" in clerk.says("待办")
    assert "复核通过，已办结" in clerk.says("复核 1 通过")
    assert [c.state.value for c in all_of(Case)] == ["closed"]
    assert owed("reporter_closed") == ["reporter:reporter_closed"]
    assert "谢谢" in li.says("满意")
    assert "没有等您评价" in li.says("满意")


def test_the_second_clerk_is_told_what_the_first_did(
    proved: str, clerk: Talker, someone: Callable[[str], Talker]
) -> None:
    second = someone("clerk2")
    second.says("待办")
    clerk.says("复核 1 通过")
    answer = second.says("复核 1 通过")
    assert "周科员已于11月23日 09:00复核通过" in answer


def test_sending_back_needs_a_reason_and_gives_it_word_for_word(
    proved: str, clerk: Talker, all_of: Read, chief: Talker, photos_arrive: Arrive
) -> None:
    clerk.says("待办")
    assert "请写明不通过的理由" in clerk.says("复核 1 不通过")
    clerk.says("复核 1 不通过 岸边还有袋子，请再清")
    back = [n.says["reason"] for n in all_of(Notification) if n.sentence == "town_sent_back"]
    assert set(back) == {"岸边还有袋子，请再清"}
    prove(chief, photos_arrive, accept=False)
    assert "复核通过" in clerk.says("复核 1 通过")


def test_a_wrong_pass_is_undone(proved: str, clerk: Talker, all_of: Read) -> None:
    clerk.says("待办")
    clerk.says("复核 1 通过")
    assert "请写明重开的理由" in clerk.says("重开 1")
    assert "已重开" in clerk.says("重开 1 现场仍有排水")
    assert [c.state.value for c in all_of(Case)] == ["accepted"]


def test_not_ours_tells_the_reporter_why(li: Talker, clerk: Talker, all_of: Read) -> None:
    li.reports(RIVER)
    assert "请写明理由" in clerk.says("不属于 2026-0001")
    clerk.says("不属于 2026-0001 市政下水井，请拨打12345")
    (told,) = [n for n in all_of(Notification) if n.sentence == "reporter_declined"]
    assert told.says["reason"] == "市政下水井，请拨打12345"
    assert "已重开" in clerk.says("重开 2026-0001 核实后属于河道")
    assert [c.state.value for c in all_of(Case)] == ["assigned"]


def test_a_transfer_is_counted_for_the_reach(li: Talker, clerk: Talker, all_of: Read) -> None:
    li.reports(RIVER)
    assert "没有认出镇街“火星镇”" in clerk.says("转派 2026-0001 火星镇")
    assert "已转派北仓镇，请其于11月24日24时前受理" in clerk.says("转派 2026-0001 北仓镇").replace(
        "〔2026-0001〕", ""
    )
    (correction,) = all_of(RoutingCorrection)
    assert correction.reach_id is not None


def test_changing_the_severity_moves_the_date_and_tells_both(
    li: Talker, clerk: Talker, owed: Callable[..., list[str]]
) -> None:
    li.reports(RIVER)
    assert "改级 2026-0001 一般" in clerk.says("改级 2026-0001 很急")
    assert "11月23日10时00分前" in clerk.says("改级 2026-0001 紧急")
    assert "已经是" in clerk.says("改级 2026-0001 紧急")
    assert len(owed("town_severity")) == 3
    assert owed("reporter_new_date") == ["reporter:reporter_new_date"]


def test_changing_the_kind(li: Talker, clerk: Talker, all_of: Read) -> None:
    li.reports(RIVER)
    assert "可选" in clerk.says("改类 2026-0001 外星人")
    assert "类别已改为水体黑臭" in clerk.says("改类 2026-0001 水体黑臭")
    assert [c.kind for c in all_of(Case)] == ["水体黑臭"]


def test_a_call_is_taken_down_for_somebody_without_wechat(
    clerk: Talker, chief: Talker, all_of: Read, owed: Callable[..., list[str]], photos_arrive: Arrive
) -> None:
    assert "电话代报" in clerk.says("代报")
    clerk.says("电话 13800000000")
    clerk.says("天穆村后面的河边堆着垃圾")
    if "负责" not in clerk.says("北运河天穆镇段"):
        clerk.at(RIVER)
    assert "读给反映人" in clerk.says("提交")
    (report,) = all_of(Report)
    assert report.reporter_id is None
    assert all_of(Callback.phone) == ["13800000000"]
    assert "13800000000" in clerk.says(f"查 {report.ticket}")
    assert "13800000000" not in chief.says("详情 2026-0001")
    prove(chief, photos_arrive)
    clerk.says("复核 2026-0001 通过")
    assert sorted(owed("office_call_back")) == ["周科员:office_call_back", "郑科员:office_call_back"]


def test_looking_up_is_recorded(li: Talker, clerk: Talker, all_of: Read) -> None:
    li.reports(RIVER)
    assert "岸线垃圾" in clerk.says("查 2026-0001")
    assert "没有找到" in clerk.says("查 2026-0099")
    assert all_of(Look.what) == ["chat"]


def test_the_summary_counts_open_and_overdue_per_town(
    li: Talker, clerk: Talker, someone: Callable[[str], Talker]
) -> None:
    assert "没有在办案件" in clerk.says("汇总")
    li.reports(RIVER)
    li.reports(north_of_the_river(30, (BORDER + EAST) / 2))
    clerk.clock.forward(days=3)
    answer = someone("general").says("汇总")
    assert "天穆镇：在办 1，逾期 1" in answer
    assert "北仓镇：在办 1，逾期 1" in answer


def test_a_long_list_comes_in_pages(li: Talker, clerk: Talker) -> None:
    for n in range(40):
        li.reports(north_of_the_river(20, 117.141 + n * 0.00012), "河边有垃圾" if n % 2 else "河里有死鱼")
        clerk.clock.forward(days=31)
    first = clerk.says("待办")
    assert len(first.encode()) <= 2048
    assert "更多" in first.splitlines()[-1]
    assert clerk.says("更多").splitlines()[0][0].isdigit()


def test_a_town_cannot_do_what_is_the_offices(li: Talker, chief: Talker, all_of: Read) -> None:
    li.reports(RIVER)
    assert chief.says("转派 1 北仓镇") == texts.NOT_YOUR_OFFICE
    assert [e.what for e in all_of(CaseEvent)] == ["reported", "assign"]
