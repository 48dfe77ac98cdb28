"""What is asked for by verb alone (“督办”, “审核 通过”): how the whole command goes, rather than “not understood”."""

import re

from bot.conversation import Begin, Commands
from handlers import texts
from handlers.chief import UNREADABLE, staff
from handlers.office import office, overseer, summary
from handlers.whistles import blows, list_whistles
from rules.roles import Role
from services.desk import Work
from services.people import Who

commands = Commands()
_LONGEST_FIRST = "|".join(sorted(texts.OFFICE_USAGES, key=len, reverse=True))


def only_helps(who: Who) -> bool:
    return who.holds(Role.DEPARTMENT) and not staff(who)


def only_oversees(who: Who) -> bool:
    return overseer(who) and not staff(who)


@commands.say(rf"(?P<verb>{_LONGEST_FIRST}){UNREADABLE}", office, interrupts=False, refuses=False)
def how_the_office(work: Work, said: re.Match[str]) -> str:
    return texts.USAGE.format(usage=texts.OFFICE_USAGES[said["verb"]])


@commands.say(rf"答复{UNREADABLE}", lambda who: who.is_town, interrupts=False, refuses=False)
def how_to_answer(work: Work, said: re.Match[str]) -> str:
    return texts.USAGE.format(usage=texts.ANSWER_USAGE)


@commands.say(r"吹哨[\s，,：:。、].*", blows, interrupts=False, refuses=False)
def how_to_blow(work: Work, said: re.Match[str]) -> str:
    """A place without what is needed: as a place alone it would begin a report."""
    return texts.WHISTLE_HOW


@commands.say(r"待办|我的待办|任务", only_helps, refuses=False)
def helps_with(work: Work, said: re.Match[str]) -> str | Begin:
    """A department's part: the whistles it was named for."""
    return list_whistles(work, said)


@commands.say(r"待办|我的待办|任务", only_oversees, refuses=False)
def oversees(work: Work, said: re.Match[str]) -> str | Begin:
    """Who leads the district has no cases to do; how they stand."""
    return summary(work, said)
