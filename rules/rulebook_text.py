"""A rulebook's text (TOML, the file an Office edits): read whole, with every fault named at once in Chinese."""

import re
import tomllib
from decimal import Decimal

from rules.assessment_rulebook import (
    AnnualRule,
    AssessmentRulebook,
    Composition,
    Grade,
    Group,
    RewardBand,
    RewardRule,
    Spread,
)
from rules.months import Month
from rules.refusal import Refusal
from rules.rulebook_faults import faults_of
from rules.rulebook_items import read_item
from rules.toml_table import TomlTable

_ONLY_WITH_POINTS = ("ceiling", "least_judged", "named_below", "grades", "spread")


class RulebookRefused(Refusal):
    """A rulebook cannot be used; `faults` are the sentences, one for each fault."""

    def __init__(self, where: str, faults: tuple[str, ...]) -> None:
        self.faults = faults
        listed = "\n".join(f"{n}. {fault}" for n, fault in enumerate(faults, 1))
        super().__init__(f"考核办法{where}有 {len(faults)} 处要改：\n{listed}")


def read(text: str, where: str = "") -> AssessmentRulebook:
    """The rulebook a TOML text says. `where`: the file's name, for the sentences. Raises RulebookRefused."""
    named = f" {where} " if where else ""
    try:
        tables = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise RulebookRefused(named, (_where_it_breaks(str(error)),)) from None
    except (RecursionError, ValueError):  # lists in lists without end; a number of thousands of digits
        raise RulebookRefused(
            named, ("不是有效的 TOML，请从范本 data/assessment/2026-01.toml 改起。",)
        ) from None
    top = TomlTable(tables, "总则", [])
    book = _book(top, text)
    top.finish()
    faults = (*top.faults, *faults_of(book))
    if faults:
        raise RulebookRefused(named, faults)
    return book


def _where_it_breaks(message: str) -> str:
    at = re.search(r"line (\d+), column (\d+)", message)
    place = f"第 {at[1]} 行第 {at[2]} 列" if at else "文件末尾"
    return f"{place}的写法不合 TOML 格式（{message}），请检查引号、等号和方括号。"


def _book(top: TomlTable, text: str) -> AssessmentRulebook:
    composition = Composition(top.choice("composition", [*Composition], "points"))
    if composition == Composition.PLACES:
        top.refuse(_ONLY_WITH_POINTS, "名次相加的办法")
    return AssessmentRulebook(
        name=top.text("name"),
        in_force_from=_month(top),
        purpose=top.text("purpose"),
        items=tuple(read_item(one, composition) for one in top.tables("items", "项目")),
        text=text,
        composition=composition,
        decimals=top.whole("decimals", 2),
        ceiling=top.maybe_number("ceiling"),
        spread=Spread(top.choice("spread", [*Spread], "heading")),
        least_judged=top.number("least_judged", Decimal(0)),
        grades=tuple(_grade(one) for one in top.tables("grades", "等次")),
        named_below=top.maybe_number("named_below"),
        named_last=top.whole("named_last", 0),
        tie_breaker=top.text("tie_breaker", ""),
        groups=tuple(_group(one) for one in top.tables("groups", "分组")),
        annual=_annual(top.table("annual", "年度 [annual]")),
        rewards=_rewards(top.table("rewards", "奖补 [rewards]")),
    )


def _month(top: TomlTable) -> Month:
    written = top.text("in_force_from")
    try:
        return Month.parse(written)
    except Refusal as refusal:
        if written:
            top.fault(f"in_force_from：{refusal}")
        return Month(2000, 1)


def _grade(table: TomlTable) -> Grade:
    name = table.text("name")
    table.where = f"等次 {name}"
    grade = Grade(name, table.maybe_number("from"), table.flag("fails"))
    table.finish()
    return grade


def _group(table: TomlTable) -> Group:
    name = table.text("name")
    table.where = f"分组 {name}"
    group = Group(name, frozenset(table.names("units")) if table.has("units") else frozenset())
    table.finish()
    return group


def _annual(table: TomlTable | None) -> AnnualRule:
    if table is None:
        return AnnualRule()
    rule = AnnualRule(table.number("months"), table.number("tasks"), table.whole("failing_months", 0))
    table.finish()
    return rule


def _rewards(table: TomlTable | None) -> RewardRule | None:
    if table is None:
        return None
    by_bands = table.choice("kind", ["bands", "ladder"]) == "bands"
    unit, smallest = table.text("unit"), table.number("smallest")
    by_months = table.choice("settled", ["year", "months"], "year") == "months"
    if by_bands:
        table.refuse(["step"], "按档分配")
        bands = tuple(_reward_band(one) for one in table.tables("bands", "奖补档"))
        rule = RewardRule(unit, smallest, pool=table.number("pool"), bands=bands, by_months=by_months)
    else:
        table.refuse(["pool", "bands"], "零和阶梯")
        rule = RewardRule(unit, smallest, step=table.number("step"), by_months=by_months)
    table.finish()
    return rule


def _reward_band(table: TomlTable) -> RewardBand:
    last = table.whole("last") if table.has("last") else None
    band = RewardBand(table.whole("first"), last, table.number("shares"))
    table.finish()
    return band
