"""Joint actions, referrals to law enforcement and procuratorial suggestions: recorded, refused, reminded of."""

from datetime import date

import pytest
from sqlalchemy import select

from models.case import Case
from models.joint_action import JointAction
from models.notification import Notification
from models.whistle import WhistleEntry
from rules.law_referrals import LawKind, LawMove, LawState, after_law
from rules.refusal import Refusal
from scheduler.remind import remind
from services import audit, joint_actions, law_referrals, whistles
from services.desk import Desk, Work
from services.law_referrals import LawPaper
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life

ON = date(2026, 11, 20)
WENT_OUT = {
    "officers": 85,
    "vehicles": 41,
    "boats": 4,
    "sites_solved": 10,
    "illegal_boats": 17,
    "net_metres": 200,
}
PAPER = LawPaper(
    LawKind.SUGGESTION, "津辰检建〔2026〕5号", ON, "区检察院", "清理沿岸违法建设", date(2026, 11, 27)
)


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


def recorded(
    work: Work, counts: dict[str, int], whistle: bool = False, on: date = ON, body: str = "区水务局"
) -> str:
    found = whistles.called(work, "1") if whistle else None
    return joint_actions.record(work, on, "永定新河", [body, "公安分局", body], counts, "", found).number


def test_a_joint_action_stands_on_the_whistles_timeline(life: Life) -> None:
    life.does("chief", whistles.blow, life.opens(), "请各单位联合清理")
    assert life.desk.do(recorded, WENT_OUT, whistle=True) == "〔2026〕1号"
    with life.desk.reading() as work:
        (action,) = work.session.scalars(select(JointAction))
        assert {name: getattr(action, name) for name in WENT_OUT} == WENT_OUT
        assert action.bodies == "区水务局、公安分局"
        entry = work.session.scalars(select(WhistleEntry).order_by(WhistleEntry.id)).all()[-1]
        assert entry.words.endswith("出动85人、41车、4船，解决10处，清理违法船只17艘、网具200米")


@pytest.mark.parametrize("counts", [{}, {"officers": 0}, {"officers": 3, "boats": -1}])
def test_a_joint_action_without_people_or_below_nothing_is_refused(
    life: Life, counts: dict[str, int]
) -> None:
    with pytest.raises(Refusal, match="至少 1 人"):
        life.desk.do(recorded, counts)


def test_a_joint_action_is_not_of_tomorrow_and_not_nobodys(life: Life) -> None:
    with pytest.raises(Refusal, match="不能晚于今天"):
        life.desk.do(recorded, WENT_OUT, on=date(2026, 11, 24))
    with pytest.raises(Refusal, match="参加单位"):
        life.desk.do(joint_actions.record, ON, "永定新河", [" "], WENT_OUT, "")


def test_a_wrong_one_is_withdrawn_once_and_its_number_stays_used(life: Life) -> None:
    life.desk.do(recorded, WENT_OUT)
    life.desk.do(_withdrawn)
    with pytest.raises(Refusal, match="已经作废"):
        life.desk.do(_withdrawn)
    assert life.desk.do(recorded, WENT_OUT) == "〔2026〕2号"


def _withdrawn(work: Work) -> None:
    joint_actions.withdraw(work, joint_actions.called(work, "1"), "登记错了")


def test_a_suggestion_is_a_link_of_the_case_and_its_answer_is_waited_for(life: Life) -> None:
    case = life.opens()
    life.does("clerk", _law, case)
    for day in ("11-25", "11-26", "11-27", "11-30", "12-01"):
        life.at(f"2026-{day} 09:00")
        remind(life.desk)
        remind(life.desk)
    with life.desk.reading() as work:
        told = select(Notification).where(Notification.sentence == "office_law_answer_due")
        rows = work.session.scalars(told.order_by(Notification.owed_at, Notification.id))
        assert [row.says["late"] for row in rows] == ["快到期了"] * 4 + [
            "已经逾期"
        ] * 2  # two clerks, three times
    life.desk.do(_answered)
    with life.desk.reading() as work:
        found = law_referrals.called(work, LawKind.SUGGESTION, PAPER.number)
        assert (found.state, found.answered_on, found.remind_at) == (
            LawState.ANSWERED,
            date(2026, 12, 1),
            None,
        )
        assert [broken for _, broken in audit.verify(work.session)] == [None]


def _law(work: Work, case: Case) -> None:
    law_referrals.record(work, PAPER, case=case)


def _answered(work: Work) -> None:
    found = law_referrals.called(work, LawKind.SUGGESTION, PAPER.number)
    law_referrals.answered(work, found, work.today, "已拆除三处")


def test_a_paper_is_recorded_once_and_only_by_the_office(life: Life) -> None:
    case = life.opens()
    with pytest.raises(Refusal, match="只有河长办"):
        life.does("chief", _law, case)
    life.does("clerk", _law, case)
    with pytest.raises(Refusal, match="已经登记过"):
        life.does("clerk", _law, case)
    with pytest.raises(Refusal, match="没有找到移送执法"):
        life.desk.look(law_referrals.called, LawKind.ENFORCEMENT, PAPER.number)


@pytest.mark.parametrize("move", LawMove)
def test_nothing_is_done_to_what_was_withdrawn(move: LawMove) -> None:
    with pytest.raises(Refusal, match="已作废"):
        after_law(LawState.WITHDRAWN, move)
