"""Whistles by chat: blown on a case and on a place, named, answered with a day, ended; who may say what."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from handlers import notices, texts
from models.case import Case
from models.follower import Follower
from models.notification import Notification
from models.person import Appointment, Person
from models.whistle import Whistle, WhistleParty
from rules.roles import Role
from rules.whistles import WhistleState
from services import delivery, people
from services.desk import Desk, Work
from services.links import View
from tests.conftest import Clock
from tests.district import north_of_the_river
from tests.handlers.conftest import Talker
from tests.town_life import china

Read = Callable[[Any], list[Any]]
Owed = Callable[..., list[str]]
Someone = Callable[[str], Talker]


@pytest.fixture
def accepted(li: Talker, chief: Talker, clerk: Talker, photos_arrive: Callable[..., None]) -> None:
    """A case the town has accepted, which chief and clerk both call 1."""
    li.reports(north_of_the_river(40))
    photos_arrive()
    chief.says("受理 1")
    clerk.says("查 2026-0001")


@pytest.fixture
def water(desk: Desk, accepted: None, someone: Someone) -> Talker:
    """Who speaks for 区水务局."""
    desk.do(_water)
    return someone("water")


def _water(work: Work) -> None:
    person = Person(name="水务联系人", phone="", pseudonym=people.new_pseudonym(work))
    work.session.add(
        Appointment(
            person=person, role=Role.DEPARTMENT, department="区水务局", since=date(2024, 1, 1), until=None
        )
    )
    work.session.flush()
    work.session.add(
        Follower(
            openid="o-water", pseudonym=people.new_pseudonym(work), person_id=person.id, following=True,
            met_at=work.now, informed_at=work.now,
        )
    )  # fmt: skip


def test_from_the_whistle_to_its_end(
    water: Talker, chief: Talker, clerk: Talker, li: Talker, owed: Owed, clock: Clock, all_of: Read
) -> None:
    said = chief.says("吹哨 1 请水务局封堵上游排口")
    assert "〔2026-0001〕已吹哨〔2026〕1号，请河长办于11月24日24时前指派" in said
    assert "吹哨〔2026〕1号：协同办理中，期限暂停计时" in chief.says("详情 1")
    assert "11月30日24时前（协同办理中，暂停计时）" in chief.says("待办")
    assert "协同办理中，暂停计时" in li.says("进度")
    assert "请回复：指派 1 牵头单位" in clerk.says("指派 1")
    assert "没有认出“水雾局”" in clerk.says("指派 1 水雾局、北仓镇")
    assert "已指派：区水务局、北仓镇，由区水务局牵头，请其于11月26日24时前回哨" in clerk.says(
        "指派 1 牵头 水务局，协助 北仓镇"
    )
    assert "几月几日前办完" in water.says("回哨 1 封堵排口")
    assert "11月27日前完成" in water.says("回哨 1 封堵排口，11月27日前完成")
    assert "几月几日前办完" in water.says("回哨 1 封堵排口 完成 12-01")  # a plan, or done? It is asked back
    clock.set(china("2026-11-25 10:00"))
    assert "已记录完成情况" in water.says("回哨 1 完成 排口已封堵")
    shown = chief.says("看哨 1")
    assert "· 牵头 区水务局：已完成" in shown
    assert "· 协助 北仓镇：待回哨，11月26日24时前" in shown
    assert "区水务局完成：排口已封堵" in shown
    assert "收哨 1 已解决 结果" in chief.says("收哨 1")
    assert "〔2026-0001〕恢复计时，新的期限：12月2日24时前。" in chief.says("收哨 1 已解决 排口已封堵")
    assert [w.state for w in all_of(Whistle)] == [WhistleState.CLOSED]
    assert [c.is_paused for c in all_of(Case)] == [False]
    assert owed("reporter_new_date") == ["reporter:reporter_new_date"]


def test_a_place_without_a_case_and_an_answer_taken_down_by_the_office(
    accepted: None, chief: Talker, clerk: Talker, all_of: Read
) -> None:
    assert "已吹哨〔2026〕1号：104国道桥下" in chief.says("吹哨 104国道桥下 请上游武清区共同清捞")
    said = clerk.says("指派 1 上游武清区河长办 区公安分局")
    assert "上游武清区河长办、区公安分局没有人收到消息，请电话通知" in said
    assert "请写明是哪个单位" in clerk.says("回哨 1 共同清捞 12-01")
    assert "已回哨" in clerk.says("回哨 1 上游武清区河长办 共同清捞 12-01")
    assert "已记录" in clerk.says("回哨 1 上游武清区河长办 完成 清捞三船")
    assert [(p.name, p.plan, p.result) for p in all_of(WhistleParty)] == [
        ("上游武清区河长办", "共同清捞", "清捞三船"), ("区公安分局", "", ""),
    ]  # fmt: skip
    assert "已收哨" in clerk.says("收哨 1 未解决 仍需协商")
    assert [w.solved for w in all_of(Whistle)] == [False]


def test_what_is_missing_is_asked_for(accepted: None, chief: Talker, water: Talker) -> None:
    assert "请写明需要谁做什么" in chief.says("吹哨 1")
    assert "没有找到编号 7" in chief.says("吹哨 7 请水务局封堵")
    assert texts.NO_WHISTLES in chief.says("吹哨")
    chief.says("吹哨 1 请水务局封堵")
    assert "不在这个吹哨的" not in water.says("哨单")
    assert "没有找到吹哨“1”" in water.says("看哨 1")  # not named yet: not theirs
    assert "请写明撤哨的理由" in chief.says("撤哨 1")
    assert "已撤哨" in chief.says("撤哨 1 已自行解决")
    assert "没有找到吹哨“9”" in chief.says("收哨 9 已解决 好了")


def test_a_telephone_somebody_typed_is_shown_to_the_office_alone(
    water: Talker, chief: Talker, clerk: Talker
) -> None:
    clerk.says("吹哨 1 请水务局封堵，反映人电话13812345678")
    clerk.says("指派 1 区水务局")
    assert "13812345678" not in water.says("看哨 1") + chief.says("看哨 1")
    assert "封堵" in water.says("看哨 1")
    assert "13812345678" in clerk.says("看哨 1")


def test_who_has_no_part_in_it_does_not_see_it(
    water: Talker, chief: Talker, clerk: Talker, someone: Someone, li: Talker
) -> None:
    chief.says("吹哨 1 请水务局封堵")
    clerk.says("指派 1 区水务局")
    assert "1 协同办理中 〔2026-0001〕" in water.says("哨单")
    assert texts.NO_WHISTLES in someone("chief2").says("哨单")
    for words in ("看哨 1", "回哨 1 协助 12-01", "收哨 1 已解决 好了"):
        assert "没有找到吹哨“1”" in someone("chief2").says(words)
    assert "只有吹哨的镇街和河长办" not in chief.says("看哨 1")
    for words in ("吹哨 1 请水务局封堵", "指派 1 北仓镇", "看哨 1"):
        assert li.says(words) == texts.NOT_FOR_YOU
    assert water.says("指派 1 北仓镇") == texts.NOT_YOUR_OFFICE


def test_the_helpers_message_shows_the_photos_and_no_telephone(
    water: Talker, chief: Talker, clerk: Talker, desk: Desk
) -> None:
    chief.says("吹哨 1 请水务局封堵上游排口")
    clerk.says("指派 1 区水务局")
    (envelope,) = [e for e in _envelopes(desk) if e.sentence == "helper_whistle_asked"]
    said = notices.sentence(envelope, "https://heshao.example/c/x", "12345")
    assert said == (
        "【吹哨〔2026〕1号】〔2026-0001〕北运河天穆镇段（天穆镇）\n需要：请水务局封堵上游排口\n"
        "请区水务局牵头，于11月26日24时前回哨：办什么、何时办完。\n照片和经过：https://heshao.example/c/x\n"
        "请回复：回哨 1 办什么 12-01"
    )
    link = water.says("看哨 1").rsplit("/c/", 1)[1]
    found = desk.links.signer.read(link)
    assert found is not None
    assert found.view is View.HELPER


def _envelopes(desk: Desk) -> list[Any]:
    return desk.do(delivery.lease, 100)


def test_every_sentence_of_a_whistle_can_be_said(
    water: Talker, chief: Talker, clerk: Talker, desk: Desk
) -> None:
    chief.says("吹哨 1 请水务局封堵上游排口")
    clerk.says("指派 1 区水务局、区公安分局")
    water.says("回哨 1 封堵排口 12-01")
    chief.says("收哨 1 已解决 好了")
    with desk.reading() as work:
        rows = list(
            work.session.scalars(select(Notification).where(Notification.sentence.contains("whistle")))
        )
        for row in rows:
            said = texts.NOTICES[row.sentence].format_map({**row.says, "link": "", "urgent": ""})
            assert "〔2026〕1号" in said
        assert len({row.sentence for row in rows}) == 10


def test_help_says_how(water: Talker, chief: Talker, clerk: Talker, li: Talker) -> None:
    assert "回哨 哨号 办什么 12-01" in water.says("帮助")
    assert "吹哨 编号 需要谁做什么" in chief.says("帮助")
    assert "指派 哨号 牵头单位" in clerk.says("帮助")
    assert "哨" not in li.says("帮助")
