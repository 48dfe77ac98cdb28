"""What a reporter may ask afterwards: progress, add, withdraw, answer, rate."""

import re
from typing import Any

from bot.conversation import Again, Begin, Commands, Done, Draft, Flow, Outcome
from bot.messages import Photo, Text, Video, Voice
from handlers import gathering, texts
from handlers.case_lines import deadline_of, time_of
from handlers.gathering import SUBMIT, counted, shortened
from models.case import events_of
from models.conversation import Conversation
from models.report import RATING_NAMES, Rating, Report, Satisfaction, reported_by
from rules import ticket
from rules.lifecycle import MOVE_NAMES, STATE_NAMES, Move, State
from rules.refusal import Refusal
from services import case_links, cases, reports
from services.desk import Work

commands = Commands()
addition = Flow("addition", "补充", holds=lambda draft: bool(draft.get("sent") or draft.get("words")))
dissatisfaction = Flow("dissatisfaction", "评价", holds=lambda draft: False)

TICKET = r"(?P<ticket>[\d\-－—–\s零〇一二三四五六七八九幺两]{1,40})"


def my_reports(work: Work) -> list[tuple[int, Report]]:
    """The speaker's reports, newest first, each with its own lasting number (the first ever is 1)."""
    if work.who is None:
        return []
    rows = list(work.session.scalars(reported_by(work.who.follower_id)))
    return [(len(rows) - place, report) for place, report in enumerate(rows)]


def the_report(work: Work, said: str) -> Report:
    """The speaker's report with this ticket or own short number."""
    plain = said.strip()
    if re.fullmatch(r"\d{1,3}", plain):
        found = next((report for n, report in my_reports(work) if n == int(plain)), None)
        if found is not None:
            return found
    return reports.mine(work, plain)


def line_of(work: Work, n: int, report: Report) -> str:
    state = "已撤回" if report.withdrawn_at else STATE_NAMES[report.case.state]
    deadline = "" if report.withdrawn_at else deadline_of(work, report.case)
    return texts.MY_REPORT.format(
        n=n,
        ticket=report.ticket,
        kind=report.kind,
        place=shortened(report.place, 24),
        state=state,
        deadline=deadline,
    )


@commands.say(r"进度|我的上报|查进度|办得怎么样了|我的举报")
def progress(work: Work, said: re.Match[str]) -> str:
    rows = [line_of(work, n, report) for n, report in my_reports(work)]
    if not rows:
        return texts.NO_REPORTS
    return "\n".join([texts.MY_REPORTS, *rows, texts.MY_REPORT_HINT])


@commands.say(rf"(?:进度|查进度|我的上报)\s*{TICKET}")
def one_progress(work: Work, said: re.Match[str]) -> str:
    return history(work, the_report(work, said["ticket"]))


def history(work: Work, report: Report) -> str:
    """What became of a report, step by step, without anybody's name."""
    lines = [texts.PROGRESS_HEAD.format(ticket=report.ticket), line_of(work, 0, report).removeprefix("0 ")]
    lines[1] = lines[1].removeprefix(f"{report.ticket} ")
    for event in work.session.scalars(events_of(report.case_id)):
        if event.what in SHOWN and event.at >= report.submitted_at:
            reason = f"：{shortened(event.reason, 120)}" if event.what in REASONED and event.reason else ""
            lines.append(
                texts.PROGRESS_LINE.format(
                    time=time_of(event.at), what=MOVE_NAMES[Move(event.what)], reason=reason
                )
            )
    link = case_links.for_reporter(work, report)
    if link:
        lines.append(texts.PROGRESS_SEE.format(link=link))
    return "\n".join(lines)


SHOWN = frozenset({m.value for m in Move} - {Move.PROVE.value, Move.PROOF_REFUSED.value, Move.OPEN.value})
REASONED = frozenset({Move.DECLINE.value, Move.REOPEN.value, Move.RESTORE.value, Move.TRANSFER.value})
"""Reasons the Office gave; another reporter's words are nobody else's."""


@commands.say(rf"撤回(?:\s*{TICKET})?")
def withdraw(work: Work, said: re.Match[str]) -> str:
    if said["ticket"] and said["ticket"].strip():
        report = the_report(work, said["ticket"])
    else:
        open_ones = [
            (n, r) for n, r in my_reports(work)
            if r.withdrawn_at is None and r.case.state in (State.TRIAGE, State.ASSIGNED)
        ]  # fmt: skip
        if not open_ones:
            return texts.NOTHING_TO_WITHDRAW
        return "\n".join([texts.WHICH_TO_WITHDRAW, *(line_of(work, n, r) for n, r in open_ones)])
    reports.withdraw(work, report)
    return texts.WITHDRAWN.format(ticket=report.ticket)


@commands.say(r"补充\s*(?P<ticket>[\d０-９][\d\-－—–０-９]{0,24})(?P<words>[\s，,：:。].*)?")
def add_to(work: Work, said: re.Match[str]) -> str | Begin:
    return _add(work, the_report(work, said["ticket"]), said["words"])


@commands.say(r"补充(?P<words>.*)", interrupts=False)
def add(work: Work, said: re.Match[str]) -> str | Begin:
    open_ones = [(n, r) for n, r in my_reports(work) if r.withdrawn_at is None and r.case.is_open]
    if not open_ones:
        return texts.NOTHING_TO_ADD
    if len(open_ones) > 1:
        return "\n".join([texts.WHICH_TO_ADD, *(line_of(work, n, r) for n, r in open_ones)])
    return _add(work, open_ones[0][1], said["words"])


def _add(work: Work, report: Report, said: str | None) -> str | Begin:
    words = (said or "").strip(" ，,：:。\n\t")
    if words:
        reports.add(work, report, words, [])
        return texts.ADDED.format(ticket=report.ticket)
    reports.check_addable(report)
    return Begin("addition", {"report": report.id})


@addition.step("gather", wants=(Photo, Voice, Video, Text), ask=lambda work, draft: addition_so_far(draft))
def gather_addition(work: Work, said: Any, draft: Draft) -> Outcome:
    if not isinstance(said, Text):
        if gathering.is_one_too_many(work, said, draft):
            return Again(gathering.too_many(work))
        gathering.add_medium(draft, said)
        return Again(addition_so_far(draft))
    if said.text.strip() not in SUBMIT | {"1"}:
        gathering.add_words(draft, said.text)
        return Again(addition_so_far(draft))
    if not counted(draft):
        return Again(texts.ADDITION_EMPTY)
    report = work.session.get_one(Report, draft["report"])
    reports.add(work, report, draft.get("words", ""), gathering.sent_in(draft))
    return Done(texts.ADDED.format(ticket=report.ticket))


def addition_so_far(draft: Draft) -> str:
    have = counted(draft)
    return texts.ADDITION_SO_FAR.format(have=have) if have else texts.ASK_ADDITION


RATINGS = {
    "满意": Rating.SATISFIED,
    "很满意": Rating.SATISFIED,
    "基本满意": Rating.BASICALLY,
    "不满意": Rating.NOT,
}


@commands.say(
    rf"(?P<rating>很满意|满意|基本满意|不满意)(?:\s+{TICKET})?(?P<why>[\s，,：:。！!].*|(?<=不满意).+)?",
    interrupts=False,
)
def rate(work: Work, said: re.Match[str]) -> str | Begin:
    rating = RATINGS[said["rating"]]
    why = (said["why"] or "").strip(" ，,：:。！!\n\t")
    waiting = reports.to_rate(work, work.who.follower) if work.who else []
    if not waiting:
        return texts.NOTHING_TO_RATE
    called = (said["ticket"] or "").strip()
    if why and re.fullmatch(r"\d{1,3}", called):  # “不满意 2 处垃圾还在”: words, not a number
        called, why = "", f"{called} {why}"
    if called:
        wanted = the_report(work, called).id
        waiting = [asked for asked in waiting if asked.report_id == wanted]
        if not waiting:
            return texts.NOTHING_TO_RATE
    elif len(waiting) > 1:
        return _which_to_rate(work, said["rating"], waiting)
    if rating is Rating.NOT and not why:
        return Begin("dissatisfaction", {"asked": waiting[0].id})
    return _rated(work, waiting[0], rating, why)


def _which_to_rate(work: Work, rating: str, waiting: list[Satisfaction]) -> str:
    wanted = {asked.report_id for asked in waiting}
    rows = [(n, report) for n, report in my_reports(work) if report.id in wanted]
    return "\n".join(
        [texts.WHICH_TO_RATE.format(rating=rating, ticket=rows[0][1].ticket)]
        + [
            texts.TO_RATE.format(n=n, ticket=r.ticket, kind=r.kind, place=shortened(r.place, 24))
            for n, r in rows
        ]
    )


@dissatisfaction.step("why", wants=(Text,), ask=texts.ASK_WHY)
def take_why(work: Work, said: Text, draft: Draft) -> Outcome:
    asked = work.session.get_one(Satisfaction, draft["asked"])
    return Done(_rated(work, asked, Rating.NOT, said.text.strip()))


def _rated(work: Work, asked: Satisfaction, rating: Rating, why: str) -> str:
    if asked.rating is not None or asked.expired_at is not None:
        raise Refusal(texts.NOTHING_TO_RATE)
    report = work.session.get_one(Report, asked.report_id)
    reopened = cases.rate(work, report, asked, rating, why)
    if reopened:
        return texts.REOPENED.format(town=report.case.town.name if report.case.town else "")
    if rating is Rating.NOT:
        return texts.NOT_REOPENED
    return texts.THANKS.format(rating=RATING_NAMES[rating])


def already_submitted(work: Work) -> str:
    """“提交” where nothing is open: most often a second time for what was just handed in."""
    who = work.who
    conversation = work.session.get(Conversation, who.follower_id) if who else None
    report = work.session.get(Report, conversation.ended.get("report", 0)) if conversation else None
    if report is None:
        return texts.NOTHING_TO_SUBMIT
    return texts.ALREADY_SUBMITTED.format(ticket=report.ticket)


THANKS = frozenset({"谢谢", "谢谢您", "感谢", "收到", "知道了", "辛苦了"})
"""No answer to a question, unlike 是 or 嗯."""
COURTESIES = THANKS | {"嗯", "嗯嗯", "ok", "OK"}
"""What people say out of courtesy."""


def answer_to_question(work: Work, text: str) -> str | None:
    """Words that belong to no conversation answer the question a town has asked, if there is one."""
    if work.who is None:
        return None
    found = reports.open_question(work, work.who.follower)
    if found is None or ticket.is_ticket_like(text) or text.strip(" 。！!.～~") in THANKS:
        return None
    question, report = found
    reports.answer(work, question, report, text.strip())
    return texts.ANSWERED
