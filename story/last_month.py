"""Last month's ranking for the demonstration: two months of the district lived in seconds, then left to be published.

Run by `make demo` in a process of its own before the product starts. Whatever was there before is left as it is.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select, update

from app import Heshao, clock
from models.case import Case
from models.notification import WAITING, Channel, Delivery, Notification
from models.publication import PublicationState, published
from rules import publishing
from rules.months import Month
from rules.workdays import WorkCalendar, local_day
from services import publications
from services.almanac import official_calendar
from services.desk import Desk, Work
from services.photo_store import PhotoStore
from story.lived_year import LivedYear
from story.shown_case import release_one
from story.speakers import APPROVER

SEED = 20260101
CASES_A_MONTH = 14
FIRST = Month(2026, 1)
"""Before it there is neither a rulebook nor anybody in office in the demonstration."""


class Hands:
    """A clock that is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at


def main() -> int:
    """Live the months where nothing has happened yet; else make ready what the stand-in has forgotten."""
    hands = Hands(clock())
    heshao = Heshao(Path(os.environ["HESHAO_CONFIG"]), os.environ)
    links = heshao.desk.links
    desk = Desk(heshao.desk.engine, hands, heshao.desk.rulebook, Random(SEED), lambda name: None, links)  # noqa: S311
    if desk.look(_is_empty):
        live(desk, hands, heshao.store)
    else:
        desk.do(forget_picture)
    return 0


def _is_empty(work: Work) -> bool:
    return not work.session.scalar(select(func.count(Case.id)))


def live(desk: Desk, hands: Hands, store: PhotoStore) -> Month | None:
    """The last month whose hour of publication has come, with one example (示例), and the one before it; None where
    that is too early."""
    now, settings = hands(), desk.rulebook.assessment
    month = last_published(now, official_calendar(), settings.publish_day, settings.publish_at)
    if month.previous < FIRST:
        return None
    print(f"正在准备{month.name}的考核排名（案件和数据都是虚构的，要几秒钟）：", flush=True)
    until = now - timedelta(days=1)
    lived = LivedYear(desk, hands.set, SEED, CASES_A_MONTH, until=until, told=_tell)
    lived.publish = lambda each: _publish(desk, store, each) if each == month else None
    lived.live([month.previous, month])
    hands.set(now)
    desk.do(_read)
    return month


def last_published(now: datetime, calendar: WorkCalendar, workday: int, at: str) -> Month:
    """The newest month that is to have been published by now."""
    month = Month.of(local_day(now)).previous
    while publishing.publish_at(month, workday, at, calendar) > now:
        month = month.previous
    return month


def _tell(line: str) -> None:
    print(f"  {line}", flush=True)


def _read(work: Work) -> None:
    """Everybody has read what was sent in those months: nothing of it reaches the stand-in today."""
    when = Notification.next_try_at
    read = update(Notification).where(Notification.delivery.in_(WAITING))
    work.session.execute(read.values(delivery=Delivery.SENT, channel=Channel.CUSTOMER_SERVICE, sent_at=when))


def _publish(desk: Desk, store: PhotoStore, month: Month) -> None:
    """The Office releases its example, and then wants the month published."""
    if release_one(desk, store, month):
        _tell(f"{month.name}：河长办选定一个治理示例（照片是画的）")
    desk.do(_want, month)


def _want(work: Work, month: Month) -> None:
    """To be published; the product does it as soon as it runs."""
    publications.publish(work, month, APPROVER)


def forget_picture(work: Work) -> None:
    """The stand-in keeps nothing from one start to the next: the picture for the chat is to be uploaded anew."""
    row = work.session.scalar(published().limit(1))
    if row is not None and row.state is PublicationState.PUBLISHED:
        row.chat_media_until, row.due_at = None, work.now


if __name__ == "__main__":
    sys.exit(main())
