"""`flask bulletin make`: the files of a frozen month, and no others."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask

from commands.bulletin import bulletin
from services.desk import Desk
from services.photo_store import PhotoStore
from tests.frozen_table import frozen
from tests.month_tables import crowded

Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk, tmp_path: Path) -> Run:
    app = Flask(__name__)
    app.extensions["heshao"] = SimpleNamespace(desk=desk, store=PhotoStore((tmp_path / "photos").as_uri()))
    app.cli.add_command(bulletin)
    return lambda *words: app.test_cli_runner().invoke(args=["bulletin", *words])


def test_a_frozen_month_becomes_picture_cover_paper_and_article(run: Run, desk: Desk, tmp_path: Path) -> None:
    desk.do(frozen, crowded())
    files = []
    for folder in (tmp_path / "once", tmp_path / "again"):
        done = run("make", "2026-10", "-o", str(folder))
        assert done.exit_code == 0, done.output
        files.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert set(files[0]) == {
        "ranking.png",
        "kinds.png",
        "trend.png",
        "on_time.png",
        "cover.jpg",
        "article.html",
        "bulletin.docx",
    }
    assert files[0] == files[1]
    assert all(len(content) < 1_000_000 for content in files[0].values())
    article = files[0]["article.html"].decode()
    assert 'src="ranking.png"' in article
    assert "<script" not in article


def test_a_month_that_is_not_frozen_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("make", "2026-10", "-o", str(tmp_path / "files"))
    assert done.exit_code == 1
    assert "2026年10月的考核还没有批准冻结" in done.output
    assert not (tmp_path / "files").exists()
