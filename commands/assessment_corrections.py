"""`flask assessment correct|drop`: a frozen month judged anew, and a correction given up."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from flask.cli import with_appcontext

from commands.assessment import assessment, drafted, head_of, tell_draft
from commands.installation import as_json, command, print_one, reason
from commands.speaking import as_and_at, month, points_in, speak_as, there, town_called
from rules.months import Month
from services import corrections
from services.corrections import GivenBack
from services.desk import Work


@assessment.command()
@month
@reason("，和更正后的结果一起公布")
@click.option(
    "--return", "given", nargs=3, multiple=True, metavar="TOWN ITEM POINTS",
    help="直接返还分数：镇街 项目 分数；可以写几次。",
)  # fmt: skip
@as_and_at
@as_json
@with_appcontext
@command
def correct(
    month: Month, reason: str, given: tuple[tuple[str, str, str], ...], name: str, at: datetime | None, as_json: bool
) -> None:  # fmt: skip
    """更正一个已冻结的月：按原来的办法重新计算，成为新的一版草稿，同样要告知、批准。"""
    wanted = [(town, item, points_in(points)) for town, item, points in given]
    tell_draft(there(at).desk.do(_correct, month, reason, wanted, name), as_json)


def _correct(
    work: Work, month: Month, reason: str, given: Sequence[tuple[str, str, Decimal]], name: str
) -> dict[str, Any]:
    speak_as(work, name)
    back = [GivenBack(town_called(work, town), item, points) for town, item, points in given]
    return drafted(work, corrections.correct(work, month, reason, back))


@assessment.command()
@month
@reason("，告知已经收到更正草稿的镇街")
@as_and_at
@as_json
@with_appcontext
@command
def drop(month: Month, reason: str, name: str, at: datetime | None, as_json: bool) -> None:
    """撤销一个还没批准的更正；原来批准的结果不变，草稿留档。"""
    row = there(at).desk.do(_drop, month, reason, name)
    print_one(
        row if as_json else row | {"revision": None}, as_json
    )  # its number went back to the next correction


def _drop(work: Work, month: Month, reason: str, name: str) -> dict[str, Any]:
    speak_as(work, name)
    return head_of(corrections.drop(work, month, reason))
