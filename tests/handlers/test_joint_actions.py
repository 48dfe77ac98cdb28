"""Joint actions and outcomes of the law by chat, for the Office alone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.joint_actions import numbers_in
from models.case import CaseEvent
from models.evidence import Evidence
from models.joint_action import JointAction
from models.law_referral import LawReferral
from models.whistle import WhistleEntry
from rules.law_referrals import LawKind, LawState
from rules.workdays import local_day
from tests.district import north_of_the_river
from tests.handlers.conftest import Talker

Read = Callable[[Any], list[Any]]


@pytest.fixture
def accepted(li: Talker, chief: Talker, clerk: Talker) -> None:
    """A case the town has accepted, which chief and clerk both call 1."""
    li.reports(north_of_the_river(40))
    chief.says("受理 1")
    clerk.says("查 2026-0001")


def test_a_joint_action_is_told_step_by_step_and_read_back(clerk: Talker, all_of: Read) -> None:
    assert "日期和地点" in clerk.says("联合行动")
    assert "日期和地点" in clerk.says("北运河")
    assert "参加单位" in clerk.says("11-20 北运河省界断面")
    assert "出动和成果" in clerk.says("区水务局、天穆镇、区公安分局")
    assert "出动和成果" in clerk.says("解决10处")  # without people there was no action
    told = clerk.says("85人 41车 4船，解决10处，违法船17艘，网具200米")
    assert told.startswith(
        "11月20日，北运河省界断面\n区水务局、天穆镇、区公安分局\n"
        "出动85人、41车、4船，解决10处，清理违法船只17艘、网具200米"
    )
    clerk.photo()
    assert "照片 1 张" in clerk.says("现场平稳")
    assert "已登记联合行动〔2026〕1号" in clerk.says("提交")
    (action,) = all_of(JointAction)
    assert (action.held_on, action.bodies, action.words) == (
        date(2026, 11, 20), "区水务局、天穆镇、区公安分局", "现场平稳",
    )  # fmt: skip
    assert [row.action_id for row in all_of(Evidence)] == [action.id]
    assert "〔2026〕1号 11月20日 北运河省界断面" in clerk.says("联合行动列表")
    assert "请写明作废的理由" in clerk.says("联合行动作废 1")
    assert "已作废" in clerk.says("联合行动作废 1 日期写错了")
    assert "（已作废）" in clerk.says("联合行动列表")


def test_it_stands_on_its_whistles_timeline(accepted: None, clerk: Talker, all_of: Read) -> None:
    clerk.says("吹哨 1 请各单位联合清理")
    for words in ("联合行动 吹哨 1", "2026-11-20 永定新河", "区水务局", "出动12人", "提交"):
        clerk.says(words)
    assert all_of(WhistleEntry)[-1].what == "action"
    assert "没有找到吹哨" in clerk.says("联合行动 吹哨 9")


def test_a_day_that_lies_ahead_is_last_years_and_no_action_is_recorded_for_tomorrow(
    clerk: Talker, all_of: Read
) -> None:
    for words in ("联合行动", "12-20 北运河", "区水务局", "3人"):
        clerk.says(words)
    clerk.says("提交")
    assert [row.held_on for row in all_of(JointAction)] == [date(2025, 12, 20)]
    for words in ("联合行动", "2026-12-20 北运河", "区水务局", "3人"):
        clerk.says(words)
    assert "不能晚于今天" in clerk.says("提交")


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("出动85人，41辆车，4艘船", {"officers": 85, "vehicles": 41, "boats": 4}),
        ("85名执法人员 车辆41 船艇4", {"officers": 85, "vehicles": 41, "boats": 4}),
        ("清理三无船只17艘，非法网具200米", {"illegal_boats": 17, "net_metres": 200}),
        ("17艘违法船，200余米地笼网", {"illegal_boats": 17, "net_metres": 200}),
        ("解决问题10处", {"sites_solved": 10}),
        ("没有数字", {}),
    ],
)
def test_numbers_as_they_are_said(said: str, numbers: dict[str, int]) -> None:
    assert numbers_in(said) == numbers


COUNT = st.integers(1, 9999)


@given(COUNT, COUNT, COUNT, COUNT, COUNT, COUNT)
def test_what_is_read_back_reads_as_it_was_meant(
    officers: int, vehicles: int, boats: int, sites: int, illegal: int, net: int
) -> None:
    said = f"{officers}人 {vehicles}车 {boats}船，解决{sites}处，违法船{illegal}艘，网具{net}米"
    assert numbers_in(said) == {
        "officers": officers, "vehicles": vehicles, "boats": boats, "sites_solved": sites,
        "illegal_boats": illegal, "net_metres": net,
    }  # fmt: skip


@given(st.text(max_size=60))
def test_whatever_is_said_of_numbers_is_no_error(said: str) -> None:
    assert all(value >= 0 for value in numbers_in(said).values())


def test_a_suggestion_of_a_case_its_answer_and_its_withdrawal(
    accepted: None, clerk: Talker, all_of: Read
) -> None:
    told = clerk.says("检察建议 案件 1 津辰检建〔2026〕5号 11-20 区检察院 清理沿岸违法建设 12-20前答复")
    assert told.startswith("已登记检察建议津辰检建〔2026〕5号〔2026-0001〕（区检察院），12月20日前答复。")
    (row,) = all_of(LawReferral)
    assert (row.kind, row.dated, row.subject) == (LawKind.SUGGESTION, date(2026, 11, 20), "清理沿岸违法建设")
    assert row.answer_due is not None
    assert local_day(row.answer_due) == date(2026, 12, 21)  # 24:00 of the 20th
    assert "law_referred" in {event.what for event in all_of(CaseEvent)}
    assert "津辰检建〔2026〕5号（区检察院）待答复 12月20日前答复 清理沿岸违法建设" in clerk.says("检察建议")
    assert "已经登记过" in clerk.says("检察建议 津辰检建〔2026〕5号 11-20 区检察院 又一次")
    assert "已登记答复" in clerk.says("检察建议答复 津辰检建〔2026〕5号 11-23 已拆除")
    assert "已答复 清理沿岸违法建设：已拆除" in clerk.says("检察建议 列表")
    assert "请写明作废的理由" in clerk.says("检察建议作废 津辰检建〔2026〕5号")
    assert "已作废" in clerk.says("检察建议作废 津辰检建〔2026〕5号 登记错了")
    assert [row.state for row in all_of(LawReferral)] == [LawState.WITHDRAWN]


def test_a_referral_to_law_enforcement_without_case_and_answer(clerk: Talker, all_of: Read) -> None:
    told = clerk.says("移送执法 津辰水移〔2026〕2号，11月20日，区城管执法支队，岸线违法搭建")
    assert "没有答复期限" in told
    assert [(row.kind, row.case_id, row.answer_due) for row in all_of(LawReferral)] == [
        (LawKind.ENFORCEMENT, None, None)
    ]
    assert "登记请回复：移送执法 文号" in clerk.says("移送执法 岸线违法搭建")
    assert "没有找到移送执法" in clerk.says("移送执法答复 9号 11-20 已查处")
    assert len(all_of(LawReferral)) == 1


@pytest.mark.parametrize("said", ["联合行动", "检察建议", "移送执法 津1号 11-20 区城管 违建", "联合行动列表"])
def test_nobody_but_the_office_may(li: Talker, chief: Talker, all_of: Read, said: str) -> None:
    assert "不在您的职务范围内" in chief.says(said)
    assert "给河长、联络员和河长办用的" in li.says(said)
    assert (all_of(LawReferral), all_of(JointAction)) == ([], [])
