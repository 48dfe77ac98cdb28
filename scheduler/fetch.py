"""What people sent goes from WeChat's media API into the store; harmless if run twice, late, or killed."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from bot.wechat import Downloaded, TooLarge, WeChatRefused, WeChatUnreachable
from models.evidence import Medium
from rules.refusal import Refusal
from services import evidence
from services.desk import Desk, Work
from services.evidence import Leased
from services.photo_store import PhotoStore
from services.photographs import Damaged, Examined, PhotoLimits, examine
from services.recordings import MAX_BYTES, ending_of

log = logging.getLogger("heshao.fetch")

THREADS = 4
BATCH = 2 * THREADS
"""So few that a slow network still brings them inside the minute for which they are leased."""
BATCHES = 50
"""A run ends after so many; what is left is found by the next."""
DAMAGED_TRIES = 4
"""What does not decode may have been cut off on its way: fetched so often before it is refused."""
NOT_A_MEDIUM = ("text/html", "text/plain", "application/json", "text/xml")
INVALID_MEDIA_ID = 40007

_decoding = threading.BoundedSemaphore(2)
"""Photographs decoded at once in one process: the largest take some hundred megabytes each."""


class Media(Protocol):
    """What is asked of the platform here; `bot.wechat.WeChat` answers it."""

    def download_media(self, media_id: str, limit_bytes: int) -> Downloaded:
        """The file, or where a video lies."""

    def download_url(self, url: str, limit_bytes: int) -> bytes:
        """The bytes of a video."""


def anything_due(work: Work) -> bool:
    """Whether a run would find something to do."""
    return evidence.anything_due(work)


def fetch_evidence(desk: Desk, media: Media, store: PhotoStore) -> int:
    """Fetch everything that is due and remove what was to be erased; how many pieces were taken up."""
    taken = 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix="fetch") as pool:
        for _ in range(BATCHES):
            leased = desk.do(evidence.lease, BATCH)
            if not leased:
                break
            taken += len(leased)
            for _done in pool.map(partial(fetch_one, desk, media, store), leased):
                pass
    _erase(desk, store)
    return taken


def fetch_one(desk: Desk, media: Media, store: PhotoStore, piece: Leased) -> None:
    """Bring one piece into the store outside any transaction, then write down how it went."""
    try:
        found = _bring(desk, media, store, piece)
    except Damaged as damage:
        step = evidence.refused if piece.attempts >= DAMAGED_TRIES else evidence.not_yet
        desk.do(step, piece.id, str(damage))
    except Refusal as refusal:
        desk.do(evidence.refused, piece.id, str(refusal))
    except TooLarge:
        desk.do(evidence.refused, piece.id, "文件太大，不能接收。")
    except WeChatRefused as refusal:
        step = evidence.gone if refusal.code == INVALID_MEDIA_ID else evidence.not_yet
        desk.do(step, piece.id, f"微信返回 {refusal.code}：{refusal.text}")
    except (WeChatUnreachable, OSError) as error:
        log.warning("evidence %s not yet: %s", piece.id, error, extra={"event": "photo.later"})
        desk.do(evidence.not_yet, piece.id, str(error) or type(error).__name__)
    except Exception as error:
        log.exception("evidence %s failed", piece.id, extra={"event": "photo.failed"})
        desk.do(evidence.not_yet, piece.id, f"内部错误：{type(error).__name__}")
    else:
        desk.do(evidence.arrived, piece.id, found)


def _bring(desk: Desk, media: Media, store: PhotoStore, piece: Leased) -> Examined | str:
    if piece.medium is Medium.PHOTO:
        limits = PhotoLimits(desk.rulebook.max_photo_bytes, desk.rulebook.max_photo_pixels)
        content = _content(media.download_media(piece.media_id, limits.max_bytes))
        with _decoding:
            photo = examine(content, limits)
        return _keep(store, photo, content)
    limit = MAX_BYTES[piece.medium]
    downloaded = media.download_media(piece.media_id, limit)
    content = (
        media.download_url(downloaded.video_url, limit) if downloaded.video_url else _content(downloaded)
    )
    return store.put_recording(content, ending_of(content, piece.medium))


def _content(downloaded: Downloaded) -> bytes:
    """The bytes; an error page in their place is a failure of the way, not of what was sent."""
    if downloaded.content is None or downloaded.content_type.startswith(NOT_A_MEDIUM):
        raise Damaged("微信没有返回照片内容，请重新发送。")
    return downloaded.content


def _keep(store: PhotoStore, photo: Examined, content: bytes) -> Examined:
    store.put_original(photo.digest, content)
    store.put_derived(photo.digest, "large", photo.large)
    store.put_derived(photo.digest, "small", photo.small)
    return photo


def _erase(desk: Desk, store: PhotoStore) -> None:
    for evidence_id, key in desk.look(evidence.to_erase):
        if not desk.look(evidence.still_needed, key):
            store.erase(key)
        desk.do(evidence.erased, evidence_id)
