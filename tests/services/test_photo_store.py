"""The store, a folder or a bucket: written whole or not at all, found by content, never outside its folder."""

import contextlib
import errno
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from services.bucket import BucketAccess
from services.photo_store import PhotoStore, StoreAway, StoreFull, derived_key, original_key

DIGEST = "ab" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def in_folder(folder: Path) -> PhotoStore:
    return PhotoStore(folder.as_uri())


@pytest.fixture
def access(bucket: dict[str, str]) -> BucketAccess:
    return BucketAccess(
        bucket["endpoint"], bucket["region"], bucket["access_key"], bucket["secret_key"], True
    )


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, folder: Path) -> PhotoStore:
    """Each test that asks for it runs on a folder and on an S3 store."""
    if request.param == "folder":
        return PhotoStore(folder.as_uri())
    return PhotoStore(request.getfixturevalue("bucket")["url"], request.getfixturevalue("access"))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def kept(store: PhotoStore) -> list[str]:
    """The keys of everything in the store, finished or not."""
    found = store._files.find(store._root)
    return sorted(str(path).removeprefix(store._root.rstrip("/") + "/") for path in found)


def test_what_is_put_is_read_by_its_key(store: PhotoStore) -> None:
    assert store.put_original(DIGEST, b"original") == original_key(DIGEST) == f"original/ab/{DIGEST}"
    assert (
        store.put_derived(DIGEST, "large", b"large")
        == derived_key(DIGEST, "large")
        == f"large/ab/{DIGEST}.jpg"
    )
    assert store.read(original_key(DIGEST)) == b"original"
    assert store.read(derived_key(DIGEST, "large")) == b"large"
    assert kept(store) == [f"large/ab/{DIGEST}.jpg", f"original/ab/{DIGEST}"]


def test_a_recording_is_kept_under_its_own_digest(store: PhotoStore) -> None:
    key = store.put_recording(b"#!AMR\nhello", "amr")
    assert key.startswith("recording/")
    assert key.endswith(".amr")
    assert store.read(key) == b"#!AMR\nhello"


def test_putting_twice_writes_once(in_folder: PhotoStore, folder: Path) -> None:
    in_folder.put_original(DIGEST, b"original")
    written = (folder / original_key(DIGEST)).stat().st_mtime_ns
    in_folder.put_original(DIGEST, b"original")
    assert (folder / original_key(DIGEST)).stat().st_mtime_ns == written


def test_what_a_failing_disk_cut_short_is_written_again(store: PhotoStore) -> None:
    key = store.put_original(DIGEST, b"original")
    store._files.pipe_file(store._path(key), b"orig")
    store.put_original(DIGEST, b"original")
    assert store.read(key) == b"original"


def test_eight_at_once_agree(store: PhotoStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.put_original(DIGEST, b"x" * 100_000), range(40)))
    assert kept(store) == [original_key(DIGEST)]
    assert store.read(original_key(DIGEST)) == b"x" * 100_000


def test_erasing_twice_is_as_good_as_once(store: PhotoStore) -> None:
    store.put_original(DIGEST, b"original")
    store.erase(original_key(DIGEST))
    store.erase(original_key(DIGEST))
    assert not store.exists(original_key(DIGEST))
    with pytest.raises(FileNotFoundError):
        store.read(original_key(DIGEST))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../secret",
        "original/../../etc/passwd",
        "original/ab/abc",
        f"original/cd/{DIGEST}",
        f"large/ab/{DIGEST}.jpg\n",
    ],
)
def test_no_key_leads_out_of_the_store(store: PhotoStore, key: str) -> None:
    for ask in (store.read, store.exists, store.erase):
        with pytest.raises(ValueError, match="not a key"):
            ask(key)


FULL = """
import os, resource, sys
from services.photo_store import PhotoStore, StoreFull
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    PhotoStore(sys.argv[1]).put_original("ab" * 32, b"x" * 5000)
except OSError as error:
    sys.exit(7)
"""


def test_a_write_that_fails_in_the_middle_leaves_nothing_behind(folder: Path) -> None:
    """The kernel refuses the second thousand bytes, as a full disk would."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, folder.as_uri()],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 7
    assert files(folder) == []


class FullBucket(MemoryFileSystem):  # type: ignore[misc]
    """A store whose every put finds no room."""

    protocol = "full"

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "no room")


def test_a_full_store_says_so() -> None:
    fsspec.register_implementation("full", FullBucket, clobber=True)
    with pytest.raises(StoreFull, match="已满"):
        PhotoStore("full://photos").put_original(DIGEST, b"original")


def test_a_store_that_is_no_folder_works_alike() -> None:
    store = PhotoStore("memory://photos")
    key = store.put_derived(DIGEST, "small", b"small")
    assert store.put_derived(DIGEST, "small", b"small") == key
    assert store.read(key) == b"small"
    store.erase(key)
    assert not store.exists(key)


class Cut:
    """Between us and the bucket: of what is sent so many bytes get through, then the line is cut."""

    def __init__(self, endpoint: str, most: int) -> None:
        self._to = urlsplit(endpoint)
        self._most = most
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.cuts = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                ours, _ = self._door.accept()
                threading.Thread(target=self._pass, args=(ours,), daemon=True).start()

    def _pass(self, ours: socket.socket) -> None:
        with ours, socket.create_connection((self._to.hostname, self._to.port)) as theirs:
            threading.Thread(target=_answers, args=(theirs, ours), daemon=True).start()
            left = self._most
            while left > 0 and (block := ours.recv(min(left, 4096))):
                theirs.sendall(block)
                left -= len(block)
            self.cuts += left == 0

    def close(self) -> None:
        self._door.close()


def _answers(theirs: socket.socket, ours: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := theirs.recv(4096):
            ours.sendall(block)


def test_a_put_that_is_cut_off_leaves_no_half_photo_in_the_bucket(
    bucket: dict[str, str], access: BucketAccess
) -> None:
    cut = Cut(access.endpoint, most=40_000)
    with pytest.raises(StoreAway):
        PhotoStore(bucket["url"], replace(access, endpoint=cut.url)).put_original(DIGEST, b"x" * 400_000)
    cut.close()
    assert cut.cuts
    assert kept(PhotoStore(bucket["url"], access)) == []


def test_a_bucket_that_is_not_there_or_cannot_be_reached_is_an_os_error(access: BucketAccess) -> None:
    """So that what was to be kept is tried again, as with a disk that fails."""
    with pytest.raises(OSError, match="bucket does not exist"):
        PhotoStore("s3://elsewhere/photos", access).put_original(DIGEST, b"original")
    with pytest.raises(StoreAway, match="连不上"):
        PhotoStore("s3://photos", replace(access, endpoint="http://127.0.0.1:1")).read(original_key(DIGEST))


def test_two_processes_see_at_once_what_the_other_keeps_and_erases(
    bucket: dict[str, str], access: BucketAccess
) -> None:
    mine, theirs = (
        PhotoStore(bucket["url"], access),
        PhotoStore(bucket["url"], replace(access, path_style=False)),
    )
    assert mine._files is not theirs._files
    assert not theirs.exists(original_key(DIGEST))
    key = mine.put_original(DIGEST, b"original")
    assert theirs.read(key) == b"original"
    theirs.erase(key)
    assert not mine.exists(key)


def test_a_relative_folder_lies_under_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    PhotoStore("file://var/photos").put_original(DIGEST, b"original")
    assert files(tmp_path) == [f"var/photos/{original_key(DIGEST)}"]
