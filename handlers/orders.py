"""Supervision orders by chat: the Office urges, orders, puts off and judges; the town answers in words and photos."""

import re
from typing import Any

from bot.conversation import Again, Begin, Commands, Done, Draft, Flow, Outcome
from bot.messages import Photo, Text, Video, Voice
from handlers import gathering, texts
from handlers.case_lines import GAP_OR_END, NUMBER, REASON, answer_by, the_case
from handlers.gathering import SUBMIT, counted
from models.case import Case
from models.supervision import SupervisionOrder, orders_of
from rules.deadlines import Deadline, in_words
from rules.refusal import Refusal
from services import chase, falsification, ladder, orders, people, reports, supervision
from services.desk import Work
from services.people import Who

commands = Commands()
answering = Flow(
    "order_answer", "督办答复", holds=lambda draft: bool(draft.get("sent") or draft.get("words"))
)


def office(who: Who) -> bool:
    return who.is_office


def answers(who: Who) -> bool:
    return who.is_town or who.is_office


def last_order(work: Work, case: Case) -> SupervisionOrder:
    """The order of this case that matters now: the open one, else the last."""
    its = list(work.session.scalars(orders_of(case.id)))
    if not its:
        raise Refusal(texts.NO_ORDER.format(number=case.number))
    return next((order for order in its if order.is_open), its[-1])


@commands.say(rf"催办\s*{NUMBER}{REASON}", office, interrupts=False)
def urge(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    return texts.URGED.format(number=case.number, count=chase.urge(work, case, said["reason"].strip()))


@commands.say(rf"督办\s*{NUMBER}{REASON}", office, interrupts=False)
def issue(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    order = supervision.issue(work, case, said["reason"].strip())
    text = texts.ORDERED.format(
        order=order.number, number=case.number, town=order.town.name if order.town else "",
        answer_by=answer_by(work, order), n=said["n"],
    )  # fmt: skip
    unread = "" if people.leaders(work, order.town_id) else texts.ORDER_UNREAD
    return text + unread


@commands.say(rf"(?:撤销督办|撤督)\s*{NUMBER}{REASON}", office, interrupts=False)
def withdraw(work: Work, said: re.Match[str]) -> str:
    order = last_order(work, the_case(work, said["n"]))
    supervision.withdraw(work, order, said["reason"].strip())
    days = ladder.numbers(work, order.case).again_days
    again = texts.ORDER_AGAIN.format(days=days) if days and order.case.is_open else ""
    return texts.ORDER_WITHDRAWN.format(order=order.number) + again


@commands.say(
    rf"暂缓\s*{NUMBER}[\s，,：:]+(?P<days>\d{{1,3}})\s*(?:个?工作日|天|日|{GAP_OR_END})[\s，,：:。、]*(?P<reason>.*)",
    office,
    interrupts=False,
)
def hold(work: Work, said: re.Match[str]) -> str:
    case, days = the_case(work, said["n"]), int(said["days"])
    chase.hold(work, case, days, said["reason"].strip())
    if case.held_until is None:
        return texts.HELD_NO_MORE.format(number=case.number)
    until = in_words(Deadline(case.held_until, provisional=False), now=work.now).removesuffix("前")
    return texts.HELD.format(number=case.number, days=days, until=until)


@commands.say(
    rf"审核\s*{NUMBER}[\s，,：:]*(?:(?P<passed>通过[\s。.！!]*)|不通过(?:[\s，,：:。、；;]+(?P<reason>.*))?)",
    office,
    interrupts=False,
)
def judge(work: Work, said: re.Match[str]) -> str:
    order = last_order(work, the_case(work, said["n"]))
    if said["passed"]:
        supervision.accept(work, order)
        return texts.ORDER_ACCEPTED.format(order=order.number)
    supervision.send_back(work, order, (said["reason"] or "").strip())
    return texts.ORDER_SENT_BACK.format(order=order.number, answer_by=answer_by(work, order))


@commands.say(rf"造假\s*{NUMBER}{REASON}", office, interrupts=False)
def falsified(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    falsification.found(work, case, said["reason"].strip())
    return texts.FALSIFIED.format(number=case.number)


@commands.say(rf"(?:催办|督办|撤销督办|审核|造假|暂缓)\s*{NUMBER}{REASON}", office, interrupts=False)
def how(work: Work, said: re.Match[str]) -> str:
    return texts.ORDER_HOW.format(n=said["n"])


@commands.say(rf"答复\s*{NUMBER}(?P<reason>)", answers, refuses=False)
@commands.say(rf"答复\s*{NUMBER}{REASON}", answers, interrupts=False, refuses=False)
def begin_answer(work: Work, said: re.Match[str]) -> Begin:
    """`答复 n` with words already behind it, or without."""
    case = the_case(work, said["n"])
    order = last_order(work, case)
    supervision.check_answerable(work, order)
    words = said["reason"].strip()
    return Begin("order_answer", {"order": order.id, "words": words} if words else {"order": order.id})


@answering.step("gather", wants=(Photo, Voice, Video, Text), ask=lambda work, draft: so_far(work, draft))
def gather_answer(work: Work, said: Any, draft: Draft) -> Outcome:
    if not isinstance(said, Text):
        if gathering.is_one_too_many(work, said, draft):
            return Again(gathering.too_many(work))
        gathering.add_medium(draft, said)
        return Again(so_far(work, draft))
    if said.text.strip() not in SUBMIT:
        gathering.add_words(draft, said.text)
        return Again(so_far(work, draft))
    if not draft.get("words") or not gathering.photos_in(draft):
        return Again(texts.ANSWER_NEEDS)
    order = orders.kept(work, draft["order"])
    given = orders.answer(work, order, draft["words"], gathering.photos_in(draft))
    for sent in gathering.sent_in(draft):
        reports.expect(work, sent, answer_id=given.id)
    return Done(texts.ORDER_ANSWERED.format(order=order.number))


def so_far(work: Work, draft: Draft) -> str:
    """What was collected, or what is asked for."""
    have = counted(draft)
    if have:
        return texts.ANSWER_SO_FAR.format(have=have)
    order = orders.kept(work, draft["order"])
    return texts.ASK_ANSWER.format(order=order.number, answer_by=answer_by(work, order))
