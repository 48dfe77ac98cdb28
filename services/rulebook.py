"""The county's numbers, read once from the configuration and frozen: what every service decides by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from config import AssessmentSection, Config, LadderNumbers
from rules.coordinates import Bounds
from rules.deadlines import DeadlineSettings, Severity
from rules.escalation import Ladder
from rules.kinds import Kind
from rules.messages import MessageHours
from rules.refusal import Refusal
from rules.routing import RoutingSettings
from rules.whistles import WhistleSettings


@dataclass(frozen=True)
class Rulebook:
    """Deadlines, distances, hours and kinds in force; the calendar is `work.calendar`, which the Office adds to."""

    next_year_from: tuple[int, int]
    """Month and day from which on next year's days off should be known."""
    next_year_every: timedelta
    deadlines: DeadlineSettings
    routing: RoutingSettings
    towns_before_office: int
    bounds: Bounds | None
    joining_metres: float
    joining_days: int
    hours: MessageHours
    ladders: Mapping[str, Ladder]
    """The numbers of supervision by source; "" for every source that has none of its own."""
    referral_bodies: tuple[str, ...]
    whistles: WhistleSettings
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
    assessment: AssessmentSection
    """How a month is judged and published: where its rules lie, its days and hours."""


def _ladder(numbers: LadderNumbers, hours: MessageHours) -> Ladder:
    values = {name: getattr(numbers, name) for name in LadderNumbers.model_fields}
    hour, minute = values.pop("at").split(":")
    at = int(hour) * 60 + int(minute)
    if at >= hours.until:
        raise Refusal("[rules.ladder] at 应早于 [rules.messages] until，否则没有可以催办的时间。")
    return Ladder(at=at, **values)


def rulebook_from(config: Config) -> Rulebook:
    """The rulebook that this configuration states."""
    rules = config.rules
    hours = MessageHours.parse(
        rules.messages.from_, rules.messages.until, rules.messages.rest_days, rules.messages.per_day
    )
    days = rules.deadlines.rectify_days
    month, day = rules.calendar.next_year_from.split("-")
    return Rulebook(
        next_year_from=(int(month), int(day)),
        next_year_every=timedelta(days=rules.calendar.next_year_every_days),
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
            extensions=rules.deadlines.extensions,
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
        hours=hours,
        ladders={
            "": _ladder(rules.ladder, hours),
            "city_feedback": _ladder(rules.ladder.city_feedback, hours),
            "inspection": _ladder(rules.ladder.inspection, hours),
        },
        referral_bodies=tuple(rules.ladder.referral_bodies),
        whistles=WhistleSettings(
            rules.whistles.name_days,
            rules.whistles.answer_days,
            rules.whistles.again_days,
            rules.whistles.order_days,
            tuple(rules.whistles.departments),
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
        assessment=config.assessment,
    )
