"""What a case's page shows of its supervision (督办、吹哨、联合行动): to town, helpers and Office, to no reporter."""

from sqlalchemy import false, select

from models.case import Case
from models.evidence import Evidence, answered_with, shown_of
from models.help_order import AnyOrder, HelpOrder
from models.joint_action import actions_of_case
from models.supervision import answers_to, open_orders_of
from models.whistle import WhistleParty, whistles_of
from rules.deadlines import Deadline, in_words
from rules.supervision import ORDER_STATE_NAMES, WAITING_FOR_ANSWER
from rules.whistles import PARTY_STATE_NAMES, WHISTLE_STATE_NAMES, PartyState
from services import joint_actions
from services.case_telling import Told, told
from services.desk import Work
from services.links import CaseLink, View
from services.order_papers import all_orders
from services.papers import in_full
from services.whistle_notices import due_date

VERDICTS = {True: "审核通过", False: "已退回", None: "待审核"}


def _orders(work: Work, link: CaseLink, case: Case) -> list[AnyOrder]:
    """All of a case; to whoever helps on a whistle, those to helpers only."""
    orders = all_orders(work, case)
    return [order for order in orders if link.view is not View.HELPER or isinstance(order, HelpOrder)]


def orders_in_short(work: Work, link: CaseLink, case: Case) -> str:
    """Each order: to whom, where it stands, until when an answer is due."""
    found = []
    for order in _orders(work, link, case):
        to = f"（{order.party.name}）" if isinstance(order, HelpOrder) else ""
        until = in_words(Deadline(order.answer_by, order.answer_provisional), now=work.now)
        waits = f"，{until}答复" if order.state in WAITING_FOR_ANSWER else ""
        found.append(f"{order.number}{to}{ORDER_STATE_NAMES[order.state]}{waits}")
    return "；".join(found)


def answer_that_waits(work: Work, link: CaseLink, case: Case) -> str:
    """What the town or the Office may say in the chat about its order that is open, or nothing."""
    order = work.session.scalar(open_orders_of(case.id).limit(1)) if case.orders else None
    if order is None or link.view not in (View.TOWN, View.OFFICE):
        return ""
    if order.state in WAITING_FOR_ANSWER:
        return f"答复督办单，答复 {case.number}" if link.view is View.TOWN else ""
    return f"审核 {case.number} 通过，或 审核 {case.number} 不通过 理由" if link.view is View.OFFICE else ""


def calls_for_help(work: Work, link: CaseLink, case: Case) -> list[Told]:
    """Each whistle: what is needed, who was named and how far each is, and what came of it."""
    found = []
    for whistle in work.session.scalars(whistles_of(case.id)) if case.whistles else ():
        lines = [f"需要：{whistle.needs}", *(_helper(work, party) for party in whistle.parties)]
        lines += [f"结果：{whistle.remark}"] if whistle.remark else []
        heading = f"吹哨{whistle.number}（{WHISTLE_STATE_NAMES[whistle.state]}）"
        nothing = select(Evidence).where(false())
        found.append(told(work, link, heading, whistle.blown_at, "\n".join(lines), nothing))
    return found


def _helper(work: Work, party: WhistleParty) -> str:
    did = party.result or party.plan
    task = "完成" if party.state is PartyState.ANSWERED else "回哨"
    until = f"，{due_date(work, party)}{task}" if party.is_open else ""
    role = "牵头" if party.leads else "协助"
    return f"{role} {party.name}：{PARTY_STATE_NAMES[party.state]}{f'（{did}）' if did else ''}{until}"


def answers_to_orders(work: Work, link: CaseLink, case: Case) -> list[Told]:
    """What was answered to supervision orders, the newest first: not the reporter's business."""
    found = []
    for order in reversed(_orders(work, link, case)):
        to = order.party.name if isinstance(order, HelpOrder) else order.town.name
        for given in reversed(work.session.scalars(answers_to(order.id)).all()):
            heading = f"{to}对督办单{order.number}的答复（{VERDICTS[given.accepted]}）"
            found.append(told(work, link, heading, given.at, given.words, answered_with(given.id)))
    return found


def actions_together(work: Work, link: CaseLink, case: Case) -> list[Told]:
    """What was done together on the case's whistles, with the photographs: not the reporter's business."""
    found = []
    for action in work.session.scalars(actions_of_case(case.id)) if case.whistles else ():
        heading = f"联合行动{action.number}"
        numbers = (
            f"{in_full(action.held_on)}，{action.place}，{action.bodies}。{joint_actions.in_short(action)}。"
        )
        words = f"{numbers}\n{action.words}".strip()
        found.append(told(work, link, heading, None, words, shown_of(action.id)))
    return found
