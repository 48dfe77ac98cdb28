"""Good examples: released by the Office with a month, refused with a sentence, taken back at any time."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.case import Case, events_of
from models.evidence import Arrival, Evidence
from models.publication import Publication, PublicationState
from models.released_example import ReleasedExample
from rules.lifecycle import State
from rules.months import Month
from rules.refusal import Refusal
from services import audit, cases, examples
from services.desk import Desk, Work
from services.example_pictures import of_month, shown
from services.photo_store import PhotoStore
from tests.frozen_table import frozen, published
from tests.month_tables import month_table
from tests.released_case import CLERK, OCTOBER, Sent, a_closed_case, release, released, the_office

Deed = Callable[[Work, Sent], Any]


@pytest.fixture
def sent(desk: Desk, store: PhotoStore) -> Sent:
    """A closed case nobody has released."""
    return desk.do(a_closed_case, store)


def case_of(work: Work, sent: Sent) -> Case:
    return work.session.get_one(Case, sent.case_id)


def taken_back(work: Work, sent: Sent, reason: str = "有车牌") -> bool:
    the_office(work)
    return examples.take_back(work, case_of(work, sent), reason)[1]


def reopened(work: Work, sent: Sent) -> None:
    the_office(work)
    cases.reopen(work, case_of(work, sent), "现场仍有排水")


def test_it_shows_the_first_photograph_and_the_proof_that_passed_and_no_more_of_the_case(
    desk: Desk, sent: Sent
) -> None:
    desk.do(release, sent, " 三天内清完，电话 13900001111 ")
    (example,) = desk.look(of_month, OCTOBER)
    first, last = desk.look(
        lambda work: [work.session.get_one(Evidence, n).digest for n in (sent.before[0], sent.after[1])]
    )
    assert (example.before, example.after) == (first, last)
    assert example.title == "北运河天穆镇段：污水直排"
    assert example.facts == "天穆镇，2026年10月3日立案，2026年10月12日办结。"
    assert example.words == "三天内清完，电话 （电话号码已隐去）"
    for kept_back in ("天穆桥", "13812345678", "老李", sent.number):
        assert kept_back not in str(example)


def test_it_leaves_who_when_and_which_photographs_in_the_cases_chain(desk: Desk, sent: Sent) -> None:
    number = desk.do(release, sent, "三天内清完")
    desk.do(taken_back, sent)
    with desk.reading() as work:
        row = work.session.get_one(ReleasedExample, number)
        assert (row.released_by, row.month, row.taken_back_by) == (CLERK, "2026-10", CLERK)
        said = [(e.what, e.reason) for e in work.session.scalars(events_of(sent.case_id))]
        assert said == [("example_released", "三天内清完"), ("example_taken_back", "有车牌")]
        assert [found for _, found in audit.verify(work.session) if found is not None] == []


def another_photograph(work: Work, sent: Sent) -> None:
    release(work, sent, number=2)


def test_the_clerk_may_choose_another_photograph(desk: Desk, sent: Sent) -> None:
    desk.do(another_photograph, sent)
    with desk.reading() as work:
        assert work.session.query(ReleasedExample).one().before_id == sent.before[1]


def not_closed(work: Work, sent: Sent) -> None:
    case_of(work, sent).state = State.VERIFYING


def arrival_of(which: str, arrival: Arrival) -> Deed:
    def change(work: Work, sent: Sent) -> None:
        for number in getattr(sent, which):
            work.session.get_one(Evidence, number).arrival = arrival

    return change


def without_photographs(work: Work, sent: Sent) -> None:
    for number in sent.before:
        work.session.delete(work.session.get_one(Evidence, number))


def three_others(work: Work, sent: Sent) -> None:
    store = work.session.info["store"]
    for serial in (201, 202, 203):
        release(work, a_closed_case(work, store, serial))


def october_is(state: PublicationState) -> Deed:
    def change(work: Work, sent: Sent) -> None:
        published(work, frozen(work, month_table()))
        work.session.flush()
        row = work.session.query(Publication).one()
        row.state = state
        if state is not PublicationState.PUBLISHED:
            row.published_at = None

    return change


@pytest.mark.parametrize(
    ("before", "how", "why"),
    [
        (not_closed, {}, "待复核，复核通过、办结以后才能作为示例"),
        (None, {"month": Month(2026, 9)}, "是2026年10月办理的，不能作为2026年9月的示例"),
        (None, {"month": Month(2026, 11)}, "不能作为2026年11月的示例"),
        (without_photographs, {}, "没有整改前的照片"),
        (None, {"number": 3}, "整改前的照片有 2 张，没有第 3 张"),
        (arrival_of("before", Arrival.WAITING), {}, "整改前的第 1 张照片还没有收到"),
        (arrival_of("after", Arrival.ERASED), {}, "整改后的第 1 张照片已经删除"),
        (arrival_of("before", Arrival.GONE), {"number": 2}, "整改前的第 2 张照片没有收到"),
        (lambda work, sent: release(work, sent), {}, "已是2026年10月的示例，不用再发"),
        (three_others, {}, "已有 3 个示例"),
        (october_is(PublicationState.PUBLISHED), {}, "已经发布，通报和网页不再改动"),
        (october_is(PublicationState.DRAFTED), {}, "正在发布，文章不再改动"),
        (None, {"words": "好" * 121}, "最多 120 个字"),
    ],
    ids=["open", "earlier", "later", "no photo", "no such photo", "waiting", "erased", "gone", "twice", "fourth",
         "published", "under way", "too long"],
)  # fmt: skip
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_cannot_be_released_is_refused_with_what_to_do(
    desk: Desk, store: PhotoStore, sent: Sent, before: Deed | None, how: dict[str, Any], why: str
) -> None:
    def done(work: Work) -> None:
        work.session.info["store"] = store
        assert before is not None
        before(work, sent)

    if before is not None:
        desk.do(done)
    with pytest.raises(Refusal, match=why):
        desk.do(lambda work: release(work, sent, **how))


def test_only_somebody_of_the_office_by_name_releases(desk: Desk, sent: Sent) -> None:
    def nameless(work: Work) -> None:
        case = case_of(work, sent)
        before, after = examples.photographs(work, case)
        examples.release(work, case, OCTOBER, before[0], after[-1])

    with pytest.raises(Refusal, match="请写明由谁决定刊登"):
        desk.do(nameless)


def test_a_month_that_is_frozen_and_not_yet_published_takes_examples(desk: Desk, sent: Sent) -> None:
    desk.do(frozen, month_table())
    desk.do(release, sent)
    assert len(desk.look(shown, month_table())) == 1


@pytest.mark.parametrize(
    "gone", [taken_back, reopened, arrival_of("before", Arrival.ERASED)], ids=["back", "reopened", "erased"]
)
def test_what_is_taken_back_reopened_or_erased_is_shown_no_more(desk: Desk, sent: Sent, gone: Deed) -> None:
    desk.do(release, sent)
    desk.do(gone, sent)
    assert desk.look(of_month, OCTOBER) == []


def test_a_withdrawn_month_shows_no_examples(desk: Desk, sent: Sent) -> None:
    desk.do(release, sent)
    assert desk.look(shown, month_table(withdrawn_because="数据有误")) == []


def test_after_it_was_taken_back_it_may_be_released_once_more(desk: Desk, sent: Sent) -> None:
    desk.do(release, sent)
    desk.do(taken_back, sent)
    with pytest.raises(Refusal, match="没有刊登为示例"):
        desk.do(taken_back, sent)
    desk.do(release, sent)
    assert len(desk.look(of_month, OCTOBER)) == 1


def test_taken_back_after_the_article_was_handed_over_the_clerk_hears_of_it(
    desk: Desk, store: PhotoStore
) -> None:
    first, second = released(desk, store), released(desk, store, serial=102)
    assert not desk.do(taken_back, first)
    desk.do(october_is(PublicationState.DRAFTED), first)
    desk.do(lambda work: setattr(work.session.query(Publication).one(), "draft_media_id", "d"))
    assert desk.do(taken_back, second)


@pytest.mark.parametrize(
    "rewriting",
    ["UPDATE released_example SET words = 'other'", "UPDATE released_example SET taken_back_because = 'other'",
     "DELETE FROM released_example"],
)  # fmt: skip
def test_the_database_keeps_what_was_released_and_taken_back(desk: Desk, sent: Sent, rewriting: str) -> None:
    desk.do(release, sent)
    desk.do(taken_back, sent)
    with pytest.raises(DBAPIError, match="cannot be rewritten"), desk.engine.begin() as connection:
        connection.execute(text(rewriting))
