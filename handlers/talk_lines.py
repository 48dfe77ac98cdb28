"""What lists and details say of a case's open order and of its talk, with what may be said next."""

from handlers import texts
from handlers.gathering import shortened
from models.admonition import Admonition
from models.case import Case
from models.supervision import open_orders_of
from rules.deadlines import Deadline, in_words
from rules.supervision import ADMONITION_STATE_NAMES, WAITING_FOR_ANSWER, AdmonitionState
from services import admonitions
from services.desk import Work


def order_that_waits(work: Work, case: Case, n: int) -> str:
    """For the town's list: the order it has to answer, until when and how; or nothing."""
    for order in work.session.scalars(open_orders_of(case.id)):
        if order.state in WAITING_FOR_ANSWER:
            until = in_words(Deadline(order.answer_by, order.answer_provisional), now=work.now)
            return texts.TODO_ORDER.format(order=order.number, until=until, n=n)
    return ""


def talk_lines(work: Work, case: Case, n: int) -> list[str]:
    """For the details: the talk that is still to come or followed up; to the Office with its next step."""
    talk = admonitions.open_one(work, case)
    if talk is None:
        return []
    line = texts.DETAIL_TALK.format(
        talk=talk.number, state=ADMONITION_STATE_NAMES[talk.state], what=_what(work, talk)
    )
    next_step = texts.DETAIL_TALK_NEXT[talk.state.value] if work.who and work.who.is_office else ""
    return [line + next_step.format(n=n)]


def _what(work: Work, talk: Admonition) -> str:
    if talk.state is AdmonitionState.DATED and talk.meets_at is not None:
        place = f"，{shortened(talk.place, 40)}" if talk.place else ""
        return f"，{admonitions.day_and_time(talk.meets_at)}{place}"
    if talk.state is AdmonitionState.HELD and talk.undertakings_by is not None:
        until = in_words(Deadline(talk.undertakings_by, provisional=False), now=work.now)
        return f"，{until}兑现：{shortened(talk.undertakings, 80)}"
    return ""
