"""What must hold between the parts of a rulebook: sums, keys, grades, groups, money."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise

from rules.assessment_rulebook import AssessmentRulebook, Composition, ItemKind, RewardRule
from rules.rulebook_item_faults import faults_of_item

HUNDRED = Decimal(100)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def faults_of(book: AssessmentRulebook) -> Iterator[str]:
    """A sentence for every fault, naming the item and the key."""
    yield from _general(book)
    yield from _keys(book)
    for item in book.items:
        yield from faults_of_item(item, book.composition)
    yield from _sum(book)
    yield from _grades(book)
    yield from _groups(book)
    yield from _annual(book)
    if book.rewards is not None:
        yield from _rewards(book.rewards)


def _general(book: AssessmentRulebook) -> Iterator[str]:
    if not book.items:
        yield "总则：没有写项目，请至少写一个 [[items]]。"
    if book.decimals > 2:
        yield f"总则：decimals 现在是 {book.decimals}，最多保留两位小数，请写 0、1 或 2。"
    if book.ceiling is not None and book.ceiling < HUNDRED:
        yield f"总则：ceiling（总分上限）现在是 {book.ceiling}，不能低于 100。"
    if not 0 <= book.least_judged <= HUNDRED:
        yield f"总则：least_judged（参加排名至少要考核到的分值）现在是 {book.least_judged}，请写 0 到 100 的数。"
    if book.tie_breaker and book.tie_breaker not in {item.key for item in book.items}:
        near = get_close_matches(book.tie_breaker, [item.key for item in book.items], 1)
        hint = f"，是不是 {near[0]}？" if near else "，请写一个项目的 key。"
        yield f"总则：tie_breaker（并列时比较的项目）是 {book.tie_breaker}，没有这个项目{hint}"
    if book.tie_breaker in {item.key for item in book.items if item.kind == ItemKind.TRIAL}:
        yield f"总则：tie_breaker {book.tie_breaker} 是试考核项目，不计入总成绩，请换一个项目。"


def _keys(book: AssessmentRulebook) -> Iterator[str]:
    for key, times in Counter(item.key for item in book.items if item.key).items():
        if times > 1:
            yield f"项目 {key}：key 写了 {times} 次，每个项目的 key 不能相同。"
        if not _KEY.fullmatch(key):
            yield f"项目 {key}：key 请用小写英文字母、数字和下划线，以字母开头，最多 40 个字符。"
    for name, times in Counter(item.name for item in book.items if item.name).items():
        if times > 1:
            yield f"项目“{name}”：name 写了 {times} 次，镇街申诉时要按名称指认，请改成不同的名称。"


def _sum(book: AssessmentRulebook) -> Iterator[str]:
    own = [item for item in book.items if item.kind == ItemKind.SCORE]
    total = sum((item.points for item in own), Decimal(0))
    if book.composition == Composition.POINTS and own and total != HUNDRED:
        listed = " + ".join(f"{item.key} {item.points}" for item in own)
        yield f"项目分值 points 之和应为 100，现在是 {total}（{listed}）。"


def _grades(book: AssessmentRulebook) -> Iterator[str]:
    grades = book.grades
    for name, times in Counter(grade.name for grade in grades).items():
        if times > 1:
            yield f"等次 {name}：name 写了 {times} 次。"
    if grades and (grades[-1].least is not None or any(grade.least is None for grade in grades[:-1])):
        yield "等次：从高到低写，只有最后一个等次不写 from。"
    for one, other in pairwise(grade for grade in grades if grade.least is not None):
        if one.least is not None and other.least is not None and one.least <= other.least:
            yield f"等次 {other.name}：from 是 {other.least}，要低于前一个等次 {one.name} 的 {one.least}。"
    for one, other in pairwise(grades):
        if one.fails and not other.fails:
            yield f"等次 {other.name}：比不合格的“{one.name}”还低，也要写 fails = true。"


def _groups(book: AssessmentRulebook) -> Iterator[str]:
    for name, times in Counter(group.name for group in book.groups).items():
        if times > 1:
            yield f"分组 {name}：name 写了 {times} 次。"
    for group in book.groups[:-1]:
        if not group.units:
            yield f"分组 {group.name}：没有写 units；只有最后一组可以不写，收下其余单位。"
    for named, times in Counter(unit for group in book.groups for unit in group.units).items():
        if times > 1:
            yield f"分组：units 里的“{named}”出现在 {times} 个组里，一个单位只能在一组。"


def _annual(book: AssessmentRulebook) -> Iterator[str]:
    rule = book.annual
    if min(rule.months, rule.tasks) < 0 or rule.months + rule.tasks != 1:
        yield f"年度 [annual]：months {rule.months} 和 tasks {rule.tasks} 不能是负数，两者之和应为 1。"
    if rule.failing_months and not any(grade.fails for grade in book.grades):
        yield "年度 [annual]：写了 failing_months，请给不合格的等次写 fails = true。"


def _rewards(rule: RewardRule) -> Iterator[str]:
    where = "奖补 [rewards]："
    if rule.smallest <= 0:
        yield f"{where}smallest（最小计算单位）是 {rule.smallest}，要大于 0，如 0.01。"
    elif rule.pool % rule.smallest or rule.step % rule.smallest:
        yield f"{where}pool 和 step 要是 smallest（{rule.smallest}）的整数倍。"
    if not rule.bands:
        if rule.step <= 0 and rule.pool == 0:
            yield f"{where}step（相邻名次相差）是 {rule.step}，要大于 0。"
        elif rule.pool:
            yield f"{where}bands 是空的，请至少写一档 [[rewards.bands]]。"
        return
    if rule.pool <= 0:
        yield f"{where}pool（奖补总额）是 {rule.pool}，要大于 0。"
    if rule.bands[0].first != 1:
        yield f"{where}bands 第 1 档 first 是 {rule.bands[0].first}，要从第 1 名起。"
    for n, band in enumerate(rule.bands, 1):
        if band.shares < 0 or (band.last is not None and band.last < band.first):
            yield f"{where}bands 第 {n} 档：shares 不能是负数，last 不能小于 first。"
    for n, (one, other) in enumerate(pairwise(rule.bands), 1):
        if one.last is None or other.first != one.last + 1:
            yield f"{where}bands 第 {n + 1} 档 first 是 {other.first}，要紧接上一档的 last，不重叠也不空缺。"
        if other.shares > one.shares:
            yield f"{where}bands 第 {n + 1} 档 shares 是 {other.shares}，不能多过名次更前的一档。"
    if not rule.bands[0].shares:
        yield f"{where}bands 第 1 档 shares 是 0，没有人能分到奖补。"
