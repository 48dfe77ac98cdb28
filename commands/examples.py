"""`flask bulletin release|released|take-back`: good examples (示例) with photographs before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from commands.bulletin import bulletin
from commands.cases import find_case
from commands.documents import picture_of
from commands.installation import as_json, command, in_china, installation, print_one, print_rows, reason
from commands.speaking import as_and_at, month, speak_as, there
from models.evidence import Evidence
from models.released_example import ReleasedExample, released_for, shown_with
from rules.lifecycle import STATE_NAMES
from rules.months import Month
from rules.refusal import Refusal
from services import case_links, examples
from services.desk import Work
from services.examples import AFTER, BEFORE, WHY_NOT
from services.photo_store import derived_key

COLUMNS = {
    "case": "案件号", "title": "示例", "words": "说明", "released_by": "刊登人", "released_at": "刊登时间",
    "state_name": "状态", "note": "备注",
}  # fmt: skip
LOOK = (
    "刊登后谁都能看到。请先逐张看过照片：有没有人脸、车牌、门牌，或能认出举报人的东西？"
    "系统不会自动打码；有的话请换一张，或换一个案件。"
)


@dataclass(frozen=True)
class _Asked:
    """What is about to be released, for the clerk to look at before."""

    number: str
    month: Month
    before: int
    after: int
    digests: tuple[str, str]
    lines: tuple[str, ...]


@bulletin.command("release")
@click.argument("case")
@click.option("--before", type=int, help="用第几张整改前的照片；不写就用第一张收到的。")
@click.option("--after", type=int, help="用第几张整改后的照片；不写就用最后一张收到的。")
@click.option(
    "--words", default="", help=f"河长办自己的一句话，最多 {examples.LONGEST} 个字；电话号码会隐去。"
)
@click.option("--month", "for_month", default="", help="随哪个月的通报刊登；不写就是办结的那个月。")
@click.option("--yes", is_flag=True, help="照片已经看过，不再询问。")
@as_and_at
@as_json
@with_appcontext
@command
def release(
    case: str, before: int | None, after: int | None, words: str, for_month: str, yes: bool, name: str,
    at: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """把一个已办结案件整改前后的照片作为示例，随当月通报、文章和网页刊登。CASE 是案件号。"""
    heshao = there(at)
    asked = heshao.desk.look(_asked, case, before, after, words, for_month, name)
    for digest, which in zip(asked.digests, (BEFORE, AFTER), strict=True):
        if picture_of(heshao.store, digest) is None:
            raise Refusal(f"{which}的照片已不在照片存储里，不能刊登。请换一张。")
    for line in asked.lines:
        click.echo(line, err=True)
    if not yes:
        click.confirm("都看过了，可以刊登吗？", abort=True, err=True)
    print_one(heshao.desk.do(_release, asked, words, name), as_json)


def _asked(
    work: Work, number: str, before: int | None, after: int | None, words: str, said: str, name: str
) -> _Asked:
    speak_as(work, name)
    case = find_case(work, number)
    wanted = Month.parse(said) if said else examples.month_of(case)
    examples.check(work, case, wanted, words)
    sent = examples.photographs(work, case)
    first = examples.chosen(sent[0], before, BEFORE)
    last = examples.chosen(sent[1], after, AFTER)
    lines = [
        f"案件 {case.number}（{case.kind}）将作为{wanted.name}的示例：",
        *_listed(sent[0], first, BEFORE), *_listed(sent[1], last, AFTER),
        f"案件页面：{case_links.for_staff(work, case)}", LOOK,
    ]  # fmt: skip
    digests = first.digest or "", last.digest or ""
    return _Asked(case.number, wanted, first.id, last.id, digests, tuple(lines))


def _listed(pieces: Sequence[Evidence], taken: Evidence, which: str) -> list[str]:
    return [
        f"  {which} {n} {'← 选中' if piece is taken else ''}  "
        f"{derived_key(piece.digest, 'large') if piece.digest else WHY_NOT.get(piece.arrival, '没有收到')}"
        for n, piece in enumerate(pieces, 1)
    ]


def _release(work: Work, asked: _Asked, words: str, name: str) -> dict[str, Any]:
    speak_as(work, name)
    before, after = (work.session.get_one(Evidence, number) for number in (asked.before, asked.after))
    row = examples.release(work, find_case(work, asked.number), asked.month, before, after, words)
    return row_of(row, is_shown=True)


@bulletin.command("released")
@month
@as_json
@with_appcontext
@command
def released(month: Month, as_json: bool) -> None:
    """列出一个月刊登的示例，也列出已收回的。"""
    print_rows(installation().desk.look(_rows, month), as_json, COLUMNS)


def _rows(work: Work, month: Month) -> list[dict[str, Any]]:
    standing = {row.id for row in work.session.scalars(shown_with(str(month)))}
    return [
        row_of(row, is_shown=row.id in standing) for row in work.session.scalars(released_for(str(month)))
    ]


def row_of(row: ReleasedExample, *, is_shown: bool) -> dict[str, Any]:
    """A released example as rows and programs show it."""
    taken_back = row.taken_back_at is not None
    return {
        "id": row.id,
        "case": row.case.number,
        "month": row.month,
        "title": f"{row.water or row.town} {row.kind}",
        "town": row.town,
        "water": row.water,
        "kind": row.kind,
        "opened_on": row.opened_on.isoformat(),
        "closed_on": row.closed_on.isoformat(),
        "before": row.before.digest,
        "after": row.after.digest,
        "words": row.words,
        "released_by": row.released_by,
        "released_at": in_china(row.released_at),
        "shown": is_shown,
        "state_name": "已收回" if taken_back else "刊登" if is_shown else "不刊登",
        "taken_back_by": row.taken_back_by,
        "taken_back_at": in_china(row.taken_back_at),
        "note": _note(row, is_shown),
    }


def _note(row: ReleasedExample, is_shown: bool) -> str:
    if row.taken_back_at is not None:
        return f"收回：{row.taken_back_because}"
    return "" if is_shown else f"案件{STATE_NAMES[row.case.state]}，或照片已不在：不再展示"


@bulletin.command("take-back")
@click.argument("case")
@reason("，记入案件记录，不公布")
@as_and_at
@as_json
@with_appcontext
@command
def take_back(case: str, reason: str, name: str, at: datetime | None, as_json: bool) -> None:
    """收回一个示例：网页立即不再展示，之后的通报和文章也没有它。CASE 是案件号。"""
    row, in_article = there(at).desk.do(_take_back, case, reason, name)
    print_one(row, as_json)
    if in_article:
        click.echo(
            "注意：这个月的文章已经交给公众平台，里面可能还有这两张照片。要去掉，请登录公众平台删改文章，"
            f"或撤回这个月的发布：flask bulletin withdraw {row['month']} --reason 理由",
            err=True,
        )


def _take_back(work: Work, number: str, reason: str, name: str) -> tuple[dict[str, Any], bool]:
    speak_as(work, name)
    row, in_article = examples.take_back(work, find_case(work, number), reason)
    return row_of(row, is_shown=False), in_article
