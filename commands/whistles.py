"""`flask whistles`: whistles (吹哨) – blow, list, show, name, answer, finish, close, withdraw."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from commands.cases import find_case
from commands.installation import as_json, command, in_china, installation, print_one, print_rows, reason
from models.help_order import orders_for
from models.registry import Town, towns_in_force
from models.whistle import Whistle, WhistleParty, entries_of
from rules.refusal import Refusal
from rules.supervision import ORDER_STATE_NAMES
from rules.whistles import PARTY_KIND_NAMES, PARTY_STATE_NAMES, WHISTLE_STATE_NAMES
from services import whistle_help, whistle_parties
from services import whistles as service
from services.desk import Work
from services.whistle_timeline import ENTRY_NAMES

COLUMNS = {
    "number": "编号", "state_name": "状态", "case": "案件号", "place": "地点", "town": "吹哨单位", "blown_at": "吹哨",
    "name_by": "指派期限", "lead": "牵头", "helpers": "单位数", "solved": "已解决", "needs": "需要",
}  # fmt: skip
words = click.option("--words", required=True, help="说明，原样写进经过。")


@click.group()
def whistles() -> None:
    """吹哨：吹哨、列表、查看、指派、回哨、收哨、撤哨。"""


@whistles.command("blow")
@click.argument("needs")
@click.option("--case", default="", help="案件号；吹哨期间它的办理期限暂停计时。")
@click.option("--place", default="", help="没有案件时的地点。")
@click.option("--town", default="", help="没有案件时由哪个镇街（名称或编码）吹哨；不写为河长办。")
@as_json
@with_appcontext
@command
def blow(needs: str, case: str, place: str, town: str, as_json: bool) -> None:
    """吹哨。NEEDS 是需要谁做什么。"""
    if bool(case) == bool(place):
        raise click.UsageError("--case 和 --place 写一个。")
    if town and case:
        raise click.UsageError("--town 只在没有案件时写。")
    print_one(installation().desk.do(_blow, needs, case, place, town), as_json)


def _blow(work: Work, needs: str, case: str, place: str, town: str) -> dict[str, Any]:
    if case:
        return row_of(work, service.blow(work, find_case(work, case), needs))
    return row_of(work, service.blow_at(work, place, needs, _town(work, town) if town else None))


def _town(work: Work, name: str) -> Town:
    found = towns_in_force(work.today).where((Town.name == name) | (Town.code == name))
    town = work.session.scalar(found.limit(1))
    if town is None:
        raise Refusal(f"没有找到镇街“{name}”。")
    return town


@whistles.command("list")
@click.option("--open", "only_open", is_flag=True, help="只列没有收哨的。")
@as_json
@with_appcontext
@command
def list_whistles(only_open: bool, as_json: bool) -> None:
    """列出吹哨，新的在前。"""
    print_rows(installation().desk.look(_rows, only_open), as_json, COLUMNS)


def _rows(work: Work, only_open: bool) -> list[dict[str, Any]]:
    found = work.session.scalars(select(Whistle).order_by(Whistle.id.desc()))
    return [row_of(work, whistle) for whistle in found if whistle.is_open or not only_open]


def row_of(work: Work, whistle: Whistle) -> dict[str, Any]:
    """A whistle as rows and programs show it."""
    lead = whistle.lead
    return {
        "number": whistle.number,
        "year": whistle.year,
        "serial": whistle.serial,
        "state": whistle.state.value,
        "state_name": WHISTLE_STATE_NAMES[whistle.state],
        "case": whistle.case.number if whistle.case else None,
        "place": whistle.place,
        "town": whistle.town.name if whistle.town else whistle_parties.THE_OFFICE,
        "needs": whistle.needs,
        "blown_at": in_china(whistle.blown_at),
        "name_by": in_china(whistle.name_by),
        "named_at": in_china(whistle.named_at),
        "lead": lead.name if lead else None,
        "helpers": len(whistle.parties),
        "settled_at": in_china(whistle.settled_at),
        "solved": whistle.solved,
        "remark": whistle.remark,
        "clock_stood_still_for": whistle.stood_still_for,
        "case_paused": whistle.case.is_paused if whistle.case else False,
    }


@whistles.command("show")
@click.argument("number")
@as_json
@with_appcontext
@command
def show(number: str, as_json: bool) -> None:
    """查看一个吹哨、各单位和共同的经过。NUMBER 是编号，如 〔2026〕3号，或只写 3。"""
    print_whole(installation().desk.look(_whole, number), as_json)


def print_whole(whole: dict[str, Any], as_json: bool) -> None:
    """A whistle with its parties and the timeline, as JSON or as two tables."""
    if as_json:
        print_one(whole, as_json)
        return
    print_one({key: value for key, value in whole.items() if not isinstance(value, list)}, as_json)
    print_rows(whole["parties"], False, {
        "name": "单位", "role": "分工", "state_name": "状态", "answer_by": "回哨期限", "plan": "办什么",
        "do_by": "办完期限",
    })  # fmt: skip
    if whole["orders"]:
        print_rows(whole["orders"], False, {
            "number": "督办单", "party": "单位", "state_name": "状态", "answer_by": "答复期限", "reason": "事由",
        })  # fmt: skip
    print_rows(whole["timeline"], False, {"at": "时间", "body": "单位", "what_name": "事项", "words": "说明"})


def _whole(work: Work, number: str) -> dict[str, Any]:
    whistle = service.called(work, number)
    return {
        **row_of(work, whistle),
        "parties": [_party(work, party) for party in whistle.parties],
        "orders": [
            {
                "number": order.number, "party": order.party.name, "state_name": ORDER_STATE_NAMES[order.state],
                "answer_by": in_china(order.answer_by), "reason": order.reason,
            }
            for order in work.session.scalars(orders_for(whistle.id))
        ],
        "timeline": [
            {
                "at": in_china(e.at), "body": e.body, "what": e.what, "what_name": ENTRY_NAMES[e.what],
                "words": e.words, "actor": e.actor,
            }
            for e in work.session.scalars(entries_of(whistle.id))
        ],
    }  # fmt: skip


def _party(work: Work, party: WhistleParty) -> dict[str, Any]:
    late = party.answered_at is None and party.is_open and work.now >= party.answer_by
    return {
        "name": party.name,
        "kind": party.kind.value,
        "kind_name": PARTY_KIND_NAMES[party.kind],
        "role": "牵头" if party.leads else "协助",
        "leads": party.leads,
        "state": party.state.value,
        "state_name": PARTY_STATE_NAMES[party.state],
        "asked_at": in_china(party.asked_at),
        "answer_by": in_china(party.answer_by),
        "answered_at": in_china(party.answered_at),
        "answer_overdue": late,
        "plan": party.plan,
        "do_by": in_china(party.do_by),
        "done_at": in_china(party.done_at),
        "result": party.result,
        "reached": bool(whistle_parties.people_of(work, party)),
    }


@whistles.command("name")
@click.argument("number")
@click.option("--lead", default="", help="牵头单位；已有牵头单位时不写。")
@click.option("--helper", "helpers", multiple=True, help="协助单位，可以写几次；区外单位以“上游”等开头。")
@as_json
@with_appcontext
@command
def name(number: str, lead: str, helpers: tuple[str, ...], as_json: bool) -> None:
    """指派牵头单位和协助单位。"""
    print_whole(installation().desk.do(_name, number, lead, helpers), as_json)


def _name(work: Work, number: str, lead: str, helpers: Sequence[str]) -> dict[str, Any]:
    whistle = service.called(work, number)
    if bool(lead) == (whistle.lead is not None):
        raise Refusal("该吹哨已有牵头单位，只写 --helper。" if lead else "请先用 --lead 写明牵头单位。")
    names = [lead, *helpers] if lead else list(helpers)
    whistle_help.name(work, whistle, whistle_parties.named(work, names))
    return _whole(work, number)


@whistles.command("answer")
@click.argument("number")
@click.argument("party")
@words
@click.option(
    "--by", "by", required=True, type=click.DateTime(["%Y-%m-%d"]), help="何时办完，如 2026-12-01。"
)
@as_json
@with_appcontext
@command
def answer(number: str, party: str, words: str, by: datetime, as_json: bool) -> None:
    """代录一个单位的回哨：办什么、何时办完。PARTY 是单位名称。"""
    print_whole(installation().desk.do(_answer, number, party, words, by.date()), as_json)


def _answer(work: Work, number: str, party: str, words: str, by: date) -> dict[str, Any]:
    whistle_help.answer(
        work, whistle_parties.party_called(work, service.called(work, number), party), words, by
    )
    return _whole(work, number)


@whistles.command("finish")
@click.argument("number")
@click.argument("party")
@words
@as_json
@with_appcontext
@command
def finish(number: str, party: str, words: str, as_json: bool) -> None:
    """代录一个单位已经办完。"""
    print_whole(installation().desk.do(_finish, number, party, words), as_json)


def _finish(work: Work, number: str, party: str, words: str) -> dict[str, Any]:
    whistle_help.finish(work, whistle_parties.party_called(work, service.called(work, number), party), words)
    return _whole(work, number)


@whistles.command("close")
@click.argument("number")
@words
@click.option("--solved/--unsolved", required=True, help="问题是否解决。")
@as_json
@with_appcontext
@command
def close(number: str, words: str, solved: bool, as_json: bool) -> None:
    """收哨；案件恢复计时。"""
    print_one(
        installation().desk.do(_end, number, lambda work, w: service.close(work, w, words, solved=solved)),
        as_json,
    )


@whistles.command("withdraw")
@click.argument("number")
@reason("，原样写进经过")
@as_json
@with_appcontext
@command
def withdraw(number: str, reason: str, as_json: bool) -> None:
    """撤哨；案件恢复计时。"""
    print_one(
        installation().desk.do(_end, number, lambda work, w: service.withdraw(work, w, reason)), as_json
    )


def _end(work: Work, number: str, how: Callable[[Work, Whistle], None]) -> dict[str, Any]:
    whistle = service.called(work, number)
    how(work, whistle)
    return row_of(work, whistle)
