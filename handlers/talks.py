"""Admonition talks and referrals by chat, for the Office: call, set the day, record the minutes, follow up, refer."""

import re
from datetime import date, datetime, time, timedelta

from bot.conversation import Again, Commands, Done, Draft, Flow, Outcome
from bot.conversation import Begin as Opens
from bot.messages import Text
from handlers import texts
from handlers.case_lines import NUMBER, REASON, the_case
from handlers.orders import office
from models.admonition import Admonition, Referral
from models.case import Case
from rules.refusal import Refusal
from rules.supervision import Ground
from rules.workdays import CHINA
from services import admonitions, referrals
from services.admonitions import Minutes, day_and_time
from services.desk import Work

commands = Commands()
minutes = Flow("talk_minutes", "约谈纪要", holds=lambda draft: bool(draft.get("held_by")))
DAY = r"(?:(?P<year>\d{4})[-年/.])?(?P<month>\d{1,2})[-月/.](?P<day>\d{1,2})日?"
JUST_PAST = timedelta(days=183)
"""Half a year: a day without a year that lies longer ago is next year's."""
HOUR = r"(?P<hour>\d{1,2})[:：点时](?P<minute>\d{0,2})分?"


def open_talk(work: Work, case: Case) -> Admonition:
    """The talk of this case that is still to come or followed up."""
    talk = admonitions.open_one(work, case)
    if talk is None:
        raise Refusal(texts.NO_TALK.format(number=case.number))
    return talk


def waiting_referral(work: Work, case: Case) -> Referral:
    referral = referrals.waiting(work, case)
    if referral is None:
        raise Refusal(texts.NO_REFERRAL.format(number=case.number))
    return referral


def day_said(work: Work, said: re.Match[str]) -> date:
    """The day in the words; without a year the next one that is so called, but a day just past is a mistake."""
    year = int(said["year"]) if said["year"] else work.today.year
    try:
        day = date(year, int(said["month"]), int(said["day"]))
        if not said["year"] and day < work.today:
            if work.today - day <= JUST_PAST:
                raise Refusal(texts.DAY_PAST.format(day=in_full(work, day), year=year + 1))
            day = day.replace(year=year + 1)
    except ValueError as error:
        raise Refusal(texts.NO_SUCH_DAY) from error
    return day


def in_full(work: Work, day: date) -> str:
    """“12月1日”, with the year where it is not this one."""
    return f"{_other_year(work, day)}{day.month}月{day.day}日"


def _other_year(work: Work, day: date) -> str:
    return f"{day.year}年" if day.year != work.today.year else ""


@commands.say(
    rf"(?:约谈时间|约谈日期)\s*{NUMBER}[\s，,：:]+{DAY}\s*{HOUR}[\s，,：:]*(?P<place>.*)",
    office,
    interrupts=False,
)
def set_date(work: Work, said: re.Match[str]) -> str:
    talk, day = open_talk(work, the_case(work, said["n"])), day_said(work, said)
    try:
        at = datetime.combine(day, time(int(said["hour"]), int(said["minute"] or 0)), CHINA)
    except ValueError as error:
        raise Refusal(texts.NO_SUCH_DAY) from error
    admonitions.set_date(work, talk, at, said["place"])
    when = _other_year(work, day) + day_and_time(at)
    return texts.TALK_DATED.format(talk=talk.number, when=when, n=said["n"])


@commands.say(rf"(?:约谈时间|约谈日期)\s*{NUMBER}{REASON}", office, interrupts=False)
def set_date_how(work: Work, said: re.Match[str]) -> str:
    return texts.TALK_DATE_HOW.format(n=said["n"])


@commands.say(rf"约谈\s*{NUMBER}{REASON}", office, interrupts=False)
def call(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    talk = admonitions.call(work, case, Ground.BY_HAND, said["reason"].strip())
    return texts.TALK_CALLED.format(talk=talk.number, number=case.number, n=said["n"])


@commands.say(rf"(?:撤销约谈|取消约谈)\s*{NUMBER}{REASON}", office, interrupts=False)
def withdraw(work: Work, said: re.Match[str]) -> str:
    talk = open_talk(work, the_case(work, said["n"]))
    admonitions.withdraw(work, talk, said["reason"].strip())
    return texts.TALK_WITHDRAWN.format(talk=talk.number)


@commands.say(rf"兑现\s*{NUMBER}{REASON}", office, interrupts=False)
def keep(work: Work, said: re.Match[str]) -> str:
    talk = open_talk(work, the_case(work, said["n"]))
    admonitions.keep(work, talk, said["reason"].strip())
    return texts.TALK_KEPT.format(talk=talk.number)


@commands.say(rf"移送\s*{NUMBER}{REASON}", office, interrupts=False)
def refer(work: Work, said: re.Match[str]) -> str:
    """Prepare it; a body named first (区纪委监委 …) is where it goes."""
    case, reason, body = the_case(work, said["n"]), said["reason"].strip(), ""
    for name in work.rulebook.referral_bodies:
        if reason.startswith(name):
            body, reason = name, reason.removeprefix(name).strip(" ，,：:。、")
    referral = referrals.prepare(work, case, reason, talk=admonitions.open_one(work, case), body=body)
    return texts.REFERRAL_PREPARED.format(referral=referral.number, body=referral.body, n=said["n"])


@commands.say(rf"确认移送\s*{NUMBER}", office, interrupts=False)
def send(work: Work, said: re.Match[str]) -> str:
    referral = waiting_referral(work, the_case(work, said["n"]))
    referrals.send(work, referral)
    return texts.REFERRED.format(referral=referral.number, body=referral.body)


@commands.say(rf"撤销移送\s*{NUMBER}{REASON}", office, interrupts=False)
def do_not_refer(work: Work, said: re.Match[str]) -> str:
    referral = waiting_referral(work, the_case(work, said["n"]))
    referrals.withdraw(work, referral, said["reason"].strip())
    return texts.REFERRAL_WITHDRAWN.format(referral=referral.number)


@commands.say(rf"纪要\s*{NUMBER}", office)
def record(work: Work, said: re.Match[str]) -> Opens:
    talk = open_talk(work, the_case(work, said["n"]))
    return Opens("talk_minutes", {"talk": talk.id})


@minutes.step("held_by", wants=(Text,), ask=texts.ASK_HELD_BY)
def take_held_by(work: Work, said: Text, draft: Draft) -> Outcome:
    draft["held_by"] = said.text.strip()
    return "attended"


@minutes.step("attended", wants=(Text,), ask=texts.ASK_ATTENDED)
def take_attended(work: Work, said: Text, draft: Draft) -> Outcome:
    draft["attended"] = [name for name in re.split(r"[、，,；;\n]+", said.text) if name.strip()]
    return "words"


@minutes.step("words", wants=(Text,), ask=texts.ASK_TALK_WORDS)
def take_words(work: Work, said: Text, draft: Draft) -> Outcome:
    draft["words"] = said.text.strip()
    return "undertakings"


@minutes.step("undertakings", wants=(Text,), ask=texts.ASK_UNDERTAKINGS)
def take_undertakings(work: Work, said: Text, draft: Draft) -> Outcome:
    draft["undertakings"] = said.text.strip()
    return "until"


@minutes.step("until", wants=(Text,), ask=texts.ASK_UNDERTAKINGS_BY)
def take_until(work: Work, said: Text, draft: Draft) -> Outcome:
    match = re.fullmatch(DAY, said.text.strip(" 。.前"))
    if match is None:
        return Again(texts.ASK_UNDERTAKINGS_BY)
    talk = work.session.get_one(Admonition, draft["talk"])
    taken = Minutes(
        draft["held_by"],
        tuple(draft["attended"]),
        draft["words"],
        draft["undertakings"],
        day_said(work, match),
    )
    admonitions.record_minutes(work, talk, taken)
    return Done(texts.MINUTES_TAKEN.format(talk=talk.number, until=in_full(work, taken.undertakings_by)))
