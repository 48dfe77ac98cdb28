"""django-helpdesk's dry run of escalate_tickets still wrote to the rows. Here is none: a job does what is due at the
time it is told, and where nothing is due it leaves every row as it is."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from models.base import Base
from models.follower import Follower
from models.notification import Notification
from rules.supervision import Ground
from scheduler.calendar import follow_calendar
from scheduler.digest import send_digests
from scheduler.drafts import end_silent_drafts
from scheduler.ratings import close_ratings
from scheduler.remind import remind
from services import admonitions, cases, extensions, supervision, whistles
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life

JOBS: dict[str, Callable[[Desk], Any]] = {
    "remind": remind, "digest": send_digests, "drafts": end_silent_drafts, "ratings": close_ratings,
    "calendar": follow_calendar,
}  # fmt: skip


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    """Everything the ladder looks at: cases in each state, an order, a talk, a whistle, a request for more time."""
    life = Life(desk, clock, lay_out(desk))
    life.at("2026-09-01 10:00")
    ids = [life.opens() for _ in range(5)]
    for case_id in ids[1:]:
        life.does("chief", cases.accept, case_id)
    life.does("clerk", supervision.issue, ids[1], "领导批示")
    life.does("clerk", admonitions.call, ids[2], Ground.BY_HAND, "整改不力")
    life.does("chief", whistles.blow, ids[3], "请水务局封堵上游排口")
    life.does("chief", extensions.ask, ids[4], 2, "连日降雨")
    desk.do(_nothing_owed)
    return life


def _nothing_owed(work: Work) -> None:
    for row in work.session.scalars(select(Notification)):
        work.session.delete(row)


def everything(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    with desk.reading() as work:
        return {
            table.name: sorted((tuple(row) for row in work.session.execute(table.select())), key=repr)
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("at", ["2026-08-20 09:00", "2026-09-01 10:30", "2026-09-01 23:59"])
def test_a_job_told_a_time_at_which_nothing_is_due_changes_no_row(life: Life, at: str) -> None:
    before = everything(life.desk)
    assert before[Follower.__tablename__]
    life.at(at)
    for name, job in JOBS.items():
        job(life.desk)
        assert everything(life.desk) == before, name
