"""Everything the stand-in remembers, behind one lock that is never held during network I/O."""

import base64
import hashlib
import random
import threading
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.faults import Faults

Json = dict[str, Any]


@dataclass
class Account:
    """The service account and its settings, as one would fill them in on mp.weixin.qq.com."""

    appid: str
    secret: str
    token: str
    aes_key: str
    mode: str = "safe"  # plain, compatible or safe
    webhook: str = ""
    previous_aes_key: str = ""
    original_id: str = "gh_0123456789ab"
    ip_whitelist: list[str] | None = None
    messages_per_conversation: int = 5  # customer-service messages after a person's own message
    any_template: bool = False
    real_timestamps: bool = False  # stamp pushes with real time even when the world's clock ran ahead


@dataclass
class Token:
    """One access_token; it works until `until`, or until it is revoked."""

    value: str
    kind: str  # normal or stable
    issued: int
    expires: int
    until: int
    revoked: bool = False


@dataclass
class Window:
    """How many customer-service messages may still be sent to a person, and until when."""

    until: int
    left: int


@dataclass
class Item:
    """One line of a person's chat: what they sent (`out`) or what reached their phone (`in`)."""

    seq: int
    at: int
    way: str
    kind: str
    type: str
    text: str
    data: Json

    def as_json(self) -> Json:
        plain = asdict(self)
        return {**plain.pop("data"), **plain}


@dataclass
class Person:
    """Somebody with WeChat on their phone."""

    key: str
    name: str
    openid: str
    role: str = ""
    note: str = ""
    hint: list[str] = field(default_factory=list)
    following: bool = True
    followed_at: int = 0
    scene: str = ""
    window: Window | None = None
    credits: Counter[str] = field(default_factory=Counter)
    long_term: set[str] = field(default_factory=set)
    chat: list[Item] = field(default_factory=list)

    def as_json(self) -> Json:
        return {
            "key": self.key, "name": self.name, "openid": self.openid, "role": self.role, "note": self.note,
            "hint": self.hint, "following": self.following, "last": self.chat[-1].seq if self.chat else 0,
            "window": asdict(self.window) if self.window else None, "credits": dict(self.credits),
        }  # fmt: skip


@dataclass
class Medium:
    """A file kept by the platform; `expires` is None for permanent material."""

    media_id: str
    kind: str
    data: bytes
    mimetype: str
    name: str
    created: int
    expires: int | None = None


@dataclass
class Template:
    """A message template: its keywords and their labels, in the order shown; `fields` None takes any."""

    template_id: str
    title: str
    kind: str = "template"  # or subscribe
    fields: dict[str, str] | None = None


@dataclass
class Article:
    """One article that readers can open; `channel` freepublish, mass or preview."""

    word: str
    url: str
    channel: str
    at: int
    news: Json
    article_id: str = ""
    publish_id: str = ""
    deleted: bool = False


@dataclass
class Ticket:
    """A parametric QR code; `expires` is None for a permanent one."""

    ticket: str
    scene: str
    url: str
    expires: int | None


@dataclass
class Code:
    """An OAuth code: once, five minutes."""

    person: str
    expires: int
    used: bool = False


@dataclass
class Attempt:
    """One try to hand a push to the webhook."""

    at: float
    status: int
    seconds: float
    response: str
    problem: str


@dataclass
class Exchange:
    """One push with all its attempts and what came of it: waiting, replied, accepted or apology."""

    id: int
    at: int
    openid: str
    event: str
    plaintext: str
    attempts: list[Attempt] = field(default_factory=list)
    verdict: str = "waiting"
    reason: str = ""
    reply: Json | None = None


@dataclass
class Call:
    """One call the product made to the platform."""

    seq: int
    at: int
    method: str
    path: str
    asked: Any
    errcode: int
    fault: str = ""


class World:
    """The whole simulated platform. Take `lock` before touching anything."""

    def __init__(self, account: Account, seed: int) -> None:
        self.account = account
        self.clock = Clock()
        self.lock = threading.RLock()
        self.random = random.Random(seed)
        self.faults = Faults()
        self.people: dict[str, Person] = {}
        self.tokens: list[Token] = []
        self.forced: list[int] = []  # moments of stable_token's force_refresh
        self.media: dict[str, Medium] = {}
        self.templates: dict[str, Template] = {}
        self.template_ids: dict[str, tuple[int, int]] = {}  # client_msg_id used → (msgid, when)
        self.menu: Json | None = None
        self.menu_id = 0
        self.tickets: dict[str, Ticket] = {}
        self.codes: dict[str, Code] = {}
        self.drafts: dict[str, Json] = {}
        self.publications: dict[str, Json] = {}
        self.mass: list[Json] = []
        self.articles: dict[str, Article] = {}  # by the word in their address
        self.used: Counter[tuple[str, int]] = Counter()  # (path, day) → calls
        self.limits: dict[str, int] = {}
        self.cleared: list[int] = []
        self.exchanges: list[Exchange] = []
        self.calls: list[Call] = []
        self.map: Json = {}
        self.boards: list[Json] = []
        self._numbers = 0
        self._message_ids = 24_600_000_000_000_000 + self.random.randrange(10**12)

    def number(self) -> int:
        """The next of a series shared by chat lines, pushes and calls: what came first is smaller."""
        self._numbers += 1
        return self._numbers

    def message_id(self) -> int:
        """A MsgId of 17 digits, as WeChat's are."""
        self._message_ids += self.random.randrange(1, 999)
        return self._message_ids

    def word(self, length: int) -> str:
        """Random letters of the kind WeChat makes its ids of."""
        raw = self.random.randbytes(length)
        return base64.urlsafe_b64encode(raw).decode()[:length]

    def openid_for(self, key: str) -> str:
        """The openid of this key under this account: always the same one."""
        digest = hashlib.sha256(f"{self.account.appid}:{key}".encode()).digest()
        return "o" + base64.urlsafe_b64encode(digest).decode()[:27]

    def person_by_openid(self, openid: str) -> Person | None:
        return next((person for person in self.people.values() if person.openid == openid), None)

    def show(self, person: Person, way: str, kind: str, type_: str, text: str, **data: Any) -> Item:
        """Add a line to a person's chat."""
        item = Item(self.number(), self.clock.now(), way, kind, type_, text, data)
        person.chat.append(item)
        return item
