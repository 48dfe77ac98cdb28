"""The store: written whole or not at all, found by content, never outside its folder."""

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from services.photo_store import PhotoStore, StoreFull, derived_key, original_key

DIGEST = "ab" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def store(folder: Path) -> PhotoStore:
    return PhotoStore(folder.as_uri())


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_put_is_read_by_its_key(store: PhotoStore, folder: Path) -> None:
    assert store.put_original(DIGEST, b"original") == original_key(DIGEST) == f"original/ab/{DIGEST}"
    assert (
        store.put_derived(DIGEST, "large", b"large")
        == derived_key(DIGEST, "large")
        == f"large/ab/{DIGEST}.jpg"
    )
    assert store.read(original_key(DIGEST)) == b"original"
    assert store.read(derived_key(DIGEST, "large")) == b"large"
    assert files(folder) == [f"large/ab/{DIGEST}.jpg", f"original/ab/{DIGEST}"]


def test_a_recording_is_kept_under_its_own_digest(store: PhotoStore) -> None:
    key = store.put_recording(b"#!AMR\nhello", "amr")
    assert key.startswith("recording/")
    assert key.endswith(".amr")
    assert store.read(key) == b"#!AMR\nhello"


def test_putting_twice_writes_once(store: PhotoStore, folder: Path) -> None:
    store.put_original(DIGEST, b"original")
    written = (folder / original_key(DIGEST)).stat().st_mtime_ns
    store.put_original(DIGEST, b"original")
    assert (folder / original_key(DIGEST)).stat().st_mtime_ns == written


def test_what_a_failing_disk_cut_short_is_written_again(store: PhotoStore, folder: Path) -> None:
    store.put_original(DIGEST, b"original")
    (folder / original_key(DIGEST)).write_bytes(b"orig")
    store.put_original(DIGEST, b"original")
    assert store.read(original_key(DIGEST)) == b"original"


def test_eight_at_once_agree(store: PhotoStore, folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.put_original(DIGEST, b"x" * 100_000), range(40)))
    assert files(folder) == [original_key(DIGEST)]
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


def test_a_relative_folder_lies_under_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    PhotoStore("file://var/photos").put_original(DIGEST, b"original")
    assert files(tmp_path) == [f"var/photos/{original_key(DIGEST)}"]
