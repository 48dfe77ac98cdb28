"""`flask notifications`: what was owed to people, what was handed over, what could not be."""

from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from commands.installation import as_json, command, in_china, installation, print_rows
from models.case import Case
from models.notification import Delivery, Notification
from services import notifications as service
from services import reconciliation
from services.desk import Work

STATES = {
    "owed": "待发", "held": "待汇总", "sent": "已发", "gathered": "已列入汇总", "undeliverable": "无法送达",
    "pointless": "已无必要",
}  # fmt: skip


@click.group()
def notifications() -> None:
    """消息：应发、已发、无法送达的。"""


@notifications.command("list")
@click.option(
    "--delivery",
    type=click.Choice([d.value for d in Delivery]),
    help="只列这种状态的；默认全部，无法送达的在前。",
)
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="最多列多少条。"
)
@as_json
@with_appcontext
@command
def list_notifications(delivery: str | None, limit: int, as_json: bool) -> None:
    """列出消息和原因，并核对应发与微信已接受的数目。"""
    rows, sums = installation().desk.look(_rows, delivery, limit)
    columns = {"id": "序号", "delivery_name": "状态", "notice": "种类", "sentence": "句子", "to": "给",
               "number": "案件", "owed_at": "应发", "sent_at": "发出",
               "digest": "汇总", "reason": "原因"}  # fmt: skip
    print_rows(rows, as_json, columns)
    if not as_json:
        click.echo(
            f"待发 {sums.owed}，待汇总 {sums.held}，已发 {sums.sent}，已列入汇总 {sums.gathered}，"
            f"无法送达 {sums.undeliverable}，已无必要 {sums.pointless}；"
            f"可发后 10 秒内发出的占 {sums.within_ten_seconds:.1%}"
        )


def _rows(
    work: Work, delivery: str | None, limit: int
) -> tuple[list[dict[str, Any]], reconciliation.Reconciliation]:
    found = select(Notification).order_by(
        (Notification.delivery != Delivery.UNDELIVERABLE), Notification.id.desc()
    )
    if delivery:
        found = found.where(Notification.delivery == Delivery(delivery))
    rows = [_row(work, row) for row in work.session.scalars(found.limit(limit))]
    return rows, reconciliation.reconcile(work)


def _row(work: Work, row: Notification) -> dict[str, Any]:
    case = work.session.get(Case, row.case_id) if row.case_id and row.person_id else None
    return {
        "id": row.id,
        "key": row.key,
        "delivery": row.delivery.value,
        "delivery_name": STATES[row.delivery.value],
        "notice": row.notice.value,
        "sentence": row.sentence,
        "to": row.person.name if row.person else "反映人",
        "number": case.number if case else row.says.get("ticket", ""),
        "owed_at": in_china(row.owed_at),
        "not_before": in_china(row.not_before),
        "sent_at": in_china(row.sent_at),
        "channel": row.channel.value if row.channel else None,
        "attempts": row.attempts,
        "code": row.code,
        "digest": row.digest_id,
        "reason": row.reason,
    }


@notifications.command("retry")
@click.argument("ids", nargs=-1, type=click.IntRange(1, 2**31 - 1))
@click.option("--all", "everything", is_flag=True, help="重试全部无法送达的。")
@with_appcontext
@command
def retry(ids: tuple[int, ...], everything: bool) -> None:
    """把无法送达的消息重新排队。写明序号（见 list），或用 --all。"""
    if not ids and not everything:
        raise click.UsageError("请写明要重试的序号，或用 --all。")
    count = installation().desk.do(service.try_again, None if everything else ids)
    click.echo(f"已重新排队 {count} 条。")
