"""The county's numbers, read once from the configuration and frozen: what every service decides by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar

from config import Config
from rules.coordinates import Bounds
from rules.deadlines import DeadlineSettings, Severity
from rules.kinds import Kind
from rules.messages import MessageHours
from rules.routing import RoutingSettings
from rules.workdays import WorkCalendar


@dataclass(frozen=True)
class Rulebook:
    """Deadlines, distances, hours and kinds in force."""

    calendar: WorkCalendar
    deadlines: DeadlineSettings
    routing: RoutingSettings
    towns_before_office: int
    bounds: Bounds | None
    joining_metres: float
    joining_days: int
    hours: MessageHours
    kinds: tuple[Kind, ...]
    silence: timedelta
    keep_replies: timedelta
    photos_per_report: int
    rating_time: timedelta
    invitation_time: timedelta
    danger_words: tuple[str, ...]
    media_life: timedelta
    link_life: timedelta
    max_photo_bytes: int
    max_photo_pixels: int
    same_picture_bits: int
    district: str
    hotline: str


@cache
def official_days() -> Mapping[date, bool]:
    """Working (True) or rest day, for every year whose State Council notice the library holds."""
    first = min(chinese_calendar.constants.holidays).replace(month=1, day=1)
    last = max(chinese_calendar.constants.holidays).replace(month=12, day=31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: chinese_calendar.is_workday(day) for day in days}


def rulebook_from(config: Config) -> Rulebook:
    """The rulebook that this configuration states."""
    rules = config.rules
    days = rules.deadlines.rectify_days
    return Rulebook(
        calendar=WorkCalendar(official_days()),
        deadlines=DeadlineSettings(
            accept_days=rules.deadlines.accept_days,
            urgent_accept_minutes=rules.deadlines.urgent_accept_minutes,
            rectify_days={
                Severity.ORDINARY: days.ordinary,
                Severity.COMPLEX: days.complex,
                Severity.URGENT: days.urgent,
            },
            verify_days=rules.deadlines.verify_days,
            return_days=rules.deadlines.return_days,
            extension_days=rules.deadlines.extension_days,
        ),
        routing=RoutingSettings(
            near_metres=rules.routing.near_metres,
            far_metres=rules.routing.far_metres,
            boundary_metres=rules.routing.boundary_metres,
            bank_metres=rules.routing.bank_metres,
            offered=rules.routing.offered,
        ),
        towns_before_office=rules.routing.towns_before_office,
        bounds=Bounds(*config.district.bounds) if config.district.bounds else None,
        joining_metres=rules.joining.metres,
        joining_days=rules.joining.days,
        hours=MessageHours.parse(
            rules.messages.from_, rules.messages.until, rules.messages.rest_days, rules.messages.per_day
        ),
        kinds=tuple(Kind(row.name, row.severity, tuple(row.phrases)) for row in rules.kinds),
        silence=timedelta(minutes=rules.conversation.silence_minutes),
        keep_replies=timedelta(days=rules.conversation.keep_replies_days),
        photos_per_report=rules.conversation.photos,
        rating_time=timedelta(days=rules.conversation.rating_days),
        invitation_time=timedelta(days=rules.conversation.invitation_days),
        danger_words=tuple(rules.conversation.danger_words),
        media_life=timedelta(days=rules.photos.keep_trying_days),
        link_life=timedelta(days=rules.photos.link_days),
        max_photo_bytes=rules.photos.max_bytes,
        max_photo_pixels=rules.photos.max_pixels,
        same_picture_bits=rules.photos.same_picture_bits,
        district=config.district.name,
        hotline=config.district.hotline,
    )
