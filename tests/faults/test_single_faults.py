"""Single faults that need exactness, on the real processes: a full disk at the commit, a kill between yes and commit."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from faults.comparison import compare
from faults.doubled import KILLS
from faults.house import House
from faults.ledger import read
from faults.plan import draw
from faults.reporter import Reporter
from faults.talk import NOT_STORED, Tally, numbered
from models.engine import make_engine
from simulator.client import Someone
from tests.faults.conftest import Lived

pytestmark = pytest.mark.xdist_group("faults")
PLAN = draw(11, 4, 2, fates=("accepted",), births=1, first=9000)


def until(found: Callable[[], object], seconds: float = 30) -> None:
    give_up = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.05)


def engine_of(lived: House) -> Engine:
    return make_engine(lived.environment["HESHAO__DATABASE__URL"]).execution_options(reading=True)


def accepted_messages(person: Someone, since: int) -> int:
    """How often this telephone was told since then that a town has taken the case on."""
    lines = person.inbox(since)
    return sum("受理，预计" in line["text"] for line in lines if line["kind"] == "customer_service")


def test_a_report_on_a_full_disk_is_not_stored_and_its_reporter_is_told_so(lived: Lived) -> None:
    item = PLAN.cases[1].reports[0]
    reporter = Reporter(lived.house.platform.person(item.person), Tally(), pause=0.1)
    reporter._first_sending(item)
    engine = engine_of(lived.house)
    lived.disk.fill(lived.house.processes())
    answer = reporter.person.says("提交")
    assert answer is not None
    assert NOT_STORED in answer
    lived.disk.free(lived.house.processes())
    assert item.tag not in read(engine, lived.house.platform).reports
    reporter.report(item)
    ledger = read(engine, lived.house.platform)
    engine.dispose()
    assert [filed.words for filed in ledger.reports[item.tag]] == [item.words]
    assert list(reporter.tickets.values()) == [t for t in ledger.tickets if t in reporter.tickets.values()]


def test_a_kill_between_the_platforms_yes_and_our_commit_sends_one_message_twice_and_is_counted(
    lived: Lived,
) -> None:
    house = lived.house
    case = PLAN.cases[0]
    item = case.reports[0]
    reporter = Reporter(house.platform.person(item.person), Tally(), pause=0.1)
    reporter.report(item)
    chief = house.platform.person(case.chief(1))
    (number,) = [n for n, rest in numbered(chief.says("待办") or "") if case.label in rest]
    held = house.platform.breaks(
        "call_answer_slow", path="/cgi-bin/message/custom", seconds=30, person=item.person
    )
    since = reporter.person.last()
    chief.says(f"受理 {number}")
    until(lambda: accepted_messages(reporter.person, since) == 1)
    assert house.kill("work") == 1
    house.platform.mends(held)
    house.times.advance(61)  # the dead worker's lease has run out
    until(lambda: accepted_messages(reporter.person, since) == 2)
    engine = engine_of(house)
    until(lambda: not read(engine, house.platform).unsent)
    house.platform.settle()
    ledger = read(engine, house.platform)
    engine.dispose()
    assert [(filed.words, filed.state) for filed in ledger.reports[item.tag]] == [(item.words, "accepted")]
    # with itself: what is judged here is only what was sent and said, not what was filed and owed
    findings = compare(ledger, ledger, house.platform.pushes(), house.interruptions, house.times.waited)
    assert findings.differences == []
    assert findings.charged == {KILLS: 1}
    assert [(message.sentence, many) for message, many in findings.doubled.items()] == [
        ("reporter_accepted", 1)
    ]
    assert findings.doubled.total() <= findings.bound
