"""What the demonstration finds when it starts: last month's ranking, and nobody with anything to do."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

import config
from data.demonstration.build import sheets
from models.case import Case
from models.engine import make_engine
from models.follower import Follower
from models.notification import WAITING, Notification
from models.publication import Publication, PublicationState
from models.registry import Town
from rules.lifecycle import OPEN
from rules.months import Month
from services import audit, cases, registry
from services.almanac import official_calendar
from services.case_links import CaseLinks
from services.desk import Desk, Work
from services.example_pictures import of_month
from services.photo_store import PhotoStore
from services.rulebook import rulebook_from
from services.short_numbers import of_follower
from simulator.server import start
from story.last_month import CASES_A_MONTH, SEED, Hands, forget_picture, last_published, live
from story.lived_year import LivedYear
from tests.conftest import ROOT, Clock
from tests.press import Press, an_edition
from tests.printed_year import CHIEF, PrintedYear

pytestmark = pytest.mark.xdist_group("last month")  # it is lived once

TODAY = datetime(2026, 11, 24, 6, tzinfo=UTC)


def a_desk(path: Path, hands: Hands) -> Desk:
    settings = config.load(ROOT / "data" / "demonstration" / "config.toml", {})
    links = CaseLinks("http://127.0.0.1:8000", lambda: "a key for tests")
    return Desk(
        make_engine(f"sqlite:///{path}"), hands, rulebook_from(settings), Random(1), lambda name: None, links
    )


@pytest.fixture(scope="module")
def began(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrintedYear]:
    """The demonstration as it stands a moment after its start, published to a stand-in."""
    path = tmp_path_factory.mktemp("demonstration") / "heshao.db"
    shutil.copy(migrated, path)
    desk = a_desk(path, hands := Hands(TODAY))
    desk.do(registry.import_registry, sheets())
    store = PhotoStore((path.parent / "photos").as_uri())
    assert live(desk, hands, store) == Month(2026, 10)
    clock = Clock(TODAY)
    desk.clock = clock
    sim = start(webhook="", mode="plain", attempts=1, attempt_seconds=0.1, seed=7)
    press = Press(desk, clock, sim, lambda work, number: an_edition())
    yield PrintedYear(desk, clock, LivedYear(desk, clock.set, SEED), press)
    sim.stop()
    desk.engine.dispose()


def test_nobody_has_anything_to_do_and_no_message_waits(began: PrintedYear) -> None:
    with began.desk.reading() as work:
        states = list(work.session.scalars(select(Case.state)))
        waiting = list(work.session.scalars(select(Notification).where(Notification.delivery.in_(WAITING))))
        broken = [found for _, found in audit.verify(work.session) if found is not None]
    assert len(states) >= CASES_A_MONTH
    assert not set(states) & OPEN
    assert waiting == []
    assert broken == []


def october(began: PrintedYear) -> Publication:
    """Its publication; the month before is published by itself besides."""
    (found,) = [row for row in began.publications() if row.assessment.month == "2026-10"]
    return found


def test_it_is_published_as_soon_as_the_product_runs_and_shown_in_the_chat(began: PrintedYear) -> None:
    (wanted,) = began.publications()
    assert (wanted.state, wanted.assessment.month) == (PublicationState.WANTED, "2026-10")
    began.prints(Month(2026, 10))
    published = october(began)
    assert published.state is PublicationState.PUBLISHED
    assert "2026年10月" in began.article(Month(2026, 10))
    assert began.says(CHIEF, "排名")
    points = began.says(CHIEF, "得分")
    assert "2026年10月" in points
    assert "扣" in points
    line = next(line for line in began.table(Month(2026, 10)).lines if line.name == "天穆镇")
    assert line.previous_place is not None


def test_it_has_one_example_with_a_drawn_photograph_before_and_after(began: PrintedYear) -> None:
    (example,) = began.desk.look(of_month, Month(2026, 10))
    assert "演示，照片是画的" in example.words
    assert example.before != example.after
    assert "2026年10月" in example.closed
    assert example.water


def test_the_first_case_of_the_day_is_number_1_to_its_chief(began: PrintedYear) -> None:
    assert began.desk.do(_first_number) == 1


def _first_number(work: Work) -> int:
    kind = work.rulebook.kinds[0]
    town = work.session.scalars(select(Town).where(Town.name == "天穆镇")).one()
    case = cases.open_case(
        work, kind, reach_id=None, town_id=town.id, place="天穆桥", longitude=None, latitude=None
    )
    cases.dispatch(work, case, town.id, "测试")
    chief = work.session.scalars(select(Follower).where(Follower.openid == CHIEF)).one()
    return of_follower(work, chief, case)


def test_at_the_next_start_the_picture_for_the_chat_is_uploaded_anew(began: PrintedYear) -> None:
    began.prints(Month(2026, 10))
    before = october(began)
    began.desk.do(forget_picture)
    began.prints(Month(2026, 10))
    after = october(began)
    assert after.chat_media_id != before.chat_media_id
    assert after.article_url == before.article_url


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (datetime(2026, 11, 11, 2, tzinfo=UTC), Month(2026, 10)),
        (datetime(2026, 11, 11, 1, 59, tzinfo=UTC), Month(2026, 9)),
        (datetime(2026, 12, 1, tzinfo=UTC), Month(2026, 10)),
    ],
)
def test_last_month_is_the_newest_whose_hour_has_come(today: datetime, month: Month) -> None:
    assert last_published(today, official_calendar(), 8, "10:00") == month


def test_before_there_is_a_rulebook_nothing_is_invented(migrated: Path, tmp_path: Path) -> None:
    shutil.copy(migrated, tmp_path / "heshao.db")
    desk = a_desk(tmp_path / "heshao.db", hands := Hands(datetime(2026, 2, 20, tzinfo=UTC)))
    assert live(desk, hands, PhotoStore(tmp_path.as_uri())) is None
    with desk.reading() as work:
        assert work.session.scalar(select(Case.id)) is None
    desk.engine.dispose()
