"""`flask backup` and `flask restore`: what they say, and their exit codes."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import Result
from flask import Flask

import commands.backup
from commands.backup import refuse_root_in_anothers
from config import Backup
from services.desk import Desk
from services.photo_store import PhotoStore
from tests.conftest import Clock
from tests.district import lay_out
from tests.services.residents import fetch, hang_up, report, words_of

Run = Callable[..., Result]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def run(desk: Desk, photos: Path, tmp_path: Path) -> Run:
    lay_out(desk)
    store = PhotoStore(photos.as_uri())
    report(desk, "li", 1)
    fetch(desk, store)
    app = Flask(__name__)
    settings = Backup(folder=str(tmp_path / "usual"), keep=2)
    app.extensions["heshao"] = SimpleNamespace(
        desk=desk, engine_url=str(desk.engine.url), store=store, config=SimpleNamespace(backup=settings)
    )
    app.cli.add_command(commands.backup.backup)
    app.cli.add_command(commands.backup.restore)

    def invoke(*words: object) -> Result:
        hang_up(desk)
        return app.test_cli_runner().invoke(args=[str(word) for word in words])

    return invoke


def newest(folder: Path) -> Path:
    return max(folder.glob("heshao-*"))


def test_a_rehearsal_from_backup_to_restore(run: Run, desk: Desk, photos: Path, tmp_path: Path) -> None:
    result = run("backup", "-o", tmp_path / "disk")
    assert result.exit_code == 0
    assert "报送 1 件，案件 1 件，照片和录音文件 3 个" in result.output
    kept = newest(tmp_path / "disk")
    assert "备份完好" in run("restore", kept, "--check").output

    report(desk, "wu", 1)
    result = run("restore", kept)
    assert result.exit_code == 1
    assert "--replace" in result.output

    shutil.rmtree(photos)
    result = run("restore", kept, "--replace")
    assert result.exit_code == 0, result.output
    assert "已恢复到 2026-11-23T09:00:00+08:00 的状态" in result.output
    assert "1 件案件的办理记录链完整" in result.output
    assert "下一步" in result.output
    assert words_of(desk) == {"河边有垃圾，li 第 1 次"}
    assert len([p for p in photos.rglob("*") if p.is_file()]) == 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_lost_picture_is_named_and_put_back_by_itself(
    run: Run, photos: Path, tmp_path: Path, clock: Clock
) -> None:
    assert run("backup").exit_code == 0
    clock.forward(days=1)
    lost = next((photos / "large").rglob("*.jpg"))
    lost.unlink()
    result = run("backup")
    assert result.exit_code == 1
    assert lost.name in result.output
    result = run("restore", newest(tmp_path / "usual"), "--photos-only")
    assert result.exit_code == 0
    assert "数据库没有动" in result.output
    assert lost.exists()
    clock.forward(days=1)
    assert run("backup").exit_code == 0
    assert len(list((tmp_path / "usual").glob("heshao-*"))) == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_in_another_folder_all_are_kept_unless_told(run: Run, tmp_path: Path, clock: Clock) -> None:
    for _ in range(3):
        run("backup", "-o", tmp_path / "disk")
        clock.forward(hours=1)
    assert len(list((tmp_path / "disk").glob("heshao-*"))) == 3
    assert "旧备份删除了 3 份" in run("backup", "-o", tmp_path / "disk", "--keep", "1").output


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_cannot_be_done_is_a_sentence(run: Run, tmp_path: Path) -> None:
    run("backup")
    kept = newest(tmp_path / "usual")
    for words, said in (
        (("restore", tmp_path / "nowhere"), "没有这个文件夹"),
        (("restore", tmp_path), "不是河哨的备份"),
        (("restore", tmp_path / "usual"), f"flask restore {kept}"),
        (("backup", "-o", "/proc/nowhere"), "不能使用"),
    ):
        result = run(*words)
        assert result.exit_code == 1
        assert said in result.output
        assert "Traceback" not in result.output
    next((kept / "photos").rglob("*.jpg")).write_bytes(b"spoilt")
    result = run("restore", kept, "--check")
    assert (result.exit_code, "损坏" in result.output) == (1, True)
    result = run("restore", kept, "--replace")
    assert (result.exit_code, "--despite-damaged-photos" in result.output) == (0, False)


def test_root_writes_nothing_into_the_products_folders(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 1000, 1000)
    with pytest.raises(click.ClickException, match="sudo -u heshao"):
        refuse_root_in_anothers(tmp_path / "backups", user=0)
    refuse_root_in_anothers(tmp_path / "backups", user=1000)
