"""Supervision by chat: an order and its answer in words and photos, delays, talks with their minutes, referrals."""

from collections.abc import Callable
from typing import Any

import pytest

from models.admonition import Admonition, Referral
from models.case import Case
from models.evidence import Evidence
from models.notification import Notification
from models.report import Report
from models.supervision import OrderAnswer, SupervisionOrder
from rules.supervision import AdmonitionState, Ground, OrderState, ReferralState
from scheduler.remind import remind
from services.desk import Desk
from tests.conftest import Clock
from tests.district import BORDER, north_of_the_river
from tests.handlers.conftest import Talker
from tests.town_life import china

Read = Callable[[Any], list[Any]]
Owed = Callable[..., list[str]]
RIVER = north_of_the_river(40)


@pytest.fixture
def accepted(li: Talker, chief: Talker, clerk: Talker, photos_arrive: Callable[..., None]) -> None:
    """A case the town has accepted, which chief and clerk both call 1."""
    li.reports(RIVER)
    photos_arrive()
    chief.says("受理 1")
    clerk.says("查 2026-0001")


def answered(chief: Talker, words: str = "已组织清理，三日内完成") -> str:
    chief.says("答复 1")
    chief.says(words)
    chief.photo()
    return chief.says("提交")


def test_an_order_is_issued_with_a_reason_and_answered_in_words_and_photos(
    accepted: None, clerk: Talker, chief: Talker, owed: Owed, all_of: Read
) -> None:
    assert "请写明督办的理由" in clerk.says("督办 1")
    assert "已下发督办单〔2026〕1号：〔2026-0001〕天穆镇，请其于11月26日24时前书面答复" in clerk.says(
        "督办 1 多次催办仍未整改"
    )
    assert owed("town_order", "office_order") == [
        "王镇长:town_order", "赵联络员:town_order", "郑科员:office_order",
    ]  # fmt: skip
    assert "已有没有办结的督办单〔2026〕1号" in clerk.says("督办 1 再催")
    assert "请写明原因" in chief.says("答复 1")
    assert "督办单〔2026〕1号：待答复" in chief.says("详情 1")
    chief.says("已组织清理，三日内完成")
    assert "要有文字说明，也要有至少一张照片" in chief.says("提交")
    chief.photo()
    assert "等河长办审核" in chief.says("提交")
    (given,) = all_of(OrderAnswer)
    assert given.words == "已组织清理，三日内完成"
    assert [e.answer_id for e in all_of(Evidence) if e.answer_id] == [given.id]
    assert "督办单〔2026〕1号的答复待审核" in clerk.says("待办")
    assert owed("office_order_answered") == ["周科员:office_order_answered", "郑科员:office_order_answered"]


def test_an_answer_is_accepted_or_sent_back_and_then_given_again(
    accepted: None, clerk: Talker, chief: Talker, owed: Owed, all_of: Read
) -> None:
    clerk.says("督办 1 多次催办仍未整改")
    answered(chief, "知道了")
    assert "请写明退回的理由" in clerk.says("审核 1 不通过")
    assert "重新答复" in clerk.says("审核 1 不通过 没有说明原因")
    assert "不能这样办理" in clerk.says("审核 1 通过")
    answered(chief)
    assert "已通过" in clerk.says("审核 1 通过")
    assert [(a.number, a.accepted, a.verdict) for a in all_of(OrderAnswer)] == [
        (1, False, "没有说明原因"), (2, True, ""),
    ]  # fmt: skip
    assert [o.state for o in all_of(SupervisionOrder)] == [OrderState.ACCEPTED]
    assert "答复通过" in chief.says("答复 1")


def test_another_town_cannot_answer_and_a_resident_does_not_know_the_word(
    accepted: None, clerk: Talker, someone: Callable[[str], Talker], li: Talker
) -> None:
    clerk.says("督办 1 多次催办仍未整改")
    assert "没有找到" in someone("chief2").says("答复 2026-0001")
    assert "督办" not in li.says("督办 1 多次催办仍未整改")


def test_an_order_withdrawn_keeps_its_number_and_asks_nothing_more(
    accepted: None, clerk: Talker, chief: Talker, desk: Desk, clock: Clock, all_of: Read, owed: Owed
) -> None:
    clerk.says("督办 1 多次催办仍未整改")
    assert "已撤销" in clerk.says("撤销督办 1 已查明情况")
    clerk.says("督办 1 仍未整改")
    assert [(o.number, o.state.value) for o in all_of(SupervisionOrder)] == [
        ("〔2026〕1号", "withdrawn"), ("〔2026〕2号", "issued"),
    ]  # fmt: skip
    assert all_of(SupervisionOrder)[0].remind_at is None
    assert owed("office_talk_called") == []  # what was withdrawn does not count


def test_a_transfer_takes_the_order_from_the_town_that_had_it(
    accepted: None, clerk: Talker, all_of: Read, owed: Owed
) -> None:
    clerk.says("督办 1 多次催办仍未整改")
    clerk.says("转派 1 北仓镇")
    (order,) = all_of(SupervisionOrder)
    assert order.state is OrderState.WITHDRAWN
    assert owed("town_order_withdrawn") == ["王镇长:town_order_withdrawn", "赵联络员:town_order_withdrawn"]


def test_a_second_order_in_the_quarter_calls_a_talk_once(
    accepted: None, li: Talker, chief: Talker, clerk: Talker, all_of: Read, owed: Owed, clock: Clock
) -> None:
    clerk.says("督办 1 多次催办仍未整改")
    assert owed("town_talk_called") == []
    for n in (2, 3):
        li.reports(north_of_the_river(40, 117.102 + n / 200))
        clerk.says(f"督办 2026-000{n} 又一处")
    assert [(t.ground, t.case_id) for t in all_of(Admonition)] == [(Ground.SECOND_ORDER, 2)]
    assert owed("town_talk_called") == ["王镇长:town_talk_called", "赵联络员:town_talk_called"]


def test_a_talk_is_called_dated_minuted_and_followed_up_to_the_referral(
    accepted: None, clerk: Talker, chief: Talker, desk: Desk, clock: Clock, all_of: Read, owed: Owed
) -> None:
    assert "已发起约谈〔2026〕1号" in clerk.says("约谈 1 整改不力")
    assert "请回复“约谈时间 1 12-01 14:00 地点”" in clerk.says("约谈时间 1 明天")
    assert "定于11月26日 14:00" in clerk.says("约谈时间 1 11-26 14:00 区河长办会议室")
    clock.set(china("2026-11-27 09:00"))
    remind(desk)
    assert owed("office_minutes_missing") == [
        "周科员:office_minutes_missing",
        "郑科员:office_minutes_missing",
    ]
    assert "约谈人" in clerk.says("纪要 1")
    clerk.says("区河长办副主任 周某")
    clerk.says("王镇长、赵联络员")
    clerk.says("指出整改缓慢，要求压实责任")
    clerk.says("十二月四日前清理完毕")
    assert "承诺到期前会提醒" in clerk.says("12-04")
    (talk,) = all_of(Admonition)
    assert (talk.state, talk.persons, talk.attended) == (AdmonitionState.HELD, 2, "王镇长、赵联络员")
    for day in range(1, 15):
        clock.set(china(f"2026-12-{day:02} 09:00"))
        remind(desk)
    assert [row for row in owed() if row.startswith("王镇长:town_undertaking")] == [
        "王镇长:town_undertaking_due", "王镇长:town_undertaking_due", "王镇长:town_undertaking_overdue",
    ]  # fmt: skip
    assert owed("office_referral") == ["周科员:office_referral", "郑科员:office_referral"]
    assert "区委督查室" in clerk.says("确认移送 1")
    assert [r.state for r in all_of(Referral)] == [ReferralState.SENT]
    assert all_of(Admonition)[0].state is AdmonitionState.REFERRED


def test_falsified_proof_goes_back_and_calls_a_talk(
    accepted: None, clerk: Talker, chief: Talker, photos_arrive: Callable[..., None], all_of: Read
) -> None:
    assert "还没有提交过整改材料" in clerk.says("造假 1 照片不是该处")
    chief.says("办结 1")
    chief.photo()
    chief.says("提交")
    photos_arrive()
    assert "整改材料不实" in clerk.says("造假 1 照片不是该处")
    assert [c.state.value for c in all_of(Case)] == ["accepted"]
    assert [t.ground for t in all_of(Admonition)] == [Ground.FALSIFIED]
    assert "已经认定不实" in clerk.says("造假 1 照片不是该处")  # said twice, or by two clerks: found once
    assert [t.reason for t in all_of(Admonition)] == ["照片不是该处"]
    chief.says("办结 1 又清理了一遍")
    chief.photo()
    chief.says("提交")
    photos_arrive()
    assert "整改材料不实" in clerk.says("造假 1 第二次的照片也不是该处")


def test_urging_and_putting_off_by_hand(accepted: None, clerk: Talker, owed: Owed, all_of: Read) -> None:
    assert "告诉了 2 人" in clerk.says("催办 1 群众又来电")
    assert owed("town_urged") == ["王镇长:town_urged", "赵联络员:town_urged"]
    assert "请写明理由" in clerk.says("暂缓 1 3")
    assert "暂缓督办 3 个工作日（从明天起算，到11月26日24时）" in clerk.says("暂缓 1 3 汛期抢险")
    assert "请回复：督办 1 理由" in clerk.says("暂缓 1 一段时间")
    assert all_of(Case)[0].held_until == china("2026-11-27 00:00")
    clerk.says("暂缓 1 0 恢复")
    assert all_of(Case)[0].held_until is None


def test_what_the_city_feeds_back_climbs_by_its_own_numbers(clerk: Talker, all_of: Read, owed: Owed) -> None:
    clerk.says("市级反馈")
    clerk.at(north_of_the_river(40, (117.1 + BORDER) / 2))
    clerk.says("河边有垃圾")
    clerk.says("提交")
    assert [r.source.value for r in all_of(Report)] == ["city_feedback"]
    assert [c.ladder for c in all_of(Case)] == ["city_feedback"]


def test_a_message_of_the_ladder_says_whose_case_and_what_to_answer(
    accepted: None, desk: Desk, clock: Clock, all_of: Read
) -> None:
    from handlers import notices
    from services import delivery

    clock.set(china("2026-11-26 09:00"))
    remind(desk)
    envelopes = [e for e in desk.do(delivery.lease, 50) if e.sentence == "town_half_time"]
    assert [notices.sentence(e, "", "12345") for e in envelopes] == [
        "【提示】〔2026-0001〕" + all_of(Notification)[-1].says["place"]
        + "，期限已过半，请于11月30日24时前完成整改。\n请回复：详情 1"
    ] * 2  # fmt: skip
