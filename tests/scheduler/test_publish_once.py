"""No reader is shown a month twice, nor what does not stand, whatever is lost, late, or asked at the same time."""

import threading
from typing import Any

import pytest

from bot.calling import WeChatRefused
from models.publication import PublicationState
from rules.publishing import Became, Outcome
from rules.refusal import Refusal
from scheduler.publish import do_step, publish_due
from services import press_errands, press_steps, publication_verdicts, publications
from services.desk import Work
from services.press_errands import Errand, Step
from tests.press import OCTOBER, Press, freeze

SUBMIT, SEND = "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"
ASK = "/cgi-bin/freepublish/get"

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def goes_on(press: Press, times: int, **span: float) -> None:
    """The job runs so many times, each after this long."""
    for _ in range(times):
        press.later(**span)
        press.runs()


def leased(press: Press) -> Errand:
    """The next step, in a worker's hands."""
    errand = press.desk.do(press_errands.lease, press.clock())
    assert errand is not None
    return errand


# — answers lost or late ——————————————————————————————————————————————————————————————————————————————


@sqlite
def test_an_answer_lost_before_a_long_review_is_waited_for(press: Press) -> None:
    press.platform.breaks("publish_late", seconds=1800)
    press.platform.breaks("call_answer_lost", path=SUBMIT, times=1)
    press.wants()
    press.runs()
    goes_on(press, 5, minutes=5)  # ten minutes of looking are over, and the draft is gone: it was taken
    assert press.row().state is PublicationState.SUBMITTED
    goes_on(press, 5, minutes=10)
    assert press.row().state is PublicationState.PUBLISHED
    assert len(press.platform.articles()) == 1
    assert press.asked("draft/add") == 1


@sqlite
def test_taken_without_an_answer_and_refused_after_a_long_review_is_known_by_the_event(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SUBMIT, times=1)
    press.wants()
    press.runs()
    press.sim.world.drafts.clear()  # taken, and not listed yet
    press.sim.world.articles.clear()
    goes_on(press, 5, minutes=5)
    assert press.row().state is PublicationState.SUBMITTED
    word = Became(Outcome.REJECTED, why="平台审核没有通过")
    press.desk.do(publication_verdicts.verdict, "unknown", word)
    goes_on(press, 3, minutes=30)
    assert press.row().state is PublicationState.REJECTED
    assert "审核没有通过" in press.row().trouble


@sqlite
def test_busy_though_it_was_done_it_is_not_published_again(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = press.wechat.press.publish

    def busy(media_id: str) -> str:
        publish(media_id)
        raise WeChatRefused(-1, "system error")

    press.platform.breaks("publish_late", seconds=1800)
    press.wants()
    with monkeypatch.context() as once:
        once.setattr(press.wechat.press, "publish", busy)
        press.runs()
    goes_on(press, 8, minutes=10)
    assert press.row().state is PublicationState.PUBLISHED
    assert len(press.platform.articles()) == 1


@sqlite
def test_a_draft_published_by_hand_is_known_and_not_made_anew(press: Press) -> None:
    press.platform.breaks("call_45011", path=SUBMIT, times=1)
    press.wants()
    press.runs()
    press.wechat.press.publish(press.row().draft_media_id)  # on mp.weixin.qq.com
    goes_on(press, 3, minutes=2)
    assert press.row().state is PublicationState.PUBLISHED
    assert len(press.platform.articles()) == 1


@sqlite
def test_a_question_refused_does_not_mean_that_it_was_not_published(press: Press) -> None:
    press.platform.breaks("publish_late", seconds=600)
    press.platform.breaks("call_48001", path=ASK, times=1)
    press.wants()
    press.runs()
    goes_on(press, 2, minutes=1)
    assert press.row().state is PublicationState.SUBMITTED
    goes_on(press, 20, minutes=2)
    assert press.row().state is PublicationState.PUBLISHED


@sqlite
def test_given_up_after_three_days_it_is_asked_for_again_and_not_sent_again(press: Press) -> None:
    press.platform.breaks("publish_late", seconds=5 * 86_400)
    press.wants()
    press.runs()
    goes_on(press, 30, hours=3)
    assert press.row().state is PublicationState.REJECTED
    press.wants()
    press.runs()
    assert press.row().state is PublicationState.SUBMITTED
    goes_on(press, 20, hours=3)
    assert press.row().state is PublicationState.PUBLISHED
    assert press.asked("freepublish/submit") == 1


@sqlite
def test_given_up_and_published_after_all_the_event_is_believed(press: Press) -> None:
    press.platform.breaks("publish_late", seconds=5 * 86_400)
    press.wants()
    press.runs()
    goes_on(press, 30, hours=3)
    out = Became(Outcome.PUBLISHED, "A", "https://s/1")
    press.desk.do(publication_verdicts.verdict, press.row().publish_id, out)
    assert (press.row().state, press.row().trouble) == (PublicationState.PUBLISHED, "")
    assert len(press.told("town_ranking")) == 3


@sqlite
def test_withdrawn_in_doubt_what_comes_after_a_long_review_is_removed(press: Press) -> None:
    press.platform.breaks("publish_late", seconds=1800)
    press.platform.breaks("call_answer_lost", path=SUBMIT, times=1)
    press.wants()
    press.runs()
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    goes_on(press, 4, minutes=5)
    assert press.row().removed_at is None
    goes_on(press, 8, minutes=10)
    assert press.row().removed_at is not None
    assert press.platform.articles() == []


@sqlite
def test_withdrawn_while_the_call_never_arrived_the_draft_is_removed_and_it_ends(press: Press) -> None:
    press.platform.breaks("call_reset", path=SUBMIT, times=1)
    press.wants()
    press.runs()
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    goes_on(press, 5, minutes=5)
    assert press.row().removed_at is not None
    assert press.sim.world.drafts == {}


class Killed(BaseException):
    """The process is gone."""


class DiesBefore:
    """A desk whose process dies before it writes this down."""

    def __init__(self, press: Press, last: Any) -> None:
        self.desk, self.last, self.clock, self.look = press.desk, last, press.clock, press.desk.look

    def do(self, step: Any, *args: Any, **kwargs: Any) -> Any:
        if step is self.last:
            raise Killed
        return self.desk.do(step, *args, **kwargs)


@sqlite
def test_killed_after_it_was_deleted_there_it_is_known_to_be_gone(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SUBMIT, times=1)
    press.wants()
    press.runs()
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    with pytest.raises(Killed):
        publish_due(press.printer(DiesBefore(press, press_steps.removed)))
    assert press.platform.articles() == []
    goes_on(press, 1, minutes=3)
    assert press.row().removed_at is not None


@sqlite
def test_given_up_in_doubt_it_can_be_withdrawn_and_is_removed_when_it_comes(press: Press) -> None:
    press.platform.breaks("publish_late", seconds=5 * 86_400)
    press.wants()
    press.runs()
    goes_on(press, 30, hours=3)
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    goes_on(press, 20, hours=3)
    assert press.row().removed_at is not None
    assert press.platform.articles() == []


@sqlite
def test_a_mass_message_in_doubt_whose_draft_is_gone_is_left_to_the_office(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SEND, times=1)
    press.platform.breaks("call_busy", path=SEND, code=40007, skip=1)
    press.wants("mass")
    press.runs()
    goes_on(press, 1, minutes=1)
    assert press.row().state is PublicationState.REJECTED
    assert "--sent" in press.row().trouble
    assert press.asked("message/mass/sendall") == 2


# — at the same time ——————————————————————————————————————————————————————————————————————————————————


def test_wanted_by_two_at_the_same_instant_it_is_published_once(press: Press) -> None:
    both, refused = threading.Barrier(2), []

    def want(work: Work) -> None:
        publications.frozen(work, OCTOBER)
        if press.desk.engine.dialect.name != "sqlite":
            both.wait(5)
        try:
            publications.publish(work, OCTOBER, "周科员")
        except Refusal as refusal:
            refused.append(str(refusal))

    threads = [threading.Thread(target=press.desk.do, args=(want,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(press.rows) == 1
    assert len(refused) == 1
    assert "正在发布" in refused[0]


@sqlite
def test_a_draft_that_comes_late_does_not_undo_what_another_worker_did(press: Press) -> None:
    press.wants()
    do_step(press.printer(), leased(press))
    slow = leased(press)
    press.later(minutes=3)  # its lease has run out
    do_step(press.printer(), leased(press))
    assert leased(press).step is Step.SUBMIT
    draft = press.row().draft_media_id
    press.desk.do(press_steps.drafted, slow, "late")
    assert press.row().draft_media_id == draft
    assert press.row().asked_at is not None
    assert press.row().leased_until is not None


# — for ever ——————————————————————————————————————————————————————————————————————————————————————————


@sqlite
def test_what_is_refused_again_and_again_is_given_up_with_a_word(press: Press) -> None:
    press.platform.breaks("call_busy", path="/cgi-bin/draft/add", code=40007)
    press.wants()
    press.runs()
    goes_on(press, 40, hours=2)
    assert press.row().state is PublicationState.REJECTED
    assert press.asked("material/add_material") < 50
    assert len(press.told("office_publication_failed")) == 2


@sqlite
def test_a_mass_message_in_doubt_that_was_sent_is_said_to_be_by_the_office(press: Press) -> None:
    press.platform.breaks("call_answer_lost", path=SEND, times=1)
    press.wants("mass")
    with pytest.raises(Refusal, match="不用 --sent"):
        press.desk.do(publication_verdicts.was_sent, OCTOBER)
    press.runs()
    press.later(hours=25)
    press.runs()
    assert "--sent" in press.row().trouble
    press.desk.do(publication_verdicts.was_sent, OCTOBER)
    assert press.row().state is PublicationState.PUBLISHED
    assert len(press.told("town_ranking")) == 3
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    press.runs()
    assert "手工删除" in press.told("office_publication_left")[0][1]["reason"]


# — corrected, late ———————————————————————————————————————————————————————————————————————————————————


@sqlite
def test_corrected_in_the_middle_of_a_run_it_goes_no_further(press: Press) -> None:
    press.wants()
    do_step(press.printer(), leased(press))
    do_step(press.printer(), leased(press))
    press.desk.do(freeze, "2026-10", 2, "案件重复计算")
    assert leased(press).step is Step.REMOVE
    press.later(minutes=3)
    press.runs()
    press.hears()
    (article,) = press.platform.articles()
    assert "from=2026-10-2-" in article["news"]["content_source_url"]


@sqlite
def test_corrected_while_under_review_what_comes_out_is_removed_and_nobody_is_told_it(press: Press) -> None:
    press.wants()
    press.runs()
    press.desk.do(freeze, "2026-10", 2, "案件重复计算")
    press.hears()
    assert press.told("town_ranking") == []
    press.runs()
    press.hears()
    assert [row.state for row in press.rows] == [PublicationState.WITHDRAWN, PublicationState.PUBLISHED]
    assert len(press.platform.articles()) == 1
    assert all("第1次更正" in says["month"] for _, says in press.told("town_ranking"))


@sqlite
def test_withdrawn_while_its_correction_is_on_its_way_everybody_hears(press: Press) -> None:
    press.wants()
    press.runs()
    press.hears()
    press.platform.breaks("publish_late", seconds=600)
    press.desk.do(freeze, "2026-10", 2, "案件重复计算")
    press.runs()
    press.desk.do(publications.withdraw, OCTOBER, "数据有误", "周科员")
    assert len(press.told("town_ranking_withdrawn")) == 3


@sqlite
def test_approved_only_in_the_month_after_it_is_still_published(press: Press) -> None:
    press.later(days=24)  # 3 December
    press.runs()
    press.hears()
    press.later(days=31)
    press.runs()
    assert [(row.state, row.assessment_id) for row in press.rows] == [(PublicationState.PUBLISHED, 1)]
