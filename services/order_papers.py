"""The papers of supervision: order (督办单), minutes (约谈纪要), letter of referral (移送函).

Who reported is in none of them, nor what they wrote: in their own words people name themselves.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import select

from models.admonition import Admonition, Referral, admonitions_of
from models.case import Case, events_of
from models.evidence import Arrival, Evidence, Medium, answered_with, proof_of
from models.help_order import AnyOrder, HelpOrder, help_orders_of
from models.registry import Town
from models.report import Addition, Report
from models.supervision import SupervisionOrder, answers_to, orders_of
from rules import deadlines
from rules.privacy import without_telephone
from rules.refusal import Refusal
from rules.supervision import GROUND_NAMES, ORDER_STATE_NAMES, SAY_IT_THEMSELVES, Ground, besides
from rules.workdays import CHINA, local_day
from services.desk import Work
from services.papers import Line, Paper, Picture, in_full, moment


def office_name(work: Work) -> str:
    """“北辰区河长制办公室”."""
    return f"{work.rulebook.district}河长制办公室"


def addressed(town: Town) -> str:
    """The town as papers address it: 人民政府 of a 镇 or 乡, 办事处 of a 街道."""
    if town.name.endswith(("镇", "乡")):
        return f"{town.name}人民政府"
    return f"{town.name}办事处" if town.name.endswith("街道") else town.name


def hidden(lines: Sequence[Line]) -> list[Line]:
    """The lines without telephone numbers: a clerk may have typed the caller's."""
    return [replace(line, text=without_telephone(line.text)) for line in lines]


def order_paper(work: Work, order: SupervisionOrder) -> Paper:
    """The order as a paper: what the matter is, until when an answer is due, what follows without one."""
    case, answer_by = order.case, first_due(work, order)
    due = case.rectify_by or case.accept_by
    by = f"，应于{until(due)}前{'办结' if case.rectify_by else '受理'}" if due else ""
    why = f"{'督办事由' if order.by_hand else '截至本单下发之日'}：{order.reason.rstrip('。')}"
    return Paper(
        office=office_name(work),
        title=without_telephone(f"关于限期整改{case.place or '河湖'}{case.kind}问题的督办单"),
        number=order.number,
        to=addressed(order.town),
        body=hidden([
            Line("一、督办事项", heading=True),
            Line(f"{moment(case.opened_at)}，河湖监督平台收到{case.place}{case.kind}问题（案件号{case.number}）。"),
            Line(f"该案件于{moment(case.assigned_at)}交你单位办理{by}。{why}。"),
            Line("二、办理要求", heading=True),
            Line("（一）立即组织整改，消除问题，举一反三排查辖区同类问题。"),
            Line(f"（二）于{answer_by}前书面答复，说明问题原因、已采取的措施、责任人和完成时间，并附现场照片。"),
            Line("（三）逾期不答复或整改不到位的，将按有关规定约谈；情节严重的，移送督查、纪检监察机关。"),
        ]),
        on=local_day(order.issued_at),
        pictures=before(work, case),
        copy_to="区级河湖长",
    )  # fmt: skip


def help_order_paper(work: Work, order: HelpOrder) -> Paper:
    """The order to somebody who helps on a whistle: what was asked for, what was promised, until when to answer."""
    party, whistle, answer_by = order.party, order.whistle, first_due(work, order)
    case, town = whistle.case, party.town_id and work.session.get_one(Town, party.town_id)
    where = f"{case.place}{case.kind}问题（案件号{case.number}）" if case is not None else whistle.place
    blower = whistle.town.name if whistle.town is not None else "我办"
    role, asked = "牵头" if party.leads else "协助", moment(party.asked_at)
    said = f"你单位回哨：{order.promised}。" if order.promised else f"要求于{until(party.answer_by)}前回哨。"
    return Paper(
        office=office_name(work),
        title=without_telephone(f"关于限期办理吹哨事项{whistle.number}的督办单"),
        number=order.number,
        to=addressed(town) if town else party.name,
        body=hidden([
            Line("一、督办事项", heading=True),
            Line(f"{moment(whistle.blown_at)}，{blower}就{where}吹哨（{whistle.number}），需要：{whistle.needs}。"),
            Line(f"{asked}，我办指派你单位{role}。{said}截至本单下发之日：{order.reason}。"),
            Line("二、办理要求", heading=True),
            Line("（一）立即办理吹哨事项，明确措施、责任人和完成时间，并在平台回哨。"),
            Line(f"（二）于{answer_by}前书面答复，说明原因、已采取的措施和完成时间，并附现场照片。"),
            Line("（三）逾期不答复的，提请区级河湖长约谈。"),
        ]),
        on=local_day(order.issued_at),
        pictures=before(work, case) if case is not None else [],
        copy_to="区级河湖长" if case is not None else "",
    )  # fmt: skip


def paper_of(work: Work, order: AnyOrder) -> Paper:
    """Any order as a paper, to a town or to a helper."""
    if isinstance(order, HelpOrder):
        return help_order_paper(work, order)
    return order_paper(work, order)


def all_orders(work: Work, case: Case) -> list[AnyOrder]:
    """The orders of a case and those to who helps on its whistles, as they are numbered."""
    helping = work.session.scalars(help_orders_of(case.id)) if case.whistles else ()
    return sorted([*work.session.scalars(orders_of(case.id)), *helping], key=lambda order: order.id)


def minutes_paper(work: Work, talk: Admonition) -> Paper:
    """The minutes of a talk that was held; a Refusal where none are recorded."""
    if talk.minutes_at is None:
        raise Refusal(f"约谈{talk.number}还没有录入纪要。")
    due = talk.undertakings_by
    return Paper(
        office=office_name(work),
        title="约谈纪要",
        number=talk.number,
        to="",
        body=hidden([
            Line(f"时间：{moment(talk.meets_at)}"),
            Line(f"地点：{talk.place or '—'}"),
            Line(f"约谈人：{talk.held_by}"),
            Line(f"被约谈单位：{talk.town.name}"),
            Line(f"被约谈人：{talk.attended}（{talk.persons}人）"),
            Line("一、约谈事由", heading=True),
            Line(f"{grounds(work, talk)}。案件号{talk.case.number}，{talk.case.place}{talk.case.kind}。"),
            Line("二、约谈内容", heading=True),
            *(Line(text) for text in talk.minutes.splitlines() if text.strip()),
            Line("三、承诺事项", heading=True),
            *(Line(text) for text in talk.undertakings.splitlines() if text.strip()),
            Line(f"完成时限：{until(due)}前。" if due else ""),
            Line("约谈人签字：　　　　　　　　被约谈人签字："),
        ]),
        on=local_day(talk.minutes_at),
    )  # fmt: skip


def grounds(work: Work, talk: Admonition) -> str:
    """Why the town was talked to, as it stood then: what came later is not part of what was said."""
    said, since = talk.reason, talk.minutes_at
    for event in reversed(work.session.scalars(events_of(talk.case_id)).all()):
        if (
            event.what == "talk_grounds"
            and event.details.get("talk") == talk.number
            and since
            and event.at > since
        ):
            endings = [f"{besides(ground)}{event.reason}" for ground in Ground]
            said = said.removesuffix(next(filter(said.endswith, endings), ""))
    return said if talk.ground in SAY_IT_THEMSELVES else f"{GROUND_NAMES[talk.ground]}：{said}"


def referral_paper(work: Work, referral: Referral) -> Paper:
    """The letter that goes with the case file."""
    case = referral.case
    orders = all_orders(work, case)
    talks = list(work.session.scalars(admonitions_of(case.id)))
    told = [
        f"督办单{o.number}（{in_full(local_day(o.issued_at))}下发，{ORDER_STATE_NAMES[o.state]}）"
        for o in orders
    ]
    told += [
        f"约谈{t.number}（{in_full(local_day(t.called_at))}发起，{GROUND_NAMES[t.ground]}）" for t in talks
    ]
    return Paper(
        office=office_name(work),
        title=f"关于移送{referral.town.name}{case.kind}问题线索的函",
        number=referral.number,
        to=referral.body,
        body=hidden([
            Line(f"{referral.town.name}辖区{case.place}{case.kind}问题（案件号{case.number}），"
                 f"自{moment(case.assigned_at or case.opened_at)}交办以来，{referral.reason}。"),
            Line(f"其间已采取的措施：{'；'.join(told) if told else '无'}。"),
            Line("现将有关问题线索和案卷材料移送你单位，请依规依纪处理，并将结果函告我办。"),
            Line("附：案卷材料一套（办理经过、督办单及答复、约谈纪要、现场照片）。"),
        ]),
        on=local_day(referral.prepared_at),
    )  # fmt: skip


def before(work: Work, case: Case) -> list[Picture]:
    """The photographs of what was reported, as far as they came."""
    reports = select(Report.id).where(Report.case_id == case.id, Report.withdrawn_at.is_(None))
    added = select(Addition.id).where(Addition.report_id.in_(reports))
    rows = select(Evidence).where(Evidence.report_id.in_(reports) | Evidence.addition_id.in_(added))
    return stored(work.session.scalars(rows.order_by(Evidence.id)).all(), "问题照片")


def after(work: Work, case: Case) -> list[Picture]:
    """The photographs of every round of proof and of the answers to orders."""
    found = []
    for number in range(1, case.proof_round + 1):
        found += stored(work.session.scalars(proof_of(case.id, number)).all(), f"第{number}次整改照片")
    for order in all_orders(work, case):
        for given in work.session.scalars(answers_to(order.id)).all():
            pieces = work.session.scalars(answered_with(given.id)).all()
            found += stored(pieces, f"督办单{order.number}第{given.number}次答复照片")
    return found


def stored(pieces: Sequence[Evidence], caption: str) -> list[Picture]:
    """The photographs among these that have come, each with its place in the row."""
    came = [piece for piece in pieces if piece.medium is Medium.PHOTO and piece.arrival is Arrival.STORED]
    return [Picture(f"{caption}{n}", piece.digest) for n, piece in enumerate(came, 1) if piece.digest]


def until(at: datetime | None) -> str:
    """“2026年12月8日24时” for the end of a day, else the minute."""
    if at is None or at.astimezone(CHINA).time() != time():
        return moment(at)
    return f"{in_full(local_day(at - timedelta(microseconds=1)))}24时"


def first_due(work: Work, order: AnyOrder) -> str:
    """Until when an answer was asked for when it was issued: a paper does not change with what came after."""
    return until(deadlines.counted(order.issued_at, order.answer_days, work.calendar).at)
