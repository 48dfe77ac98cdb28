"""Programs that pip packages bring, run by a user who may run them."""

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any


class NoEngine(Exception):
    """There is no such server here and none can be started; the message says why."""


def installed(package: str, engine: str) -> Path:
    """The package's folder, found without importing it: pgserver's import warns and writes lock files."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise NoEngine(
            f"no {engine} here, and no {package} whose binary could be started (no wheel for this platform?)"
        )
    return Path(found.submodule_search_locations[0])


def readable_by_all(package: Path, folder: Path) -> Path:
    """The package where another user may reach it: copied (40 MB) when a folder above is closed to others.

    pgserver itself would open those folders to everybody.
    """
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in (package, *package.parents)):
        return package
    for part in (package / "pginstall18", package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            copy = folder / part.relative_to(package.parent)
            shutil.copytree(part, copy, symlinks=True)
    return folder / package.name


def give(folder: Path, user: str) -> None:
    """Make this user the owner of the folder and all that is in it."""
    owner = pwd.getpwnam(user)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def run(command: list[str], folder: Path, user: str | None) -> None:
    """Run it to its end, as this user. Raises NoEngine with what it complained of."""
    done = subprocess.run(  # noqa: S603 - a binary of an installed package
        command, cwd=folder, capture_output=True, text=True, check=False, **as_user(user)
    )
    if done.returncode:
        raise NoEngine(f"{command[0]}: {done.stderr[-2000:]}")


def as_user(user: str | None) -> dict[str, Any]:
    """What `subprocess` is told so that a program runs as this user; None: as ourselves."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
