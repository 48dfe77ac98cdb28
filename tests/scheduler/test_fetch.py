"""From the media API into the store: what comes, what does not, and a worker that dies on the way."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.wechat import Downloaded, TooLarge, WeChatRefused, WeChatUnreachable
from models.evidence import Arrival, Evidence, Medium, Photo
from scheduler.fetch import anything_due, fetch_evidence
from services import evidence
from services.desk import Desk
from services.photo_store import PhotoStore, derived_key, original_key
from tests.conftest import Clock
from tests.services.pictures import jpeg, png_header, scene
from tests.services.rows import a_reported_case

PHOTO = jpeg(scene(1800, 1200))
DIGEST = hashlib.sha256(PHOTO).hexdigest()
Expect = Callable[..., int]
FindRow = Callable[[int], Evidence]
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(200)


class FakeWeChat:
    """A platform that has what it was given, and answers as it was told."""

    def __init__(self) -> None:
        self.media: dict[str, Downloaded | Exception | Callable[[], Downloaded]] = {}
        self.asked: list[str] = []

    def has(self, media_id: str, content: bytes, content_type: str = "image/jpeg") -> None:
        self.media[media_id] = Downloaded(content, content_type, None)

    def download_media(self, media_id: str, limit_bytes: int) -> Downloaded:
        self.asked.append(media_id)
        answer = self.media.get(media_id, WeChatRefused(40007, "invalid media_id"))
        if isinstance(answer, Exception):
            raise answer
        found = answer if isinstance(answer, Downloaded) else answer()
        if found.content is not None and len(found.content) > limit_bytes:
            raise TooLarge
        return found

    def download_url(self, url: str, limit_bytes: int) -> bytes:
        self.asked.append(url)
        return FILM


@pytest.fixture
def wechat() -> FakeWeChat:
    return FakeWeChat()


@pytest.fixture
def expect(desk: Desk) -> Expect:
    reported = desk.do(a_reported_case)

    def write(media_id: str, medium: Medium = Medium.PHOTO) -> int:
        return desk.do(evidence.expect, medium, media_id, report_id=reported.report_id).id

    return write


@pytest.fixture
def row(desk: Desk) -> FindRow:
    def find(evidence_id: int) -> Evidence:
        with desk.reading() as work:
            return work.session.get_one(Evidence, evidence_id)

    return find


def test_a_photograph_comes_into_the_store(
    desk: Desk, wechat: FakeWeChat, store: PhotoStore, expect: Expect, row: FindRow
) -> None:
    wechat.has("media-1", PHOTO)
    one = expect("media-1")
    assert fetch_evidence(desk, wechat, store) == 1
    assert (row(one).arrival, row(one).digest) == (Arrival.STORED, DIGEST)
    assert store.read(original_key(DIGEST)) == PHOTO
    assert b"Exif" not in store.read(derived_key(DIGEST, "large"))
    assert store.exists(derived_key(DIGEST, "small"))
    assert fetch_evidence(desk, wechat, store) == 0
    assert wechat.asked == ["media-1"]


def test_thirty_photographs_of_nine_pictures(
    desk: Desk, wechat: FakeWeChat, store: PhotoStore, expect: Expect, row: FindRow
) -> None:
    for n in range(9):
        wechat.has(f"media-{n}", jpeg(scene(400 + n, 300)))
    ids = [expect(f"media-{n % 9}") for n in range(30)]
    assert fetch_evidence(desk, wechat, store) == 30
    assert {row(one).arrival for one in ids} == {Arrival.STORED}
    with desk.reading() as work:
        assert work.session.query(Photo).count() == 9


def test_what_the_platform_no_longer_has_is_gone(
    desk: Desk, wechat: FakeWeChat, store: PhotoStore, expect: Expect, row: FindRow
) -> None:
    one = expect("media-1")
    fetch_evidence(desk, wechat, store)
    assert (row(one).arrival, row(one).reason) == (Arrival.GONE, "微信返回 40007：invalid media_id")


@pytest.mark.parametrize(
    "trouble",
    [WeChatUnreachable("timed out"), WeChatRefused(45009, "limit"), KeyError("bug"), OSError("reset")],
)
def test_what_fails_for_now_comes_later(
    desk: Desk,
    wechat: FakeWeChat,
    store: PhotoStore,
    expect: Expect,
    row: FindRow,
    clock: Clock,
    trouble: Exception,
) -> None:
    wechat.media["media-1"] = trouble
    one = expect("media-1")
    fetch_evidence(desk, wechat, store)
    assert row(one).arrival is Arrival.WAITING
    assert row(one).reason
    wechat.has("media-1", PHOTO)
    clock.forward(seconds=9)
    assert not desk.look(anything_due)
    clock.forward(seconds=1)
    assert desk.look(anything_due)
    fetch_evidence(desk, wechat, store)
    assert row(one).arrival is Arrival.STORED


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><body>no photograph</body></html>", "网页"),
        (png_header(50_000, 50_000), "尺寸太大"),
        (PHOTO + bytes(21_000_000), "太大"),
        (PHOTO + b"<script>alert(1)</script>", "夹带"),
    ],
)
def test_what_is_no_photograph_is_refused_and_not_kept(
    desk: Desk,
    wechat: FakeWeChat,
    store: PhotoStore,
    expect: Expect,
    row: FindRow,
    content: bytes,
    says: str,
    tmp_path: Path,
) -> None:
    wechat.has("media-1", content)
    one = expect("media-1")
    fetch_evidence(desk, wechat, store)
    assert row(one).arrival is Arrival.REFUSED
    assert says in row(one).reason
    assert not list(tmp_path.glob("photos/original/*/*"))


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(PHOTO[:5000], "image/jpeg"), (b"", "image/jpeg"), (b"<html>502</html>", "text/html; charset=utf-8")],
)
def test_a_transfer_cut_short_is_tried_again_before_it_is_refused(
    desk: Desk,
    wechat: FakeWeChat,
    store: PhotoStore,
    expect: Expect,
    row: FindRow,
    clock: Clock,
    content: bytes,
    content_type: str,
) -> None:
    wechat.has("media-1", content, content_type)
    ids = [expect("media-1"), expect("media-2")]
    wechat.has("media-2", content, content_type)
    for _ in range(3):
        fetch_evidence(desk, wechat, store)
        assert {row(one).arrival for one in ids} == {Arrival.WAITING}
        clock.forward(minutes=1)
    wechat.has("media-2", PHOTO)
    fetch_evidence(desk, wechat, store)
    assert [row(one).arrival for one in ids] == [Arrival.REFUSED, Arrival.STORED]


def test_a_store_that_fails_loses_nothing(
    desk: Desk,
    wechat: FakeWeChat,
    store: PhotoStore,
    expect: Expect,
    row: FindRow,
    clock: Clock,
    tmp_path: Path,
) -> None:
    wechat.has("media-1", PHOTO)
    one = expect("media-1")
    (tmp_path / "photos").write_bytes(b"a file where the folder should be")
    fetch_evidence(desk, wechat, store)
    assert row(one).arrival is Arrival.WAITING
    (tmp_path / "photos").unlink()
    clock.forward(seconds=10)
    fetch_evidence(desk, wechat, store)
    assert row(one).arrival is Arrival.STORED


def test_a_voice_and_a_video_are_kept_as_they_came(
    desk: Desk, wechat: FakeWeChat, store: PhotoStore, expect: Expect, row: FindRow
) -> None:
    wechat.has("voice", b"#!AMR\nhello", "voice/amr")
    wechat.media["video"] = Downloaded(None, "application/json", "http://video.example/1")
    wechat.has("noise", b"no recording", "voice/amr")
    voice, video, noise = (
        expect("voice", Medium.VOICE),
        expect("video", Medium.VIDEO),
        expect("noise", Medium.VOICE),
    )
    fetch_evidence(desk, wechat, store)
    assert store.read(row(voice).stored_as) == b"#!AMR\nhello"
    assert row(voice).stored_as.endswith(".amr")
    assert store.read(row(video).stored_as) == FILM
    assert "http://video.example/1" in wechat.asked
    assert row(noise).arrival is Arrival.REFUSED


def test_an_erased_voice_leaves_the_store_unless_somebody_else_sent_the_same(
    desk: Desk, wechat: FakeWeChat, store: PhotoStore, expect: Expect, row: FindRow
) -> None:
    wechat.has("voice", b"#!AMR\nhello")
    mine = expect("voice", Medium.VOICE)
    other = desk.do(a_reported_case, 2)
    theirs = desk.do(evidence.expect, Medium.VOICE, "voice", report_id=other.report_id).id
    fetch_evidence(desk, wechat, store)
    key = row(mine).stored_as
    desk.do(evidence.erase_voices, [row(mine).report_id or 0])
    assert desk.look(anything_due)
    fetch_evidence(desk, wechat, store)
    assert store.exists(key)
    desk.do(evidence.erase_voices, [other.report_id])
    fetch_evidence(desk, wechat, store)
    assert not store.exists(key)
    assert (row(mine).stored_as, row(theirs).stored_as) == ("", "")


KILLED = """
import os, pathlib, random, signal, sys
from datetime import datetime
import config
from bot.wechat import Downloaded
from models.engine import make_engine
from scheduler import fetch
from services.case_links import CaseLinks
from services.desk import Desk
from services.photo_store import PhotoStore
from services.rulebook import rulebook_from
from tests.services.pictures import jpeg, scene

database, photos, now, where = sys.argv[1:]
asked = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def clock():
    global asked
    asked += 1
    if where == "settling" and asked == 2:
        die()
    return datetime.fromisoformat(now)

class WeChat:
    def download_media(self, media_id, limit_bytes):
        if where == "downloading":
            die()
        return Downloaded(jpeg(scene(1800, 1200)), "image/jpeg", None)

class Store(PhotoStore):
    def put_derived(self, *args):
        if where == "storing":
            die()
        return super().put_derived(*args)

rulebook = rulebook_from(config.load(pathlib.Path("config.example.toml"), {}))
links = CaseLinks("http://localhost", lambda: "key")
desk = Desk(make_engine(database), clock, rulebook, random.Random(1), print, links)
fetch.fetch_evidence(desk, WeChat(), Store(photos))
"""


@pytest.mark.parametrize("where", ["downloading", "storing", "settling"])
def test_a_worker_killed_anywhere_leaves_a_row_that_is_found_again(
    desk: Desk,
    wechat: FakeWeChat,
    store: PhotoStore,
    expect: Expect,
    row: FindRow,
    clock: Clock,
    tmp_path: Path,
    where: str,
) -> None:
    one = expect("media-1")
    database, photos = desk.engine.url.render_as_string(hide_password=False), (tmp_path / "photos").as_uri()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, database, photos, clock.at.isoformat(), where],
        check=False, capture_output=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == -9, done.stderr.decode()
    assert row(one).arrival is Arrival.WAITING
    wechat.has("media-1", PHOTO)
    assert fetch_evidence(desk, wechat, store) == 0
    clock.forward(seconds=60)
    assert fetch_evidence(desk, wechat, store) == 1
    assert row(one).arrival is Arrival.STORED
    assert store.read(original_key(row(one).digest or "")) == PHOTO
