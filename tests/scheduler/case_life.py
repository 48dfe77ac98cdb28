"""Draws the messages of one case over its whole life, as the product itself owed and worded them.

    python -m tests.scheduler.case_life docs/pictures/case-life.svg

A report that its town takes on and then leaves lying: every rung, the order, the talk, and at last the proof.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from alembic import command as alembic
from sqlalchemy import select

import models.tables  # noqa: F401 - declares every table
from config import load
from handlers import notices
from models.case import Case
from models.engine import make_engine
from models.notification import Channel
from rules.deadlines import Severity
from rules.escalation import RUNG_NAMES
from rules.roles import Role
from rules.workdays import CHINA
from services import cases, delivery, people
from services.case_links import CaseLinks
from services.desk import Desk, Work
from services.rulebook import rulebook_from
from services.schema import alembic_config
from tests.conftest import ROOT, Clock
from tests.district import lay_out
from tests.scheduler.quarter import Quarter
from tests.scheduler.quarter_plans import Plan, Temper
from tests.services.rows import another_report
from tests.town_life import Life, china

COLUMNS = {"居民": 150, "镇级河长、联络员": 590, "区级河长": 1030, "河长办": 1470}
WIDTH, COLUMN, LINE, LETTERS = 1880, 420, 19, 27
COLOURS = {"居民": "#e8f3ff", "镇级河长、联络员": "#fff6e0", "区级河长": "#f2e9ff", "河长办": "#e9f7ea"}


@dataclass(frozen=True)
class Told:
    """One message, once for all who got the same at the same time."""

    at: datetime
    to: str
    words: str


class CaseLife(Quarter):
    """One case whose messages are kept as they leave."""

    def told(self) -> list[Told]:
        self.kept: list[Told] = []
        self.replay()
        return list(dict.fromkeys(self.kept))

    def sweep(self) -> None:
        self.life.desk.do(_leaving, self.kept)
        super().sweep()
        self.life.desk.do(_leaving, self.kept)

    def post(self, work: Work) -> None:
        _leaving(work, self.kept)


def _leaving(work: Work, kept: list[Told]) -> None:
    while taken := delivery.lease(work, 1000):
        for envelope in taken:
            who = {"town": "镇级河长、联络员", "office": "河长办"}.get(envelope.sentence.split("_")[0], "居民")
            who = "区级河长" if envelope.sentence == "town_order_copy" else who
            kept.append(Told(work.now, who, notices.sentence(envelope, "", "12345")))
            delivery.sent(work, envelope, Channel.CUSTOMER_SERVICE, "")


def lived(folder: Path) -> list[Told]:
    """The life of the case in a database of its own."""
    url = f"sqlite:///{folder / 'heshao.db'}"
    alembic.upgrade(alembic_config(url), "head")
    engine = make_engine(url)
    links, woken = CaseLinks("https://heshao.example", lambda: "a picture"), list[str]()
    clock = Clock(china("2026-11-20 10:00"))
    rulebook = rulebook_from(load(ROOT / "config.example.toml", {}))
    desk = Desk(engine, clock, rulebook, Random(1), woken.append, links)
    life = Life(desk, clock, lay_out(desk))
    life.appoints("张区长", Role.DISTRICT_CHIEF)
    plan = Plan(
        town="天穆镇", severity=Severity.ORDINARY, ladder="", opens_at=china("2026-11-23 10:00"),
        temper=Temper.TALKED, minute=10 * 60, accept_days=1, accepts=True, prove_days=0, sent_back=False,
        verify_days=1, answer_days=1, answer_sent_back=False, ask_days=0, granted=False, by_hand=False,
        to_town="", date_days=1,
    )  # fmt: skip
    told = _Reported(life, [plan]).told()
    engine.dispose()
    return told


class _Reported(CaseLife):
    """A resident has reported it; the chief of this district is called chief."""

    def _open(self, plan: Plan) -> None:
        super()._open(plan)
        self.life.desk.do(_reported)

    def _chief(self, case_id: int) -> str:
        return "chief"

    def _answer(self, order: int, plan: Plan, *, first: bool) -> None:
        self.life.appoints_as("天穆镇长", "chief")
        super()._answer(order, plan, first=first)


def _reported(work: Work) -> None:
    case = work.session.scalars(select(Case)).one()
    follower = people.follower(work, "o-resident")
    another_report(work, case.id, follower, "12345678", "河边倒了一车建筑垃圾")
