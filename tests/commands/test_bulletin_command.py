"""`flask bulletin make`: the files of a frozen month, and no others."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from docx import Document
from flask import Flask

from commands.bulletin import bulletin
from rules.months import Month
from services.desk import Desk, Work
from services.photo_store import PhotoStore
from tests.frozen_table import frozen, published
from tests.month_tables import crowded, month_table

Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk, tmp_path: Path) -> Run:
    app = Flask(__name__)
    app.extensions["heshao"] = SimpleNamespace(desk=desk, store=PhotoStore((tmp_path / "photos").as_uri()))
    app.cli.add_command(bulletin)
    return lambda *words: app.test_cli_runner().invoke(args=["bulletin", *words])


def two_months(work: Work) -> None:
    """September was published; October is frozen, without a problem."""
    published(work, frozen(work, month_table(month=Month(2026, 9))))
    frozen(work, crowded())


def test_a_frozen_month_becomes_picture_cover_paper_and_article(run: Run, desk: Desk, tmp_path: Path) -> None:
    desk.do(two_months)
    files = []
    for folder in (tmp_path / "once", tmp_path / "again"):
        done = run("make", "2026-10", "-o", str(folder))
        assert done.exit_code == 0, done.output
        files.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert set(files[0]) == {
        "ranking.png",
        "trend.png",
        "places.png",
        "on_time.png",
        "cover.jpg",
        "article.html",
        "bulletin.docx",
    }
    assert files[0] == files[1]
    assert all(len(content) < 1_000_000 for content in files[0].values())
    article = files[0]["article.html"].decode()
    assert all(f'src="{name}"' in article for name in files[0] if name.endswith(".png"))
    assert "<script" not in article


def test_papers_of_a_withdrawn_month_say_so(run: Run, desk: Desk, tmp_path: Path) -> None:
    desk.do(lambda work: published(work, frozen(work, month_table()), "数据来源有争议"))
    done = run("make", str(month_table().month), "-o", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "本月排名的发布已撤回（数据来源有争议）" in (tmp_path / "article.html").read_text()
    paper = Document(str(tmp_path / "bulletin.docx"))
    assert "本月排名的发布已撤回（数据来源有争议），以下名次不再有效。" in [p.text for p in paper.paragraphs]


def test_a_month_that_is_not_frozen_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("make", "2026-10", "-o", str(tmp_path / "files"))
    assert done.exit_code == 1
    assert "2026年10月的考核还没有批准冻结" in done.output
    assert not (tmp_path / "files").exists()
