"""Whatever happens to cases, in whatever order: a date always stands for what is owed, and a month stays as it was."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from models.case import Case
from models.handling import Duty, DutyKind
from models.registry import Town
from models.report import Rating, Source, unanswered_of
from models.supervision import open_orders_of
from models.whistle import open_whistle_of
from rules.deadlines import Severity
from rules.lifecycle import State
from rules.refusal import Refusal
from services import cases, extensions, falsification, figures, supervision, whistles
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.month_life import NOVEMBER, MonthLife, month_life, received, refused
from tests.town_life import china

Move = Callable[[MonthLife, Random, int], Any]


def _chief(life: MonthLife, case_id: int) -> str:
    with life.desk.reading() as work:
        town = work.session.get_one(Case, case_id).town
        return "chief2" if town is not None and town.name == "北仓镇" else "chief"


def _proves(life: MonthLife, random: Random, case: int) -> None:
    life.does(_chief(life, case), cases.prove, case, "清理完毕", 1)
    life.clock.forward(hours=random.randrange(30))
    (received if random.random() < 0.7 else refused)(life, case)


def _transfers(work: Work, case: Case, town_id: int) -> None:
    cases.transfer(work, case, work.session.get_one(Town, town_id))


def _on_order(life: MonthLife, name: str, case: int, step: Any, *args: Any) -> None:
    with life.desk.reading() as work:
        held = work.session.scalar(open_orders_of(case))
    if held is None:
        raise Refusal("没有督办单")
    life.orders(name, step, held.id, *args)


def _ends_whistle(work: Work, case: Case, closes: bool) -> None:
    held = work.session.scalar(open_whistle_of(case.id))
    if held is None:
        raise Refusal("没有吹哨")
    if closes:
        whistles.close(work, held, "已封堵", solved=True)
    else:
        whistles.withdraw(work, held, "已自行解决")


def _rates(life: MonthLife, case: int, rating: Rating) -> None:
    with life.desk.reading() as work:
        waiting = work.session.scalar(unanswered_of(case))
    if waiting is None:
        raise Refusal("没有要评价的")
    life.rates(case, rating, "原因")


ALL: list[Move] = [
    lambda life, random, case: life.does(_chief(life, case), cases.accept, case),
    lambda life, random, case: life.does(_chief(life, case), cases.accept, case),
    _proves,
    _proves,
    lambda life, random, case: life.does("clerk", cases.verify, case),
    lambda life, random, case: life.does("clerk", cases.send_back, case, "仍有垃圾"),
    lambda life, random, case: life.does(_chief(life, case), cases.hand_back, case, "不是我们的"),
    lambda life, random, case: life.does(
        "clerk", _transfers, case, life.district.towns[random.choice(["天穆镇", "北仓镇"])]
    ),
    lambda life, random, case: life.does("clerk", cases.decline, case, "不属于"),
    lambda life, random, case: life.does("clerk", cases.reopen, case, "重开"),
    lambda life, random, case: life.does("clerk", cases.change_severity, case, random.choice(list(Severity))),
    lambda life, random, case: life.does(_chief(life, case), extensions.ask, case, 2, "下雨"),
    lambda life, random, case: life.does("clerk", extensions.grant, case),
    lambda life, random, case: life.does("clerk", extensions.refuse, case, "不准"),
    lambda life, random, case: life.does(_chief(life, case), whistles.blow, case, "请协助"),
    lambda life, random, case: life.does("clerk", _ends_whistle, case, random.random() < 0.5),
    lambda life, random, case: life.does("clerk", supervision.issue, case, "督办"),
    lambda life, random, case: _on_order(life, _chief(life, case), case, supervision.answer, "正在办", 1),
    lambda life, random, case: _on_order(life, "clerk", case, supervision.send_back, "不清楚"),
    lambda life, random, case: _on_order(life, "clerk", case, supervision.withdraw, "撤销"),
    lambda life, random, case: life.does("clerk", falsification.found, case, "照片不是该处"),
    lambda life, random, case: _rates(life, case, random.choice(list(Rating))),
]  # fmt: skip


def plays(life: MonthLife, random: Random, until: str) -> None:
    """Anybody does anything until then; what is refused has not happened."""
    while life.clock() < china(until):
        opened = life_cases(life)
        if len(opened) < 6 or random.random() < 0.05:
            handed = random.choice([None, None, Source.INSPECTION])
            life.reported(random.choice(["天穆镇", "北仓镇"]), by=f"r{random.random()}", handed_down=handed)
        else:
            with suppress(Refusal):
                random.choice(ALL)(life, random, random.choice(opened))
        life.clock.at += timedelta(minutes=random.randrange(20, 700))
        check(life)


def life_cases(life: MonthLife) -> list[int]:
    with life.desk.reading() as work:
        return list(work.session.scalars(select(Case.id).order_by(Case.id)))


def check(life: MonthLife) -> None:
    """Of each case one date stands where its town has something to do and its clock runs; else none."""
    with life.desk.reading() as work:
        for case in work.session.scalars(select(Case)):
            rows = select(Duty).where(
                Duty.case_id == case.id,
                Duty.kind.in_([DutyKind.ACCEPT, DutyKind.RECTIFY]),
                Duty.ended_at.is_(None),
            )
            standing = work.session.scalars(rows).all()
            owes = case.state in (State.ASSIGNED, State.ACCEPTED) and not case.is_paused
            assert [duty.town_id for duty in standing] == ([case.town_id] if owes else []), case.number
            if owes and case.late_from is None:
                assert standing[0].due_at == case.due_at


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_any_life_leaves_the_month_as_it_was(desk: Desk, clock: Clock, seed: int) -> None:
    life, random = month_life(desk, clock), Random(seed)
    plays(life, random, "2026-12-01 00:00")
    life.clock.set(NOVEMBER.ends)
    before = life.figures(figures.SOURCES)
    assert sum(figure.denominator or 0 for figure in before) > 10
    plays(life, random, "2026-12-12 00:00")
    assert life.figures(figures.SOURCES) == before
