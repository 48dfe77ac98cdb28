"""Whistles by chat (吹哨): a town or the Office blows, the Office names, each who was named answers, one ends it."""

import re

from bot.conversation import Commands
from handlers import texts
from handlers.case_lines import GAP_OR_END, NUMBER, REASON, answer_by, help_order_line, the_case, time_of
from handlers.gathering import shortened
from handlers.orders import office
from handlers.talks import DAY, day_said, in_full
from models.help_order import orders_for
from models.whistle import Whistle, WhistleParty, entries_of, open_whistles
from rules.privacy import without_telephone
from rules.roles import Role
from rules.supervision import WAITING_FOR_ANSWER
from rules.whistles import PARTY_STATE_NAMES, WHISTLE_STATE_NAMES, names_in
from services import case_links, whistle_help, whistle_notices, whistle_parties, whistles
from services.case_notices import deadline_words
from services.desk import Work
from services.people import Who
from services.whistle_timeline import ENTRY_NAMES

commands = Commands()
GAP = r"[\s，,：:。、]+"
SERIAL = r"\s*第?\s*(?P<n>〔?\d{4}〕?[-－—]?\d{1,5}|\d{1,5})\s*号?"
"""A whistle's number: it has one for all, so that everybody who takes part means the same by it."""


def blows(who: Who) -> bool:
    return who.is_office or who.is_town


def takes_part(who: Who) -> bool:
    return blows(who) or who.holds(Role.DEPARTMENT)


@commands.say(rf"吹哨\s*{NUMBER}(?:{GAP}(?P<needs>.*))?", blows, interrupts=False)
def blow(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    whistle = whistles.blow(work, case, (said["needs"] or "").strip())
    return texts.BLOWN.format(
        whistle=whistle.number, number=case.number, until=_until(work, whistle)
    ) + _next(work, whistle)


@commands.say(rf"吹哨{GAP}(?P<place>[^\s，,：:。、]+){GAP}(?P<needs>.+)", blows, interrupts=False)
def blow_at(work: Work, said: re.Match[str]) -> str:
    whistle = whistles.blow_at(work, said["place"], said["needs"])
    return texts.BLOWN_AT.format(
        whistle=whistle.number, place=whistle.place, until=_until(work, whistle)
    ) + _next(work, whistle)


def _until(work: Work, whistle: Whistle) -> str:
    return whistle_notices.naming_date(work, whistle)


def _next(work: Work, whistle: Whistle) -> str:
    """The Office that blew it names at once who helps."""
    return texts.NAME_HOW.format(n=whistle.serial) if work.who and work.who.is_office else ""


@commands.say(rf"指派{SERIAL}{GAP}(?P<names>.+)", office, interrupts=False)
def name(work: Work, said: re.Match[str]) -> str:
    whistle = whistles.called(work, said["n"])
    parties = whistle_help.name(work, whistle, whistle_parties.named(work, names_in(said["names"])))
    unread = [party.name for party in parties if not whistle_parties.people_of(work, party)]
    until = whistle_notices.answer_date(work, parties[0])
    text = texts.NAMED.format(
        whistle=whistle.number, lead=whistle.lead.name if whistle.lead else "",
        parties="、".join(party.name for party in whistle.parties), until=until,
    )  # fmt: skip
    return text + (texts.NAMED_UNREAD.format(names="、".join(unread), n=whistle.serial) if unread else "")


@commands.say(rf"指派{SERIAL}{GAP_OR_END}.*", office, interrupts=False)
def name_how(work: Work, said: re.Match[str]) -> str:
    return texts.NAME_HOW.format(n=said["n"]).strip()


@commands.say(
    rf"回哨{SERIAL}{GAP}(?:(?P<body>[^\s，,：:]+)[\s，,：:]+)?已?完成(?:{GAP}(?P<result>.*))?",
    takes_part,
    interrupts=False,
)
def finish(work: Work, said: re.Match[str]) -> str:
    whistle = whistles.called(work, said["n"])
    body = said["body"] or ""
    if body and all(body != party.name for party in whistle.parties):
        return texts.ANSWER_HOW.format(n=said["n"])  # “封堵排口 完成 12-01” may mean either
    party, result = whistle_parties.meant(work, whistle, f"{body} {said['result'] or ''}")
    whistle_help.finish(work, party, result)
    return texts.PARTY_DONE.format(whistle=whistle.number)


@commands.say(
    rf"回哨{SERIAL}{GAP}(?P<plan>.+?)[\s，,：:、]*{DAY}\s*(?:前|之前|完成|前完成)?",
    takes_part,
    interrupts=False,
)
def answer(work: Work, said: re.Match[str]) -> str:
    whistle, day = whistles.called(work, said["n"]), day_said(work, said)
    party, plan = whistle_parties.meant(work, whistle, said["plan"])
    whistle_help.answer(work, party, plan, day)
    return texts.ANSWERED_WHISTLE.format(whistle=whistle.number, day=in_full(work, day), n=whistle.serial)


@commands.say(rf"回哨{SERIAL}{GAP_OR_END}.*", takes_part, interrupts=False)
def answer_how(work: Work, said: re.Match[str]) -> str:
    return texts.ANSWER_HOW.format(n=said["n"])


@commands.say(
    rf"收哨{SERIAL}{GAP}(?P<solved>已解决|解决|未解决|没有解决|没解决){REASON}", blows, interrupts=False
)
def close(work: Work, said: re.Match[str]) -> str:
    whistle = whistles.called(work, said["n"])
    whistles.close(work, whistle, said["reason"].strip(), solved=said["solved"] in ("已解决", "解决"))
    return texts.WHISTLE_CLOSED.format(whistle=whistle.number) + _date(work, whistle)


@commands.say(rf"收哨{SERIAL}{GAP_OR_END}.*", blows, interrupts=False)
def close_how(work: Work, said: re.Match[str]) -> str:
    return texts.CLOSE_HOW.format(n=said["n"])


@commands.say(rf"撤哨{SERIAL}{REASON}", blows, interrupts=False)
def withdraw(work: Work, said: re.Match[str]) -> str:
    whistle = whistles.called(work, said["n"])
    whistles.withdraw(work, whistle, said["reason"].strip())
    return texts.WHISTLE_WITHDRAWN.format(whistle=whistle.number) + _date(work, whistle)


def _date(work: Work, whistle: Whistle) -> str:
    """The date of the case, which counts again."""
    case = whistle.case
    words = deadline_words(work, case) if case is not None else ""
    return (
        texts.CLOCK_GOES_ON.format(number=case.number, deadline=words) if case is not None and words else ""
    )


@commands.say(rf"(?:看哨|查哨){SERIAL}", takes_part)
def show(work: Work, said: re.Match[str]) -> str:
    return shown(work, whistles.called(work, said["n"]))


def shown(work: Work, whistle: Whistle) -> str:
    """A whistle with its helpers and the timeline they share; a caller's telephone is the Office's alone."""
    seen = str if work.who and work.who.is_office else without_telephone
    lines = [
        texts.WHISTLE_HEAD.format(
            whistle=whistle.number,
            state=WHISTLE_STATE_NAMES[whistle.state],
            where=whistle_notices.where(whistle),
        ),
        texts.WHISTLE_NEEDS.format(needs=shortened(seen(whistle.needs), 200)),
        *(_party_line(work, party) for party in whistle.parties),
        *(f"· {help_order_line(work, order)}" for order in work.session.scalars(orders_for(whistle.id))),
        *(
            texts.WHISTLE_ENTRY.format(
                time=time_of(e.at), body=e.body, what=ENTRY_NAMES[e.what], words=shortened(seen(e.words), 120)
            )
            for e in work.session.scalars(entries_of(whistle.id))
        ),
    ]
    if whistle.case is not None:
        lines.append(texts.DETAIL_LINK.format(link=case_links.for_helper(work, whistle.case)))
    return "\n".join(lines)


def _party_line(work: Work, party: WhistleParty) -> str:
    return texts.WHISTLE_PARTY.format(
        role="牵头" if party.leads else "协助", party=party.name, state=PARTY_STATE_NAMES[party.state],
        until=f"，{whistle_notices.due_date(work, party)}" if party.is_open else "",
    )  # fmt: skip


def _orders_to_answer(work: Work, whistle: Whistle) -> str:
    """The orders on it that the speaker's own unit has yet to answer."""
    mine = [
        order
        for order in work.session.scalars(orders_for(whistle.id))
        if order.state in WAITING_FOR_ANSWER
        and work.who
        and whistle_parties.speaks_for(work.who, order.party)
    ]
    return "".join(
        texts.TODO_ORDER.format(order=o.number, until=answer_by(work, o), n=f"督{o.serial}") for o in mine
    )


@commands.say(r"吹哨|哨单|看哨|吹哨列表|回哨|收哨|撤哨|指派", takes_part, refuses=False)
def list_whistles(work: Work, said: re.Match[str]) -> str:
    found = whistle_parties.seen_by_speaker(work, list(work.session.scalars(open_whistles())))
    rows = [
        texts.WHISTLE_LINE.format(
            n=w.serial, state=WHISTLE_STATE_NAMES[w.state], where=shortened(whistle_notices.where(w), 40),
            lead=f"，牵头 {w.lead.name}" if w.lead else "", orders=_orders_to_answer(work, w),
        )
        for w in found
    ]  # fmt: skip
    may_blow = work.who is not None and blows(work.who)
    how = texts.WHISTLE_HOW if may_blow else texts.WHISTLE_HOW_TO_HELP
    return "\n".join([*(rows or [texts.NO_WHISTLES]), how])
