"""A simulated quarter over Spring Festival: every rung once, none skipped, nobody at rest; and the same again with
the scheduler dead for random stretches. Towns blow whistles and ask for more time, the Office puts off, gives to
another town and reopens, chiefs leave and have successors days later, one town never has a chief.

What is compared of the two: the cases (state, moves, dates), their orders with the answers, talks for want of an
answer, referrals, extensions, whistles; of towns that act only when the ladder has spoken, dates may be later, never
sooner. What may differ is when something was sent, and rungs that passed while the scheduler was dead: of those only the newest that still matters is climbed afterwards, as `climbable` reckons from the rules.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, select

from config import Config
from models.admonition import Admonition, Referral
from models.case import Case, CaseEvent
from models.engine import make_engine
from models.extension import Extension
from models.help_order import HelpOrder
from models.notification import Delivery, Notice, Notification
from models.person import Person
from models.supervision import Order, OrderAnswer, Reminder, SupervisionOrder
from models.whistle import Whistle
from rules import escalation
from rules.deadlines import Severity
from rules.escalation import BEFORE_IT_IS_DUE, Ladder, Rung, quarter_of
from rules.messages import may_leave_at
from rules.supervision import Ground, OrderState, besides, order_number
from rules.whistles import WhistleState
from rules.workdays import CHINA, local_day
from services.almanac import official_calendar
from services.case_links import CaseLinks
from services.desk import Desk
from services.ladder import NOT_THE_TOWNS, ORDERS
from services.rulebook import rulebook_from
from tests.conftest import EMPTY, Clock
from tests.district import lay_out
from tests.scheduler.quarter import NOBODY_THERE, TOWNS, Dead, Quarter, Ran, settle_towns
from tests.scheduler.quarter_plans import STUBBORN, Plan, Temper, departures, drawn, outages
from tests.town_life import Life, china

SEED = 20260217
FIRST = china("2026-01-12 00:00")
DAYS = 85
"""With Spring Festival (15 to 23 February 2026) and its make-up days in the middle."""


TABLES = (
    Admonition, Case, CaseEvent, Extension, HelpOrder, Notification, Order, OrderAnswer, Person, Referral, Reminder, SupervisionOrder,
    Whistle,
)  # fmt: skip
Live = Callable[..., Quarter]


@pytest.fixture(params=["sqlite"])
def lived(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path, example: Config) -> Iterator[Live]:
    """Live a quarter in a database of its own; on PostgreSQL in the same one, emptied before and afterwards."""
    engines: list[Engine] = []

    def new_engine() -> Engine:
        if request.param == "postgresql":
            made = make_engine(request.getfixturevalue("postgresql"))
            with made.begin() as connection:
                connection.exec_driver_sql(EMPTY)
            return made
        path = tmp_path / f"quarter-{len(engines)}.db"
        shutil.copy(migrated, path)
        return make_engine(f"sqlite:///{path}")

    def live(plans: list[Plan], dead: Dead | None = None, **how: Any) -> Quarter:
        engines.append(new_engine())
        links = CaseLinks("https://heshao.example", lambda: "a key for tests")
        woken: list[str] = []
        desk = Desk(engines[-1], Clock(), rulebook_from(example), Random(SEED), woken.append, links)
        return replayed(desk, plans, dead, **how)

    yield live
    new_engine().dispose()
    for engine in engines:
        engine.dispose()


def replayed(desk: Desk, plans: list[Plan], dead: Dead | None = None, **how: Any) -> Quarter:
    assert isinstance(desk.clock, Clock)
    desk.clock.set(min(FIRST, plans[0].opens_at))
    life = Life(desk, desk.clock, lay_out(desk))
    settle_towns(life)
    quarter = Quarter(life, plans, dead or [], **how)
    quarter.replay()
    for table in TABLES:
        _all(quarter, table)
    return quarter


def fired(quarter: Quarter) -> dict[int, list[tuple[str, datetime, Rung]]]:
    """The rungs that were climbed for each date of each case, in their order."""
    found: dict[int, list[tuple[str, datetime, Rung]]] = {case: [] for case in quarter.case_plans}
    for row in _all(quarter, Reminder):
        found[row.case_id].append((row.standing, row.due_at, row.rung))
    return found


def climbable(
    quarter: Quarter, case: Case, orders: list[SupervisionOrder]
) -> list[tuple[str, datetime, Rung]]:
    """What should have been climbed, reckoned from the rules and the outages alone."""
    climbed: dict[tuple[str, datetime], list[Rung]] = {}
    before: tuple[str, datetime] | None = None
    settled = [order.settled_at for order in orders if order.settled_at]
    for ran in quarter.ran[case.id]:
        key = ran.standing, ran.promise.due_at
        if before and key != before and key[0] == before[0]:  # an extension takes along what has passed
            rungs = _rungs(quarter, case, ran, None)
            moved = [rung for rung in climbed[before] if rung in rungs and rungs[rung] <= ran.since]
            climbed[key] = climbed.get(key, []) + moved
            climbed[before] = [rung for rung in climbed[before] if rung not in moved]
        already = climbed.setdefault(key, [])
        for wake in _wakes(quarter, case, ran, settled):
            given = [o for o in orders if o.issued_at < wake]
            open_ = any(o.settled_at is None or o.settled_at >= wake for o in given)
            counted = [o for o in given if o.state is not OrderState.WITHDRAWN or o.taken_back]
            accepted_at = counted[-1].settled_at if counted and not open_ else None
            standing = [
                rung
                for rung, at in _rungs(quarter, case, ran, accepted_at).items()
                if at <= wake
                and (wake < ran.promise.due_at or rung not in BEFORE_IT_IS_DUE)
                and not (rung in ORDERS and (open_ or ran.standing == "verifying"))
                and not (ran.asking and rung in NOT_THE_TOWNS)
                and all(_place(rung) > _place(lower) for lower in already)
            ]
            newest = max(standing, key=_place, default=None)
            if newest is Rung.AGAIN:
                newest = Rung.ORDER  # a second order is noted as one, where this date had none yet
            already += [newest] if newest and newest not in already else []
        before = key
    return [(*key, rung) for key, rungs_of in climbed.items() for rung in rungs_of]


def _rungs(quarter: Quarter, case: Case, ran: Ran, accepted_at: datetime | None) -> dict[Rung, datetime]:
    numbers = quarter.life.desk.rulebook.ladders[case.ladder]
    return dict(escalation.of_promise(ran.promise, numbers, official_calendar(), accepted_at))


def _wakes(quarter: Quarter, case: Case, ran: Ran, settled: list[datetime]) -> list[datetime]:
    """When the scheduler looks at a case while this date of it counts."""
    numbers = quarter.life.desk.rulebook.ladders[case.ladder]
    instants = {at for after in (None, *settled) for at in _rungs(quarter, case, ran, after).values()}
    wakes = {_wake(quarter, max(at, ran.since), ran, case, numbers) for at in instants | set(settled)}
    return sorted(wake for wake in wakes if ran.until is None or wake < ran.until)


def _place(rung: Rung) -> int:
    return list(Rung).index(rung)


def _wake(quarter: Quarter, at: datetime, ran: Ran, case: Case, numbers: Ladder) -> datetime:
    """When the scheduler first looks from `at` on: not put off, inside the hours, and alive."""
    at = max(at, ran.held_until or at)
    hours = quarter.life.desk.rulebook.hours
    hours = replace(hours, from_=max(hours.from_, numbers.at), rest_days=False)
    while True:
        at += (-timedelta(seconds=at.second, microseconds=at.microsecond)) % timedelta(minutes=1)
        opened = may_leave_at(at, case.severity is Severity.URGENT, hours, official_calendar())
        alive = next((ends for begins, ends in quarter.dead if begins <= opened < ends), opened)
        if alive == opened:
            return opened
        at = alive


def _all(quarter: Quarter, table: Any) -> list[Any]:
    """The rows as they were when the quarter was over."""
    if table not in quarter.ended:
        with quarter.life.desk.reading() as work:
            quarter.ended[table] = list(work.session.scalars(select(table).order_by(table.id)))
    return quarter.ended[table]


def check_every_rung(quarter: Quarter) -> int:
    """Every rung that was due while the scheduler lived was climbed, once, and no other; how many there were."""
    climbed, total = fired(quarter), 0
    issued = _all(quarter, SupervisionOrder)
    for case in _all(quarter, Case):
        orders = [order for order in issued if order.case_id == case.id]
        wanted = climbable(quarter, case, orders)
        assert sorted(climbed[case.id]) == sorted(wanted), (case.number, quarter.case_plans[case.id])
        total += len(wanted)
    return total


WHICH = (
    "order",
    "talk",
    "whistle",
    "party",
    "answer_by",
    "when",
    "undertakings_by",
    "until",
    "late",
    "deadline_at",
)
"""What tells one date of which somebody is reminded from another."""
SAID_AGAIN = frozenset(
    {"office_extension_due", "office_verify_due", "helper_whistle_due", "office_whistle_late", "office_whistle_unnamed",
     "office_whistle_unclosed", "town_whistle_unclosed", "town_undertaking_due"}
)  # fmt: skip
"""Said on several days of one date in the same words, but once a day."""


def check_messages(quarter: Quarter) -> None:
    """Nobody at rest, nobody too often, nobody who has left, every reminder once, every order with its number."""
    names = {person.id: person.name for person in _all(quarter, Person)}
    calendar, hours = official_calendar(), quarter.life.desk.rulebook.hours
    each: Counter[Any] = Counter()
    a_day: Counter[Any] = Counter()
    for row in _all(quarter, Notification):
        if row.notice is Notice.REMINDER and row.delivery is not Delivery.POINTLESS:
            on = local_day(row.owed_at) if row.sentence in SAID_AGAIN else None
            of = tuple(row.says.get(name) for name in WHICH)
            each[(row.person_id, row.case_id, row.sentence, row.says["state"], *of, on)] += 1
        if row.sent_at is None:
            assert row.delivery in (Delivery.GATHERED, Delivery.POINTLESS), row.key
            continue
        local = row.sent_at.astimezone(CHINA)
        if row.sentence.startswith("town_"):
            assert row.sent_at <= quarter.left.get(names[row.person_id], row.sent_at), row.key
        if not row.urgent:
            assert calendar.is_workday(local.date()), (row.key, local)
            assert hours.from_ <= local.hour * 60 + local.minute < hours.until, (row.key, local)
        if row.counted and row.notice is not Notice.DIGEST:
            a_day[(row.person_id, local.date())] += 1
    assert max(each.values()) == 1, [which for which, many in each.items() if many > 1]
    assert max(a_day.values()) <= hours.per_day


def check_numbers(quarter: Quarter) -> None:
    """Orders (to towns and to helpers in one sequence), talks and referrals are numbered without gaps, and each order
    stands in its case's chain and in the message that tells of it."""
    for table in (Order, Admonition, Referral, Whistle):
        rows = _all(quarter, table)
        assert [row.number for row in rows] == [order_number(2026, n) for n in range(1, len(rows) + 1)]
    numbers = sorted(order.number for order in _all(quarter, SupervisionOrder))
    chained = [event.details["order"] for event in _all(quarter, CaseEvent) if event.what == "ordered"]
    assert sorted(chained) == numbers
    told = {row.says["order"] for row in _all(quarter, Notification) if row.sentence == "office_order"}
    assert sorted(told) == numbers
    helping = [event for event in _all(quarter, CaseEvent) if event.what == "help_ordered"]
    assert len(helping) == len(_all(quarter, HelpOrder))
    for event, order in zip(helping, _all(quarter, HelpOrder), strict=True):
        assert order.number in event.reason


def check_second_orders(quarter: Quarter) -> None:
    """Two orders in one quarter lead a town to one talk, whichever case it is of."""
    most = quarter.life.desk.rulebook.ladders[""].orders_per_quarter
    orders: Counter[tuple[int, date]] = Counter()
    for order in _all(quarter, SupervisionOrder):
        orders[(order.town_id, quarter_of(local_day(order.issued_at))[0])] += 1
    talks = _all(quarter, Admonition)
    called = Counter(
        (talk.town_id, quarter_of(local_day(talk.called_at))[0])
        for talk in talks
        if talk.ground is Ground.SECOND_ORDER or besides(Ground.SECOND_ORDER) in talk.reason
    )
    assert called == {key: 1 for key, many in orders.items() if many >= most}


def check_ignored_orders(quarter: Quarter) -> int:
    """An order nobody ever answers is reminded of by each of its rungs, then leads to a talk, each once; how many
    there were. (The scheduler lived all the time.)"""
    cases = {case.id: case for case in _all(quarter, Case)}
    ignored = [order for order in _all(quarter, SupervisionOrder)
               if order.state is OrderState.ISSUED and quarter.case_plans[order.case_id].temper is Temper.NEVER]  # fmt: skip
    events = _all(quarter, CaseEvent)
    for order in ignored:
        mine = [event for event in events if event.case_id == order.case_id]
        reminded = [
            e.details["rung"]
            for e in mine
            if e.what == "order_reminded" and e.details["order"] == order.number
        ]
        numbers = quarter.life.desk.rulebook.ladders[cases[order.case_id].ladder]
        rungs = escalation.of_order(order.asked_at, order.answer_by, numbers, official_calendar())
        assert reminded == [rung for rung, _ in rungs if rung is not Rung.ADMONITION], order.number
        called = [e for e in mine if e.what in ("talk_called", "talk_grounds") and order.number in e.reason]
        assert sum(e.reason.endswith("逾期未答复") for e in called) == 1, order.number
    return len(ignored)


def state_of(quarter: Quarter) -> dict[int, dict[str, Any]]:
    """How every case ended: without any time at which something was sent."""
    orders, answers = _all(quarter, SupervisionOrder), _all(quarter, OrderAnswer)
    asked, sent, called = _all(quarter, Extension), _all(quarter, Referral), _all(quarter, Whistle)
    chased = {event.case_id for event in _all(quarter, CaseEvent)
              if event.what in ("talk_called", "talk_grounds") and event.reason.endswith("逾期未答复")}  # fmt: skip
    found = {}
    for case in _all(quarter, Case):
        own = [order for order in orders if order.case_id == case.id]
        found[case.id] = {
            "stands": (case.state, case.moves, case.town_id, case.proof_round),
            "dates": (case.accept_by, case.rectify_by, case.verify_by, case.late_from, case.closed_at),
            "orders": [(o.state, [a.accepted for a in answers if a.order_id == o.id]) for o in own],
            "chased to a talk": case.id in chased,
            "referrals": [r.state for r in sent if r.case_id == case.id],
            "whistles": [(w.state, w.solved) for w in called if w.case_id == case.id],
            "extensions": [(e.state, e.due_before, e.due_after) for e in asked if e.case_id == case.id],
        }
    return found


def compare(living: Quarter, broken: Quarter) -> int:
    """The two ended alike; how many orders came too late to be given at all."""
    ended, overtaken = state_of(broken), 0
    for case, wanted in state_of(living).items():
        plan, found = living.case_plans[case], ended[case]
        assert plan == broken.case_plans[case]
        if plan.temper in STUBBORN:  # their deeds follow the ladder, and so come later where it spoke later
            _later_and_never_sooner(plan, wanted.pop("dates"), found.pop("dates"))
            if plan.temper is Temper.ORDERED:  # may be answered in time here and late there
                wanted.pop("chased to a talk"), found.pop("chased to a talk")
        elif len(found["orders"]) < len(wanted["orders"]):
            overtaken += 1  # the town was done before the scheduler lived again: `climbable` has checked it
            wanted.pop("orders"), found.pop("orders")
        assert found == wanted, plan
        if plan.temper in STUBBORN:
            continue  # on which of its dates an order falls follows from when they act; how many there are is compared
        once = [(standing, rung) for standing, _, rung in fired(broken)[case]]
        always = [(standing, rung) for standing, _, rung in fired(living)[case]]
        assert not Counter(once) - Counter(always), plan
    return overtaken


def _later_and_never_sooner(
    plan: Plan, living: Sequence[datetime | None], broken: Sequence[datetime | None]
) -> None:
    """No date of a stubborn town's case is there that was not, and none is earlier, for the ladder having been late."""
    for once, then in zip(living, broken, strict=True):
        assert (once is None) == (then is None), (plan, living, broken)
        assert once is None or then is None or once <= then, (plan, living, broken)


def check_alone(quarter: Quarter) -> int:
    """Everything that holds of a quarter by itself; how many rungs were climbed."""
    check_messages(quarter)
    check_numbers(quarter)
    check_second_orders(quarter)
    return check_every_rung(quarter)


@pytest.mark.parametrize(
    ("lived", "seed", "days", "count"),
    [("sqlite", SEED, DAYS, 16), ("postgresql", 20260285, 25, 5)],
    indirect=["lived"],
)
def test_a_quarter_and_the_same_with_the_scheduler_dead_now_and_then(
    lived: Live, seed: int, days: int, count: int
) -> None:
    plans = drawn(seed, TOWNS, FIRST, days, count)
    plans.append(replace(plans[-1], town=NOBODY_THERE, to_town=""))
    leave = departures(seed, TOWNS, FIRST, days)
    living = lived(plans, departures=leave)
    broken = lived(plans, outages(seed, FIRST, days + 40, share=0.35), departures=leave)
    assert len({plan.temper for plan in plans}) == len(Temper)
    assert living.life.clock() - FIRST > timedelta(days=days)
    rungs, fewer = check_alone(living), check_alone(broken)
    assert count < fewer < rungs
    assert check_ignored_orders(living) > 0
    check_everything_happened(living)
    check_everything_happened(broken)
    assert {refused.partition(":")[0] for refused in living.refused} <= {"issue", "blow", "hold"}
    compare(living, broken)


def check_everything_happened(quarter: Quarter) -> None:
    """What a quarter should show has been in it."""
    did = Counter(event.what for event in _all(quarter, CaseEvent))
    wanted = {
        "reminded", "ordered", "held", "extension_asked", "reopen", "whistle_closed", "transfer", "open",
    }  # fmt: skip
    assert wanted <= set(did), wanted - set(did)
    assert {whistle.state for whistle in _all(quarter, Whistle)} == {WhistleState.CLOSED}
    assert len({case.town_id for case in _all(quarter, Case)}) > 3
    assert len(quarter.left) == len(TOWNS) // 3
    assert OrderState.ACCEPTED in {order.state for order in _all(quarter, SupervisionOrder)}


def test_jumping_to_what_is_due_is_the_same_as_every_minute(lived: Live) -> None:
    urgent = replace(
        drawn(SEED, TOWNS, FIRST, DAYS, 1)[0], severity=Severity.URGENT, temper=Temper.NEVER, accepts=False,
        opens_at=china("2026-01-12 08:05"),
    )  # fmt: skip
    ordinary = replace(urgent, severity=Severity.ORDINARY, town=TOWNS[0], opens_at=china("2026-01-09 10:00"))
    stretch = china("2026-01-12 08:00"), china("2026-01-12 09:10")
    every_minute, jumping = lived([ordinary, urgent], every_minute=stretch), lived([ordinary, urgent])
    assert every_minute.sweeps > jumping.sweeps + 60
    assert [sent for sent in _sent(jumping) if stretch[0] < sent[1] < stretch[1]]
    assert _sent(every_minute) == _sent(jumping)
    assert [(row.rung, row.at) for row in _all(every_minute, Reminder)] == [
        (row.rung, row.at) for row in _all(jumping, Reminder)
    ]


def _sent(quarter: Quarter) -> list[tuple[str, datetime]]:
    return [(row.key, row.sent_at) for row in _all(quarter, Notification) if row.sent_at]


def test_a_few_cases_on_both_databases(desk: Desk) -> None:
    quarter = replayed(desk, drawn(SEED, TOWNS, FIRST, 20, 3), outages(SEED, FIRST, 60, share=0.2))
    assert check_alone(quarter) > 5
