"""Any sequence of any messages of anybody: nothing raises, nobody reads another's words, no report is lost.

Short and always the same in the suite; `make fuzz` (HESHAO_TEST_CONVERSATIONS=60) goes on for longer, at random.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, event, select

import config
from bot.messages import (
    Click,
    Follow,
    Link,
    Located,
    Message,
    Photo,
    PhotoMenu,
    Place,
    Said,
    Scan,
    Text,
    Unfollow,
    Unsupported,
    Video,
    Voice,
)
from handlers import notices, speech
from models.conversation import Conversation
from models.engine import make_engine
from models.evidence import Evidence
from models.follower import Follower
from models.notification import Channel
from models.report import Report
from rules.privacy import without_telephone
from scheduler.drafts import end_silent_drafts
from scheduler.ratings import close_ratings
from services import delivery, evidence
from services.case_links import CaseLinks
from services.delivery import Envelope
from services.desk import Desk, Work
from services.photographs import Examined
from services.rulebook import rulebook_from
from tests.conftest import EMPTY, Clock
from tests.district import BORDER, gcj, lay_out, north_of_the_river

CONVERSATIONS = int(os.environ.get("HESHAO_TEST_CONVERSATIONS", "0"))
RESIDENTS = ("li", "wang", "zhao", "volunteer")
STAFF = ("chief", "liaison", "chief2", "clerk", "clerk2", "general")
RESIDENT, ANYBODY = st.sampled_from(RESIDENTS), st.sampled_from(RESIDENTS + STAFF)
PLACES = [
    north_of_the_river(30), north_of_the_river(60, 117.1105), north_of_the_river(10, BORDER),
    north_of_the_river(30, 117.13), north_of_the_river(30, 117.15), north_of_the_river(600), north_of_the_river(9000),
]  # fmt: skip
NUMBER = st.sampled_from(["1", "2", "3", "２", "2026-0001", "2026-0002", "99", ""])
DEEDS = st.sampled_from([
    "受理 {0}", "退回 {0} 不归我们管", "追问 {0} 在桥的哪一侧？", "详情 {0}", "照片 {0}", "办结 {0}", "办结 {0} 清理完了",
    "延期 {0} 3 需要设备", "批准 {0}", "不准 {0} 抓紧", "复核 {0} 通过", "复核 {0} 不通过 还有", "转派 {0} 北仓镇",
    "转派 {0} 小淀镇", "核对 {0}", "不属于 {0} 是私人鱼塘", "重开 {0} 又有了", "改级 {0} 紧急", "改级 {0} 一般", "改类 {0} 违建",
    "查 {0}", "催办 {0} 抓紧", "督办 {0} 拖得太久", "撤销督办 {0} 已整改", "答复 {0}", "审核 {0} 通过", "造假 {0} 照片是旧的",
    "暂缓 {0} 3 等设备", "约谈 {0} 屡次逾期", "吹哨 {0} 需要城管来", "指派 {0} 城管", "移送 {0} 拒不整改", "纪要 {0}",
])  # fmt: skip
PLAIN = st.sampled_from([
    "提交", "提交", "提交", "取消", "1", "2", "３", "9", "改地点", "改照片", "改说明", "改类别", "进度", "补充", "撤回", "满意",
    "不满意", "基本满意", "不满意 还是很臭", "帮助", "更多", "待办", "汇总", "绑定 ABCDEFGH", "代报", "市级反馈", "延期申请",
    "我要举报", "北运河", "北运河天穆镇段", "电话 13812345678", "姓名 张三", "在桥北边", "谢谢", "", "🐟", "救命有人落水",
])  # fmt: skip
TICKET = re.compile(r"提交成功，编号 ([0-9-]{8,32})")


def marks_of(name: str) -> tuple[str, str]:
    """What only this resident ever writes: in words, and on a place."""
    return f"密语·{name}·", f"密址·{name}·"


class Everybody(RuleBasedStateMachine):
    """A district in which anybody may say anything at any time."""

    begin: Callable[[Clock], Desk]
    end: Callable[[Desk], None]

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.desk = type(self).begin(self.clock)
        lay_out(self.desk)
        self.dispatcher = speech.dispatcher()
        self.serial = 0
        self.sent: list[tuple[Message, str]] = []
        self.told: dict[str, tuple[str, list[str]]] = {}
        """By ticket: the words and media that were in the draft when it was handed in."""

    @rule(
        name=RESIDENT,
        about=st.sampled_from(["河边有垃圾", "好多死鱼", "有人违建", "水发黑", "在桥北边", "还没弄好"]),
    )
    def a_resident_writes(self, name: str, about: str) -> None:
        self.says(name, Text(f"{about}{marks_of(name)[0]}"))

    @rule(name=ANYBODY, words=PLAIN)
    def somebody_says(self, name: str, words: str) -> None:
        self.says(name, Text(words))

    @rule(
        name=RESIDENT, words=st.sampled_from(["补充 {0}", "进度 {0}", "撤回 {0}", "满意 {0}"]), data=st.data()
    )
    def a_resident_names_a_ticket(self, name: str, words: str, data: st.DataObject) -> None:
        """Their own, or somebody else's."""
        self.says(name, Text(words.format(data.draw(st.sampled_from(["1", *self.told])))))

    @rule(name=st.sampled_from(STAFF), deed=DEEDS, number=NUMBER)
    def an_official_acts(self, name: str, deed: str, number: str) -> None:
        self.says(name, Text(deed.format(number)))

    @rule(name=RESIDENT, deed=DEEDS, number=NUMBER)
    def a_resident_tries_what_officials_may(self, name: str, deed: str, number: str) -> None:
        self.says(name, Text(deed.format(number)))

    @rule(name=ANYBODY, count=st.integers(1, 3), late=st.integers(0, 90))
    def somebody_sends_photos(self, name: str, count: int, late: int) -> None:
        for _ in range(count):
            self.says(name, Photo(f"media-{name}-{self.serial}"), late)

    @rule(name=ANYBODY, where=st.sampled_from(PLACES))
    def somebody_sends_a_place(self, name: str, where: Any) -> None:
        longitude, latitude = gcj(where.longitude, where.latitude)
        label = marks_of(name)[1] if name in RESIDENTS else ""
        self.says(name, Place(latitude, longitude, label))

    @rule(name=RESIDENT, where=st.sampled_from(PLACES[:3]), about=st.sampled_from(["河边有垃圾", "好多死鱼"]))
    def a_resident_reports(self, name: str, where: Any, about: str) -> None:
        self.somebody_sends_photos(name, 1, 0)
        self.somebody_sends_a_place(name, where)
        self.a_resident_writes(name, about)
        self.says(name, Text("提交"))

    @rule(
        words=st.sampled_from(
            [("受理 1",), ("追问 1 哪一侧？",), ("受理 1", "办结 1", "提交"), ("退回 1 不归我们",)]
        )
    )
    def a_town_works(self, words: tuple[str, ...]) -> None:
        """Accept, ask, return, or prove with a photograph that arrives."""
        for word in ("待办", *words):
            if word == "提交":
                self.somebody_sends_photos("chief", 1, 0)
            self.says("chief", Text(word))
        self.photos_arrive()

    @rule(
        word=st.sampled_from(["复核 1 通过", "复核 1 不通过 还有", "转派 1 北仓镇", "重开 1 又有了", "督办 1 太久"]),
        then=st.sampled_from(["满意", "不满意 还是很臭", "进度", "补充 1 又来了"]), name=RESIDENT,
    )  # fmt: skip
    def the_office_decides(self, word: str, then: str, name: str) -> None:
        """… and a resident has something to say to it."""
        self.says("clerk", Text("待办"))
        self.says("clerk", Text(word))
        self.says(name, Text(then + (marks_of(name)[0] if " " in then else "")))

    @rule(name=ANYBODY, said=st.sampled_from([
        Click("REPORT"), Click("PROGRESS"), Click("TODO"), Click("nobody's"), Scan("board_BY-01"), Scan("x"), Follow(),
        Follow("board_BY-01"), Voice("v", "河边有垃圾"), Voice("v"), Video("f", "t"), Link("题", "", "http://a"),
        Unsupported("sticker"), PhotoMenu(2), Located(39.2, 117.1), Place(0, 0), Place(117.1, 39.2),
    ]))  # fmt: skip
    def something_else_comes(self, name: str, said: Said) -> None:
        self.says(name, said)

    @rule(name=RESIDENT)
    def a_resident_leaves(self, name: str) -> None:
        self.says(name, Unfollow())

    @rule(back=st.integers(1, 12))
    def the_platform_sends_again(self, back: int) -> None:
        if len(self.sent) >= back:
            message, reply = self.sent[-back]
            assert self.desk.do(self.dispatcher.answer, message).reply == reply

    @rule(minutes=st.sampled_from([1, 30, 130, 60 * 24, 60 * 24 * 8]))
    def time_passes(self, minutes: int) -> None:
        self.clock.forward(minutes=minutes)
        end_silent_drafts(self.desk)
        close_ratings(self.desk)

    @rule()
    def photos_arrive(self) -> None:
        for piece in self.desk.do(evidence.lease, 100):
            self.serial += 1
            self.desk.do(evidence.arrived, piece.id, examined(self.serial))

    @rule()
    def messages_go_out(self) -> None:
        for envelope in self.desk.do(delivery.lease, 200):
            self.check(envelope.openid, notices.sentence(envelope, "https://heshao.example/c/x", "12345"))
            self.desk.do(handed_over, envelope)

    def says(self, name: str, said: Said, late: int = 0) -> None:
        """Say it, and look at the answer."""
        self.serial += 1
        sent_at = self.clock() - timedelta(seconds=late)
        message = Message(f"o-{name}", "gh_0", sent_at, said, f"key-{self.serial}")
        draft = self.desk.look(draft_of, message.openid)
        reply = self.desk.do(self.dispatcher.answer, message).reply
        self.sent.append((message, reply))
        self.check(message.openid, reply)
        ticket = TICKET.search(reply)
        if ticket:
            media = [entry["media_id"] for entry in draft.get("sent", [])]
            self.told[ticket[1]] = without_telephone(draft.get("words", "")), media

    def check(self, openid: str | None, reply: str) -> None:
        """Nobody's name on the platform is told to anybody; a resident reads no other resident's words or place."""
        assert len(reply.encode()) <= 2048
        assert not re.search(r"o-(li|wang|zhao|chief|clerk|liaison)", reply)
        for name in RESIDENTS:
            if openid in {f"o-{other}" for other in RESIDENTS} - {f"o-{name}"}:
                assert not [mark for mark in marks_of(name) if mark in reply]

    @invariant()
    def no_report_is_lost(self) -> None:
        with self.desk.reading() as work:
            found = {ticket: self.kept(work, ticket) for ticket in self.told}
        assert found == self.told

    def kept(self, work: Work, ticket: str) -> tuple[str, list[str]] | None:
        """The words of this report, and what was sent with it, in order; what came later is beside it."""
        report = work.session.scalar(select(Report).where(Report.ticket == ticket))
        if report is None:
            return None
        media = work.session.scalars(
            select(Evidence.media_id).where(Evidence.report_id == report.id).order_by(Evidence.id)
        )
        return report.words, list(media)[: len(self.told[ticket][1])]

    def teardown(self) -> None:
        try:
            for name in RESIDENTS:  # whatever has happened, everybody asks for what is theirs
                for words in ("取消", "进度", "进度 1", "补充 1", "撤回", "满意"):
                    self.says(name, Text(words))
            self.messages_go_out()
        finally:
            type(self).end(self.desk)


def draft_of(work: Work, openid: str) -> dict[str, Any]:
    """What this person has put together so far."""
    mine = select(Conversation).join(Follower, Follower.id == Conversation.follower_id)
    talk = work.session.scalar(mine.where(Follower.openid == openid))
    return dict(talk.draft) if talk else {}


def handed_over(work: Work, envelope: Envelope) -> None:
    delivery.sent(work, envelope, Channel.CUSTOMER_SERVICE, "")


def hurried(connection: Any, _record: object) -> None:
    """Nothing here is about the power being cut."""
    connection.execute("PRAGMA synchronous=OFF")


def examined(number: int) -> Examined:
    return Examined(
        digest=f"{number:064x}", content_type="image/jpeg", bytes_count=1, width=8, height=6,
        perceptual=f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}", taken_at=None, taken_longitude=None,
        taken_latitude=None, large=b"", small=b"",
    )  # fmt: skip


@contextmanager
def emptied(engine: Engine, migrated: Path, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """An empty database as often as one is asked for."""
    if engine.dialect.name == "sqlite":
        number = iter(range(10**6))

        def copied() -> Engine:
            path = tmp_path / f"everybody-{next(number)}.db"
            shutil.copy(migrated, path)
            made = make_engine(f"sqlite:///{path}")
            event.listen(made, "connect", hurried)
            return made

        yield copied
        return

    def wiped() -> Engine:
        with engine.begin() as connection:
            connection.exec_driver_sql(EMPTY)
        return engine

    yield wiped


def test_any_sequence_of_any_messages(
    engine: Engine, migrated: Path, tmp_path: Path, example: config.Config
) -> None:
    rulebook = rulebook_from(example)
    links = CaseLinks("https://heshao.example", lambda: "a key for tests")
    with emptied(engine, migrated, tmp_path) as fresh:

        def begin(clock: Clock) -> Desk:
            return Desk(fresh(), clock, rulebook, Random(1), lambda worker: None, links)

        def end(desk: Desk) -> None:
            if desk.engine.dialect.name == "sqlite":
                desk.engine.dispose()
                Path(desk.engine.url.database or "").unlink()

        machine = type("Everybody", (Everybody,), {"begin": staticmethod(begin), "end": staticmethod(end)})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=CONVERSATIONS or 8,
                stateful_step_count=80 if CONVERSATIONS else 30,
                derandomize=not CONVERSATIONS,
                deadline=None,
                phases=(Phase.generate, Phase.shrink) if CONVERSATIONS else (Phase.generate,),  # fail at once
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
