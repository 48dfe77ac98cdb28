"""Hourly: a reporter who has not answered within the set time counts as not having rated."""

from models.report import unrated
from services import reports
from services.desk import Desk


def close_ratings(desk: Desk) -> int:
    """Close every rating whose time has passed; the count."""
    return desk.each(unrated(desk.clock() - desk.rulebook.rating_time), reports.not_rated)
