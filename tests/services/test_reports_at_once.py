"""Many who report at once: of one place they join one case, of many each has its number, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from models.case import Case, CaseEvent
from models.follower import Follower
from models.report import Report
from rules.coordinates import Position
from rules.refusal import Refusal
from services import audit, numbering, people, reports
from services.desk import Desk, Work
from services.reports import Submission, Whereabouts
from tests.district import District, lay_out, north_of_the_river

AT_ONCE = 8


@pytest.fixture
def district(desk: Desk) -> District:
    district = lay_out(desk)
    desk.do(_met)
    return district


def _met(work: Work) -> None:
    for n in range(AT_ONCE):
        work.session.add(
            Follower(
                openid=f"o-at-once-{n}", pseudonym=f"at-once-{n}", following=True, met_at=work.now,
                informed_at=work.now,
            )
        )  # fmt: skip


def _report(work: Work, district: District, n: int, position: Position, town: str | None = "天穆镇") -> str:
    whose = work.session.scalar(select(Follower.id).where(Follower.openid == f"o-at-once-{n}")) or 0
    work.who = people.who_is(work, whose, None)
    town_id = district.towns[town] if town else None
    where = Whereabouts(district.reaches["天穆镇"], town_id, "北运河", position)
    return reports.submit(work, Submission(where, work.rulebook.kinds[0], "河面有死鱼", [])).ticket


def _all_at_once(desk: Desk, district: District, spread: float) -> list[str]:
    def one(n: int) -> str:
        return desk.do(_report, district, n, north_of_the_river(5, 117.101 + n * spread))

    with ThreadPoolExecutor(AT_ONCE) as at_once:
        return list(at_once.map(one, range(AT_ONCE)))


def test_of_one_place_they_join_one_case_and_the_chain_holds(desk: Desk, district: District) -> None:
    assert len(set(_all_at_once(desk, district, 0))) == AT_ONCE
    with desk.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 1
        assert sorted(work.session.scalars(select(Report.joined))) == [False] + [True] * (AT_ONCE - 1)
        assert [broken for _, broken in audit.verify(work.session) if broken] == []
        joined = work.session.scalar(select(func.count()).where(CaseEvent.what == "joined"))
        assert joined == AT_ONCE - 1


def test_of_many_places_each_has_its_number_without_gaps(desk: Desk, district: District) -> None:
    _all_at_once(desk, district, 0.002)
    with desk.reading() as work:
        assert sorted(work.session.scalars(select(Case.serial))) == list(range(1, AT_ONCE + 1))


def test_a_report_that_is_refused_in_the_end_takes_no_number(desk: Desk, district: District) -> None:
    with pytest.raises(Refusal):
        desk.do(_report, district, 0, north_of_the_river(5), None)
    desk.do(_report, district, 1, north_of_the_river(5))
    with desk.reading() as work:
        assert list(work.session.scalars(select(Case.serial))) == [1]


def test_what_can_be_read_before_the_numbering_is_held_is_read_before(
    desk: Desk, district: District, engine: Engine
) -> None:
    """Whoever holds it keeps all others from opening a case."""
    sent: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    desk.do(_report, district, 0, north_of_the_river(5))
    event.remove(engine, "before_cursor_execute", listen)
    held = next(n for n, statement in enumerate(sent) if "INTO counter" in statement)
    assert held >= 6
    assert len(sent) - held <= 18


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # on SQLite writers stand in line anyway
def test_who_waits_longest_for_the_numbering_is_next(desk: Desk) -> None:
    order: list[str] = []

    def numbered(work: Work, name: str) -> None:
        numbering.hold(work, "case:2026")
        order.append(name)
        numbering.next_serial(work, "case:2026")

    with ThreadPoolExecutor(AT_ONCE) as at_once, desk.engine.connect() as watching:
        first = desk.engine.connect()
        first.begin()
        key = select(func.pg_advisory_xact_lock(numbering.NUMBERING, numbering.key_of("case:2026")))
        first.execute(key)
        done = []
        for n in range(4):
            done.append(at_once.submit(desk.do, numbered, str(n)))
            _until_waiting(watching, n + 1)
        first.rollback()
        first.close()
        for each in done:
            each.result(20)
    assert order == ["0", "1", "2", "3"]


def _until_waiting(watching: Any, many: int) -> None:
    asked = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE NOT granted AND locktype = 'advisory' AND d.datname = current_database()"
    for _ in range(2000):
        if watching.exec_driver_sql(asked).scalar() == many:
            return
        watching.rollback()
    raise AssertionError(f"{many} never waited")
