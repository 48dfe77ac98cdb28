"""`flask cases`: what the Office's administrator may look up at the command line."""

import json
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from commands.installation import as_json, command, in_china, installation, print_one, print_rows
from models.case import Case, RoutingCorrection, events_of
from models.evidence import Arrival, Evidence, Look, Medium
from models.extension import EXTENSION_NAMES, extensions_of
from models.report import SOURCE_NAMES, Addition, Report, Source, reports_of
from rules import case_number, ticket
from rules.deadlines import SEVERITY_NAMES
from rules.lifecycle import OPEN, PARTY_NAMES, STATE_NAMES, Party
from rules.refusal import Refusal
from services.case_sheet import DEED_NAMES
from services.desk import Work


@click.group()
def cases() -> None:
    """案件：列表、查看。"""


@cases.command("list")
@click.option("--open", "only_open", is_flag=True, help="只列在办的。")
@click.option("--town", default="", help="只列这个镇街（名称或编码）的。")
@as_json
@with_appcontext
@command
def list_cases(only_open: bool, town: str, as_json: bool) -> None:
    """列出案件，新的在前。"""
    rows = installation().desk.look(_rows, only_open, town)
    print_rows(
        rows, as_json,
        {"number": "案件号", "state_name": "状态", "severity_name": "等级", "kind": "类别", "town": "镇街",
         "place": "地点", "due_at": "期限", "reports": "反映", "for_office": "提示"},
    )  # fmt: skip


def _rows(work: Work, only_open: bool, town: str) -> list[dict[str, Any]]:
    found = select(Case).order_by(Case.id.desc())
    if only_open:
        found = found.where(Case.state.in_(OPEN))
    return [
        row for case in work.session.scalars(found)
        if not town or (case.town and town in (case.town.name, case.town.code))
        for row in [_row(work, case)]
    ]  # fmt: skip


def _row(work: Work, case: Case) -> dict[str, Any]:
    due = case.due_at
    return {
        "number": case.number,
        "state": case.state.value,
        "state_name": STATE_NAMES[case.state],
        "severity": case.severity.value,
        "severity_name": SEVERITY_NAMES[case.severity],
        "kind": case.kind,
        "town": case.town.name if case.town else None,
        "town_code": case.town.code if case.town else None,
        "reach": case.reach.code if case.reach else None,
        "place": case.place,
        "source": SOURCE_NAMES[Source(case.ladder)] if case.ladder else "",
        "opened_at": in_china(case.opened_at),
        "due_at": in_china(due),
        "overdue": case.is_late(work.now),
        "paused": case.is_paused,
        "provisional": case.due_is_provisional,
        "reports": work.session.scalar(
            select(func.count())
            .select_from(Report)
            .where(Report.case_id == case.id, Report.withdrawn_at.is_(None))
        ),
        "for_office": case.for_office,
    }


@cases.command("show")
@click.argument("number")
@as_json
@with_appcontext
@command
def show_case(number: str, as_json: bool) -> None:
    """查看一个案件的全部经过。NUMBER 是案件号或受理编号；反映人是谁不显示。"""
    found = installation().desk.do(_whole, number)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    print_one({key: value for key, value in found.items() if not isinstance(value, list)}, as_json=False)
    events = [
        {**event, "what": DEED_NAMES.get(event["what"], event["what"]), "party": PARTY_NAMES[Party(event["party"])]}
        for event in found["events"]
    ]  # fmt: skip
    print_rows(
        events, False, {"sequence": "序", "at": "时间", "what": "事项", "party": "由", "reason": "说明"}
    )


def _whole(work: Work, number: str) -> dict[str, Any]:
    case = find_case(work, number)
    work.session.add(Look(at=work.now, viewer="command line", case_id=case.id, what="cases show"))
    reports = list(work.session.scalars(reports_of(case.id)))
    return {
        **_row(work, case),
        "longitude": case.longitude,
        "latitude": case.latitude,
        "accept_by": in_china(case.accept_by),
        "rectify_by": in_china(case.rectify_by),
        "verify_by": in_china(case.verify_by),
        "reopened_by_reporter": case.reopened_by_reporter,
        "routing_corrections_of_reach": work.session.scalar(
            select(func.count()).select_from(RoutingCorrection).where(RoutingCorrection.reach_id == case.reach_id)
        ),
        "extensions": [
            {
                "days": e.days, "state": e.state.value, "state_name": EXTENSION_NAMES[e.state], "reason": e.reason,
                "asked_at": in_china(e.asked_at), "due_before": in_china(e.due_before),
                "due_after": in_china(e.due_after), "decided_at": in_china(e.decided_at), "remark": e.remark,
            }
            for e in work.session.scalars(extensions_of(case.id))
        ],
        "reported": [_report(work, report) for report in reports],
        "proof": [_piece(e) for e in work.session.scalars(select(Evidence).where(Evidence.case_id == case.id))],
        "events": [
            {
                "sequence": e.sequence, "at": in_china(e.at), "what": e.what, "party": e.party.value,
                "actor": e.actor, "before": e.before, "after": e.after, "reason": e.reason, "details": e.details,
            }
            for e in work.session.scalars(events_of(case.id))
        ],
    }  # fmt: skip


def find_case(work: Work, number: str) -> Case:
    """The case of this number, or of this ticket; a Refusal where there is none."""
    as_ticket = ticket.normalised(number)
    if as_ticket:
        report = work.session.scalar(select(Report).where(Report.ticket == as_ticket))
        if report:
            return report.case
    full = case_number.parse(number)
    case = (
        work.session.scalar(select(Case).where(Case.year == full[0], Case.serial == full[1]))
        if full
        else None
    )
    if case is None:
        raise Refusal(f"没有找到“{number}”。请写案件号（如 2026-0012）或受理编号。")
    return case


def _report(work: Work, report: Report) -> dict[str, Any]:
    added = select(Addition.id).where(Addition.report_id == report.id)
    pieces = work.session.scalars(
        select(Evidence)
        .where((Evidence.report_id == report.id) | Evidence.addition_id.in_(added))
        .order_by(Evidence.id)
    )
    return {
        "source": SOURCE_NAMES[report.source],
        "submitted_at": in_china(report.submitted_at),
        "kind": report.kind,
        "words": report.words,
        "joined": report.joined,
        "place": report.place,
        "metres": report.metres,
        "routed_by": report.routed_by,
        "evidence": [_piece(piece) for piece in pieces],
    }


def _piece(piece: Evidence) -> dict[str, Any]:
    photo = piece.photo if piece.medium is Medium.PHOTO and piece.arrival is Arrival.STORED else None
    return {
        "medium": piece.medium.value,
        "arrival": piece.arrival.value,
        "reason": piece.reason,
        "mark": piece.mark,
        "digest": photo.digest if photo else None,
        "round": piece.proof_round,
    }
