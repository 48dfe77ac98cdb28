"""What people say, as small values: the words of our conversations, free of the platform's format."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """Words; `menu_id` where they are the choice of a message menu (msgmenu)."""

    text: str
    menu_id: str | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph, to be fetched from the platform within three days."""

    media_id: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording of at most 60 s; `recognised` is "" where the platform did not transcribe it."""

    media_id: str
    recognised: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Video:
    """A video or short video."""

    media_id: str
    thumb_media_id: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A location message. Degrees in GCJ-02, as all of WeChat's: convert before use."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A shared article or page."""

    title: str
    description: str
    url: str


@dataclass(frozen=True, slots=True)
class Click:
    """A menu button that is answered in the chat."""

    key: str


@dataclass(frozen=True, slots=True)
class View:
    """A menu button that opened a page (`url`: the address, or the mini-program's page)."""

    url: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A scene code scanned by someone who follows already."""

    scene: str
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody follows the account, perhaps by scanning a scene code."""

    scene: str | None = None


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Somebody stopped following: their data must be erased."""


@dataclass(frozen=True, slots=True)
class PhotoMenu:
    """Photos were chosen by a menu button; each follows as a `Photo` of its own."""

    count: int


@dataclass(frozen=True, slots=True)
class PlaceMenu:
    """A place was chosen by a menu button; it follows as a `Place` of its own. GCJ-02."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """The position sent when the chat is opened, by the account's setting and with consent. GCJ-02."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class TemplateResult:
    """What became of a template message: `success`, `failed:user block`, `failed: system failed`."""

    msgid: str
    status: str


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What became of a publication; `status` 0 is published, 1 running, others are failures."""

    publish_id: str
    status: str
    article_id: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MassResult:
    """What became of a mass message (群发): `send success`, `send fail`, `err(30003)` and the like."""

    msg_id: str
    status: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionAnswers:
    """Per template id: whether it was accepted (popup, change) or delivered (sent)."""

    answers: tuple[tuple[str, bool], ...]
    event: Literal["popup", "change", "sent"]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A kind of message we cannot use; `msg_type` in lower case, `sticker` for what cannot be shown."""

    msg_type: str


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event we do not act on; its name in lower case."""

    event: str


Said: TypeAlias = (
    Text | Photo | Voice | Video | Place | Link | Click | View | Scan | Follow | Unfollow | PhotoMenu
    | PlaceMenu | Located | TemplateResult | PublishResult | MassResult | SubscriptionAnswers | Unsupported
    | UnknownEvent
)  # fmt: skip
