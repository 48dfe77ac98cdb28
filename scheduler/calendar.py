"""Hourly, and when a notice was loaded: the Office is asked for a missing year; dates follow the days off that
have become known, each in its own transaction."""

from datetime import date

from models.case import dated_after, provisional_until
from models.help_order import help_orders_dated_after, help_orders_known_by
from models.law_referral import reminded_after
from models.whistle import parties_dated_after, parties_known_by, whistles_dated_after, whistles_known_by
from rules.workdays import end_of
from services import (
    failures,
    help_order_dates,
    holiday_notices,
    law_referrals,
    notifications,
    recount,
    whistle_dates,
)
from services.desk import Desk, Work


def follow_calendar(desk: Desk) -> int:
    """Ask for what is missing, count anew what has become known; how many were told, and rows were counted."""
    told = desk.do(holiday_notices.ask_for_missing)
    return told + _apply(desk) + _settle(desk)


def _settle(desk: Desk) -> int:
    """What is still provisional though its days are known now, by a newer library too."""
    known = end_of(desk.look(_known_until))
    return (
        desk.each(provisional_until(known), recount.case_anew)
        + desk.each(recount.orders_known_by(known), recount.order_anew)
        + desk.each(whistles_known_by(known), whistle_dates.naming_anew)
        + desk.each(parties_known_by(known), whistle_dates.helper_anew)
        + desk.each(help_orders_known_by(known), help_order_dates.order_anew)
    )


def _known_until(work: Work) -> date:
    return work.calendar.known_until


def _apply(desk: Desk) -> int:
    """What a new notice may move; a notice is done with only when nothing of that has failed."""
    loaded = desk.look(recount.to_apply)
    if loaded is None:
        return 0
    with failures.counted() as failed:
        done = (
            desk.each(dated_after(loaded.since), recount.case_anew)
            + desk.each(recount.orders_dated_after(loaded.since), recount.order_anew)
            + desk.each(recount.talks_after(loaded.since), recount.talk_anew)
            + desk.each(whistles_dated_after(loaded.since), whistle_dates.naming_anew)
            + desk.each(parties_dated_after(loaded.since), whistle_dates.helper_anew)
            + desk.each(help_orders_dated_after(loaded.since), help_order_dates.order_anew)
            + desk.each(reminded_after(loaded.since), law_referrals.schedule)
            + desk.each(notifications.held_back(desk.clock()), notifications.wait_anew)
        )
    for what in failed:
        failures.note(what)
    if not failed:
        desk.do(recount.applied, loaded)
    return done
