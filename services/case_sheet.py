"""What one viewer may see of a case: town and Office the case, a reporter the own report; nobody a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from models.case import Case, CaseEvent, events_of
from models.evidence import Evidence, proof_of
from models.extension import EXTENSION_NAMES, extensions_of
from models.report import SOURCE_NAMES, Addition, Report
from rules.deadlines import SEVERITY_NAMES
from rules.lifecycle import MOVE_NAMES, PARTY_NAMES, STATE_NAMES, Move, State
from services import extensions
from services.case_access import case_behind, looked, reports_seen, rounds_seen
from services.case_notices import deadline_words
from services.case_supervision import (
    actions_together,
    answer_that_waits,
    answers_to_orders,
    calls_for_help,
    orders_in_short,
)
from services.case_telling import Told, told, words_for
from services.desk import Work
from services.handling import HANDED_DOWN
from services.links import CaseLink, View

DEED_NAMES: Mapping[str, str] = {
    **{move.value: name for move, name in MOVE_NAMES.items()},
    "reported": "收到反映",
    "joined": "并入一件反映",
    "report_withdrawn": "一件反映撤回",
    "addition": "补充",
    "question": "追问",
    "answer": "回答追问",
    "photo_missing": "照片没有收到",
    "severity": "改级",
    "kind": "改类",
    "date_moved": "期限调整",
    "order_date_moved": "督办答复期限调整",
    "whistle_date_moved": "吹哨期限调整",
    "extension_asked": "申请延期",
    "extension_granted": "批准延期",
    "extension_reminded": "提示答复延期申请",
    "extension_refused": "不批准延期",
    "rating": "满意度评价",
    "reminded": "提示催办",
    "urged": "催办",
    "held": "暂缓督办",
    "ordered": "下发督办单",
    "order_reminded": "提示答复督办单",
    "order_answered": "答复督办单",
    "order_accepted": "督办答复通过",
    "order_sent_back": "督办答复退回",
    "order_withdrawn": "撤销督办单",
    "falsified": "认定整改材料不实",
    "talk_called": "发起约谈",
    "talk_grounds": "增加约谈事由",
    "talk_dated": "约谈时间已定",
    "talk_held": "已约谈",
    "talk_reminded": "约谈提示",
    "talk_kept": "约谈承诺兑现",
    "talk_withdrawn": "撤销约谈",
    "referral_prepared": "准备移送",
    "referral_sent": "已移送",
    "referral_withdrawn": "撤销移送",
    "whistle_blown": "吹哨",
    "whistle_named": "指派牵头、协助单位",
    "whistle_answered": "回哨",
    "whistle_done": "协助完成",
    "help_ordered": "对协助单位下发督办单",
    "help_order_answered": "协助单位答复督办单",
    "help_order_accepted": "协助单位督办答复通过",
    "help_order_sent_back": "协助单位督办答复退回",
    "help_order_withdrawn": "撤销对协助单位的督办单",
    "whistle_closed": "收哨",
    "whistle_withdrawn": "撤哨",
    "law_referred": "移送执法、检察建议",
    "law_answered": "移送执法、检察建议答复",
    "law_withdrawn": "移送执法、检察建议作废",
    "example_released": "刊登为示例",
    "example_taken_back": "收回示例",
}


NO_HELPERS_BUSINESS = ("extension_", "order_", "talk_", "referral_", "law_", "example_")
"""Deeds between the Office and the case's own town (督办、约谈 …) begin so, or are these."""
ALONE = frozenset({"ordered", "held", "urged", "reminded", "date_moved", "falsified", "rating"})

MOVES = frozenset(move.value for move in Move)
"""Only these bring a case into another state; of the others the page names none."""


@dataclass(frozen=True)
class Deed:
    """One line of the timeline, without any person."""

    at: datetime
    what: str
    party: str
    after: str
    reason: str


@dataclass(frozen=True)
class Sheet:
    """The page of a case."""

    view: View
    title: str
    state: str
    facts: Sequence[tuple[str, str]]
    before: Sequence[Told]
    after: Sequence[Told]
    whistles: Sequence[Told]
    """Calls for help (吹哨): what is needed, who was named, how far each is."""
    answers: Sequence[Told]
    """To supervision orders: of the town, and of those who help on a whistle."""
    actions: Sequence[Told]
    """Joint actions (联合行动)."""
    deeds: Sequence[Deed]


def look_at_case(work: Work, link: CaseLink) -> Sheet:
    """The sheet as this viewer may see it; the look is written down. Raises LinkDead, NothingThere."""
    case = case_behind(work, link)
    reports = reports_seen(work, link, case)
    looked(work, link, "case")
    mine, events = link.view is View.REPORTER, work.session.scalars(events_of(case.id)).all()
    return Sheet(
        view=link.view,
        title=f"受理编号 {'、'.join(report.ticket for report in reports)}" if mine else f"案件 {case.number}",
        state=STATE_NAMES[case.state],
        facts=[(name, value) for name, value in _facts(work, link, case) if value],
        before=_before(work, link, reports),
        after=_proof(work, link, case, events),
        whistles=[] if mine else calls_for_help(work, link, case),
        answers=[] if mine else answers_to_orders(work, link, case),
        actions=[] if mine else actions_together(work, link, case),
        deeds=[] if mine else [_deed(link, event) for event in events if _concerns(link, event)],
    )


def _facts(work: Work, link: CaseLink, case: Case) -> list[tuple[str, str]]:
    """What the summary says: names and values, an empty value where there is nothing to say."""
    return [
        ("问题类型", case.kind),
        ("级别", "" if link.view is View.REPORTER else SEVERITY_NAMES[case.severity]),
        ("地点", case.place),
        ("办理单位", case.town.name if case.town else "河长办分派中"),
        ("期限", deadline_words(work, case) if link.view is not View.REPORTER else _expected_by(work, case)),
        ("延期", _extensions(work, case) if link.view in (View.TOWN, View.OFFICE) else ""),
        ("督办单", "" if link.view is View.REPORTER else orders_in_short(work, link, case)),
        ("微信回复", _answers(work, link, case)),
        ("请河长办留意", case.for_office if link.view is View.OFFICE else ""),
    ]


def _extensions(work: Work, case: Case) -> str:
    rows = work.session.scalars(extensions_of(case.id)) if case.extensions else ()
    return "；".join(f"{extensions.words_of(row)}，{EXTENSION_NAMES[row.state]}" for row in rows)


def _expected_by(work: Work, case: Case) -> str:
    """What a reporter may expect: a date that stands still has yet to be told."""
    if case.is_paused:
        return "正请其他单位协助，期限顺延，定下后告诉您"
    return deadline_words(work, case)


def _answers(work: Work, link: CaseLink, case: Case) -> str:
    """What whoever has the case now may say in the chat; the case number is understood from everybody."""
    asked = extensions.asked_for(work, case) is not None
    said = [_move_that_waits(link, case, asked=asked), answer_that_waits(work, link, case)]
    return "；".join(words for words in said if words)


def _move_that_waits(link: CaseLink, case: Case, *, asked: bool) -> str:
    n = case.number
    match link.view, case.state:
        case View.TOWN, State.ASSIGNED:
            return f"受理 {n}，或 退回 {n} 理由"
        case View.TOWN, State.ACCEPTED:
            return f"办结 {n}，再发整改后的照片；需要延期，延期 {n} 天数 理由"
        case View.OFFICE, State.ACCEPTED if asked:
            return f"准 {n}，或 不准 {n} 理由"
        case View.OFFICE, State.TRIAGE:
            return f"转派 {n} 镇街，或 不属于 {n} 理由"
        case View.OFFICE, State.VERIFYING:
            return f"复核 {n} 通过，或 复核 {n} 不通过 理由"
        case _:
            return ""


def _before(work: Work, link: CaseLink, reports: Sequence[Report]) -> list[Told]:
    found = []
    for report in reports:
        heading = "您的举报" if link.view is View.REPORTER else _seen_by(link, report)
        found.append(told(work, link, heading, report.submitted_at, report.words, _of(report_id=report.id)))
        for addition in work.session.scalars(
            select(Addition).where(Addition.report_id == report.id).order_by(Addition.id)
        ):
            heading = "补充" if addition.question_id is None else "对追问的答复"
            found.append(told(work, link, heading, addition.at, addition.words, _of(addition_id=addition.id)))
    return found


def _seen_by(link: CaseLink, report: Report) -> str:
    """In what capacity somebody reported: the Office's business; in a small town it would name the person.
    What was handed down names nobody, and the town is told so by chat too."""
    if report.source in HANDED_DOWN:
        return SOURCE_NAMES[report.source]
    return f"{SOURCE_NAMES[report.source]}反映" if link.view is View.OFFICE else "群众反映"


def _of(report_id: int | None = None, addition_id: int | None = None) -> Select[Evidence]:
    if addition_id is not None:
        return select(Evidence).where(Evidence.addition_id == addition_id).order_by(Evidence.id)
    mine = Evidence.report_id == report_id, Evidence.addition_id.is_(None)
    return select(Evidence).where(*mine).order_by(Evidence.id)


def _proof(work: Work, link: CaseLink, case: Case, events: Sequence[CaseEvent]) -> list[Told]:
    """Each round of proof with what the town said when it sent it."""
    said = {event.details.get("round"): event for event in events if event.what == Move.PROVE.value}
    rounds, found = rounds_seen(link, case), []
    for number in rounds:
        heading = f"第 {number} 次整改" if len(rounds) > 1 else "整改情况"
        event = said.get(number)
        at, words = (event.at, event.reason) if event else (None, "")
        found.append(told(work, link, heading, at, words, proof_of(case.id, number)))
    return found


def _concerns(link: CaseLink, event: CaseEvent) -> bool:
    """Whoever helps sees the case and the help, not how its town is supervised."""
    of_the_town = event.what in ALONE or event.what.startswith(NO_HELPERS_BUSINESS)
    return link.view is not View.HELPER or not of_the_town


def _deed(link: CaseLink, event: CaseEvent) -> Deed:
    moved = event.what in MOVES and event.after and event.after != event.before
    after = STATE_NAMES[State(event.after)] if moved else ""
    what = DEED_NAMES.get(event.what, "记录")
    return Deed(event.at, what, PARTY_NAMES[event.party], after, words_for(link, event.reason))
