"""Putting a backup's pictures and recordings back into the store; each is read back and compared."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from services.backup_check import OpenBackup
from services.backup_photos import BATCH, THREADS
from services.photo_store import PhotoStore
from services.snapshot import Progress, silently


def put_back(backup: OpenBackup, store: PhotoStore, progress: Progress = silently) -> list[str]:
    """Put every whole picture back; harmless where it is there already, and nothing is removed. Returns the
    keys of those that are damaged in the backup and not whole in the store either."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="restore") as pool:
        done = _put_all(pool, backup, store)
        return [key for key in progress(done, len(backup.digests), "照片") if key]


def _put_all(pool: ThreadPoolExecutor, backup: OpenBackup, store: PhotoStore) -> Iterator[str]:
    keys = iter(backup.digests)
    while batch := list(islice(keys, BATCH)):
        yield from pool.map(lambda key: "" if _put(backup, store, key) else key, batch)


def _put(backup: OpenBackup, store: PhotoStore, key: str) -> bool:
    if _is_there(backup, store, key):
        return True
    content = backup.content(key)
    if content is None:
        return False
    store.erase(key)  # what is there is damaged, and of the same size perhaps: it would be taken for the same
    store.put(key, content)
    return _is_there(backup, store, key)


def _is_there(backup: OpenBackup, store: PhotoStore, key: str) -> bool:
    try:
        return hashlib.sha256(store.read(key)).hexdigest() == backup.digests[key]
    except FileNotFoundError:
        return False
