"""The clock of a case: until when a town accepts, rectifies or hands back, and the Office verifies.

Working days count from the day after and end at 24:00 Asia/Shanghai (《民法典》第二百零一条、第二百零三条);
what endangers people is accepted within minutes on any day, as 《天津市政务服务便民热线管理办法》
(天津市人民政府令第39号) asks of its hotline. The numbers are the district's settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from rules.workdays import CHINA, WorkCalendar, end_of, local_day


class Severity(StrEnum):
    """How grave a problem is (SEVERITY_NAMES gives the Chinese)."""

    ORDINARY = "ordinary"
    COMPLEX = "complex"
    URGENT = "urgent"

    @classmethod
    def named(cls, text: str) -> "Severity | None":
        """The severity a person names (“紧急”, “普通”, “复杂的” …), or None where the text names none."""
        words = "".join(text.split()).casefold()
        for suffix in ("问题", "案件", "的", "级"):
            words = words.removesuffix(suffix)
        return _SPOKEN.get(words)


SEVERITY_NAMES: Mapping[Severity, str] = MappingProxyType(
    {Severity.ORDINARY: "一般", Severity.COMPLEX: "复杂", Severity.URGENT: "紧急"}
)

_SPOKEN = {
    **{name: severity for severity, name in SEVERITY_NAMES.items()},
    **{severity.value: severity for severity in Severity},
    "普通": Severity.ORDINARY,
    "疑难": Severity.COMPLEX,
    "加急": Severity.URGENT,
    "特急": Severity.URGENT,
}

_RECTIFY_DAYS: Mapping[Severity, int] = MappingProxyType(
    {Severity.ORDINARY: 5, Severity.COMPLEX: 10, Severity.URGENT: 2}
)


@dataclass(frozen=True)
class DeadlineSettings:
    """The district's numbers: working days, except `urgent_accept_minutes`."""

    accept_days: int = 1
    urgent_accept_minutes: int = 60
    rectify_days: Mapping[Severity, int] = field(default_factory=lambda: _RECTIFY_DAYS)
    verify_days: int = 2
    return_days: int = 1
    extension_days: int = 5
    """How many working days one extension (延期) may ask for."""
    extensions: int = 1
    """How many extensions a town may be granted for one rectification."""


@dataclass(frozen=True)
class Deadline:
    """An aware UTC instant from which it is too late; provisional where an unannounced day was counted."""

    at: datetime
    provisional: bool


def acceptance(
    assigned_at: datetime, severity: Severity, settings: DeadlineSettings, calendar: WorkCalendar
) -> Deadline:
    """Until when the town accepts: minutes for an urgent case, on any day; else working days.

    `assigned_at` is an aware instant; raises ValueError for a naive one, as all functions here do.
    """
    if severity is Severity.URGENT:
        local_day(assigned_at)  # refuses a naive instant
        minutes = timedelta(minutes=settings.urgent_accept_minutes)
        return Deadline(assigned_at.astimezone(UTC) + minutes, provisional=False)
    return counted(assigned_at, settings.accept_days, calendar)


def rectification(
    accepted_at: datetime, severity: Severity, settings: DeadlineSettings, calendar: WorkCalendar
) -> Deadline:
    """Until when the town rectifies: working days by severity, from its acceptance."""
    return counted(accepted_at, settings.rectify_days[severity], calendar)


def verification(proved_at: datetime, settings: DeadlineSettings, calendar: WorkCalendar) -> Deadline:
    """Until when the Office verifies: working days from the day the proof was complete."""
    return counted(proved_at, settings.verify_days, calendar)


def returnable_until(assigned_at: datetime, settings: DeadlineSettings, calendar: WorkCalendar) -> Deadline:
    """Until when a town may hand a case back as not its own: working days from the assignment.

    Source: 《天津市政务服务便民热线管理办法》 (1 working day, with the reason).
    """
    return counted(assigned_at, settings.return_days, calendar)


def counted(since: datetime, n: int, calendar: WorkCalendar) -> Deadline:
    """The end of the n-th working day after the day of `since` (aware)."""
    due = calendar.after(local_day(since), n)
    return Deadline(end_of(due.on), due.provisional)


def in_words(deadline: Deadline, precise: bool = False, now: datetime | None = None) -> str:
    """“11月25日24时前” for the end of a day, “11月24日15时32分前” where `precise`, in China time.

    An instant inside a day is always said with its minute (rounded down): “24时前” would promise too much.
    The year is said where it is not that of `now`; a provisional date ends in “（暂定）”.
    """
    instant = deadline.at.astimezone(CHINA)
    whole_day = not precise and instant.time() == time()
    day = (instant - timedelta(days=1)).date() if whole_day else instant.date()
    year = f"{day.year}年" if now is not None and local_day(now).year != day.year else ""
    clock = "24时" if whole_day else f"{instant.hour}时{instant.minute:02d}分"
    return f"{year}{day.month}月{day.day}日{clock}前{'（暂定）' if deadline.provisional else ''}"
