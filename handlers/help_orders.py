"""Supervision orders to those who help on a whistle, by chat; an order of any kind by its own number (督12)."""

import re

from bot.conversation import Begin, Commands
from handlers import texts
from handlers.case_lines import REASON, answer_by
from handlers.orders import office
from handlers.whistles import GAP, SERIAL
from rules.roles import Role
from services import help_orders, orders, whistle_parties, whistles
from services.desk import Work
from services.people import Who

commands = Commands()
ORDER = rf"督(?:办单)?{SERIAL}"
"""An order's own number: it has one for all."""


def answers(who: Who) -> bool:
    return who.is_town or who.is_office or who.holds(Role.DEPARTMENT)


def only_helps(who: Who) -> bool:
    """A department has no cases: a bare number is that of an order."""
    return who.holds(Role.DEPARTMENT) and not (who.is_town or who.is_office)


@commands.say(rf"督办\s*吹?哨{SERIAL}{GAP}(?P<rest>.+)", office, interrupts=False)
def issue(work: Work, said: re.Match[str]) -> str:
    party, reason = whistle_parties.meant(work, whistles.called(work, said["n"]), said["rest"])
    order = help_orders.issue(work, party, reason)
    text = texts.HELP_ORDERED.format(
        order=order.number, whistle=order.whistle.number, party=party.name, answer_by=answer_by(work, order),
        n=order.serial,
    )  # fmt: skip
    return text + ("" if whistle_parties.people_of(work, party) else texts.HELP_ORDER_UNREAD)


@commands.say(rf"督办\s*吹?哨{SERIAL}", office, interrupts=False)
def issue_how(work: Work, said: re.Match[str]) -> str:
    return texts.HELP_ORDER_HOW.format(n=said["n"])


@commands.say(rf"答复\s*{ORDER}(?P<reason>)", answers, refuses=False)
@commands.say(rf"答复\s*{ORDER}{REASON}", answers, interrupts=False, refuses=False)
@commands.say(rf"答复{SERIAL}(?P<reason>)", only_helps, refuses=False)
@commands.say(rf"答复{SERIAL}{REASON}", only_helps, interrupts=False, refuses=False)
def begin_answer(work: Work, said: re.Match[str]) -> Begin:
    """`答复 督12` with words already behind it, or without."""
    order = orders.called(work, said["n"])
    orders.check_answerable(work, order)
    words = said["reason"].strip()
    return Begin("order_answer", {"order": order.id, "words": words} if words else {"order": order.id})


@commands.say(
    rf"审核\s*{ORDER}[\s，,：:]*(?:(?P<passed>通过[\s。.！!]*)|不通过(?:[\s，,：:。、；;]+(?P<reason>.*))?)",
    office,
    interrupts=False,
)
def judge(work: Work, said: re.Match[str]) -> str:
    order = orders.called(work, said["n"])
    if said["passed"]:
        orders.accept(work, order)
        return texts.ORDER_ACCEPTED.format(order=order.number)
    orders.send_back(work, order, (said["reason"] or "").strip())
    return texts.ORDER_SENT_BACK.format(order=order.number, answer_by=answer_by(work, order))


@commands.say(rf"(?:撤销督办|撤督)\s*{ORDER}{REASON}", office, interrupts=False)
def withdraw(work: Work, said: re.Match[str]) -> str:
    order = orders.called(work, said["n"])
    orders.withdraw(work, order, said["reason"].strip())
    return texts.ORDER_WITHDRAWN.format(order=order.number)
