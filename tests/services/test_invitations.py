"""Invitation codes: issued once, redeemed once, hard to guess."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.follower import Follower
from models.invitation_attempt import InvitationAttempt
from models.person import Invitation, Person
from rules.refusal import Refusal
from services import invitations, people, standing
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.services.registry_fixtures import count, desk, imported, of_people, person, workbook

__all__ = ["desk"]


@pytest.fixture
def codes(desk: Desk) -> dict[str, str]:
    """The codes of everybody in the small registry, by name."""
    imported(desk, workbook())
    return invite(desk)


def invite(desk: Desk) -> dict[str, str]:
    return {who.name: code for who, _, code in desk.do(invitations.invite_everybody_unbound)}


def say(desk: Desk, openid: str, code: str) -> str:
    """What the chat does: the step is undone when it refuses, the rest is kept."""
    return desk.do(_say, openid, code)


def _say(work: Work, openid: str, code: str) -> str:
    stands = standing.find(work, openid, "")[0] or standing.meet(work, openid, people.new_pseudonym(work))
    follower = people.recognise(work, stands).follower
    try:
        with work.attempt():
            return invitations.redeem(work, follower, code).name
    except Refusal as refusal:
        return str(refusal)


def test_everybody_in_office_who_is_not_bound_gets_a_code(desk: Desk, codes: dict[str, str]) -> None:
    assert list(codes) == ["王一", "李二", "张三"]
    for code in codes.values():
        assert len(code) == 8
        assert set(code) <= set(invitations.ALPHABET)
    with desk.reading() as work:
        kept = work.session.scalars(select(Invitation.digest)).all()
    assert not set(kept) & set(codes.values())


def test_who_is_bound_or_out_of_office_gets_none(desk: Desk) -> None:
    imported(
        desk,
        of_people(
            person("王一", openid="openid-of-wang"), person("赵六", until="2026-11-22"), person("孙七")
        ),
    )
    assert list(invite(desk)) == ["孙七"]


def test_a_code_binds(desk: Desk, codes: dict[str, str]) -> None:
    assert say(desk, "openid-1", codes["王一"]) == "王一"
    with desk.reading() as work:
        follower = work.session.scalars(select(Follower)).one()
        assert follower.person is not None
        assert follower.person.name == "王一"
    assert "王一" not in invite(desk)
    assert say(desk, "openid-1", codes["王一"]) == "王一"


def test_small_letters_blanks_and_full_width_do_not_matter(desk: Desk, codes: dict[str, str]) -> None:
    code = codes["王一"]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code[4:])
    assert say(desk, "openid-1", f" {code[:4].lower()}-　{wide} ") == "王一"


@pytest.mark.parametrize("code", ["", "ABCDEFGH", "🐟" * 500, "\0"])
def test_an_unknown_code(desk: Desk, codes: dict[str, str], code: str) -> None:
    assert say(desk, "openid-1", code) == invitations.UNKNOWN


def test_a_code_is_used_once(desk: Desk, codes: dict[str, str]) -> None:
    say(desk, "openid-1", codes["王一"])
    assert say(desk, "openid-2", codes["王一"]) == invitations.USED


def test_a_code_expires(desk: Desk, clock: Clock, codes: dict[str, str]) -> None:
    clock.forward(days=30)
    assert say(desk, "openid-1", codes["王一"]) == invitations.EXPIRED


def test_a_new_code_voids_the_old_one(desk: Desk, codes: dict[str, str]) -> None:
    again = invite(desk)
    assert say(desk, "openid-1", codes["王一"]) == invitations.UNKNOWN
    assert say(desk, "openid-1", again["王一"]) == "王一"


def test_one_wechat_is_one_person(desk: Desk, codes: dict[str, str]) -> None:
    say(desk, "openid-1", codes["王一"])
    assert say(desk, "openid-1", codes["李二"]) == "这个微信已经绑定为王一。如果不对，请联系河长办。"


def test_who_is_bound_elsewhere_is_sent_to_the_office(desk: Desk, codes: dict[str, str]) -> None:
    desk.do(_bind_elsewhere)
    answer = say(desk, "openid-1", codes["王一"])
    assert answer == "王一已经绑定了另一个微信。换了微信，请联系河长办。"


def _bind_elsewhere(work: Work) -> None:
    follower = people.recognise(work, standing.meet(work, "openid-9", "pseudonym")).follower
    follower.person = work.session.scalars(select(Person).where(Person.name == "王一")).one()


def test_nobody_tries_codes_by_the_thousand(desk: Desk, clock: Clock, codes: dict[str, str]) -> None:
    for _ in range(5):
        assert say(desk, "openid-1", "ABCDEFGH") == invitations.UNKNOWN
    assert say(desk, "openid-1", codes["王一"]) == invitations.TOO_MANY
    assert say(desk, "openid-2", codes["李二"]) == "李二"
    clock.forward(hours=1, seconds=1)
    assert say(desk, "openid-1", codes["王一"]) == "王一"
    with desk.reading() as work:
        assert count(work, InvitationAttempt) == 5


def test_a_waiting_person_is_not_kept_waiting_by_trying(
    desk: Desk, clock: Clock, codes: dict[str, str]
) -> None:
    for _ in range(20):
        say(desk, "openid-1", "ABCDEFGH")
    clock.forward(seconds=timedelta(hours=1).total_seconds() + 1)
    assert say(desk, "openid-1", codes["王一"]) == "王一"


def test_a_right_code_leaves_no_attempt_behind(desk: Desk, codes: dict[str, str]) -> None:
    say(desk, "openid-1", codes["王一"])
    say(desk, "openid-2", codes["王一"])
    with desk.reading() as work:
        assert count(work, InvitationAttempt) == 0
