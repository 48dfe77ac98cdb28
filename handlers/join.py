"""Coming in and being recognised: welcome, help, binding with an invitation code."""

import re

from bot.conversation import Begin, Commands
from bot.messages import Follow, Message, Scan
from handlers import texts
from handlers.report import begin_with
from models.person import Appointment
from rules.roles import ROLE_NAMES, Role
from services import invitations, people
from services.desk import Work
from services.people import Who

commands = Commands()


def hint_for(who: Who) -> str:
    """What this person can do next."""
    if who.is_office:
        return texts.BOUND_OFFICE
    if who.is_town:
        return texts.BOUND_TOWN
    return texts.BOUND_DEPARTMENT if who.holds(Role.DEPARTMENT) else texts.BOUND_OTHER


def office_of(appointment: Appointment) -> str:
    """“天穆镇镇级河湖长”."""
    town = appointment.town.name if appointment.town else ""
    return f"{town}{ROLE_NAMES[appointment.role]}"


@commands.say(r"绑定\s*(?P<code>.*)")
def bind(work: Work, said: re.Match[str]) -> str:
    code = said["code"].strip()
    if work.who is None or not code:
        return texts.HOW_TO_BIND
    person = invitations.redeem(work, work.who.follower, code)
    work.session.flush()
    work.who = people.who_is(work, work.who.follower_id, person.id)
    offices = "、".join(office_of(a) for a in work.who.appointments) or "（目前没有在任职务）"
    return texts.BOUND.format(name=person.name, offices=offices, hint=hint_for(work.who))


@commands.say(r"帮助|怎么用|\?|？|help|使用说明|功能|菜单|人工|你好|您好")
def show_help(work: Work, said: re.Match[str]) -> str:
    text = texts.HELP.format(hotline=work.rulebook.hotline)
    if work.who and work.who.is_town:
        text += texts.HELP_TOWN
    if work.who and work.who.holds(Role.DEPARTMENT):
        text += texts.HELP_DEPARTMENT
    if work.who and work.who.holds(Role.GENERAL_CHIEF, Role.DISTRICT_CHIEF):
        text += texts.HELP_OVERSEER
    if work.who and work.who.is_office:
        text += texts.HELP_OFFICE
    return text


def welcome(work: Work, message: Message) -> str | Begin:
    """Somebody follows the account, perhaps by scanning a notice board."""
    follow = message.said
    text = f"{texts.WELCOME.format(district=work.rulebook.district)}\n\n{texts.FIRST_USE}"
    if work.who is not None:
        work.who.follower.following = True
    if isinstance(follow, Follow) and follow.scene:
        begun = begin_with(work, Scan(follow.scene, ""))
        return begun if isinstance(begun, Begin) else f"{text}\n\n{begun}"
    return text
