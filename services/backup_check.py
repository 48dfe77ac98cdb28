"""Opening a backup: found, whole, unaltered and of a version this product knows – or a sentence why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rules.refusal import Refusal
from services import schema
from services.backup_folder import UNFINISHED, BackupFolder
from services.manifest import DATABASE, MANIFEST, PHOTOS, SUMS, Manifest, digest_of, read_manifest, read_sums
from services.snapshot import Progress, silently


@dataclass(frozen=True)
class OpenBackup:
    """A backup whose manifest, list of digests and database have been verified; its pictures not yet."""

    path: Path
    manifest: Manifest
    digests: dict[str, str]
    """Of the pictures and recordings, by their keys."""

    @property
    def database(self) -> Path:
        """The snapshot."""
        return self.path / DATABASE

    def content(self, key: str) -> bytes | None:
        """What is kept under this key; None where it is gone or damaged."""
        file = self.path / PHOTOS / key
        try:
            return file.read_bytes() if digest_of(file) == self.digests[key] else None
        except OSError:
            return None


def open_backup(path: Path) -> OpenBackup:
    """Open the backup at this folder (or its manifest's path); a Refusal for everything that is not one."""
    folder = _found(path)
    manifest = read_manifest(folder)
    if not schema.is_known(manifest.revision):
        raise Refusal(
            f"这份备份来自更新的版本（数据库版本 {manifest.revision}），本版本不能恢复。请先升级河哨再恢复。"
        )
    if not (folder / SUMS).is_file() or digest_of(folder / SUMS) != manifest.sums:
        raise Refusal(f"备份的校验表缺失或已损坏，不能使用：{folder / SUMS}")
    digests = {name: digest for digest, name in read_sums(folder)}
    database = digests.pop(DATABASE, "")
    if not (folder / DATABASE).is_file() or digest_of(folder / DATABASE) != database:
        raise Refusal(f"备份中的数据库缺失或已损坏，不能使用：{folder / DATABASE}")
    return OpenBackup(folder, manifest, {name.removeprefix(f"{PHOTOS}/"): d for name, d in digests.items()})


def damaged(backup: OpenBackup, progress: Progress = silently) -> Iterator[str]:
    """The keys whose file in the backup is gone or not what it was."""
    for key in progress(backup.digests, len(backup.digests), "核对"):
        if backup.content(key) is None:
            yield key


def _found(path: Path) -> Path:
    if path.name == MANIFEST and path.is_file():
        path = path.parent
    if not path.exists():
        raise Refusal(f"没有这个文件夹：{path}")
    if path.name.endswith(UNFINISHED):
        raise Refusal(f"{path} 是没有完成的备份，不能用来恢复。")
    if path.is_dir() and (path / MANIFEST).is_file():
        return path
    within = BackupFolder(path).whole()
    if within:
        raise Refusal(
            f"{path} 里有 {len(within)} 份备份，请指明用哪一份；最近的一份是：\n  flask restore {within[-1]}"
        )
    raise Refusal(f"{path} 不是河哨的备份（没有 {MANIFEST}）。")
