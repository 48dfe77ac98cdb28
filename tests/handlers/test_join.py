"""Coming in: welcome, help by role, binding with an invitation."""

from collections.abc import Callable
from typing import Any

from bot.messages import Follow
from handlers import texts
from models.follower import Follower
from models.person import Person
from services import invitations
from services.desk import Desk, Work
from tests.handlers.conftest import Talker

Read = Callable[[Any], list[Any]]


def invite(work: Work, name: str) -> str:
    person = work.session.query(Person).filter(Person.name == name).one()
    follower = work.session.query(Follower).filter(Follower.person_id == person.id).one_or_none()
    if follower is not None:
        follower.person_id = None
    return invitations.issue(work, person)


def test_the_welcome_says_what_to_do_and_what_is_kept(li: Talker) -> None:
    welcome = li.says(Follow())
    assert "直接把照片和位置发来" in welcome
    assert texts.FIRST_USE in welcome
    assert len(welcome.encode()) <= 2048


def test_binding_makes_somebody_recognised(desk: Desk, someone: Callable[[str], Talker]) -> None:
    code = desk.do(invite, "王镇长")
    phone = someone("new-phone")
    assert phone.says("待办") == f"{texts.FIRST_USE}\n\n{texts.NOT_FOR_YOU}"
    answer = phone.says(f"绑定 {code.lower()}")
    assert "王镇长，您好，已绑定：天穆镇镇级河湖长" in answer
    assert phone.says("待办") == texts.NO_TODO
    assert "受理 编号" in phone.says("帮助")


def test_a_wrong_code_is_refused_kindly(li: Talker) -> None:
    li.says("帮助")
    assert li.says("绑定") == texts.HOW_TO_BIND
    assert "邀请码" in li.says("绑定 ABCD2345")


def test_a_code_binds_once(desk: Desk, someone: Callable[[str], Talker]) -> None:
    code = desk.do(invite, "冯监督员")
    assert "已绑定" in someone("first").says(f"绑定 {code}")
    assert "已绑定" not in someone("second").says(f"绑定 {code}")


def test_somebody_who_is_not_bound_is_told_how(li: Talker) -> None:
    li.says("帮助")
    assert "绑定 邀请码" in li.says("受理 1")
