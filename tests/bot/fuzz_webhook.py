"""Bodies, queries and headers for /wechat that nobody would send: `python -m tests.bot.fuzz_webhook 100000 [seed]`.

Whatever comes, the answer is 200, 400, 403, 404, 405 or 413, well formed, never longer than a message may be, and
never that the message could not be stored.
"""

import json
import logging
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from alembic import command as alembic
from defusedxml.ElementTree import fromstring
from flask import Flask
from prometheus_client import CollectorRegistry
from tqdm import tqdm

import config
from bot.cipher import Door
from bot.pace import Pace
from bot.webhook import Sentences, Webhook
from handlers import speech, texts
from models.engine import make_engine
from services.case_links import CaseLinks
from services.desk import Desk
from services.rulebook import rulebook_from
from services.schema import alembic_config
from simulator import crypto
from tests.bot import pushing
from tests.bot.pushing import APP_ID, KEY, PREFIX, TOKEN, Push
from tests.district import lay_out
from tests.web import knocking
from web.door import Door as WebDoor
from web.reply_times import ReplyTimes

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
A_DISTRICT = 4000
"""Requests after which a new district begins: the lists of one that is never tidied grow for ever."""
EXPECTED = frozenset({200, 400, 403, 404, 405, 413})
PEOPLE = [
    *(f"o-resident-{n}" for n in range(20)),
    "o-chief",
    "o-liaison",
    "o-clerk",
    "o-volunteer",
    "o-general",
]
WORDS = [
    "帮助", "进度", "提交", "取消", "待办", "受理 1", "退回 1 不归我们", "办结 1", "详情 1", "照片 1", "汇总", "更多",
    "复核 1 通过", "复核 1 不通过 没弄好", "转派 1 北仓镇", "追问 1 在哪？", "满意", "不满意 还在", "补充 1 又来了",
    "撤回 1", "绑定 ABCDEFGH", "代报", "查 2026-0001", "改地点", "改类别", "重开 1 又有", "改级 1 紧急", "北运河", "1", "9",
    "河边有垃圾", "北运河天穆镇段 有死鱼", "救命", "", " ", "０", "-1", "进度 99999999999999999999", "🐟" * 40, "]]>", "\u202e",
    "<xml>", "&amp;", "%s%n{0}", "'; DROP TABLE report; --", "水" * 3000, "\u0000", "\ud800", "NaN", "2" * 400,
]  # fmt: skip
NAMES = [
    "MsgType", "FromUserName", "ToUserName", "CreateTime", "Content", "MediaId", "Location_X", "Location_Y", "Event",
    "EventKey", "MsgId", "Encrypt", "List", "SendPicsInfo", "SendLocationInfo", "Status", "xml", "a", "Label", "Ticket",
]  # fmt: skip
TOKENS = [
    b"<![CDATA[", b"]]>", b"<", b">", b"</xml>", b"<xml>", b"&", b"&#0;", b"&#x110000;", b"\x00", b"\xff", b"<!DOCTYPE x>",
    b"<!--", b"-->", b"<?xml version='1.1'?>", b"<?xml encoding='utf-16'?>", b'"', b"{", b"}", b"[", b"\xef\xbb\xbf",
    b"\xed\xa0\x80", b"NaN", b"1e999", b"-0", b"xmlns='a'", b"<a b='c' b='d'/>",
]  # fmt: skip
EVENTS = [
    "subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW", "LOCATION", "location_select", "pic_weixin", "scancode_push",
    "TEMPLATESENDJOBFINISH", "PUBLISHJOBFINISH", "subscribe_msg_popup_event", "subscribe_msg_sent_event", "what",
]  # fmt: skip
KEYS = [
    "REPORT",
    "PROGRESS",
    "HELP",
    "TODO",
    "JOIN",
    "SUMMARY",
    "board_BY-01",
    "qrscene_board_BY-01",
    "x",
    "",
]


@dataclass
class Fuzzer:
    """Makes requests of every kind from one seed."""

    random: Random
    serial: int = 0

    def fields(self) -> dict[str, str]:
        """A message or event as the platform sends it."""
        self.serial += 1
        pick, random = self.random.choice, self.random
        mine = {"ToUserName": "gh_0", "FromUserName": pick(PEOPLE), "CreateTime": "1795395600"}
        kind = pick(
            ["text"] * 6 + ["image", "image", "location", "location", "voice", "video", "link", "event", "?"]
        )
        mine |= {"MsgType": kind, "MsgId": str(self.serial)}
        if kind == "text":
            mine["Content"] = pick(WORDS)
        elif kind == "location":
            places = [
                ("39.2013", "117.1165"),
                ("39.2", "117.13"),
                ("0", "0"),
                ("117.1", "39.2"),
                ("39.9", "116.4"),
            ]
            mine["Location_X"], mine["Location_Y"] = pick(places)
            mine["Label"] = pick(WORDS)
        elif kind == "event":
            mine |= {
                "Event": pick(EVENTS),
                "EventKey": pick(KEYS),
                "Status": "success",
                "MsgID": str(random.random()),
            }
            mine |= {"Latitude": "39.2", "Longitude": "117.1"}
        else:
            mine |= {"MediaId": f"m{self.serial}", "Recognition": pick(WORDS), "Url": "http://a"}
        return mine

    def xml(self, fields: dict[str, str]) -> bytes:
        inside = "".join(f"<{name}>{self._written(value)}</{name}>" for name, value in fields.items())
        return f"<xml>{inside}</xml>".encode(errors="surrogatepass")

    def _written(self, value: str) -> str:
        if self.random.random() < 0.6:
            return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
        return value.replace("&", "&amp;").replace("<", "&lt;")

    def json(self, fields: dict[str, str]) -> bytes:
        return json.dumps({n: int(v) if n == "MsgId" else v for n, v in fields.items()}).encode()

    def valid(self) -> bytes:
        return self.xml(self.fields()) if self.random.random() < 0.85 else self.json(self.fields())

    def with_wrong_fields(self) -> bytes:
        """Given twice, left out, exchanged, nested, or of values that are none."""
        fields, random = self.fields(), self.random
        for _ in range(random.randint(1, 3)):
            name = random.choice(NAMES)
            how = random.randrange(4)
            if how == 0:
                fields.pop(random.choice(list(fields)), None)
            elif how == 1:
                fields[name] = random.choice([*WORDS, *KEYS, *EVENTS, "1e5", "9" * 30])
            elif how == 2:
                fields[name] = self.xml({random.choice(NAMES): random.choice(WORDS)}).decode(errors="ignore")
        body = self.xml(fields)
        if random.random() < 0.4:
            once = self.xml({random.choice(NAMES): random.choice(WORDS)})[5:-6]
            body = body[:-6] + once + body[-6:]
        return body

    def damaged(self) -> bytes:
        """A valid push with bytes cut, doubled, flipped or put in."""
        body, random = bytearray(self.valid()), self.random
        for _ in range(random.randint(1, 6)):
            at = random.randrange(len(body) + 1)
            how = random.randrange(5)
            if how == 0:
                del body[at : at + random.randint(1, 20)]
            elif how == 1:
                body[at:at] = random.choice(TOKENS)
            elif how == 2:
                body[at:at] = body[at : at + random.randint(1, 60)]
            elif how == 3:
                body[at : at + 1] = random.randbytes(1)
            else:
                del body[at:]
        return bytes(body)

    def garbage(self) -> bytes:
        random = self.random
        how = random.randrange(4)
        if how == 0:
            return random.randbytes(random.choice([0, 1, 16, 33, 300]))
        if how == 1:
            return b"".join(random.choice(TOKENS) for _ in range(random.randint(1, 30)))
        if how == 2:
            return json.dumps([random.choice(WORDS), {random.choice(NAMES): None}, 1.5]).encode()
        return b"<xml>" + b"<a>" * random.choice([1, 13, 3000]) + random.choice(TOKENS) * random.randint(0, 9)

    def inside(self) -> bytes:
        """What is meant, or almost, or not at all."""
        return self.random.choice(
            [self.valid, self.valid, self.with_wrong_fields, self.damaged, self.garbage]
        )()

    def plain(self) -> Push:
        return pushing.plain(self.inside(), NOW.timestamp())

    def safe(self) -> Push:
        return pushing.safe(self.inside(), NOW.timestamp())

    def badly_sealed(self) -> Push:
        """Signed, with a ciphertext or an envelope that is wrong."""
        random, at = self.random, NOW.timestamp()
        good = crypto.encrypt(KEY, self.valid(), APP_ID, PREFIX)
        frame = random.randbytes(16 * random.randint(1, 6))
        encrypted = random.choice([
            good[:-1], good[: random.randrange(len(good))], good + "=", good.replace("A", "-"), "", " ", "é",
            crypto.encrypt(KEY, self.valid(), "wx-other", PREFIX), crypto.encrypt("C" * 43, b"", APP_ID, PREFIX),
            crypto.encrypt_padded(KEY, frame), crypto.encrypt_padded(KEY, frame + b"\x20" * 32),
        ])  # fmt: skip
        body = random.choice([pushing.envelope(encrypted), self.garbage(), self.valid(), b'{"Encrypt": []}'])
        return pushing.sealed(encrypted, at, body)

    def misaddressed(self) -> Push:
        """A good push whose query is not."""
        push, random = random_push(self), self.random
        query = dict(push.query)
        for _ in range(random.randint(1, 3)):
            name = random.choice([*query, "echostr", "encrypt_type", "signature"])
            if random.random() < 0.3:
                query.pop(name, None)
            else:
                query[name] = random.choice(
                    ["", "aes", "raw", "0", "签名", "\x00", "a" * 5000, "1795395600", "-1", "\ud800"]
                )
        return Push(query, push.body)


def random_push(fuzzer: Fuzzer) -> Push:
    """Mostly in safe mode, half of them good."""
    return fuzzer.random.choice([fuzzer.safe, fuzzer.safe, fuzzer.plain])()


KINDS: dict[str, Callable[[Fuzzer], Push]] = {
    "safe": Fuzzer.safe,
    "plain": Fuzzer.plain,
    "badly sealed": Fuzzer.badly_sealed,
    "misaddressed": Fuzzer.misaddressed,
    "headers": random_push,
}
HEADERS = [
    ("Content-Type", "application/json"), ("Content-Type", "multipart/form-data; boundary=x"), ("Content-Type", ""),
    ("Content-Type", "text/xml; charset=utf-16"), ("Content-Encoding", "gzip"), ("Content-Length", "5"),
    ("Content-Length", "-1"), ("Content-Length", "x"), ("Content-Length", "99999999999"), ("Host", "a b"),
    ("Transfer-Encoding", "chunked"), ("Expect", "100-continue"), ("X-HTTP-Method-Override", "DELETE"),
    ("Cookie", "\xff=\xfe"), ("Range", "bytes=0-"),
]  # fmt: skip
METHODS = ["POST"] * 12 + ["GET", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"]
PATHS = ["/wechat"] * 14 + ["/wechat/", "//wechat", "/wechat%00", "/WECHAT", "/wechat/../wechat", "/", "/c/x"]


def request_of(fuzzer: Fuzzer, kind: str) -> tuple[knocking.Scope, knocking.Exchange]:
    """The request; of the kind “headers” also its method, path and headers are strange."""
    push, random = KINDS[kind](fuzzer), fuzzer.random
    method, path, headers = "POST", "/wechat", []
    if kind == "headers":
        method, path = random.choice(METHODS), random.choice(PATHS)
        headers = random.sample(HEADERS, random.randint(0, 3))
    query = {name: value.encode("utf-8", "replace").decode() for name, value in push.query.items()}
    return knocking.request(
        push.body, method=method, path=quote(path), query=urlencode(query),
        headers=[(name.lower(), value) for name, value in headers],
    )  # fmt: skip


@dataclass
class Result:
    """What was answered."""

    by_status: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def fault_in(answer: bytes, status: int) -> str:
    """What is wrong with an answer, or nothing."""
    if status not in EXPECTED:
        return f"status {status}"
    if status != 200 or not answer.startswith(b"<xml>"):
        return ""
    reply = fromstring(answer)
    if reply.find("Encrypt") is not None:
        reply = fromstring(pushing.opened(answer))
    words = reply.findtext("Content") or ""
    if texts.BUSY in words:
        return "an exception behind “busy”"
    return "longer than a message" if len(words.encode()) > 2048 else ""


def run(application: WebDoor, seed: int, count: int) -> Result:
    """Send so many requests, some together; the first few faults are described with their number."""
    fuzzer, result = Fuzzer(Random(seed)), Result()
    for number in range(count):
        kind = fuzzer.random.choice(list(KINDS))
        try:
            (answer,) = knocking.answered(application, request_of(fuzzer, kind))
            status, fault = answer.status, fault_in(answer.body, answer.status)
        except Exception as error:  # noqa: BLE001 - what escapes the application is the worst of all
            status, fault = 599, repr(error)
        result.by_status[kind, status] += 1
        if fault and len(result.faults) < 20:
            result.faults.append(f"seed {seed}, request {number} ({kind}): {fault}")
    return result


def application(desk: Desk) -> WebDoor:
    """The door as app.py puts it together, before an application that knows no page; no pace is kept."""
    door = Door(TOKEN, APP_ID, KEY)
    sentences = Sentences(busy=texts.BUSY, too_many=texts.TOO_MANY)
    webhook = Webhook(door, desk, speech.dispatcher(), Random(1), Pace(10**6, 10**6), sentences)
    pages = Flask(__name__)
    times = ReplyTimes(pages.wsgi_app, CollectorRegistry())
    return WebDoor(webhook, pages, times, 4)


def district(empty: Path, seed: int) -> Desk:
    """A new district in a copy of an empty SQLite."""
    path = empty.with_name(f"{seed}.db")
    shutil.copy(empty, path)
    rulebook = rulebook_from(config.load(ROOT / "config.example.toml", {}))
    links = CaseLinks("https://heshao.example", lambda: "a key")
    desk = Desk(
        make_engine(f"sqlite:///{path}"), lambda: NOW, rulebook, Random(seed), lambda worker: None, links
    )
    lay_out(desk)
    return desk


def main(count: int, seed: int) -> int:
    """Fuzz on new districts, each with its seed, until so many requests are made; 1 if anything was wrong."""
    logging.getLogger("heshao.webhook").addFilter(lambda record: record.levelno >= logging.ERROR)
    whole = Result()
    with tempfile.TemporaryDirectory(prefix="heshao-fuzz-") as folder:
        empty = Path(folder) / "empty.db"
        alembic.upgrade(alembic_config(f"sqlite:///{empty}"), "head")
        for begun in tqdm(range(0, count, A_DISTRICT), unit="district"):
            desk = district(empty, seed)
            found = run(application(desk), seed, min(A_DISTRICT, count - begun))
            desk.engine.dispose()
            whole.by_status += found.by_status
            whole.faults += found.faults
            seed += 1
    print(table(whole, seed - 1), *whole.faults, sep="\n")
    return bool(whole.faults)


def table(result: Result, seed: int) -> str:
    """Counts by kind and status."""
    statuses = sorted({status for _, status in result.by_status})
    lines = [f"{result.by_status.total()} requests, seeds to {seed}"]
    lines.append(f"{'':14}" + "".join(f"{status:>8}" for status in statuses))
    for kind in KINDS:
        lines.append(f"{kind:14}" + "".join(f"{result.by_status[kind, status]:>8}" for status in statuses))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else Random().randrange(10**6)))
