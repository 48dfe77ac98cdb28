"""How a case is spoken of in a line or a screenful, and how the one meant by a number is found."""

from datetime import datetime

from sqlalchemy import select

from handlers import texts
from handlers.gathering import shortened
from handlers.talk_lines import order_that_waits, talk_lines
from models.case import Case, CaseEvent, events_of
from models.evidence import Arrival, Evidence, Look, Medium
from models.extension import EXTENSION_NAMES, extensions_of
from models.help_order import AnyOrder, HelpOrder, help_orders_of
from models.report import SOURCE_NAMES, Addition, Callback, Report, Source, reports_of
from models.supervision import orders_of
from models.whistle import open_whistle_of
from rules import case_number
from rules.deadlines import SEVERITY_NAMES, Deadline, Severity, in_words
from rules.lifecycle import MOVE_NAMES, PARTY_NAMES, STATE_NAMES, Party
from rules.privacy import without_telephone
from rules.refusal import Refusal
from rules.supervision import ORDER_STATE_NAMES, WAITING_FOR_ANSWER, OrderState
from rules.workdays import CHINA
from services import cases, extensions, people, short_numbers
from services.case_notices import deadline_words
from services.desk import Work

NUMBER = (
    r"(?P<nth>第)?\s*(?P<n>[〔\[(（]?\s*\d{4}\s*[-－—–〕\])）年]\s*第?\s*\d{1,8}|\d{1,8})"
    r"\s*[〕\])）]?\s*(?(nth)[号件]?|号?)"
)
"""A short number or a case number, as people type it; “1件” is how many, only “第1件” is which."""
GAP_OR_END = r"(?=[\s，,：:。、；;]|$)"
"""What must follow the number in a command with words: “督办1周内完成” is a sentence and orders nothing."""
REASON = GAP_OR_END + r"[\s，,：:。、；;]*(?P<reason>.*)"


def time_of(at: datetime) -> str:
    """“11月24日 09:05” in China time."""
    local = at.astimezone(CHINA)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def deadline_of(work: Work, case: Case) -> str:
    """“，11月25日24时前”, or nothing; overdue says so."""
    words = deadline_words(work, case)
    if not words:
        return ""
    return f"，{words}{'（已逾期）' if is_late(work, case) else ''}"


def is_late(work: Work, case: Case) -> bool:
    """Whether the date that counts now has passed."""
    return case.is_late(work.now)


def the_case(work: Work, said: str) -> Case:
    """The case a person means by their short number or by the case number."""
    full = case_number.parse(said)
    if full is not None:
        found = work.session.scalar(select(Case).where(Case.year == full[0], Case.serial == full[1]))
    else:
        found = short_numbers.case_called(work, work.who.follower, int(said)) if work.who else None
    if found is None or work.who is None or not work.who.parties(found):
        # a case of somebody else's is answered as one that does not exist, but for a colleague's mistake
        raise Refusal(texts.NO_SUCH_CASE.format(n=said.strip()))
    return found


def short_of(work: Work, case: Case) -> int:
    """The number by which the speaker calls this case; they see it now."""
    if work.who is None:
        raise Refusal(texts.NOT_THE_LIST)
    return short_numbers.of_follower(work, work.who.follower, case)


def line_of(work: Work, case: Case) -> str:
    """One line of a 待办 list, beginning with the short number."""
    who = work.who
    if who is None:
        raise Refusal(texts.NOT_THE_LIST)
    return texts.TODO_LINE.format(
        n=short_numbers.of_follower(work, who.follower, case),
        severity="" if case.severity is Severity.ORDINARY else f"【{SEVERITY_NAMES[case.severity]}】",
        kind=case.kind,
        place=shortened(case.place, 24),
        state=STATE_NAMES[case.state],
        deadline=deadline_of(work, case),
        number=case.number,
        extra=_extra(work, case),
    )


def _extra(work: Work, case: Case) -> str:
    """What the Office should look at, or what the town has to answer."""
    if case.for_office and work.who and work.who.is_office:
        return f" {shortened(_deeds_first(case.for_office), 60)}"
    mine = case.orders and work.who and work.who.answers_for(case)
    return order_that_waits(work, case, short_of(work, case)) if mine else ""


def _deeds_first(reasons: str) -> str:
    """What waits for the Office before what could not be delivered, which is long and would push it out."""
    return "；".join(sorted(reasons.split("；"), key=lambda reason: reason.startswith("消息未能送达")))


def details(work: Work, case: Case, link: str, actions: str) -> str:
    """A screenful about a case for a chief or clerk; who reported is never in it."""
    who = work.who
    work.session.add(Look(at=work.now, viewer=who.pseudonym if who else "", case_id=case.id, what="chat"))
    shown = (lambda words: words) if who and who.is_office else without_telephone
    reports = list(work.session.scalars(reports_of(case.id)))
    lines = [
        texts.DETAIL_HEAD.format(number=case.number, severity=SEVERITY_NAMES[case.severity], kind=case.kind),
        texts.DETAIL_PLACE.format(place=case.place, town=case.town.name if case.town else "待分派"),
        texts.DETAIL_STATE.format(state=STATE_NAMES[case.state], deadline=deadline_of(work, case)),
        texts.DETAIL_REPORTS.format(count=len(reports)),
    ]
    if case.ladder:
        lines.append(texts.DETAIL_SOURCE.format(source=SOURCE_NAMES[Source(case.ladder)]))
    lines += [texts.DETAIL_WORDS.format(words=shortened(shown(r.words), 200)) for r in reports if r.words]
    added = (
        select(Addition)
        .join(Report)
        .where(Report.case_id == case.id, Report.withdrawn_at.is_(None), Addition.words != "")
        .order_by(Addition.id)
    )
    lines += [
        texts.DETAIL_ADDED.format(words=shortened(shown(a.words), 200)) for a in work.session.scalars(added)
    ]
    missing = missing_photos(work, case)
    if missing:
        lines.append(texts.DETAIL_MISSING.format(missing=missing))
    last = last_deed(work, case)
    if last:
        lines.append(texts.DETAIL_LAST.format(**last))
    if who and who.is_office:
        if case.for_office:
            lines.append(texts.DETAIL_OFFICE.format(why=shortened(_deeds_first(case.for_office), 120)))
        for callback in work.session.scalars(select(Callback).join(Report).where(Report.case_id == case.id)):
            lines.append(texts.DETAIL_CALLER.format(name=callback.name, phone=callback.phone).rstrip())
    lines += extension_lines(work, case)
    lines += order_lines(work, case)
    lines += talk_lines(work, case, short_of(work, case)) if who and case.talks else []
    for whistle in work.session.scalars(open_whistle_of(case.id)) if case.whistles else ():
        lines.append(texts.DETAIL_WHISTLE.format(whistle=whistle.number, n=whistle.serial))
    lines.append(texts.DETAIL_LINK.format(link=link))
    if actions:
        lines.append(texts.DETAIL_ACTIONS.format(actions=actions))
    return "\n".join(lines)


def missing_photos(work: Work, case: Case) -> int:
    """How many of its photos never came or could not be used."""
    lost = (
        select(Evidence)
        .outerjoin(Addition, Addition.id == Evidence.addition_id)
        .outerjoin(Report, (Report.id == Evidence.report_id) | (Report.id == Addition.report_id))
        .where(
            (Report.case_id == case.id) | (Evidence.case_id == case.id),
            Evidence.medium == Medium.PHOTO,
            Evidence.arrival.in_((Arrival.GONE, Arrival.REFUSED)),
        )
    )
    return len(list(work.session.scalars(lost)))


def last_deed(work: Work, case: Case) -> dict[str, str] | None:
    """The last thing a person did to it: when, in what capacity (a clerk by name to colleagues), what."""
    event = cases.last_deed(list(work.session.scalars(events_of(case.id))))
    return deed_words(work, event) if event else None


DEEDS = {
    **{move.value: name for move, name in MOVE_NAMES.items()},
    "severity": "改级",
    "kind": "改类",
    "confirmed": "核对",
    "extension_asked": "申请延期",
    "extension_granted": "批准延期",
    "extension_refused": "不批准延期",
    "urged": "催办",
    "held": "暂缓督办",
    "ordered": "下发督办单",
    "order_answered": "答复督办单",
    "order_accepted": "审核督办答复通过",
    "order_sent_back": "退回督办答复",
    "order_withdrawn": "撤销督办单",
    "falsified": "认定整改材料不实",
    "talk_called": "发起约谈",
    "talk_held": "约谈",
    "whistle_blown": "吹哨",
    "whistle_named": "指派牵头、协助单位",
    "whistle_answered": "回哨",
    "whistle_done": "协助完成",
    "help_ordered": "对协助单位下发督办单",
    "help_order_answered": "协助单位答复督办单",
    "help_order_accepted": "审核协助单位督办答复通过",
    "help_order_sent_back": "退回协助单位督办答复",
    "help_order_withdrawn": "撤销对协助单位的督办单",
    "whistle_closed": "收哨",
    "whistle_withdrawn": "撤哨",
}


def deed_words(work: Work, event: CaseEvent) -> dict[str, str] | None:
    """When, in what capacity (a clerk by name to colleagues), what and why; None for what is no deed on the case."""
    if event.what not in DEEDS:
        return None
    who = PARTY_NAMES[event.party]
    if event.party is Party.OFFICE and work.who and work.who.is_office:
        who = people.name_behind(work, event.actor) or who
    return {
        "time": time_of(event.at),
        "who": who,
        "what": DEEDS[event.what],
        "reason": f"（{shortened(without_telephone(event.reason), 120)}）" if event.reason else "",
    }


def answer_by(work: Work, order: AnyOrder) -> str:
    """“12月8日24时前”: until when an order is answered."""
    return in_words(Deadline(order.answer_by, order.answer_provisional), now=work.now)


def extension_lines(work: Work, case: Case) -> list[str]:
    """What the details of a case say about more time that was asked for."""
    if not case.extensions:
        return []
    return [
        texts.DETAIL_EXTENSION.format(
            wanted=extensions.words_of(asked), state=EXTENSION_NAMES[asked.state],
            remark=f"（{shortened(asked.remark, 60)}）" if asked.remark else "",
        )
        for asked in work.session.scalars(extensions_of(case.id))
    ]  # fmt: skip


def order_lines(work: Work, case: Case) -> list[str]:
    """What the details of a case say about its supervision orders, with what may be said to them."""
    lines, who = [], work.who
    for order in work.session.scalars(orders_of(case.id)) if case.orders and who else ():
        line = texts.DETAIL_ORDER.format(
            order=order.number, state=ORDER_STATE_NAMES[order.state], answer_by=answer_by(work, order)
        )
        if order.state is OrderState.ANSWERED and who and who.is_office:
            line += texts.DETAIL_JUDGE.format(n=short_of(work, case))
        elif order.state in WAITING_FOR_ANSWER and who and who.answers_for(case):
            line += texts.DETAIL_ANSWER.format(n=short_of(work, case))
        lines.append(line)
    helping = work.session.scalars(help_orders_of(case.id)) if case.whistles else ()
    return [*lines, *(help_order_line(work, order) for order in helping if order.is_open)]


def help_order_line(work: Work, order: HelpOrder) -> str:
    """An order to somebody who helps on a whistle, with what the Office may say to it."""
    line = texts.DETAIL_HELP_ORDER.format(
        order=order.number, party=order.party.name, state=ORDER_STATE_NAMES[order.state],
        answer_by=answer_by(work, order),
    )  # fmt: skip
    judges = order.state is OrderState.ANSWERED and work.who is not None and work.who.is_office
    return line + (texts.DETAIL_HELP_JUDGE.format(n=order.serial) if judges else "")
