"""A simulated quarter: seeded plans replayed on a clock that jumps to whatever is due next, the scheduler now and
then dead. People go on while it is."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import func, select

from models.admonition import Admonition, Referral
from models.case import Case
from models.notification import WAITING, Channel, Notification
from models.registry import Town
from models.supervision import SupervisionOrder
from rules.escalation import Promise, Rung
from rules.lifecycle import State
from rules.refusal import Refusal
from rules.roles import Role
from rules.supervision import AdmonitionState, OrderState
from rules.workdays import local_day
from scheduler.digest import send_digests
from scheduler.remind import remind
from services import admonitions, cases, delivery, extensions, ladder, referrals, supervision
from services.admonitions import Minutes
from services.almanac import official_calendar
from services.desk import Work
from tests.scheduler.quarter_plans import MINUTE, Plan, Temper, later
from tests.town_life import Life

TOWNS = [f"第{n}镇" for n in range(1, 11)]
Dead = list[tuple[datetime, datetime]]


@dataclass
class Ran:
    """A date of a case while it counted: from when until when, and in which state."""

    standing: str
    promise: Promise
    since: datetime
    until: datetime | None = None


@dataclass
class Quarter:
    """The plans, replayed: `sweeps` and `deeds` say when what was done."""

    life: Life
    plans: Iterable[Plan]
    dead: Dead = field(default_factory=list)
    every_minute: tuple[datetime, datetime] | None = None
    """In this stretch nothing is jumped over."""
    case_plans: dict[int, Plan] = field(default_factory=dict)
    ran: dict[int, list[Ran]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    deeds: int = 0
    sweeps: int = 0
    _heap: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _order: Any = field(default_factory=count)
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def replay(self) -> None:
        """Until nobody has anything left to do."""
        for plan in self.plans:
            self._at(plan.opens_at, partial(self._open, plan))
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

    def _chief(self, case_id: int) -> str:
        return f"{self._look(Case, case_id).town.name}长"

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
        if plan.to_town not in ("", plan.town):
            self._at(self.life.clock() + timedelta(hours=1, seconds=30), lambda: self._hand_back(case, plan))
        elif plan.temper is Temper.PROMPT:
            self._at(self.life.clock() + timedelta(hours=2, seconds=30), lambda: self._accept(case, plan))
        elif plan.temper is Temper.SLOW or (plan.accepts and plan.accept_days < 3):
            self._in(plan, plan.accept_days, lambda: self._accept(case, plan))

    def _hand_back(self, case: int, plan: Plan) -> None:
        self._do(self._chief(case), cases.hand_back, case, "不属于本镇")
        self._in(plan, 1, lambda: self._transfer(case, plan))

    def _transfer(self, case: int, plan: Plan) -> None:
        town = self._look(Town, self.life.district.towns[plan.to_town])
        self._do("clerk", lambda work, row, _: cases.transfer(work, row, work.session.get_one(Town, town.id)),
                 case, None)  # fmt: skip
        self._in(plan, max(1, plan.accept_days), lambda: self._accept(case, plan))

    def _accept(self, case: int, plan: Plan) -> None:
        self._do(self._chief(case), cases.accept, case)
        if plan.temper in (Temper.PROMPT, Temper.SLOW):
            self._in(plan, plan.prove_days + plan.ask_days, lambda: self._prove(case, plan, first=True))
        if plan.ask_days:
            self._in(plan, 1, lambda: self._ask(case, plan))
        if plan.by_hand:
            self._in(plan, 1, lambda: self._do("clerk", supervision.issue, case, "领导批示"))

    def _ask(self, case: int, plan: Plan) -> None:
        self._do(self._chief(case), extensions.ask, case, plan.ask_days, "连日降雨")
        decide = (extensions.grant,) if plan.granted else (extensions.refuse, "条件已具备")
        self._in(plan, 1, lambda: self._do("clerk", decide[0], case, *decide[1:]))

    def _prove(self, case: int, plan: Plan, *, first: bool) -> None:
        if self._look(Case, case).state is State.ASSIGNED:
            self._do(self._chief(case), cases.accept, case)
            self._note_promises()
        if self._do(self._chief(case), cases.prove, case, "清理完毕", 1):
            self.life.desk.do(lambda work: cases.proof_received(work, work.session.get_one(Case, case), ""))
            self._in(plan, plan.verify_days, lambda: self._verify(case, plan, first=first))

    def _verify(self, case: int, plan: Plan, *, first: bool) -> None:
        if first and plan.sent_back:
            self._do("clerk", cases.send_back, case, "还有垃圾")
            self._in(plan, 2, lambda: self._prove(case, plan, first=False))
        else:
            self._do("clerk", cases.verify, case)

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
        town = self._look(Case, self._look(SupervisionOrder, order).case_id)
        serial, who = order, f"{town.town.name}长"
        self._did(
            supervision.answer, lambda: self.life.orders(who, supervision.answer, serial, "已安排清理", 1)
        )
        self._in(plan, 1, lambda: self._judge(order, plan, first=first))

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
        for case, standing, promise in self.life.desk.look(_promises):
            runs = self.ran.setdefault(case, [])
            last = runs[-1] if runs and runs[-1].until is None else None
            if last and promise and (last.standing, last.promise) == (standing, promise):
                continue
            if last:
                last.until = now
            if promise:
                runs.append(Ran(standing, promise, now))


def next_due(work: Work) -> datetime | None:
    """The next instant at which the ladder wants something or a message may leave."""
    wanted = [work.session.scalar(select(func.min(table.remind_at)))
              for table in (Case, SupervisionOrder, Admonition)]  # fmt: skip
    waiting = select(func.min(Notification.next_try_at)).where(Notification.delivery.in_(WAITING))
    return min((at for at in [*wanted, work.session.scalar(waiting)] if at is not None), default=None)


def _post(work: Work) -> None:
    """The platform takes whatever it is given."""
    while taken := delivery.lease(work, 1000):
        for envelope in taken:
            delivery.sent(work, envelope, Channel.CUSTOMER_SERVICE, "")


def _promises(work: Work) -> list[tuple[int, str, Promise | None]]:
    found = work.session.scalars(select(Case).order_by(Case.id))
    return [(case.id, case.state.value, ladder.promise_of(case)) for case in found]


def _reached(work: Work) -> list[tuple[str, int, int]]:
    orders = work.session.scalars(select(SupervisionOrder).order_by(SupervisionOrder.id)).all()
    talks = work.session.scalars(select(Admonition).order_by(Admonition.id))
    sent = work.session.scalars(select(Referral).order_by(Referral.id))
    return [
        *(("order", o.id, o.case_id) for o in orders if o.state is not OrderState.WITHDRAWN),
        *(("unanswered", o.id, o.case_id) for o in orders if o.climbed is Rung.ADMONITION),
        *(("talk", t.id, t.case_id) for t in talks if t.state is AdmonitionState.CALLED),
        *(("referral", r.id, r.case_id) for r in sent),
    ]


def settle_towns(life: Life) -> None:
    """Ten towns, each with a chief who reads what is sent."""
    life.desk.do(_found_towns, life)
    for name in TOWNS:
        life.appoints(f"{name}长", Role.TOWN_CHIEF, name)


def _found_towns(work: Work, life: Life) -> None:
    for n, name in enumerate(TOWNS, 11):
        town = Town(code=f"T{n}", name=name, kind="镇", since=None, until=None, position=n)
        work.session.add(town)
        work.session.flush()
        life.district.towns[name] = town.id
