"""Nightly: a backup of database and pictures into the configured folder; a failure is logged and counted."""

import logging

from services import failures
from services.backup import Source, back_up
from services.backup_folder import BackupFolder
from services.desk import Desk
from services.photo_store import PhotoStore

log = logging.getLogger("heshao.backup")


def back_up_nightly(desk: Desk, store: PhotoStore, folder: BackupFolder, keep: int) -> int:
    """Make one; returns how many files it holds. What a person should look into counts as an error of this
    run: pictures that are gone, and a database that has fewer reports than it had."""
    made = back_up(Source(desk.engine, store), folder, desk.clock(), keep)
    lost = [*made.manifest.missing, *made.only_here]
    if lost:
        failures.note("PicturesMissing")
        log.error(
            "%d pictures are missing from the store, %d of them in the backup too: %s", len(lost),
            len(made.manifest.missing), " ".join(lost[:5]), extra={"event": "backup.missing", "count": len(lost)},
        )  # fmt: skip
    if made.kept_for_fear:
        failures.note("FewerReports")
        log.error("older backups have more reports: none was removed", extra={"event": "backup.fewer"})
    return made.manifest.pictures + 1
