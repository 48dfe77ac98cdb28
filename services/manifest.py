"""What a backup says of itself: `manifest.json`, and `SHA256SUMS` as `sha256sum -c` reads it."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from rules.refusal import Refusal
from services.photo_store import KEY

MANIFEST, SUMS, DATABASE, PHOTOS = "manifest.json", "SHA256SUMS", "heshao.db", "photos"
FORMAT = 1
LINE = re.compile(r"([0-9a-f]{64})  (\S+)\n")


class Manifest(BaseModel):
    """The whole of manifest.json, beside its own digest."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: int = FORMAT
    made_at: str
    """ISO 8601, China time: when the snapshot of the database was taken."""
    revision: str
    """Of the schema."""
    engine: str
    """Where it came from: sqlite or postgresql."""
    rows: dict[str, int]
    """Of every table."""
    pictures: int
    """Files under photos/."""
    picture_bytes: int
    missing: list[str]
    """Pictures and recordings that the database names and nobody has any more."""
    sums: str
    """SHA-256 of the file SHA256SUMS."""

    def write(self, folder: Path) -> None:
        """Write manifest.json with its digest, synced."""
        values = self.model_dump()
        text = json.dumps(values | {"digest": _digest(values)}, ensure_ascii=False, indent=1)
        write_private(folder / MANIFEST, text.encode())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in this folder; a Refusal where it is not what was written."""
    try:
        values = json.loads((folder / MANIFEST).read_text("utf-8"))
        digest = values.pop("digest")
        number = values.get("format")
    except FileNotFoundError as error:
        raise Refusal(f"{folder} 不是一份完整的备份（没有 {MANIFEST}）。") from error
    except (ValueError, AttributeError, LookupError, TypeError) as error:
        raise Refusal(f"备份清单已损坏，不能使用：{folder / MANIFEST}") from error
    if number != FORMAT:
        raise Refusal(f"这份备份的格式（{number}）本版本不认识，请用做备份的版本或更新的版本恢复。")
    try:
        manifest = Manifest.model_validate(values)
    except ValidationError as error:
        raise Refusal(f"备份清单已损坏，不能使用：{folder / MANIFEST}") from error
    if digest != _digest(values):
        raise Refusal(f"备份清单已损坏或被改动，不能使用：{folder / MANIFEST}")
    return manifest


def _digest(values: dict[str, object]) -> str:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class SumsWriter:
    """Writes SHA256SUMS line by line; `digest` afterwards is that of the file."""

    def __init__(self, folder: Path) -> None:
        self._file = private_file(folder / SUMS)
        self._hash = hashlib.sha256()
        self.digest = ""

    def add(self, digest: str, name: str) -> None:
        """One more file of the backup."""
        line = f"{digest}  {name}\n".encode()
        self._hash.update(line)
        self._file.write(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if error is None:
                self._file.flush()
                os.fsync(self._file.fileno())
                self.digest = self._hash.hexdigest()


def read_sums(folder: Path) -> Iterator[tuple[str, str]]:
    """(digest, name) of every file of the backup; a Refusal for a line that is none, so no name leads out."""
    try:
        with (folder / SUMS).open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                found = LINE.fullmatch(line)
                if found is None or not _is_ours(found[2]):
                    raise Refusal(f"备份的校验表已损坏，不能使用：{folder / SUMS}")
                yield found[1], found[2]
    except FileNotFoundError as error:
        raise Refusal(f"备份不完整：没有 {folder / SUMS}") from error
    except UnicodeDecodeError as error:
        raise Refusal(f"备份的校验表已损坏，不能使用：{folder / SUMS}") from error


def _is_ours(name: str) -> bool:
    return name == DATABASE or (
        name.startswith(f"{PHOTOS}/") and bool(KEY.fullmatch(name[len(PHOTOS) + 1 :]))
    )


def private_file(path: Path) -> BinaryIO:
    """A new file that only its owner reads: a backup holds openids, telephone numbers and the signing key."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def write_private(path: Path, content: bytes) -> None:
    """Write such a file whole, synced."""
    with private_file(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
