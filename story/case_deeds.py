"""What is done with a case in an invented year, each deed by the one who may: the town, the Office, a helper."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from models.admonition import Admonition
from models.case import Case
from models.follower import Follower
from models.registry import Town
from models.report import Rating, Report, Satisfaction
from models.supervision import SupervisionOrder
from models.whistle import Whistle
from rules.workdays import CHINA
from services import (
    admonitions,
    cases,
    falsification,
    people,
    supervision,
    whistle_help,
    whistle_parties,
    whistles,
)
from services.admonitions import Minutes
from services.desk import Work
from story.invented_year import Deed, Verb
from story.speakers import PREPARER, speak_as, speak_for


def by_office(step: Callable[[Work, Case, Deed], Any]) -> Callable[[Work, int, Deed], None]:
    """The step, done by the Office."""

    def done(work: Work, case_id: int, deed: Deed) -> None:
        speak_as(work, PREPARER)
        step(work, work.session.get_one(Case, case_id), deed)

    return done


def by_town(step: Callable[[Work, Case, Deed], Any]) -> Callable[[Work, int, Deed], None]:
    """The step, done by the case's town."""

    def done(work: Work, case_id: int, deed: Deed) -> None:
        case = work.session.get_one(Case, case_id)
        assert case.town_id is not None
        speak_for(work, case.town_id)
        step(work, case, deed)

    return done


def by_helper(step: Callable[[Work, Case, Deed], Any]) -> Callable[[Work, int, Deed], None]:
    """The step, done by the unit that was named to help."""

    def done(work: Work, case_id: int, deed: Deed) -> None:
        town = work.session.scalars(select(Town).where(Town.code == deed.word)).one()
        speak_for(work, town.id)
        step(work, work.session.get_one(Case, case_id), deed)

    return done


def _given(work: Work, case: Case, deed: Deed) -> None:
    assert case.town is not None
    cases.transfer(work, case, case.town)


def _accepts(work: Work, case: Case, deed: Deed) -> None:
    cases.accept(work, case)


def _proves(work: Work, case: Case, deed: Deed) -> None:
    cases.prove(work, case, "已清理完毕", 1)
    cases.proof_received(work, case, "")


def _passes(work: Work, case: Case, deed: Deed) -> None:
    cases.verify(work, case)


def _sends_back(work: Work, case: Case, deed: Deed) -> None:
    cases.send_back(work, case, "岸边还有残留")


def _rates(work: Work, case_id: int, deed: Deed) -> None:
    asked = (
        select(Satisfaction, Report)
        .join(Report, Report.id == Satisfaction.report_id)
        .where(Report.case_id == case_id, Satisfaction.rating.is_(None))
        .order_by(Satisfaction.id.desc())
    )
    row, report = work.session.execute(asked).one()
    follower = work.session.get_one(Follower, report.reporter_id)
    work.who = people.who_is(work, follower.id, None)
    rating = Rating(deed.word)
    cases.rate(work, report, row, rating, "过两天又有了" if rating is Rating.NOT else "")


def _blows(work: Work, case: Case, deed: Deed) -> None:
    whistles.blow(work, case, "请上下游单位一起清理")


def _whistle(work: Work, case: Case) -> Whistle:
    newest = select(Whistle).where(Whistle.case_id == case.id).order_by(Whistle.id.desc())
    return work.session.scalars(newest.limit(1)).one()


def _names(work: Work, case: Case, deed: Deed) -> None:
    town = work.session.scalars(select(Town).where(Town.code == deed.word)).one()
    whistle_help.name(work, _whistle(work, case), whistle_parties.named(work, [town.name]))


def _helps(work: Work, case: Case, deed: Deed) -> None:
    town = work.session.scalars(select(Town).where(Town.code == deed.word)).one()
    party = whistle_parties.party_called(work, _whistle(work, case), town.name)
    if deed.verb is Verb.FINISHES:
        whistle_help.finish(work, party, "已协助清理")
    else:
        whistle_help.answer(work, party, "派人协助", work.calendar.after(work.today, 3).on)


def _closes(work: Work, case: Case, deed: Deed) -> None:
    whistles.close(work, _whistle(work, case), "已清理", solved=True)


def _orders(work: Work, case: Case, deed: Deed) -> None:
    supervision.issue(work, case, "逾期未整改")


def _order(work: Work, case: Case) -> SupervisionOrder:
    mine = select(SupervisionOrder).where(SupervisionOrder.case_id == case.id)
    return work.session.scalars(mine.order_by(SupervisionOrder.id.desc()).limit(1)).one()


def _answers(work: Work, case: Case, deed: Deed) -> None:
    supervision.answer(work, _order(work, case), "已安排人员清理", 1)


def _takes_answer(work: Work, case: Case, deed: Deed) -> None:
    supervision.accept(work, _order(work, case))


def _feigned(work: Work, case: Case, deed: Deed) -> None:
    falsification.found(work, case, "照片不是该处")


def _talk(work: Work, case: Case) -> Admonition:
    newest = select(Admonition).where(Admonition.case_id == case.id).order_by(Admonition.id.desc())
    return work.session.scalars(newest.limit(1)).one()


def _dates_talk(work: Work, case: Case, deed: Deed) -> None:
    day = work.calendar.after(work.today, 2).on
    admonitions.set_date(work, _talk(work, case), datetime.combine(day, time(9), CHINA), "河长办会议室")


def _holds_talk(work: Work, case: Case, deed: Deed) -> None:
    until = work.today + timedelta(days=14)
    said = Minutes("周主任（虚构）", ("镇街负责人",), "通报整改不实的情况", "一周内重新整改到位", until)
    admonitions.record_minutes(work, _talk(work, case), said)


def _keeps_word(work: Work, case: Case, deed: Deed) -> None:
    admonitions.keep(work, _talk(work, case))


STEPS: Mapping[Verb, Callable[[Work, int, Deed], None]] = {
    Verb.GIVEN: by_office(_given),
    Verb.ACCEPTS: by_town(_accepts),
    Verb.BLOWS: by_town(_blows),
    Verb.NAMES: by_office(_names),
    Verb.HELPS: by_helper(_helps),
    Verb.FINISHES: by_helper(_helps),
    Verb.CLOSES: by_town(_closes),
    Verb.ORDERS: by_office(_orders),
    Verb.ANSWERS: by_town(_answers),
    Verb.TAKES_ANSWER: by_office(_takes_answer),
    Verb.PROVES: by_town(_proves),
    Verb.SENDS_BACK: by_office(_sends_back),
    Verb.PASSES: by_office(_passes),
    Verb.RATES: _rates,
    Verb.FEIGNED: by_office(_feigned),
    Verb.DATES_TALK: by_office(_dates_talk),
    Verb.HOLDS_TALK: by_office(_holds_talk),
    Verb.KEEPS_WORD: by_office(_keeps_word),
}
