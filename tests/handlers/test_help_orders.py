"""Orders to those who help on a whistle, by chat: issued, answered in words and photos, judged by their own number."""

from collections.abc import Callable
from typing import Any

from handlers import texts
from models.evidence import Evidence
from models.help_order import HelpOrder
from models.notification import Notification
from models.supervision import OrderAnswer
from rules.supervision import OrderState
from scheduler.remind import remind
from services.desk import Desk
from tests.conftest import Clock
from tests.handlers.conftest import Talker
from tests.handlers.test_whistles import accepted, water  # noqa: F401
from tests.town_life import china

Read = Callable[[Any], list[Any]]
Owed = Callable[..., list[str]]


def called_for_help(chief: Talker, clerk: Talker) -> None:
    chief.says("吹哨 1 请水务局封堵上游排口")
    clerk.says("指派 1 区水务局、北仓镇")


def answered(who: Talker, how: str, words: str = "设备故障，周五前封堵") -> str:
    who.says(how)
    who.says(words)
    who.photo()
    return who.says("提交")


def test_a_department_is_ordered_answers_and_is_judged(
    water: Talker, chief: Talker, clerk: Talker, all_of: Read  # noqa: F811
) -> None:  # fmt: skip
    called_for_help(chief, clerk)
    assert "督办 哨1 单位 理由" in clerk.says("督办 哨1")
    assert "请写明是哪个单位" in clerk.says("督办 哨1 至今没有回哨")
    assert "已下发督办单〔2026〕1号：吹哨〔2026〕1号，区水务局" in clerk.says(
        "督办 哨1 区水务局 至今没有回哨"
    )
    assert "督办单〔2026〕1号（区水务局，协助）：待答复" in water.says("看哨 1")
    assert "督办单〔2026〕1号待答复，" in water.says("待办")
    assert "（答复 督1）" in water.says("哨单")
    assert "（答复 督1）" not in clerk.says("哨单")  # the Office waits for it, it does not answer
    assert "请写明原因" in water.says("答复 督1")
    water.says("取消")
    assert "等河长办审核" in answered(
        water, "答复 1"
    )  # a department has no cases: this number is its order's
    assert "待答复" not in water.says("待办")
    assert "审核 督1 通过" in clerk.says("看哨 1")
    assert "审核 督1 通过" in clerk.says("待办")
    assert "请写明退回的理由" in clerk.says("审核 督1 不通过")
    assert "重新答复" in clerk.says("审核 督1 不通过 没有说明何时办完")
    answered(water, "答复督办单1号")
    assert "已通过" in clerk.says("审核 督〔2026〕1号 通过")
    assert [o.state for o in all_of(HelpOrder)] == [OrderState.ACCEPTED]
    assert [e.answer_id for e in all_of(Evidence) if e.answer_id] == [
        given.id for given in all_of(OrderAnswer)
    ]


def test_another_town_that_helps_answers_by_the_orders_number(
    accepted: None, chief: Talker, clerk: Talker, someone: Callable[[str], Talker], all_of: Read  # noqa: F811
) -> None:  # fmt: skip
    called_for_help(chief, clerk)
    clerk.says("督办 哨1 北仓镇 至今没有回哨")
    assert "不是发给您单位的督办单" in chief.says("答复 督1")
    assert "等河长办审核" in answered(someone("chief2"), "答复 督1")
    assert "已撤销" in clerk.says("撤销督办 督1 已电话说明")
    assert [(o.state, o.taken_back) for o in all_of(HelpOrder)] == [(OrderState.WITHDRAWN, True)]


def test_an_order_to_the_cases_own_town_can_be_called_by_its_number_too(
    accepted: None, chief: Talker, clerk: Talker  # noqa: F811
) -> None:  # fmt: skip
    clerk.says("督办 1 多次催办")
    assert "等河长办审核" in answered(chief, "答复 督1")
    assert "已通过" in clerk.says("审核 督1 通过")
    assert "没有找到督办单“9”" in clerk.says("审核 督9 通过")


def test_every_sentence_of_such_an_order_can_be_said(
    water: Talker, chief: Talker, clerk: Talker, desk: Desk, clock: Clock, all_of: Read  # noqa: F811
) -> None:  # fmt: skip
    chief.says("吹哨 1 请水务局封堵上游排口")
    clerk.says("指派 1 区水务局")
    clerk.says("督办 哨1 区水务局 至今没有回哨")
    for day in ("11-26", "11-27", "11-30", "12-01"):
        clock.set(china(f"2026-{day} 09:00"))
        remind(desk)
    answered(water, "答复 督1")
    clock.set(china("2026-12-03 09:00"))
    remind(desk)
    clerk.says("审核 督1 不通过 再说")
    clerk.says("撤销督办 督1 已说明")
    rows = [row for row in all_of(Notification) if "order" in row.says]
    for row in rows:
        said = texts.NOTICES[row.sentence].format_map({**row.says, "urgent": ""})
        assert "督办单〔2026〕1号" in said
        assert "吹哨〔2026〕1号" in said
    assert len({row.sentence for row in rows}) == 9  # all but the copies to a district chief and a moved date


def test_help_says_how(water: Talker, clerk: Talker) -> None:  # noqa: F811
    assert "答复 督办单号" in water.says("帮助")
    assert "督办 哨号 单位 理由" in clerk.says("帮助")
