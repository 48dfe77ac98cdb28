"""The papers of supervision: order (督办单), minutes (约谈纪要), letter of referral (移送函).

Who reported is in none of them, nor what they wrote: in their own words people name themselves.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import select

from models.admonition import Admonition, Referral, admonitions_of
from models.case import Case
from models.evidence import Arrival, Evidence, Medium, answered_with, proof_of
from models.registry import Town
from models.report import Addition, Report
from models.supervision import SupervisionOrder, answers_to, orders_of
from rules.privacy import without_telephone
from rules.refusal import Refusal
from rules.supervision import GROUND_NAMES, ORDER_STATE_NAMES
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
    case = order.case
    due = case.rectify_by or case.accept_by
    by = f"，应于{until(due)}前{'办结' if case.rectify_by else '受理'}" if due else ""
    return Paper(
        office=office_name(work),
        title=without_telephone(f"关于限期整改{case.place or '河湖'}{case.kind}问题的督办单"),
        number=order.number,
        to=addressed(order.town),
        body=hidden([
            Line("一、督办事项", heading=True),
            Line(f"{moment(case.opened_at)}，河湖监督平台收到{case.place}{case.kind}问题（案件号{case.number}）。"),
            Line(f"该案件于{moment(case.assigned_at)}交你单位办理{by}。截至本单下发之日：{order.reason}。"),
            Line("二、办理要求", heading=True),
            Line("（一）立即组织整改，消除问题，举一反三排查辖区同类问题。"),
            Line(f"（二）于{until(order.answer_by)}前书面答复，说明问题原因、已采取的措施、责任人和完成时间，并附现场照片。"),
            Line("（三）逾期不答复或整改不到位的，将按有关规定约谈；情节严重的，移送督查、纪检监察机关。"),
        ]),
        on=local_day(order.issued_at),
        pictures=before(work, case),
        copy_to="区级河湖长",
    )  # fmt: skip


def minutes_paper(work: Work, talk: Admonition) -> Paper:
    """The minutes of a talk that was held; a Refusal where none are recorded."""
    if talk.minutes_at is None:
        raise Refusal(f"约谈{talk.number}还没有录入纪要。")
    basis = f"（督办单{talk.order.number}）" if talk.order else ""
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
            Line(f"{GROUND_NAMES[talk.ground]}{basis}：{talk.reason}。案件号{talk.case.number}，{talk.case.place}{talk.case.kind}。"),
            Line("二、约谈内容", heading=True),
            *(Line(text) for text in talk.minutes.splitlines() if text.strip()),
            Line("三、承诺事项", heading=True),
            *(Line(text) for text in talk.undertakings.splitlines() if text.strip()),
            Line(f"完成时限：{until(due)}前。" if due else ""),
            Line("约谈人签字：　　　　　　　　被约谈人签字："),
        ]),
        on=local_day(talk.minutes_at),
    )  # fmt: skip


def referral_paper(work: Work, referral: Referral) -> Paper:
    """The letter that goes with the case file."""
    case = referral.case
    orders = list(work.session.scalars(orders_of(case.id)))
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
    return _stored(work.session.scalars(rows.order_by(Evidence.id)).all(), "问题照片")


def after(work: Work, case: Case) -> list[Picture]:
    """The photographs of every round of proof and of the answers to orders."""
    found = []
    for number in range(1, case.proof_round + 1):
        found += _stored(work.session.scalars(proof_of(case.id, number)).all(), f"第{number}次整改照片")
    for order in work.session.scalars(orders_of(case.id)).all():
        for given in work.session.scalars(answers_to(order.id)).all():
            pieces = work.session.scalars(answered_with(given.id)).all()
            found += _stored(pieces, f"督办单{order.number}答复照片")
    return found


def _stored(pieces: Sequence[Evidence], caption: str) -> list[Picture]:
    came = [piece for piece in pieces if piece.medium is Medium.PHOTO and piece.arrival is Arrival.STORED]
    return [Picture(f"{caption}{n}", piece.digest) for n, piece in enumerate(came, 1) if piece.digest]


def until(at: datetime | None) -> str:
    """“2026年12月8日24时” for the end of a day, else the minute."""
    if at is None or at.astimezone(CHINA).time() != time():
        return moment(at)
    return f"{in_full(local_day(at - timedelta(microseconds=1)))}24时"
