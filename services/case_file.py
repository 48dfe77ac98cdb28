"""The whole file of a case (案卷) as one bundle: course, orders, minutes, photographs; who reported is not in it."""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from models.admonition import Referral, admonitions_of
from models.case import Case, CaseEvent, events_of
from models.evidence import Look
from models.help_order import HelpOrder
from models.supervision import Order, answers_to
from rules.deadlines import SEVERITY_NAMES
from rules.lifecycle import PARTY_NAMES, STATE_NAMES, Party, State
from rules.privacy import without_telephone
from rules.supervision import ORDER_STATE_NAMES
from services import order_papers
from services.case_sheet import DEED_NAMES
from services.desk import Work
from services.order_papers import until
from services.paper_docx import Read, docx_of
from services.papers import Line, Paper, Picture, Table, minute, moment


@dataclass(frozen=True)
class CaseFile:
    """What goes into the bundle, taken out of the transaction."""

    number: str
    on: date
    papers: Mapping[str, Paper]
    """By the name of the file."""
    pictures: tuple[Picture, ...]


def case_file(work: Work, case: Case, referral: Referral | None = None) -> CaseFile:
    """Gather the file; that it was taken is written down."""
    who = work.who.pseudonym if work.who else "command line"
    work.session.add(Look(at=work.now, viewer=who, case_id=case.id, what="case file"))
    papers = {"案卷": _course(work, case)}
    for order in order_papers.all_orders(work, case):
        papers[f"督办单{order.number}"] = order_papers.paper_of(work, order)
    for talk in work.session.scalars(admonitions_of(case.id)).all():
        if talk.minutes_at is not None:
            papers[f"约谈纪要{talk.number}"] = order_papers.minutes_paper(work, talk)
    papers = {f"{n:02} {name}": paper for n, (name, paper) in enumerate(papers.items(), 1)}
    if referral is not None:
        papers = {"00 移送函": order_papers.referral_paper(work, referral), **papers}
    pictures = (*order_papers.before(work, case), *order_papers.after(work, case))
    return CaseFile(case.number, work.today, papers, pictures)


def _course(work: Work, case: Case) -> Paper:
    """What the case is, and everything that was done about it, in order."""
    facts = [
        ("案件号", case.number), ("类别", case.kind), ("等级", SEVERITY_NAMES[case.severity]),
        ("地点", without_telephone(case.place)),
        ("办理单位", case.town.name if case.town else "待分派"), ("状态", STATE_NAMES[case.state]),
        ("立案", moment(case.opened_at)), ("交办", moment(case.assigned_at)), ("受理期限", until(case.accept_by)),
        ("整改期限", until(case.rectify_by)),
    ]  # fmt: skip
    deeds = [
        (
            minute(event.at), DEED_NAMES.get(event.what, "记录"), PARTY_NAMES[event.party],
            STATE_NAMES[State(event.after)] if event.after else "", _reason(event),
        )
        for event in work.session.scalars(events_of(case.id))
    ]  # fmt: skip
    orders = order_papers.all_orders(work, case)
    body: list[Line | Table] = [
        Line("一、案件情况", heading=True),
        Table(("事项", "内容"), [fact for fact in facts if fact[1]], (1, 4)),
        Line("二、办理经过", heading=True),
        Table(("时间", "事项", "由", "状态", "说明"), deeds, (5, 5, 3, 4, 8)),
        Line("三、督办与答复", heading=True),
        *[line for order in orders for line in _order(work, order)],
    ]
    if not orders:
        body.append(Line("没有下发督办单。"))
    return Paper(
        office=order_papers.office_name(work), title=f"案件{case.number}案卷", number="", to="", body=body,
        on=work.today, pictures=[*order_papers.before(work, case), *order_papers.after(work, case)],
    )  # fmt: skip


def _reason(event: CaseEvent) -> str:
    """Why, as far as it may leave the Office: what a reporter wrote stays there, people name themselves in it."""
    return "" if event.party is Party.REPORTER else without_telephone(event.reason)


def _order(work: Work, order: Order) -> list[Line]:
    to = f"（协助单位{order.party.name}）" if isinstance(order, HelpOrder) else ""
    lines = [
        Line(
            f"督办单{order.number}{to}：{moment(order.issued_at)}下发，{order.reason}，{ORDER_STATE_NAMES[order.state]}。"
        )
    ]
    for given in work.session.scalars(answers_to(order.id)):
        verdict = {True: "通过", False: f"退回：{given.verdict}", None: "待审核"}[given.accepted]
        lines.append(Line(f"第{given.number}次答复（{moment(given.at)}）：{given.words}。审核：{verdict}。"))
    return order_papers.hidden(lines)


def bundle(file: CaseFile, read: Read) -> bytes:
    """One zip: the papers as .docx, the photographs (without EXIF), and a list of all with their SHA-256."""
    parts = {f"{name}.docx": docx_of(paper, read) for name, paper in file.papers.items()}
    for n, picture in enumerate(file.pictures, 1):
        content = read(picture.digest)
        if content is not None:
            parts[f"照片/{n:02} {picture.caption}.jpg"] = content
    listed = StringIO()
    rows = csv.writer(listed)
    rows.writerow(("文件", "SHA-256"))
    rows.writerows((name, hashlib.sha256(content).hexdigest()) for name, content in parts.items())
    parts["清单.csv"] = listed.getvalue().encode("utf-8-sig")
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = ZipInfo(f"案卷{file.number}/{name}", (file.on.year, file.on.month, file.on.day, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()
