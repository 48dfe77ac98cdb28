"""`flask bulletin preview|publish|publications|withdraw`: a frozen month on its way to the readers, and back."""

from datetime import datetime
from functools import partial
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from bot import printing
from bot.verdicts import setback
from bot.wechat import WeChatFault, WeChatRefused
from commands.bulletin import bulletin
from commands.documents import picture_of
from commands.installation import as_json, command, in_china, installation, print_one, print_rows, reason
from commands.speaking import as_and_at, month, speak_as, there
from models.person import Person, in_office
from models.publication import Publication
from rules.months import Month
from rules.refusal import Refusal
from services import editions, example_pictures, people, publication_verdicts, publications
from services.desk import Work
from services.editions import Edition, Read
from services.ladder import office_only

COLUMNS = {
    "id": "序号", "month": "月份", "revision": "版次", "channel_name": "渠道", "state_name": "状态",
    "wanted_by": "发布人", "wanted_at": "提出", "published_at": "发出", "next_at": "下一步", "tries": "重试",
    "url": "文章", "note": "说明",
}  # fmt: skip


@bulletin.command("publish")
@month
@click.option(
    "--channel", type=click.Choice([publications.FREEPUBLISH, publications.MASS]), default=None,
    help="freepublish 发布（不推送），mass 群发（每月 4 次）；不写就按 [assessment] channel。",
)  # fmt: skip
@click.option(
    "--not-sent", "seen", flag_value="not_sent",
    help="已在公众平台上核实，上次没有答复的群发（或发布）确实没有发出。",
)  # fmt: skip
@click.option(
    "--sent", "seen", flag_value="sent",
    help="已在公众平台上核实，上次没有答复的群发（或发布）已经发出：记为已发布，不再发。",
)  # fmt: skip
@click.option("--again", is_flag=True, help="已撤回，但数字没有错：重新发布。")
@as_and_at
@as_json
@with_appcontext
@command
def publish(
    month: Month,
    channel: str | None,
    seen: str | None,
    again: bool,
    name: str,
    at: datetime | None,
    as_json: bool,
) -> None:
    """发布一个月已批准的排名和通报。先走到平台答复为止，之后每分钟自动接着办。"""
    heshao = there(at)
    number = heshao.desk.do(_publish, month, name, channel or "", seen, again)
    heshao.jobs()["publish"]()
    print_one(heshao.desk.look(_one, number), as_json)


def _publish(work: Work, month: Month, name: str, channel: str, seen: str | None, again: bool) -> int:
    speak_as(work, name)
    office_only(work)
    if seen == "sent":
        return publication_verdicts.was_sent(work, month).id
    not_sent = seen == "not_sent"
    return publications.publish(work, month, _speaker(work), channel, not_sent=not_sent, again=again).id


def _speaker(work: Work) -> str:
    return work.who.name if work.who else "管理员"


@bulletin.command("publications")
@as_json
@with_appcontext
@command
def list_publications(as_json: bool) -> None:
    """列出每次发布走到哪一步，新的在前。"""
    print_rows(installation().desk.look(_rows), as_json, COLUMNS)


def _rows(work: Work) -> list[dict[str, Any]]:
    return [row_of(row) for row in work.session.scalars(select(Publication).order_by(Publication.id.desc()))]


def _one(work: Work, number: int) -> dict[str, Any]:
    return row_of(work.session.get_one(Publication, number))


def row_of(row: Publication) -> dict[str, Any]:
    """A publication as rows and programs show it."""
    withdrawn = f"撤回：{row.withdrawn_because}" if row.withdrawn_because else ""
    left = "，还没有从平台上删除" if withdrawn and row.removed_at is None else ""
    return {
        "id": row.id,
        "month": row.assessment.month,
        "revision": row.assessment.revision,
        "channel": row.channel,
        "channel_name": publications.CHANNEL_NAMES[row.channel],
        "state": row.state.value,
        "state_name": publications.STATE_NAMES[row.state],
        "wanted_by": row.wanted_by,
        "wanted_at": in_china(row.wanted_at),
        "published_at": in_china(row.published_at),
        "withdrawn_at": in_china(row.withdrawn_at),
        "removed_at": in_china(row.removed_at),
        "next_at": in_china(row.due_at) if publications.is_under_way(row) else None,
        "tries": row.tries,
        "publish_id": row.publish_id,
        "url": row.article_url,
        "note": "；".join(filter(None, (f"{withdrawn}{left}", row.trouble))),
    }


@bulletin.command("withdraw")
@month
@reason("，会原样告知看过排名的人")
@as_and_at
@as_json
@with_appcontext
@command
def withdraw(month: Month, reason: str, name: str, at: datetime | None, as_json: bool) -> None:
    """撤回一个月已发布（或正在发布）的排名：平台上能删的删掉，网页和对话里写明撤回。"""
    heshao = there(at)
    number = heshao.desk.do(_withdraw, month, reason, name)
    heshao.jobs()["publish"]()
    print_one(heshao.desk.look(_one, number), as_json)


def _withdraw(work: Work, month: Month, reason: str, name: str) -> int:
    speak_as(work, name)
    office_only(work)
    return publications.withdraw(work, month, reason, _speaker(work)).id


@bulletin.command("preview")
@month
@click.option("--to", "name", required=True, help="发给谁看：登记在册、已绑定微信的人的姓名。")
@with_appcontext
@command
def preview(month: Month, name: str) -> None:
    """把文章先发给一个人看，别人看不到；草稿留在公众平台的草稿箱里。"""
    heshao = installation()
    read = example_pictures.read_ahead(heshao.desk, month, partial(picture_of, heshao.store))
    openid, edition = heshao.desk.look(_previewed, month, name, read)
    press = heshao.wechat.press
    try:
        known = printing.upload_missing(press, edition, {}, lambda digest, url: None)
        cover = printing.add_cover(press, edition)
        draft = press.add_draft(printing.draft_of(edition, known, edition.source_url, cover))
        press.preview(openid, draft)
    except WeChatRefused as refused:
        why = setback(refused.code, refused.text, heshao.desk.clock()).sentence
        raise click.ClickException(f"没有发出预览：{why}。") from refused
    except WeChatFault as trouble:
        raise click.ClickException("没有发出预览：微信平台没有应答，请稍后再试。") from trouble
    click.echo(f"已把《{edition.title}》发给{name}预览，请在微信里查看。")


def _previewed(work: Work, month: Month, name: str, read: Read) -> tuple[str, Edition]:
    assessment = publications.frozen(work, month)
    held = in_office(work.today).join(Person).where(Person.name == name)
    found = {appointment.person_id: appointment.person for appointment in work.session.scalars(held)}
    if len(found) != 1:
        raise Refusal(f"{'没有' if not found else '不止一位'}名叫“{name}”、现在任职的人，请按名录写姓名。")
    (person,) = found.values()
    follower = people.follower_of(work, person)
    if follower is None or follower.openid is None:
        raise Refusal(f"{name}还没有绑定微信，看不到预览。请先发给邀请码绑定，或换一个人。")
    return follower.openid, editions.compose(work, assessment.id, read)
