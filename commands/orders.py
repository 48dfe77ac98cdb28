"""`flask orders`: supervision orders – issue, list, show, answer, judge, withdraw, write out."""

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from commands.cases import find_case
from commands.documents import output, write_paper
from commands.installation import as_json, command, in_china, installation, print_one, print_rows, reason
from models.evidence import Medium, answered_with
from models.help_order import AnyOrder, HelpOrder
from models.registry import Town
from models.supervision import answers_to
from rules.refusal import Refusal
from rules.supervision import ORDER_STATE_NAMES
from services import chase, evidence, help_orders, order_papers, supervision, whistle_parties, whistles
from services import orders as service
from services.desk import Work
from services.papers import Paper
from services.photo_store import PhotoStore
from services.photographs import Examined, PhotoLimits, examine

COLUMNS = {
    "number": "文号", "state_name": "状态", "case": "案件号", "whistle": "吹哨", "town": "单位", "issued_at": "下发",
    "answer_by": "答复期限", "overdue": "逾期", "reason": "事由",
}  # fmt: skip
with_reason = reason("，原样写进记录并告知被督办的单位")


@click.group()
def orders() -> None:
    """督办单：下发、列表、查看、答复、审核、撤销、导出。"""


@orders.command("issue")
@click.argument("case", default="")
@click.option("--whistle", default="", help="对吹哨的协助单位督办：吹哨的编号，不写 CASE。")
@click.option("--party", default="", help="对哪个协助单位，与 --whistle 一起写。")
@with_reason
@as_json
@with_appcontext
@command
def issue(case: str, whistle: str, party: str, reason: str, as_json: bool) -> None:
    """对一个案件的镇街（CASE 是案件号），或一个吹哨的协助单位，下发督办单。"""
    print_one(installation().desk.do(_issue, case, whistle, party, reason), as_json)


def _issue(work: Work, case: str, whistle: str, party: str, reason: str) -> dict[str, Any]:
    if bool(case) == bool(whistle) or bool(whistle) != bool(party):
        raise Refusal("请写案件号，或者写 --whistle 吹哨编号 --party 单位。")
    if case:
        return row_of(work, supervision.issue(work, find_case(work, case), reason))
    helper = whistle_parties.party_called(work, whistles.called(work, whistle), party)
    return row_of(work, help_orders.issue(work, helper, reason))


@orders.command("list")
@click.option("--open", "only_open", is_flag=True, help="只列没有办结的。")
@click.option("--town", default="", help="只列这个单位（镇街的名称或编码，成员单位的名称）的。")
@as_json
@with_appcontext
@command
def list_orders(only_open: bool, town: str, as_json: bool) -> None:
    """列出督办单，新的在前。"""
    print_rows(installation().desk.look(_rows, only_open, town), as_json, COLUMNS)


def _rows(work: Work, only_open: bool, town: str) -> list[dict[str, Any]]:
    named = select(Town.name).where((Town.name == town) | (Town.code == town))
    name = (work.session.scalar(named) or town) if town else ""
    rows = [row_of(work, order) for order in service.newest_first(work)]
    return [row for row in rows if name in ("", row["town"]) and (row["open"] or not only_open)]


def row_of(work: Work, order: AnyOrder) -> dict[str, Any]:
    """An order as rows and programs show it; `town` is whoever it is to."""
    return {
        "number": order.number,
        "year": order.year,
        "serial": order.serial,
        "state": order.state.value,
        "state_name": ORDER_STATE_NAMES[order.state],
        "open": order.is_open,
        "case": order.case.number if order.case is not None else "",
        "whistle": order.whistle.number if isinstance(order, HelpOrder) else "",
        "town": _to(work, order),
        "by_hand": order.by_hand,
        "reason": order.reason,
        "issued_at": in_china(order.issued_at),
        "answer_by": in_china(order.answer_by),
        "answered_at": in_china(order.answered_at),
        "settled_at": in_china(order.settled_at),
        "overdue": order.is_open and order.answered_at is None and work.now >= order.answer_by,
        "remark": order.remark,
    }


def _to(work: Work, order: AnyOrder) -> str:
    return (
        order.party.name if isinstance(order, HelpOrder) else work.session.get_one(Town, order.town_id).name
    )


@orders.command("show")
@click.argument("number")
@as_json
@with_appcontext
@command
def show(number: str, as_json: bool) -> None:
    """查看一份督办单和它的答复。NUMBER 是文号，如 〔2026〕12号，或只写 12。"""
    print_one(installation().desk.look(_whole, number), as_json)


def _whole(work: Work, number: str) -> dict[str, Any]:
    order = service.called(work, number)
    answers = [
        {
            "number": given.number, "at": in_china(given.at), "words": given.words, "accepted": given.accepted,
            "verdict": given.verdict,
            "photos": [e.digest for e in work.session.scalars(answered_with(given.id)) if e.digest],
        }
        for given in work.session.scalars(answers_to(order.id))
    ]  # fmt: skip
    return {**row_of(work, order), "answers": answers}


@orders.command("answer")
@click.argument("number")
@click.option("--words", required=True, help="被督办单位的书面答复。")
@click.option(
    "--photo", "photos", multiple=True, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="现场照片，可以写几次。",
)  # fmt: skip
@as_json
@with_appcontext
@command
def answer(number: str, words: str, photos: tuple[Path, ...], as_json: bool) -> None:
    """代录被督办单位的纸面答复。"""
    heshao = installation()
    rules = heshao.desk.rulebook
    limits = PhotoLimits(rules.max_photo_bytes, rules.max_photo_pixels)
    seen = [kept(heshao.store, path.read_bytes(), limits) for path in photos]
    print_one(heshao.desk.do(_answer, number, words, seen), as_json)


def kept(store: PhotoStore, content: bytes, limits: PhotoLimits) -> Examined:
    """A photograph from a file, examined and in the store."""
    photo = examine(content, limits)
    store.put_original(photo.digest, content)
    store.put_derived(photo.digest, "large", photo.large)
    store.put_derived(photo.digest, "small", photo.small)
    return photo


def _answer(work: Work, number: str, words: str, seen: list[Examined]) -> dict[str, Any]:
    order = service.called(work, number)
    given = service.answer(work, order, words, len(seen))
    for photo in seen:
        row = evidence.expect(work, Medium.PHOTO, f"file:{photo.digest}", answer_id=given.id)
        work.session.flush()
        evidence.arrived(work, row.id, photo)
    return row_of(work, order)


@orders.command("accept")
@click.argument("number")
@as_json
@with_appcontext
@command
def accept(number: str, as_json: bool) -> None:
    """审核通过被督办单位的答复。"""
    print_one(installation().desk.do(_judge, number, None), as_json)


@orders.command("send-back")
@click.argument("number")
@with_reason
@as_json
@with_appcontext
@command
def send_back(number: str, reason: str, as_json: bool) -> None:
    """退回被督办单位的答复，要求重新答复。"""
    print_one(installation().desk.do(_judge, number, reason), as_json)


def _judge(work: Work, number: str, reason: str | None) -> dict[str, Any]:
    order = service.called(work, number)
    if reason is None:
        service.accept(work, order)
    else:
        service.send_back(work, order, reason)
    return row_of(work, order)


@orders.command("withdraw")
@click.argument("number")
@with_reason
@as_json
@with_appcontext
@command
def withdraw(number: str, reason: str, as_json: bool) -> None:
    """撤销一份督办单（文号不再使用）。"""
    print_one(installation().desk.do(_withdraw, number, reason), as_json)


def _withdraw(work: Work, number: str, reason: str) -> dict[str, Any]:
    order = service.called(work, number)
    service.withdraw(work, order, reason)
    return row_of(work, order)


@orders.command("document")
@click.argument("number")
@output
@with_appcontext
@command
def document(number: str, path: Path) -> None:
    """把督办单写成公文：.docx，或可打印成 PDF 的 .html。"""
    heshao = installation()
    write_paper(heshao, heshao.desk.look(_paper, number), path)


def _paper(work: Work, number: str) -> Paper:
    return order_papers.paper_of(work, service.called(work, number))


@orders.command("urge")
@click.argument("case")
@with_reason
@with_appcontext
@command
def urge(case: str, reason: str) -> None:
    """手工催办一个案件。"""
    click.echo(f"已催办，告诉了 {installation().desk.do(_urge, case, reason)} 人。")


def _urge(work: Work, number: str, reason: str) -> int:
    return chase.urge(work, find_case(work, number), reason)


@orders.command("hold")
@click.argument("case")
@click.argument("days", type=int)
@with_reason
@with_appcontext
@command
def hold(case: str, days: int, reason: str) -> None:
    """暂缓一个案件的督办若干工作日；0 为恢复。期限不变。"""
    installation().desk.do(_hold, case, days, reason)
    click.echo(f"已暂缓 {days} 个工作日。" if days else "已恢复督办。")


def _hold(work: Work, number: str, days: int, reason: str) -> None:
    chase.hold(work, find_case(work, number), days, reason)
