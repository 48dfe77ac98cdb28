"""A verb alone is answered with the whole command, and lists say what an order or a talk asks for next."""

from collections.abc import Callable
from typing import Any

import pytest

from models.case import Case
from models.notification import Notification
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import BORDER, north_of_the_river
from tests.handlers.conftest import Talker
from tests.town_life import china


@pytest.fixture
def accepted(li: Talker, chief: Talker, clerk: Talker) -> None:
    """A case the town has accepted, which chief and clerk both call 1."""
    li.reports(north_of_the_river(40))
    chief.says("受理 1")
    clerk.says("查 2026-0001")


def test_a_verb_without_its_number_is_answered_with_the_whole_command(
    accepted: None, clerk: Talker, chief: Talker, li: Talker, all_of: Callable[[Any], list[Any]]
) -> None:
    for said, usage in [
        ("督办", "督办 编号 理由"), ("审核 通过", "审核 编号 通过"), ("约谈时间", "约谈时间 编号"), ("准", "准 编号"),
        ("吹哨 上游村", "吹哨 案件编号 需要谁做什么"),
    ]:  # fmt: skip
        assert usage in clerk.says(said)
    assert "答复 编号" in chief.says("答复")
    assert "没有听明白" in li.says("督办")
    assert len(all_of(Case)) == 1


def test_lists_and_details_say_what_an_order_and_a_talk_ask_for(
    accepted: None, clerk: Talker, chief: Talker
) -> None:
    clerk.says("督办 1 多次催办仍未整改")
    assert "督办单〔2026〕1号待答复，11月26日24时前（答复 1）" in chief.says("待办")
    chief.says("答复 1 已组织清理")
    chief.photo()
    chief.says("提交")
    assert "待答复" not in chief.says("待办")
    assert "“审核 编号 通过”" in clerk.says("待办")
    clerk.says("约谈 1 整改不力")
    assert "“约谈时间 编号 12-01 14:00 地点”" in clerk.says("待办")
    assert "约谈〔2026〕1号：待安排（请回复：约谈时间 1" in clerk.says("详情 1")
    clerk.says("约谈时间 1 11-24 14:00 会议室")
    assert "约谈〔2026〕1号：已定日期，11月24日 14:00，会议室（谈完请回复：纪要 1）" in clerk.says("详情 1")
    assert "约谈〔2026〕1号：已定日期，11月24日 14:00，会议室\n" in chief.says("详情 1")


def test_what_is_handed_down_is_no_telephone_call(clerk: Talker) -> None:
    assert "录入暗查暗访的问题" in clerk.says("暗查暗访")
    clerk.at(north_of_the_river(40, (117.1 + BORDER) / 2))
    clerk.says("河边有垃圾")
    told = clerk.says("提交")
    assert "已记为暗查暗访〔2026-0001〕" in told
    assert "回电" not in told
    assert "来源：暗查暗访" in clerk.says("查 2026-0001")


def test_urged_after_the_date_says_that_it_has_passed(
    accepted: None, clerk: Talker, clock: Clock, all_of: Callable[[Any], list[Any]]
) -> None:
    clock.set(china("2026-12-07 10:00"))
    clerk.says("催办 1 群众又来电")
    tasks = [row.says["task"] for row in all_of(Notification) if row.sentence == "town_urged"]
    assert set(tasks) == {"完成整改（已逾期）"}


def test_a_command_said_in_the_middle_of_a_conversation_is_not_lost_without_a_word(
    accepted: None, clerk: Talker, chief: Talker, li: Talker
) -> None:
    chief.says("办结 1")
    assert "没有作为命令办理" not in chief.says("已清理完毕，共运走三车")
    told = chief.says("吹哨 1 请区水务局封堵上游排口")
    assert told.startswith("提示：您正在写“整改材料”，刚才这句没有作为命令办理。")
    assert "\n已收到整改材料：文字说明" in told
    clerk.says("代报")
    assert "没有作为命令办理" in clerk.says("撤哨 2 不用了")
    li.photo()
    assert "没有作为命令办理" not in li.says("督办 1 河边有垃圾")  # nobody's command: words like any others


def test_what_waits_for_the_office_is_named_before_what_could_not_be_delivered(
    accepted: None, clerk: Talker, desk: Desk
) -> None:
    def marked(work: Work) -> None:
        case = work.session.get_one(Case, 1)
        case.mark(
            "消息未能送达赵联络员：本人 48 小时内没有与公众号互动，无法发客服消息，已改发模板消息也没有成功"
        )
        case.mark("督办单〔2026〕1号的答复待审核")

    desk.do(marked)
    listed = clerk.says("待办")
    assert "督办单〔2026〕1号的答复待审核；消息未能送达" in listed
