"""Sources of figures from supervision (督查): inspections, orders, whistles, talks."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import shapely
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.admonition import Admonition
from models.case import Case
from models.handling import Duty, DutyEnd, DutyKind, Outcome, What
from models.registry import Reach
from models.supervision import SupervisionOrder
from models.whistle import Whistle, WhistleParty
from rules import figure_words as words
from rules.coordinates import Plane, Position
from rules.deadlines import Severity
from rules.figures import Cause
from rules.months import Month
from rules.supervision import GROUND_NAMES, AdmonitionState, OrderState
from services import figure_counts as counts
from services.figure_sources import Counted, late_days, plain, share
from services.work import Work

HELPING = (DutyKind.ANSWER_WHISTLE, DutyKind.HELP)


def inspection_findings(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """What inspections found in the month, by its gravity, per kilometre of the town's reaches."""
    causes: dict[int, list[Cause]] = {}
    for town, number, found, changed in work.session.execute(_found(month)):
        severity = Severity(changed or found)
        cause = Cause(f"case:{number}", words.found(number, severity), words.SEVERITY_WEIGHTS[severity])
        causes.setdefault(town, []).append(cause)
    counted = plain("本月暗查暗访发现的案件按等级加权（一般 1、复杂 2、紧急 3），除以河段公里数", causes)
    counted.denominators = {**kilometres(work, month)}
    counted.otherwise = Decimal(0)
    return counted


def _found(month: Month) -> Any:
    """Cases found by the end of the month and first with a town then, with that town, and how grave each was.

    One that waited for the Office to name a town when the month was over counts in the month in which it did.
    """
    its, later = aliased(Duty), aliased(Outcome)
    changed = (
        select(later.value)
        .where(later.case_id == Outcome.case_id, later.what == What.SEVERITY, later.at < month.ends)
        .order_by(later.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    before = aliased(Duty)
    had = exists().where(before.id == _newest(aliased(Duty), month.begins), ~_left(before, month.begins))
    return (
        select(its.town_id, Case.number, Outcome.value, changed)
        .select_from(Outcome)
        .join(its, its.id == _newest(aliased(Duty), month.ends))
        .join(Case, Case.id == Outcome.case_id)
        .where(
            Outcome.what == What.FOUND, Outcome.at >= month.previous.begins, Outcome.at < month.ends,
            or_(Outcome.at >= month.begins, ~had), ~_left(its, month.ends), counts.ours(Outcome.case_id, month),
        )
        .order_by(Outcome.id)
    )  # fmt: skip


def _newest(its: Any, at: datetime) -> Any:
    """The last of a case's duties that had begun then."""
    found = select(func.max(its.id)).where(its.case_id == Outcome.case_id, its.kind.in_(counts.OF_CASES))
    return found.where(its.begun_at < at).correlate(Outcome).scalar_subquery()


def _left(its: Any, at: datetime) -> ColumnElement[bool]:
    """It was handed back by then, and nobody else's yet."""
    return and_(its.end.is_not(None), its.end == DutyEnd.LEFT, its.ended_at < at)


def kilometres(work: Work, month: Month) -> dict[int, Decimal]:
    """Kilometres of the reaches a town answers for on the month's last day, to the metre."""
    found: dict[int, Decimal] = {}
    rows = select(Reach.town_id, Reach.length_km, Reach.wkt).where(
        or_(Reach.retired_on.is_(None), Reach.retired_on > month.last_day)
    )
    for town, stated, wkt in work.session.execute(rows):
        found[town] = found.get(town, Decimal(0)) + (stated or _measured(wkt))
    return found


def _measured(wkt: str) -> Decimal:
    """The length of a line, or of a lake's shore, where the registry states none."""
    shape = shapely.from_wkt(wkt)
    if shape.geom_type.endswith("Polygon"):
        shape = shape.boundary
    middle = shape.centroid
    plane = Plane(Position(middle.x, middle.y))

    def in_metres(points: Any) -> Any:
        return shapely.get_coordinates(shapely.points(*plane.metres(points[:, 0], points[:, 1])))

    return (Decimal(shapely.transform(shape, in_metres).length) / 1000).quantize(Decimal("0.001"))


def orders_answered(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Of the orders whose answer was due in the month, those that were answered in time."""
    withdrawn = and_(SupervisionOrder.state == OrderState.WITHDRAWN, SupervisionOrder.settled_at < month.ends)
    gone = select(SupervisionOrder.id).where(SupervisionOrder.id == Duty.order_id, withdrawn).exists()
    which = and_(Duty.kind == DutyKind.ANSWER_ORDER, counts.judged(month), ~gone)
    rows = counts.missed_duties(work, which)
    wanted = select(SupervisionOrder.id, SupervisionOrder.number).where(
        SupervisionOrder.id.in_({row.order_id for row in rows})
    )
    numbers = {key: number for key, number in work.session.execute(wanted)} if rows else {}  # noqa: C416
    causes: dict[tuple[int, str], Cause] = {}
    for row in rows:
        number, done = numbers[row.order_id], counts.as_of(month, row.ended_at) is not None
        days = late_days(work, month, row.due_at, row.ended_at, row.late_days)
        causes[row.town_id, number] = Cause(f"order:{number}", words.order_late(number, days, done=done))
    found = counts.of_duties(work, which, Duty.order_id)
    return share("本月应答复的督办单中按期答复的件数", found, by_town(causes))


def whistles_helped(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Of the whistles a town had to answer, or had promised help on by a day of the month, those it did in time."""
    which = and_(Duty.kind.in_(HELPING), counts.judged(month))
    rows = counts.missed_duties(work, which)
    wanted = (
        select(WhistleParty.id, Whistle.number)
        .join(Whistle, Whistle.id == WhistleParty.whistle_id)
        .where(WhistleParty.id.in_({row.party_id for row in rows}))
    )
    numbers = {key: number for key, number in work.session.execute(wanted)} if rows else {}  # noqa: C416
    causes: dict[tuple[int, str], Cause] = {}
    for row in rows:
        number, done = numbers[row.party_id], counts.as_of(month, row.ended_at) is not None
        days = late_days(work, month, row.due_at, row.ended_at, row.late_days)
        said = words.whistle_late(number, days, promised=row.kind is DutyKind.HELP, done=done)
        causes[row.town_id, number] = Cause(f"whistle:{number}", said)
    found = counts.of_duties(work, which, Duty.party_id)
    return share("本月应回哨或应完成协助的吹哨中按期的件数", found, by_town(causes))


def admonitions(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Talks a town was called to in the month, those withdrawn in it left out."""
    withdrawn = and_(Admonition.state == AdmonitionState.WITHDRAWN, Admonition.settled_at < month.ends)
    rows = select(Admonition.town_id, Admonition.number, Admonition.ground).where(
        Admonition.town_id.in_(towns), Admonition.called_at >= month.begins, Admonition.called_at < month.ends,
        or_(Admonition.state != AdmonitionState.WITHDRAWN, ~withdrawn),
    )  # fmt: skip
    causes = {
        (town, number): Cause(f"admonition:{number}", words.talked_to(number, GROUND_NAMES[ground]))
        for town, number, ground in work.session.execute(rows.order_by(Admonition.id))
    }
    return plain("本月被约谈的次数", by_town(causes))


def by_town(causes: dict[tuple[int, str], Cause]) -> dict[int, list[Cause]]:
    """The causes of each town, in the order they were found."""
    found: dict[int, list[Cause]] = {}
    for (town, _), cause in causes.items():
        found.setdefault(town, []).append(cause)
    return found
