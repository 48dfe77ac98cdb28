"""Next year's days off and make-up days (放假调休安排), as the Office types them in: taken whole or not at all.

Source: 《全国年节及纪念日放假办法》 (国务院令第795号, 2025) names the seven holidays; the days around them are
those of the year's 国务院办公厅关于部分节假日安排的通知. What that notice does not name is Monday–Friday.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0?0:00(?::00)?)?")
ORDINARY = frozenset({"", "工作日", "上班", "周末", "休息日"})
"""Names of a day that is nothing special."""
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Holiday:
    """A holiday every year has: by what words its row is known, and on which days (month, day) it always is."""

    name: str
    words: tuple[str, ...]
    always: tuple[tuple[int, int], ...] = ()


HOLIDAYS = (
    Holiday("元旦", ("元旦",), ((1, 1),)),
    Holiday("春节", ("春节", "除夕")),
    Holiday("清明节", ("清明",)),
    Holiday("劳动节", ("劳动",), ((5, 1), (5, 2))),
    Holiday("端午节", ("端午",)),
    Holiday("中秋节", ("中秋",)),
    Holiday("国庆节", ("国庆",), ((10, 1), (10, 2), (10, 3))),
)


@dataclass(frozen=True)
class Row:
    """A row as it was typed; `line` is its line in the file."""

    line: int
    date: str
    working: str
    name: str = ""


@dataclass(frozen=True)
class NoticeDay:
    """A day the notice names: whether people work, and for which holiday."""

    day: date
    working: bool
    name: str


@dataclass(frozen=True)
class Fault:
    """What is wrong in which line; line 0 is the file as a whole."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.reason}" if self.line else f"全表：{self.reason}"


@dataclass(frozen=True)
class Checked:
    """The days by the year whose notice they are, or everything that is wrong with them."""

    years: Mapping[int, Sequence[NoticeDay]]
    faults: Sequence[Fault]


def check(rows: Iterable[Row], official: Mapping[date, bool], loaded: Collection[int] = ()) -> Checked:
    """Read every row against the calendar and what is known: `official` days of whole years, that stand, and
    years `loaded` before, that may be replaced.

    A year's notice may also name a day of the December before it, as that of 2012 did with 2011-12-31.
    """
    read, faults = _read_all(rows)
    named = _named(read, official, loaded)
    years: dict[int, list[NoticeDay]] = {}
    for line, day in read.values():
        why = _wrong(day, official, named)
        if why:
            faults.append(Fault(line, why))
        elif official.get(day.day) != day.working:
            year = day.day.year if day.day.year in named else day.day.year + 1
            years.setdefault(year, []).append(day)
    last = max(official, default=date.min).year
    for year in sorted(named):
        if year - 1 > last > 1 and year - 1 not in named and year - 1 not in loaded:
            faults.append(Fault(0, f"{year - 1} 年的安排还没有导入，请先导入 {year - 1} 年的"))
        faults += [Fault(0, why) for why in _missing(year, read)]
    if not years and not faults:
        faults.append(Fault(0, _nothing_new(read)))
    return Checked(years, sorted(faults, key=lambda fault: (fault.line == 0, fault.line)))


def _read_all(rows: Iterable[Row]) -> tuple[dict[date, tuple[int, NoticeDay]], list[Fault]]:
    faults: list[Fault] = []
    read: dict[date, tuple[int, NoticeDay]] = {}
    for row in rows:
        found = _read(row)
        if isinstance(found, Fault):
            faults.append(found)
        elif found.day in read:
            faults.append(Fault(row.line, f"{found.day} 与第 {read[found.day][0]} 行重复"))
        else:
            read[found.day] = row.line, found
    return read, faults


def _named(read: Iterable[date], official: Mapping[date, bool], loaded: Collection[int]) -> Collection[int]:
    """The years whose notice this is: not those that are known, nor one of which only December is touched."""
    months: dict[int, set[int]] = {}
    for day in read:
        if day not in official:
            months.setdefault(day.year, set()).add(day.month)
    return {y for y, seen in months.items() if not (y in loaded and seen == {12} and y + 1 in months)}


def _read(row: Row) -> NoticeDay | Fault:
    text = unicodedata.normalize("NFKC", row.date).strip()
    match = _DATE.fullmatch(text)
    if match is None:
        return Fault(row.line, f"日期“{row.date.strip()}”看不懂，应写成 2027-01-01 的样子")
    try:
        day = date(*map(int, match.groups()))
    except ValueError:
        return Fault(row.line, f"日期“{row.date.strip()}”不存在")
    working = unicodedata.normalize("NFKC", row.working).strip()
    if working not in ("0", "1"):
        return Fault(row.line, f"working“{row.working.strip()}”不对，上班写 1，放假写 0")
    return NoticeDay(day, working == "1", " ".join(row.name.split()))


def _wrong(day: NoticeDay, official: Mapping[date, bool], named: Collection[int]) -> str:
    known = official.get(day.day)
    if known is not None:
        if known == day.working or _may_be_changed(day.day, official, named):
            return ""
        return f"{day.day} 与国务院办公厅公布的安排不符，那一天是{'上班' if known else '放假'}"
    if official and not max(official).year < day.day.year < 2100:
        return f"{day.day} 不是今后的年份"
    if day.working and day.day.weekday() < 5 and day.name not in ORDINARY:
        return f"{day.day} 是星期{WEEKDAYS[day.day.weekday()]}，本来就上班，不是调休"
    return ""


def _may_be_changed(day: date, official: Mapping[date, bool], named: Collection[int]) -> bool:
    """An ordinary day of December, for which the next year's notice may be the first to say otherwise."""
    ordinary = official[day] == (day.weekday() < 5)
    return day.month == 12 and day.year + 1 in named and ordinary


def _missing(year: int, read: Mapping[date, tuple[int, NoticeDay]]) -> Iterable[str]:
    """What a whole year's notice must say and this one does not."""
    off = [day for _, day in read.values() if day.day.year == year and not day.working]
    for holiday in HOLIDAYS:
        always = [date(year, month, day) for month, day in holiday.always]
        if not any(day.day in always or any(word in day.name for word in holiday.words) for day in off):
            yield f"{year} 年缺少{holiday.name}的放假安排"
            continue
        for day in always:
            if _works(day, read):
                yield f"{day} 是{holiday.name}，应当放假"


def _works(day: date, read: Mapping[date, tuple[int, NoticeDay]]) -> bool:
    return read[day][1].working if day in read else day.weekday() < 5


def _nothing_new(read: Mapping[date, object]) -> str:
    years = "、".join(f"{year} 年" for year in sorted({day.year for day in read}))
    return f"{years}的安排已随程序提供，不用导入" if years else "没有一行日期"


def whole_year(year: int, days: Iterable[NoticeDay]) -> dict[date, bool]:
    """Every day of the year by its notice (and those of the December before that it changes)."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    plain = (first + timedelta(days=n) for n in range((after - first).days))
    return {day: day.weekday() < 5 for day in plain} | {day.day: day.working for day in days}
