"""Draws the messages of one case over its whole life, as the product itself owed and worded them.

    python -m tests.scheduler.case_life docs/pictures/case-life.svg

A resident's report that its town takes on and then leaves lying: every rung, the order, the talk, at last the proof.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from html import escape
from pathlib import Path
from random import Random

from alembic import command as alembic

import models.tables  # noqa: F401 - declares every table
from config import load
from handlers import notices
from models.engine import make_engine
from models.follower import Follower
from models.notification import Channel
from rules.roles import Role
from rules.workdays import CHINA
from scheduler.remind import remind
from services import admonitions, cases, delivery, people, supervision
from services.admonitions import Minutes
from services.case_links import CaseLinks
from services.desk import Desk, Work
from services.rulebook import rulebook_from
from services.schema import alembic_config
from tests.conftest import ROOT, Clock
from tests.district import lay_out
from tests.scheduler.quarter import next_due
from tests.services.rows import another_report
from tests.town_life import Life, china

COLUMNS = ("居民", "镇级河长、联络员", "区级河长", "河长办")
COLOURS = ("#e8f3ff", "#fff6e0", "#f2e9ff", "#e9f7ea")
LEFT, COLUMN, LINE, LETTERS, SIZE = 120, 400, 19, 27, 14


@dataclass(frozen=True)
class Told:
    """One message, once for all who got the same at the same minute; or what somebody did (`to` is empty)."""

    at: datetime
    to: str
    words: str


def lived(folder: Path) -> list[Told]:
    """The life of a case in a database of its own."""
    url = f"sqlite:///{folder / 'heshao.db'}"
    alembic.upgrade(alembic_config(url), "head")
    engine, clock, woken = make_engine(url), Clock(china("2026-11-23 09:40")), list[str]()
    links = CaseLinks("https://heshao.example", lambda: "a picture")
    desk = Desk(
        engine, clock, rulebook_from(load(ROOT / "config.example.toml", {})), Random(1), woken.append, links
    )
    life = Life(desk, clock, lay_out(desk))
    life.appoints("张区长", Role.DISTRICT_CHIEF)
    case = life.opens()
    desk.do(_reported, case)
    told = [Told(clock(), "", "居民：上报")]
    minutes = Minutes("刘主任", ("王镇长",), "通报超期情况", "三日内清运完毕", date(2026, 12, 18))
    deeds: list[tuple[str, str, Callable[[], object]]] = [
        ("11-23 14:20", "镇街：受理", partial(life.does, "chief", cases.accept, case)),
        ("12-11 10:00", "河长办：定约谈日期", partial(
            life.talks, "clerk", admonitions.set_date, 1, china("2026-12-14 14:00"), "河长办会议室")),
        ("12-14 16:00", "河长办：约谈纪要", partial(life.talks, "clerk", admonitions.record_minutes, 1, minutes)),
        ("12-15 10:00", "镇街：答复督办单", partial(life.orders, "chief", supervision.answer, 1, "已安排清运", 1)),
        ("12-16 10:00", "河长办：答复通过", partial(life.orders, "clerk", supervision.accept, 1)),
        ("12-17 15:00", "镇街：办结", partial(life.proves, case)),
        ("12-18 10:30", "河长办：复核通过", partial(life.does, "clerk", cases.verify, case)),
    ]  # fmt: skip
    for when, what, deed in deeds:
        _until(life, china(f"2026-{when}"), told)
        told.append(Told(clock(), "", what))
        deed()
        desk.do(_deliver, told)
    _until(life, china("2026-12-25 20:00"), told)
    engine.dispose()
    return list(dict.fromkeys(told))


def _until(life: Life, until: datetime, told: list[Told]) -> None:
    """Whatever is due before this moment."""
    while (due := life.desk.look(next_due)) is not None and due < until:
        life.clock.set(max(due, life.clock()))
        remind(life.desk)
        life.desk.do(_deliver, told)
    life.clock.set(until)


def _deliver(work: Work, told: list[Told]) -> None:
    while taken := delivery.lease(work, 1000):
        for envelope in taken:
            party = envelope.sentence.split("_")[0]
            to = COLUMNS[{"reporter": 0, "town": 1, "office": 3}[party]]
            to = COLUMNS[2] if envelope.sentence == "town_order_copy" else to
            words = notices.sentence(envelope, "（链接）", "12345")
            told.append(Told(work.now, to, words))
            delivery.sent(work, envelope, Channel.CUSTOMER_SERVICE, "")


def _reported(work: Work, case_id: int) -> None:
    follower = Follower(
        openid="o-resident", pseudonym=people.new_pseudonym(work), following=True, met_at=work.now,
        informed_at=work.now,
    )  # fmt: skip
    work.session.add(follower)
    work.session.flush()
    another_report(work, case_id, follower, "48302917", "河边倒了一车建筑垃圾")


def drawn(told: list[Told]) -> str:
    """The messages as a picture (SVG): time runs down, a column for each who was told."""
    parts, y = [], 70
    for moment in dict.fromkeys(row.at for row in told):
        bottoms = [y]
        parts.append(_text(14, y + 18, f"{moment.astimezone(CHINA):%m-%d %H:%M}", "#555"))
        now = [row for row in told if row.at == moment]
        for row in (row for row in now if not row.to):
            parts.append(_text(LEFT, bottoms[0] + 18, row.words, "#a33", bold=True))
            bottoms[0] += 28
        top = bottoms[0]
        for column, name in enumerate(COLUMNS):
            at = top
            for row in (row for row in now if row.to == name):
                box, height = _box(LEFT + column * COLUMN, at, row.words, COLOURS[column])
                parts.append(box)
                at += height + 8
            bottoms.append(at)
        y = max(bottoms) + 12
    heads = [_text(LEFT + n * COLUMN, 40, name, "#111", bold=True) for n, name in enumerate(COLUMNS)]
    width = LEFT + len(COLUMNS) * COLUMN + 10
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" width="{width}" height="{y}" '
            'font-family="Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif">',
            f'<rect width="{width}" height="{y}" fill="white"/>',
            *heads,
            *parts,
            "</svg>\n",
        ]
    )


def _box(x: int, y: int, words: str, colour: str) -> tuple[str, int]:
    lines = [
        line[n : n + LETTERS] for line in words.splitlines() for n in range(0, max(1, len(line)), LETTERS)
    ]
    height = len(lines) * LINE + 14
    box = f'<rect x="{x}" y="{y}" width="{COLUMN - 14}" height="{height}" rx="7" fill="{colour}" stroke="#ccc"/>'
    texts = [_text(x + 9, y + 20 + n * LINE, line, "#111") for n, line in enumerate(lines)]
    return "\n".join([box, *texts]), height


def _text(x: int, y: int, words: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}" font-size="{SIZE}" fill="{colour}"{weight}>{escape(words)}</text>'


def main() -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        Path(sys.argv[1]).write_text(drawn(lived(Path(folder))), "utf-8")


if __name__ == "__main__":
    main()
