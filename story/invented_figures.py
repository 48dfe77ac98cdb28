"""What the departments of an invented district measure (虚构): the monthly figures sheet, drawn from a seed."""

from decimal import Decimal
from random import Random

from rules.months import Month

SHARES = {
    "断面达标率": (1, 4), "入河口达标率": (0, 6), "镇级有效巡河率": (8, 12), "村级有效巡河率": (20, 60),
    "问卷满意度": (30, 80), "报送及时率": (6, 10),
}  # fmt: skip
"""Least and most that are counted."""
SCORES = {"社会监督员评分": (72, 98)}
SELDOM = {"黑臭水体数": 0.04, "荣誉数": 0.06}
"""How often there is one."""
INDICATORS = (*SHARES, *SCORES, *SELDOM)
EVERY = {"问卷满意度": 3}
"""Not measured each month: the survey (问卷) only in March, June, September, December."""
OFFICES = {"断面达标率": "区生态环境局", "入河口达标率": "区生态环境局", "黑臭水体数": "区水务局"}


def figure(seed: int, month: Month, unit: str, indicator: str) -> tuple[Decimal, Decimal | None, str] | None:
    """Numerator, denominator and the paper behind it; None where nobody measured it."""
    if month.month % EVERY.get(indicator, 1):
        return None
    random = Random(f"{seed}/{month}/{unit}/{indicator}")  # noqa: S311 - a story, not a secret
    basis = f"{OFFICES.get(indicator, '区河长办')}{month.month}月{indicator.removesuffix('率')}月报（虚构）"
    if indicator in SELDOM:
        return Decimal(random.random() < SELDOM[indicator]), None, basis
    if indicator in SCORES:
        least, most = SCORES[indicator]
        return Decimal(random.randint(10 * least, 10 * most)) / 10, None, basis
    counted = random.randint(*SHARES.get(indicator, (5, 10)))
    good = sum(random.random() < _quality(seed, unit) for _ in range(counted))
    return Decimal(good), Decimal(counted), basis


def _quality(seed: int, unit: str) -> float:
    """How likely a single thing of this unit is in order, the same the whole year."""
    return Random(f"{seed}/{unit}/figures").uniform(0.72, 1.0)  # noqa: S311
