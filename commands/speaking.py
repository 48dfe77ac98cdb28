"""Who a command speaks for (`--as`), when it is said (`--at`), and which month it is about."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import click

from commands.installation import Installation, installation
from models.person import Person, in_office
from models.registry import Town, towns_in_force
from rules.months import Month
from rules.refusal import Refusal
from rules.workdays import CHINA
from services import people
from services.desk import Work

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]


def as_and_at(step: F) -> F:
    """`--as NAME` and `--at TIME`."""
    named = click.option("--as", "name", default="", help="以谁的名义：登记在册、现在任职的人的姓名。")
    timed = click.option(
        "--at", type=click.DateTime(FORMATS), help="当作现在是这个时间（北京时间），如 2026-11-02T09:00。"
    )
    return named(timed(step))


month = click.argument("month", metavar="MONTH", callback=lambda context, option, value: _month(value))


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except Refusal as refusal:
        raise click.BadParameter(str(refusal)) from refusal


def there(at: datetime | None) -> Installation:
    """The installation, as if it were then."""
    heshao = installation()
    if at is None:
        return heshao
    if not 2000 <= at.year < 2100:
        raise click.UsageError("--at 的年份应在 2000 与 2099 之间。")
    return heshao.as_if(at.replace(tzinfo=CHINA).astimezone(UTC))


def speak_as(work: Work, name: str) -> None:
    """From now on it is this person who speaks; nobody where no name is given. Raises Refusal for a stranger."""
    if not name:
        return
    held = in_office(work.today).join(Person).where(Person.name == name)
    found = sorted({appointment.person_id for appointment in work.session.scalars(held)})
    if not found:
        raise Refusal(f"没有名叫“{name}”、现在任职的人，请按名录写姓名。")
    if len(found) > 1:
        raise Refusal(f"有 {len(found)} 位名叫“{name}”的人，分不清是谁，请在微信里办理。")
    work.who = people.who_is(work, 0, found[0])


def town_called(work: Work, said: str) -> Town:
    """The town of this name or code. Raises Refusal."""
    found = towns_in_force(work.today).where((Town.name == said) | (Town.code == said))
    town = work.session.scalar(found.limit(1))
    if town is None:
        names = "、".join(town.name for town in work.session.scalars(towns_in_force(work.today)))
        raise Refusal(f"没有镇街“{said}”。现有：{names}。")
    return town


def points_in(text: str) -> Decimal:
    """Points as somebody typed them."""
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise click.UsageError(f"“{text}”不是分数，请写成 2 或 2.50 的样子。") from error
    if not found.is_finite():
        raise click.UsageError(f"“{text}”不是分数，请写成 2 或 2.50 的样子。")
    return found
