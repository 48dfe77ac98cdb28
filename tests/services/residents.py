"""Residents who report with a photograph, for tests that need an installation with something in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image
from sqlalchemy import select

from bot.messages import Message, Photo, Said, Text
from bot.wechat import Downloaded
from handlers import speech
from models.evidence import Evidence, Medium
from models.report import Report
from scheduler.fetch import fetch_evidence
from services import evidence
from services.desk import Desk, Work
from services.photo_store import PhotoStore
from tests.services.pictures import jpeg

AMR = b"#!AMR\nhello from "


class Platform:
    """Has a small photograph of its own for every media id, and a recording for those named voice."""

    def download_media(self, media_id: str, limit_bytes: int) -> Downloaded:
        if media_id.startswith("voice"):
            return Downloaded(AMR + media_id.encode(), "audio/amr", None)
        colour = (hash(media_id) % 256, hash(media_id) // 256 % 256, hash(media_id) // 65536 % 256)
        picture = Image.new("RGB", (24, 16), colour)
        picture.putpixel((3, 3), (255, 255, 255))
        return Downloaded(jpeg(picture) + media_id.encode() + b"\xff\xd9", "image/jpeg", None)

    def download_url(self, url: str, limit_bytes: int) -> bytes:
        raise AssertionError(f"no video was sent, yet {url} is asked for")


def report(desk: Desk, name: str, number: int) -> None:
    """One resident's whole report, from the photograph to 提交."""
    dispatcher = speech.dispatcher()
    said: tuple[Said, ...] = (
        Photo(f"photo-{name}-{number}"), Text("北运河天穆镇段"), Text(f"河边有垃圾，{name} 第 {number} 次"), Text("提交"),
    )  # fmt: skip
    for step, words in enumerate(said):
        message = Message(f"o-{name}", "gh", desk.clock(), words, f"{name}-{number}-{step}")
        desk.do(dispatcher.answer, message)


def fetch(desk: Desk, store: PhotoStore) -> int:
    """Bring what was sent into the store."""
    return fetch_evidence(desk, Platform(), store)


def voice(desk: Desk, name: str) -> None:
    """A recording that belongs to the first report."""
    desk.do(_voice, name)


def _voice(work: Work, name: str) -> None:
    first = work.session.scalars(select(Report.id).order_by(Report.id)).first()
    evidence.expect(work, Medium.VOICE, f"voice-{name}", report_id=first)


def words_of(desk: Desk) -> set[str]:
    """What all reports say."""
    with desk.reading() as work:
        return set(work.session.scalars(select(Report.words)))


def recording_keys(desk: Desk) -> list[str]:
    """Where the recordings lie."""
    with desk.reading() as work:
        return list(work.session.scalars(select(Evidence.stored_as).where(Evidence.stored_as != "")))


@contextmanager
def busy(desk: Desk, store: PhotoStore, people: int) -> Iterator[None]:
    """So many residents report without a pause, and a worker fetches, until the end."""
    ending = threading.Event()
    failed: list[BaseException] = []

    def keep_on(name: str) -> None:
        number = 0
        try:
            while not ending.is_set():
                number += 1
                report(desk, name, number)
                if name == "worker":
                    fetch(desk, store)
        except BaseException as error:  # noqa: BLE001 - raised again where the test waits
            failed.append(error)

    threads = [threading.Thread(target=keep_on, args=(f"r{n}",)) for n in range(people)]
    threads.append(threading.Thread(target=keep_on, args=("worker",)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    assert failed == []


def hang_up(desk: Desk) -> None:
    """Let go of the database, as a product that is stopped does."""
    if desk._writer is not None:
        desk._writer.close()
        desk._writer = None
    desk.engine.dispose()
