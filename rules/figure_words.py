"""What a figure says of itself in words (指标的依据), and how grave what an inspection finds is counted.

Source: the weights follow the severities of the district's procedure (docs/rules.md); the sentences name the row, so
that a town that asks why can look it up.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from rules.deadlines import SEVERITY_NAMES, Severity
from rules.workdays import local_day

SEVERITY_WEIGHTS: Mapping[Severity, Decimal] = MappingProxyType(
    {Severity.ORDINARY: Decimal(1), Severity.COMPLEX: Decimal(2), Severity.URGENT: Decimal(3)}
)
"""What one case found by an inspection weighs."""
ACROSS_MONTHS_WEIGHT = Decimal(2)
"""A case overdue from one month into the next counts twice (跨月加倍)."""


def lateness(days: int) -> str:
    """逾期 3 个工作日."""
    return f"逾期 {days} 个工作日" if days else "逾期不足 1 个工作日"


_UP_TO_THE_MONTHS_END = re.compile(r"逾期(?: \d+ |不足 1 )个工作日(?=，月末仍未|未受理)")


def apart_from_the_calendar(sentence: str) -> str:
    """The sentence without the working days up to the month's end: a notice of days off that comes later makes them
    others, and costs nobody a point. (Those up to an end that was written down stay.)"""
    return _UP_TO_THE_MONTHS_END.sub("逾期", sentence)


def rectified_late(number: str, days: int, *, accepted: bool, done: bool) -> str:
    """案件 2026-0012 逾期 3 个工作日."""
    still = "" if done else "，月末仍未办结" if accepted else "未受理"
    return f"案件 {number} {lateness(days)}{still}"


def across_months(number: str, due_at: datetime) -> str:
    """案件 2026-0012 应于10月28日前办结，跨月逾期."""
    day = local_day(due_at - timedelta(microseconds=1))
    return f"案件 {number} 应于{day.month}月{day.day}日前办结，跨月逾期"


def accepted_late(number: str, days: int, *, done: bool) -> str:
    """案件 2026-0012 逾期 1 个工作日受理."""
    return f"案件 {number} {lateness(days)}{'受理' if done else '，月末仍未受理'}"


def failed_at_first(number: str) -> str:
    """案件 2026-0012 首次复核未通过."""
    return f"案件 {number} 首次复核未通过"


def reopened(number: str, by_reporter: bool) -> str:
    """案件 2026-0012 办结后因反映人不满意重开."""
    return f"案件 {number} 办结后{'因反映人不满意重开' if by_reporter else '由河长办重开'}"


def not_satisfied(number: str, ratings: int) -> str:
    """案件 2026-0012 反映人评价不满意."""
    return f"案件 {number} 反映人评价不满意" + (f"（{ratings} 人）" if ratings > 1 else "")


def found(number: str, severity: Severity) -> str:
    """案件 2026-0012 暗查暗访发现（复杂）."""
    return f"案件 {number} 暗查暗访发现（{SEVERITY_NAMES[severity]}）"


def order_late(number: str, days: int, *, done: bool) -> str:
    """督办单〔2026〕3号逾期 2 个工作日答复."""
    return f"督办单{number}{lateness(days)}{'答复' if done else '，月末仍未答复'}"


def whistle_late(number: str, days: int, *, promised: bool, done: bool) -> str:
    """吹哨〔2026〕3号逾期 2 个工作日回哨."""
    what = "完成承诺事项" if promised else "回哨"
    return f"吹哨{number}{lateness(days)}{what if done else f'，月末仍未{what}'}"


def talked_to(number: str, ground: str) -> str:
    """被约谈〔2026〕2号（整改弄虚作假）."""
    return f"被约谈{number}（{ground}）"


def falsified(number: str) -> str:
    """案件 2026-0012 整改弄虚作假."""
    return f"案件 {number} 整改弄虚作假"


def handed_in(name: str, numerator: Decimal, denominator: Decimal | None, basis: str) -> str:
    """断面达标率 7/9（依据：区生态环境局月报）."""
    share = plain(numerator) if denominator is None else f"{plain(numerator)}/{plain(denominator)}"
    return f"{name} {share}" + (f"（依据：{basis}）" if basis else "")


def plain(number: Decimal) -> str:
    """A number without trailing zeros: 7, 0.35."""
    written = f"{number.normalize():f}"
    return "0" if written == "-0" else written
