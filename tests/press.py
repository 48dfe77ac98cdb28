"""A frozen month, the stand-in for the platform, and a printer between them: what tests of publishing stand on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from bot.access_token import MemoryTokens
from bot.conversation import Dispatcher
from bot.messages import parse
from bot.wechat import WeChat
from handlers import speech
from models.assessment import AssessmentState, ItemScore, MonthlyAssessment, TownScore
from models.notification import Notification
from models.publication import Publication
from models.registry import Town
from rules.months import Month
from scheduler.publish import publish_due
from scheduler.publish_steps import Printer
from services import publications
from services.desk import Desk, Work
from services.editions import Edition
from simulator.client import Platform
from simulator.server import Simulator
from tests.assessed_month import BOOK
from tests.conftest import Clock
from tests.district import lay_out

OCTOBER = Month(2026, 10)
PNG = b"\x89PNG\r\n\x1a\n"
PAGE = "https://heshao.example/ranking/2026-10"
SCORES = (("T2", "95.00", 1, "18.00"), ("T1", "92.50", 2, "17.50"), ("T3", "90.00", 3, "16.00"))


def an_edition(**changed: Any) -> Edition:
    """What goes to the platform, invented."""
    given: dict[str, Any] = {
        "title": "2026年10月河湖长制考核排名",
        "digest": "北仓镇第一",
        "pictures": {"ranking": PNG + b"ranking", "trend": PNG + b"trend"},
        "content_with": lambda urls: f'<p>正文</p><img src="{urls["ranking"]}"><img src="{urls["trend"]}">',
        "cover": PNG + b"cover",
        "ranking": PNG + b"ranking",
        "source_url": PAGE,
    }
    return Edition(**(given | changed))


def freeze(
    work: Work, month: str = "2026-10", revision: int = 1, reason: str = "", *, approved: bool = True
) -> int:
    """A month judged, and approved unless told otherwise; what it corrects is superseded."""
    for before in work.session.scalars(select(MonthlyAssessment).where(MonthlyAssessment.month == month)):
        before.state = AssessmentState.SUPERSEDED
    row = MonthlyAssessment(
        month=month, revision=revision, state=AssessmentState.DRAFT, rulebook="测试办法", drafted_by="系统",
        rulebook_text=BOOK, drafted_at=work.now, approved_by="郑科员", approved_at=work.now,
        reason=reason, digest="0" * 64,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    for position, (code, score, place, points) in enumerate(SCORES):
        town = work.session.scalars(select(Town).where(Town.code == code)).one()
        work.session.add(
            TownScore(
                assessment_id=row.id, town_id=town.id, town_code=code, town_name=town.name, position=position, grade="合格",
                score=Decimal(score), place=place, previous_place=None,
            )
        )  # fmt: skip
        for n, (key, name, weight, got) in enumerate(
            (("rectification", "问题整改", "20", points), ("daily", "日常管护", "20", "19.00"))
        ):
            work.session.add(
                ItemScore(
                    assessment_id=row.id, town_id=town.id, item=key, item_name=name, position=n, source=key,
                    weight=Decimal(weight), points=Decimal(got), numerator=Decimal(9), denominator=Decimal(10),
                )
            )  # fmt: skip
    work.session.flush()
    if approved:
        row.state = AssessmentState.FROZEN
    return row.id


@dataclass
class Press:
    """The Office, the platform, and time that passes for both."""

    desk: Desk
    clock: Clock
    sim: Simulator
    compose: Callable[[Work, int], Edition] = lambda work, number: an_edition()
    dispatcher: Dispatcher = field(default_factory=speech.dispatcher)
    heard: int = 0

    def __post_init__(self) -> None:
        self.platform = Platform(self.sim.url)
        self.platform.stand_still()
        self.platform.start_at(int(self.clock().timestamp()))
        account = self.sim.world.account
        self.wechat = WeChat(
            account.appid, account.secret, tokens=MemoryTokens(self.clock), clock=self.clock,
            api_base=self.sim.url, timeout=(1, 5),
        )  # fmt: skip

    def printer(self, desk: Any = None) -> Printer:
        """Publishes over this desk."""
        return Printer(
            desk or self.desk, self.wechat, lambda over, number: over.look(self.compose, number), self.clock
        )  # fmt: skip

    def runs(self) -> int:
        """The job, once; how many steps it took."""
        return publish_due(self.printer())

    def wants(self, channel: str = "freepublish", **how: Any) -> int:
        """October is to be published."""
        return self.desk.do(lambda work: publications.publish(work, OCTOBER, "周科员", channel, **how).id)

    def later(self, **span: float) -> None:
        """Time passes, for us and for the platform."""
        before = self.clock()
        self.clock.forward(**span)
        self.platform.advance(int((self.clock() - before).total_seconds()))

    def hears(self) -> list[str]:
        """The platform's events reach us; their names."""
        self.platform.settle()
        names = []
        for push in self.platform.pushes(self.heard):
            self.heard = max(self.heard, push["id"])
            self.desk.do(self.dispatcher.answer, parse(push["plaintext"].encode()))
            names.append(push["event"])
        return names

    def row(self) -> Publication:
        """The newest publication."""
        with self.desk.reading() as work:
            return work.session.scalars(select(Publication).order_by(Publication.id.desc()).limit(1)).one()

    @property
    def rows(self) -> list[Publication]:
        """All publications."""
        with self.desk.reading() as work:
            return list(work.session.scalars(select(Publication).order_by(Publication.id)))

    def told(self, *sentences: str) -> list[tuple[str, dict[str, Any]]]:
        """Who was told what: the person's name (nothing for a follower), and what is said."""
        with self.desk.reading() as work:
            rows = work.session.scalars(select(Notification).order_by(Notification.id))
            return [
                (row.person.name if row.person else "", row.says) for row in rows if row.sentence in sentences
            ]

    def asked(self, path: str) -> int:
        """How often the platform was asked for this."""
        return len(self.platform.calls(path=f"/cgi-bin/{path}"))


def set_up(desk: Desk, clock: Clock, sim: Simulator) -> Press:
    """October frozen, on Monday 2026-11-09, 9 o'clock in China."""
    clock.set(datetime(2026, 11, 9, 1, 0, tzinfo=UTC))
    lay_out(desk)
    desk.do(freeze)
    return Press(desk, clock, sim)
