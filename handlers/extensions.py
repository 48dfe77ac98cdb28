"""More time for a rectification (延期) by chat: the town asks for it, the Office grants or refuses."""

import re

from bot.conversation import Commands
from handlers import chief, texts
from handlers.case_lines import GAP_OR_END, NUMBER, REASON, line_of, short_of, the_case
from handlers.office import colleague, office, told_what_was_done
from models.extension import extensions_asked
from rules.lifecycle import OutOfTurn
from services import extensions
from services.case_notices import deadline_words
from services.desk import Work

commands = Commands()
DAYS = r"(?P<days>\d{1,3}|[一二两三四五六七八九十]{1,2})\s*(?:个?工作日|天|日|(?=[\s，,：:。、]|$))"
"""So many working days, as people write them; a number that begins a word (“5号桥”) is none."""
NO_NUMBER = r"(?!\s*(?:个?工作日|天|日|周))"
"""“延期1 天是因为下雨” names no case."""
SPOKEN = {"十": 10, "两": 2} | {word: n for n, word in enumerate("一二三四五六七八九", 1)}


@commands.say(
    rf"(?:申请)?延期\s*{NUMBER}{NO_NUMBER}{GAP_OR_END}(?:[\s，,：:。、；;]+{DAYS})?[\s，,：:。、；;]*(?P<reason>.*)",
    chief.town, interrupts=False,
)  # fmt: skip
def ask(work: Work, said: re.Match[str]) -> str:
    case = chief.own(work, said)
    asked = extensions.ask(work, case, days_in(said["days"]), said["reason"].strip())
    return texts.EXTENSION_ASKED.format(
        number=case.number, days=asked.days, deadline=deadline_words(work, case)
    )


def days_in(text: str | None) -> int | None:
    """“3”, “三”, “十二” as a number; None where there is none."""
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" in text:
        return SPOKEN.get(tens, 1) * 10 + SPOKEN.get(ones, 0)
    return SPOKEN.get(text)


@commands.say(rf"(?:批准|准)\s*{NUMBER}(?:\s*延期)?[\s。.！!]*", office, interrupts=False)
def grant(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    told = colleague(work, case)
    if told:
        return told
    try:
        extensions.grant(work, case)
    except OutOfTurn as refusal:
        raise told_what_was_done(work, case, refusal) from None
    return texts.EXTENSION_GRANTED.format(number=case.number, deadline=deadline_words(work, case))


@commands.say(rf"(?:不批准|不准)\s*{NUMBER}(?:\s*延期)?{REASON}", office, interrupts=False)
def refuse(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    told = colleague(work, case)
    if told:
        return told
    try:
        refused = extensions.refuse(work, case, said["reason"].strip())
    except OutOfTurn as refusal:
        raise told_what_was_done(work, case, refusal) from None
    return texts.EXTENSION_REFUSED.format(
        number=case.number, deadline=deadline_words(work, case), reason=refused.remark
    )


@commands.say(r"延期申请", office)
def waiting(work: Work, said: re.Match[str]) -> str:
    """Every request that waits, with what to answer."""
    rows = [
        texts.EXTENSION_LINE.format(
            line=line_of(work, asked.case), wanted=extensions.words_of(asked), n=short_of(work, asked.case)
        )
        for asked in work.session.scalars(extensions_asked())
    ]
    return "\n".join(rows) or texts.NO_EXTENSION_ASKED


@commands.say(rf"(?:批准|准)\s*{NUMBER}{REASON}", office, interrupts=False)
def grant_how(work: Work, said: re.Match[str]) -> str:
    return texts.EXTENSION_HOW.format(n=said["n"])
