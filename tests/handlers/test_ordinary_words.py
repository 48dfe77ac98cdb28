"""Ordinary words are no commands: a number needs an end, and no flow that collects words is interrupted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.replies import MAX_BYTES
from models.admonition import Admonition
from models.case import Case, CaseEvent
from models.extension import Extension
from models.notification import Notification
from models.person import Appointment, Person
from models.registry import Town
from models.supervision import SupervisionOrder
from models.whistle import Whistle
from rules.roles import Role
from services.desk import Desk, Work
from tests.district import north_of_the_river
from tests.handlers.conftest import Talker
from tests.town_life import china

Read = Callable[[Any], list[Any]]


@pytest.fixture
def accepted(li: Talker, chief: Talker, clerk: Talker) -> None:
    """A case the town has accepted, which chief and clerk both call 1."""
    li.reports(north_of_the_river(40))
    chief.says("受理 1")
    clerk.says("查 2026-0001")


@pytest.mark.parametrize(
    "said",
    [
        "督办1周内完成",
        "催办1次没有用",
        "造假1张照片",
        "暂缓 1 3号桥施工",
        "约谈1名责任人",
        "移送1人",
        "不准1人下河",
        "撤督1件",
    ],
)
def test_a_number_that_begins_a_word_orders_nothing(
    accepted: None, clerk: Talker, all_of: Read, said: str
) -> None:
    clerk.says(said)
    assert [all_of(table) for table in (SupervisionOrder, Admonition)] == [[], []]


def standing(all_of: Read) -> list[str]:
    return [case.state.value for case in all_of(Case)]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("退回1件", "请带上编号，例如“退回 1”"),
        (
            "退回1件不合格的材料",
            "没有办理。如果是要对编号 1 的案件办理，请在编号后空一格：退回 1 件不合格的材料",
        ),
        ("退回 1件 不合格", "没有办理"),
        ("退回1不是我镇的", "没有办理"),
        ("追问1下什么时候来", "没有办理"),
        ("办结1件", "请带上编号"),
        ("办结1处还剩2处", "没有办理"),
        ("受理1件", "请带上编号"),
        ("受理 1 件", "请带上编号"),
    ],
)
def test_a_chief_who_tells_how_many_has_done_nothing(
    li: Talker, chief: Talker, all_of: Read, said: str, answer: str
) -> None:
    li.reports(north_of_the_river(40))
    before = len(all_of(Notification)), len(all_of(CaseEvent))
    assert answer in chief.says(said)
    assert standing(all_of) == ["assigned"]
    assert (len(all_of(Notification)), len(all_of(CaseEvent))) == before


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("转派1次北仓镇都没人管", "没有办理"),
        ("转派1件给北仓镇", "没有办理"),
        ("不属于1个单位能管的", "没有办理"),
        ("重开1次会", "没有办理"),
        ("复核1不通过的原因是什么", "请回复"),
        ("复核1次不通过", "请回复"),
        ("复核 1 不通过的话怎么办", "请回复"),
    ],
)
def test_nor_has_a_clerk(
    accepted: None, chief: Talker, clerk: Talker, all_of: Read, photos_arrive: Callable[..., None], said: str,
    answer: str,
) -> None:  # fmt: skip
    if said.startswith("复核"):
        chief.says("办结 1")
        chief.photo()
        chief.says("提交")
        photos_arrive()
    before = standing(all_of)
    assert answer in clerk.says(said)
    assert standing(all_of) == before
    assert [case.town_id for case in all_of(Case)] == [1]


def test_with_a_blank_or_a_mark_they_act(
    accepted: None, li: Talker, chief: Talker, clerk: Talker, all_of: Read
) -> None:
    assert "北仓镇" in clerk.says("转派1给北仓镇")
    assert "没有办理" not in clerk.says("重开1，查错了")
    li.reports(north_of_the_river(40, 117.112))
    chief.says("待办")
    assert "已退回" in chief.says("退回2，不在我镇")
    assert len(standing(all_of)) == 2


def test_a_number_of_days_is_no_case(accepted: None, chief: Talker, all_of: Read) -> None:
    assert "没有听明白" in chief.says("延期1 天是因为下雨")
    assert "已申请延期 2 个工作日" in chief.says("延期1，2天 下雨")
    assert len(all_of(Extension)) == 1


def test_what_is_written_into_minutes_or_an_answer_is_no_command(
    accepted: None, chief: Talker, clerk: Talker, all_of: Read
) -> None:
    clerk.says("督办 1 多次催办仍未整改")
    clerk.says("约谈 1 整改不力")
    clerk.says("约谈时间 1 11-24 14:00 会议室")
    chief.says("答复 1")
    assert "已收到" in chief.says("吹哨 城管 协助后完成")
    assert "已收到" in chief.says("延期 1 3 降雨")
    assert (all_of(Whistle), all_of(Extension)) == ([], [])
    assert "约谈人" in clerk.says("纪要 1")
    clerk.says("周某")
    clerk.says("王镇长")
    assert "承诺" in clerk.says("约谈 1 名责任人")
    assert "日期" in clerk.says("督办 1 周内完成")
    assert "已经过了，请写今天以后的日期" in clerk.says("11-20")
    assert "承诺期限2027年3月1日" in clerk.says("03-01")
    assert len(all_of(SupervisionOrder)) == len(all_of(Admonition)) == 1


def test_a_day_just_past_is_refused_and_another_year_is_said(
    accepted: None, clerk: Talker, all_of: Read
) -> None:
    clerk.clock.set(china("2026-11-24 09:00"))
    clerk.says("约谈 1 整改不力")
    assert "11月20日已经过了" in clerk.says("约谈时间 1 11-20 14:00 会议室")
    assert "7月1日已经过了" in clerk.says("约谈时间 1 7-1 14:00 会议室")
    assert [talk.meets_at for talk in all_of(Admonition)] == [None]
    assert "定于2027年1月15日 14:00" in clerk.says("约谈时间 1 1-15 14:00 会议室")
    assert "定于11月24日 14:00" in clerk.says("约谈时间 1 11-24 14:00 会议室")


@pytest.mark.parametrize("said", ["督办 1 快点", "催办 1 快点", "审核 1 通过", "造假 1 假照片"])
def test_a_town_is_not_offered_what_only_the_office_may_do(accepted: None, chief: Talker, said: str) -> None:
    assert chief.says(said) == "这一项不在您的职务范围内。回复“帮助”看您可以做什么。"


def test_a_clerk_who_is_also_the_towns_liaison_does_not_grant_the_own_extension(
    accepted: None, chief: Talker, clerk: Talker, someone: Callable[[str], Talker], desk: Desk
) -> None:
    chief.says("延期 1 3 降雨")
    desk.do(_also_liaison, "周科员")
    assert "本人负责的案件" in clerk.says("准 2026-0001")
    assert "本人负责的案件" in clerk.says("不准 2026-0001 条件已具备")
    assert "已批准延期" in someone("clerk2").says("准 2026-0001")


def _also_liaison(work: Work, name: str) -> None:
    person = work.session.scalars(select(Person).where(Person.name == name)).one()
    town = work.session.scalars(select(Town).where(Town.name == "天穆镇")).one()
    work.session.add(
        Appointment(person=person, role=Role.TOWN_LIAISON, town=town, since=date(2024, 1, 1), until=None)
    )


def test_the_help_names_what_takes_things_back_and_fits_into_its_pages(chief: Talker, clerk: Talker) -> None:
    def all_pages(talker: Talker) -> str:
        pages = [talker.says("帮助")]
        while "回复“更多”" in pages[-1]:
            pages.append(talker.says("更多"))
        assert all(len(page.encode()) <= MAX_BYTES for page in pages)
        return "".join(pages)

    told = all_pages(clerk)
    for words in ("撤销督办 编号", "撤销约谈 编号", "确认移送 编号", "撤销移送 编号", "撤哨 哨号"):
        assert words in told
    assert "撤哨 哨号" in all_pages(chief)
