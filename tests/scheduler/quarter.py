"""A simulated quarter: seeded plans replayed on a clock that jumps to whatever is due next, the scheduler now and
then dead. People go on while it is."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import func, select

from models.admonition import Admonition, Referral
from models.case import Case
from models.extension import Extension
from models.notification import WAITING, Channel, Notification
from models.registry import Town
from models.supervision import Order, SupervisionOrder
from models.whistle import Whistle, WhistleParty
from rules.escalation import Promise, Rung
from rules.lifecycle import State
from rules.refusal import Refusal
from rules.roles import Role
from rules.supervision import AdmonitionState, OrderState
from rules.workdays import local_day
from scheduler.digest import send_digests
from scheduler.remind import remind
from services import (
    admonitions,
    cases,
    chase,
    delivery,
    extensions,
    ladder,
    referrals,
    supervision,
    whistle_help,
    whistle_parties,
    whistles,
)
from services.admonitions import Minutes
from services.almanac import official_calendar
from services.desk import Work
from tests.scheduler.quarter_plans import MINUTE, Departure, Plan, Temper, later
from tests.town_life import Life

TOWNS = [f"第{n}镇" for n in range(1, 11)]
NOBODY_THERE = "无人镇"
"""A town that never has a chief: the Office gives its cases to another."""
Dead = list[tuple[datetime, datetime]]


@dataclass
class Ran:
    """A date of a case while it counted and ran: from when until when, and in which state."""

    standing: str
    promise: Promise
    since: datetime
    until: datetime | None = None
    asking: bool = False
    """The town had asked for more time and the Office had not answered."""
    held_until: datetime | None = None

    def is_the_same(self, other: "Ran") -> bool:
        """Whether nothing has changed but the time."""
        return replace(self, since=other.since, until=other.until) == other


@dataclass
class Quarter:
    """The plans, replayed: `sweeps` and `deeds` say when what was done."""

    life: Life
    plans: Iterable[Plan]
    dead: Dead = field(default_factory=list)
    departures: Iterable[Departure] = ()
    every_minute: tuple[datetime, datetime] | None = None
    """In this stretch nothing is jumped over."""
    case_plans: dict[int, Plan] = field(default_factory=dict)
    ran: dict[int, list[Ran]] = field(default_factory=dict)
    left: dict[str, datetime] = field(default_factory=dict)
    """Who has left office, and when."""
    vacant: dict[str, datetime] = field(default_factory=dict)
    """Towns without a chief, and until when."""
    chiefs: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    deeds: int = 0
    sweeps: int = 0
    _heap: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _order: Any = field(default_factory=count)
    _seen: set[tuple[str, int]] = field(default_factory=set)
    _versions: dict[int, int] = field(default_factory=dict)
    reopened: set[int] = field(default_factory=set)
    ended: dict[Any, list[Any]] = field(default_factory=dict)
    """All rows of a table when it was over."""

    def replay(self) -> None:
        """Until nobody has anything left to do."""
        for plan in self.plans:
            self._at(plan.opens_at, partial(self._open, plan))
        for gone in self.departures:
            self._at(gone.at, partial(self._leave, gone))
            self._at(gone.until, partial(self._succeed, gone))
        while (due := self._sweep_at()) is not None or self._heap:
            if self._heap and (due is None or self._heap[0][0] < due):
                at, _, deed = heapq.heappop(self._heap)
                self.life.clock.set(at)
                deed()
                self._note_promises()
            else:
                assert due is not None
                self.life.clock.set(due)
                self.sweep()
                again = self.life.desk.look(next_due)
                assert again is None or again > due, f"still due after the sweep of {due}"

    def sweep(self) -> None:
        """What the timetable does in a minute; and everybody reads what reaches them."""
        self.sweeps += 1
        remind(self.life.desk)
        send_digests(self.life.desk)
        self.life.desk.do(_post)
        self._react()

    def _sweep_at(self) -> datetime | None:
        """The next whole minute in which anything is due and the scheduler lives."""
        due, now = self.life.desk.look(next_due), self.life.clock()
        begins, ends = self.every_minute or (now, now)
        if now < ends:
            tick = now.replace(second=0, microsecond=0) + MINUTE if now >= begins else begins
            due = tick if due is None else min(tick, max(due, now))
        if due is None:
            return None
        due = max(due, self.life.clock())
        due += (-timedelta(seconds=due.second, microseconds=due.microsecond)) % MINUTE
        return next((ends for begins, ends in self.dead if begins <= due < ends), due)

    def _at(self, at: datetime, deed: Callable[[], object]) -> None:
        heapq.heappush(self._heap, (at.astimezone(UTC), next(self._order), deed))

    def _in(self, plan: Plan, days: int, deed: Callable[[], object]) -> None:
        """So many working days from now, at this case's own minute."""
        self._at(later(self.life.clock(), days, plan.minute, official_calendar()), deed)

    def _do(self, who: str, step: Any, case_id: int, *args: Any) -> bool:
        """Whether it could be done; a refusal is an answer too."""
        return self._did(step, lambda: self.life.does(who, step, case_id, *args))

    def _did(self, step: Any, deed: Callable[[], Any]) -> bool:
        self.deeds += 1
        try:
            deed()
        except Refusal as why:
            self.refused.append(f"{step.__name__}: {why}")
            return False
        return True

    def _leave(self, gone: Departure) -> None:
        name = self._chief_of(gone.town)
        self.left[name], self.vacant[gone.town] = self.life.clock(), gone.until
        self.life.leaves(name)

    def _succeed(self, gone: Departure) -> None:
        self.chiefs[gone.town] = f"{gone.town}新任镇长"
        self.life.appoints(self.chiefs[gone.town], Role.TOWN_CHIEF, gone.town)
        del self.vacant[gone.town]

    def _chief_of(self, town: str) -> str:
        return self.chiefs.get(town, f"{town}长")

    def _town_does(self, case_id: int, deed: Callable[[str], object]) -> None:
        """Whoever is chief of the case's town does it; where nobody is, the successor on the first morning."""
        town = self._look(Case, case_id).town.name
        if town in self.vacant:
            back = later(self.vacant[town], 1, 9 * 60 + case_id, official_calendar())
            self._at(back, lambda: self._town_does(case_id, deed))
        else:
            deed(self._chief_of(town))

    def _look(self, table: Any, row_id: int) -> Any:
        def read(work: Work) -> Any:
            row = work.session.get_one(table, row_id)
            if table is Case:
                _ = row.town.name
            return row

        return self.life.desk.look(read)

    def _open(self, plan: Plan) -> None:
        case = self.life.opens(plan.severity, plan.ladder, plan.town)
        self.case_plans[case] = plan
        if plan.hold_days:
            self._in(plan, 1, lambda: self._do("clerk", chase.hold, case, plan.hold_days, "汛期抢险"))
        if self._look(Case, case).state is State.TRIAGE:  # nobody in the town would read it
            self._in(plan, 1, lambda: self._transfer(case, plan, plan.instead))
        elif plan.to_town not in ("", plan.town):
            self._at(self.life.clock() + timedelta(hours=1, seconds=30), lambda: self._hand_back(case, plan))
        elif plan.temper is Temper.PROMPT:
            self._at(self.life.clock() + timedelta(hours=2, seconds=30), lambda: self._accept(case, plan))
        elif plan.temper is Temper.SLOW or (plan.accepts and plan.accept_days < 3):
            self._in(plan, plan.accept_days, lambda: self._accept(case, plan))

    def _hand_back(self, case: int, plan: Plan) -> None:
        self._town_does(case, lambda chief: self._do(chief, cases.hand_back, case, "不属于本镇"))
        self._in(plan, 1, lambda: self._transfer(case, plan, plan.to_town))

    def _transfer(self, case: int, plan: Plan, to_town: str) -> None:
        town = self._look(Town, self.life.district.towns[to_town])
        self._do("clerk", lambda work, row, _: cases.transfer(work, row, work.session.get_one(Town, town.id)),
                 case, None)  # fmt: skip
        self._in(plan, max(1, plan.accept_days), lambda: self._accept(case, plan))

    def _accept(self, case: int, plan: Plan) -> None:
        self._town_does(case, lambda chief: self._accepted(chief, case, plan))

    def _accepted(self, chief: str, case: int, plan: Plan) -> None:
        self._do(chief, cases.accept, case)
        if plan.temper in (Temper.PROMPT, Temper.SLOW):
            done = plan.prove_days + plan.ask_days + plan.whistle_days
            self._in(plan, done, lambda: self._prove(case, plan, first=True))
        if plan.ask_days:
            self._in(plan, 1, lambda: self._ask(case, plan))
        if plan.whistle_days:
            self._in(plan, 1, lambda: self._blow(case, plan))
        if plan.by_hand:
            self._in(plan, 1, lambda: self._do("clerk", supervision.issue, case, "领导批示"))

    def _blow(self, case: int, plan: Plan) -> None:
        def blow(chief: str) -> None:
            if self._do(chief, whistles.blow, case, "请区水务局封堵上游排口"):
                whistle = (
                    self.life.desk.look(lambda work: work.session.scalar(select(func.max(Whistle.id)))) or 0
                )
                self._in(
                    plan, 1, lambda: self._did(_name, lambda: self._as_clerk(_name, whistle, plan.instead))
                )
                self._in(plan, 2, lambda: self._did(_answer, lambda: self._as_clerk(_answer, whistle)))
                self._in(
                    plan,
                    plan.whistle_days,
                    lambda: self._did(_close, lambda: self._as_clerk(_close, whistle)),
                )

        self._town_does(case, blow)

    def _as_clerk(self, step: Any, *args: Any) -> None:
        self.life.desk.do(step, *args)

    def _ask(self, case: int, plan: Plan) -> None:
        self._town_does(case, lambda chief: self._do(chief, extensions.ask, case, plan.ask_days, "连日降雨"))
        decide = (extensions.grant,) if plan.granted else (extensions.refuse, "条件已具备")
        self._in(plan, 1, lambda: self._do("clerk", decide[0], case, *decide[1:]))

    def _prove(self, case: int, plan: Plan, *, first: bool) -> None:
        self._town_does(case, lambda chief: self._proved(chief, case, plan, first=first))

    def _proved(self, chief: str, case: int, plan: Plan, *, first: bool) -> None:
        if self._look(Case, case).state is State.ASSIGNED:
            self._do(chief, cases.accept, case)
            self._note_promises()
        if self._do(chief, cases.prove, case, "清理完毕", 1):
            self.life.desk.do(lambda work: cases.proof_received(work, work.session.get_one(Case, case), ""))
            self._in(plan, plan.verify_days, lambda: self._verify(case, plan, first=first))

    def _verify(self, case: int, plan: Plan, *, first: bool) -> None:
        if first and plan.sent_back:
            self._do("clerk", cases.send_back, case, "还有垃圾")
            self._in(plan, 2, lambda: self._prove(case, plan, first=False))
        elif self._do("clerk", cases.verify, case) and plan.reopens and case not in self.reopened:
            self.reopened.add(case)
            self._in(plan, 2, lambda: self._reopen(case, plan))

    def _reopen(self, case: int, plan: Plan) -> None:
        self._do("clerk", cases.reopen, case, "现场又有垃圾")
        self._in(plan, plan.prove_days, lambda: self._prove(case, plan, first=False))

    def _react(self) -> None:
        """Who has just been ordered, called, referred does what the plan says."""
        for name, row_id, case in self.life.desk.look(_reached):
            if (name, row_id) not in self._seen:
                self._seen.add((name, row_id))
                plan = self.case_plans[case]
                {"order": self._ordered, "unanswered": self._chased, "talk": self._called,
                 "referral": self._referred}[name](row_id, case, plan)  # fmt: skip

    def _ordered(self, order: int, case: int, plan: Plan) -> None:
        if plan.temper in (Temper.PROMPT, Temper.SLOW, Temper.ORDERED):
            self._in(plan, plan.answer_days, lambda: self._answer(order, plan, first=True))
        if plan.temper is Temper.ORDERED:
            self._in(plan, plan.answer_days + 1, lambda: self._prove(case, plan, first=True))

    def _chased(self, order: int, case: int, plan: Plan) -> None:
        """It has been called to a talk for not answering."""
        if plan.temper is Temper.TALKED:
            self._in(plan, 4, lambda: self._answer(order, plan, first=True))
            self._in(plan, 5, lambda: self._prove(case, plan, first=True))

    def _answer(self, order: int, plan: Plan, *, first: bool) -> None:
        def answer(chief: str) -> None:
            self._did(supervision.answer,
                      lambda: self.life.orders(chief, supervision.answer, order, "已安排清理", 1))  # fmt: skip
            self._in(plan, 1, lambda: self._judge(order, plan, first=first))

        self._town_does(self._look(SupervisionOrder, order).case_id, answer)

    def _judge(self, order: int, plan: Plan, *, first: bool) -> None:
        if first and plan.answer_sent_back:
            self._did(supervision.send_back,
                      lambda: self.life.orders("clerk", supervision.send_back, order, "没有说明原因"))  # fmt: skip
            self._in(plan, 1, lambda: self._answer(order, plan, first=False))
        else:
            self._did(supervision.accept, lambda: self.life.orders("clerk", supervision.accept, order))

    def _called(self, talk: int, case: int, plan: Plan) -> None:
        self._in(plan, plan.date_days, lambda: self._date(talk, plan))

    def _date(self, talk: int, plan: Plan) -> None:
        meets = later(self.life.clock(), 2, 14 * 60, official_calendar())
        self._did(admonitions.set_date,
                  lambda: self.life.talks("clerk", admonitions.set_date, talk, meets, "河长办"))  # fmt: skip
        self._in(plan, 3, lambda: self._hold(talk, plan))

    def _hold(self, talk: int, plan: Plan) -> None:
        until = official_calendar().after(local_day(self.life.clock()), 6).on
        minutes = Minutes("周主任", ("镇长",), "谈话内容", "六个工作日内完成", until)
        self._did(admonitions.record_minutes,
                  lambda: self.life.talks("clerk", admonitions.record_minutes, talk, minutes))  # fmt: skip
        if plan.temper is not Temper.NEVER:
            self._in(plan, 5, lambda: self._did(
                admonitions.keep, lambda: self.life.talks("clerk", admonitions.keep, talk)))  # fmt: skip

    def _referred(self, referral: int, case: int, plan: Plan) -> None:
        self._in(plan, 2, lambda: self._did(
            referrals.send, lambda: self.life.refers("clerk", referrals.send, referral)))  # fmt: skip

    def _note_promises(self) -> None:
        """Which date of which case counts since now."""
        now = self.life.clock()
        for case, found in self.life.desk.look(_promises, self._versions):
            runs = self.ran.setdefault(case, [])
            last = runs[-1] if runs and runs[-1].until is None else None
            if last and found and last.is_the_same(found):
                continue
            if last:
                last.until = now
            if found:
                runs.append(found)


def next_due(work: Work) -> datetime | None:
    """The next instant at which the ladder wants something or a message may leave."""
    return min((at for at in work.connection.execute(_NEXT).one() if at is not None), default=None)


_NEXT = select(
    *(
        select(func.min(table.remind_at)).scalar_subquery()
        for table in (Case, Order, Admonition, Extension, Whistle, WhistleParty)
    ),
    select(func.min(Notification.next_try_at)).where(Notification.delivery.in_(WAITING)).scalar_subquery(),
)


def _post(work: Work) -> None:
    """The platform takes whatever it is given."""
    while taken := delivery.lease(work, 1000):
        for envelope in taken:
            delivery.sent(work, envelope, Channel.CUSTOMER_SERVICE, "")


def _promises(work: Work, known: dict[int, int]) -> list[tuple[int, Ran | None]]:
    """Of the cases that have changed since they were known."""
    found = work.connection.execute(select(Case.id, Case.version)).all()
    changed = {case: version for case, version in found if known.get(case) != version}
    known.update(changed)
    return [(case, _ran(work, work.session.get_one(Case, case))) for case in sorted(changed)]


def _ran(work: Work, case: Case) -> Ran | None:
    """The date that counts and runs now."""
    promise = None if case.is_paused else ladder.promise_of(case)
    if promise is None:
        return None
    asking = case.state is State.ACCEPTED and ladder.request_for_more(work, case) is not None
    return Ran(case.state.value, promise, work.now, asking=asking, held_until=case.held_until)


def _name(work: Work, whistle: int, town: str) -> None:
    found = work.session.get_one(Whistle, whistle)
    own = found.case.town.name if found.case is not None and found.case.town is not None else ""
    bodies = ["区水务局", *([town] if town != own else [])]
    whistle_help.name(work, found, whistle_parties.named(work, bodies))


def _answer(work: Work, whistle: int) -> None:
    for party in work.session.get_one(Whistle, whistle).parties:
        whistle_help.answer(work, party, "封堵排口", local_day(work.now))


def _close(work: Work, whistle: int) -> None:
    whistles.close(work, work.session.get_one(Whistle, whistle), "已封堵", solved=True)


def _reached(work: Work) -> list[tuple[str, int, int]]:
    reached = {
        "order": SupervisionOrder.state != OrderState.WITHDRAWN,
        "unanswered": SupervisionOrder.climbed == Rung.ADMONITION,
        "talk": Admonition.state == AdmonitionState.CALLED,
        "referral": Referral.id > 0,
    }
    return [
        (name, row_id, case_id)
        for name, table in (("order", SupervisionOrder), ("unanswered", SupervisionOrder), ("talk", Admonition),
                            ("referral", Referral))
        for row_id, case_id in work.connection.execute(
            select(table.id, table.case_id).where(reached[name]).order_by(table.id)
        )
    ]  # fmt: skip


def settle_towns(life: Life) -> None:
    """Ten towns, each with a chief who reads what is sent."""
    life.desk.do(_found_towns, life)
    for name in TOWNS:
        life.appoints(f"{name}长", Role.TOWN_CHIEF, name)


def _found_towns(work: Work, life: Life) -> None:
    for n, name in enumerate([*TOWNS, NOBODY_THERE], 11):
        town = Town(code=f"T{n}", name=name, kind="镇", since=None, until=None, position=n)
        work.session.add(town)
        work.session.flush()
        life.district.towns[name] = town.id
