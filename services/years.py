"""The year (年度考核) out of its frozen months: means, the year's tasks, places, grades, money; only read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from models.assessment import AssessmentState, MonthlyAssessment, town_scores_of
from models.registry import reaches_in_force, towns_in_force
from rules import annual, rewards
from rules.annual import AnnualResult, MonthOfUnit
from rules.assessment_rulebook import AssessmentRulebook, Unit
from rules.months import Month
from rules.refusal import Refusal
from services import assessment_books
from services.desk import Work


@dataclass(frozen=True)
class YearJudged:
    """A year's result."""

    rulebook: str
    months: tuple[Month, ...]
    """Those that are frozen."""
    lines: tuple[AnnualResult, ...]
    money: Mapping[str, Decimal]
    """Reward and subsidy by unit code; empty where the rulebook gives none. Where it is settled by months, those of
    units that have ended are in it too."""
    unit_of_money: str
    names: Mapping[str, str]
    """Of all units that had a month, by code, as they were called last."""


def judge_year(work: Work, year: int, tasks: Mapping[str, Decimal]) -> YearJudged:
    """Judge a year by the rulebook of its last frozen month. `tasks`: points out of 100 by unit code."""
    frozen = list(
        work.session.scalars(
            select(MonthlyAssessment)
            .where(
                MonthlyAssessment.state == AssessmentState.FROZEN,
                MonthlyAssessment.month >= f"{year:04d}-01",
                MonthlyAssessment.month <= f"{year:04d}-12",
            )
            .order_by(MonthlyAssessment.month)
        )
    )
    if not frozen:
        raise Refusal(f"{year}年还没有批准冻结的月份，不能计算年度考核。")
    book = assessment_books.kept(frozen[-1])
    units = _units(work, Month.parse(frozen[-1].month))
    _refuse_unknown(tasks, units)
    rows = {one.month: work.session.scalars(town_scores_of(one.id)).all() for one in frozen}
    months = [
        MonthOfUnit(row.town_code, Month.parse(month), row.score, row.grade)
        for month, scores in rows.items()
        for row in scores
    ]
    lines = annual.year(book, units, months, tasks)
    rule = book.rewards
    return YearJudged(
        book.version,
        tuple(Month.parse(one.month) for one in frozen),
        lines,
        _added(work, frozen, rule.unit) if rule and rule.by_months else _money(book, lines),
        rule.unit if rule else "",
        {row.town_code: row.town_name for scores in rows.values() for row in scores},
    )


def _units(work: Work, month: Month) -> list[Unit]:
    """The units there are at the end of the last frozen month."""
    with_reaches = {reach.town_id for reach in work.session.scalars(reaches_in_force(month.last_day))}
    towns = work.session.scalars(towns_in_force(month.last_day))
    return [Unit(town.code, town.name, town.kind, town.position, town.id in with_reaches) for town in towns]


def _refuse_unknown(tasks: Mapping[str, Decimal], units: list[Unit]) -> None:
    unknown = sorted(set(tasks) - {unit.code for unit in units})
    if unknown:
        raise Refusal(f"年度任务得分里有不认识的镇街编码：{'、'.join(unknown)}。")
    wrong = sorted(code for code, points in tasks.items() if not 0 <= points <= 100)
    if wrong:
        raise Refusal(f"年度任务得分应在 0 至 100 之间：{'、'.join(wrong)}。")


def _money(book: AssessmentRulebook, lines: tuple[AnnualResult, ...]) -> Mapping[str, Decimal]:
    if book.rewards is None:
        return {}
    placed = [
        rewards.Placed(line.unit.code, line.place, line.group) for line in lines if line.place is not None
    ]
    return rewards.money(book.rewards, placed)


def money_of(work: Work, assessment: MonthlyAssessment) -> Mapping[str, Decimal]:
    """Reward and subsidy of one month by its own places; empty where its rulebook settles none by months."""
    rule = assessment_books.kept(assessment).rewards
    if rule is None or not rule.by_months:
        return {}
    rows = work.session.scalars(town_scores_of(assessment.id))
    placed = [rewards.Placed(row.town_code, row.place, row.group) for row in rows if row.place is not None]
    try:
        return rewards.money(rule, placed)
    except Refusal as refusal:
        raise Refusal(f"{Month.parse(assessment.month).name}：{refusal}") from refusal


def _added(work: Work, frozen: Sequence[MonthlyAssessment], unit: str) -> Mapping[str, Decimal]:
    """The money of the months, each by the rulebook it was judged by. Raises Refusal where their units differ."""
    sums: dict[str, Decimal] = {}
    for one in frozen:
        rule = assessment_books.kept(one).rewards
        if rule is not None and rule.by_months and rule.unit != unit:
            name = Month.parse(one.month).name
            raise Refusal(f"{name}的奖补单位是“{rule.unit}”，年末的办法是“{unit}”，不能相加，请分段计算。")
        for code, money in money_of(work, one).items():
            sums[code] = sums.get(code, Decimal(0)) + money
    return sums
