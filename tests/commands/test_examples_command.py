"""`flask bulletin release|released|take-back`: the clerk sees what will be public before it is."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from docx import Document
from flask import Flask

import commands.bulletin
import commands.examples
from models.assessment import frozen_of
from models.evidence import Evidence
from models.publication import Publication
from models.released_example import ReleasedExample
from services.desk import Desk, Work
from services.photo_store import PhotoStore, derived_key
from tests.frozen_table import frozen, published
from tests.month_tables import month_table
from tests.released_case import CLERK, SAID, Sent, a_closed_case, the_office

Run = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore((tmp_path / "photos").as_uri())


@pytest.fixture
def sent(desk: Desk, store: PhotoStore) -> Sent:
    desk.do(the_office)
    return desk.do(a_closed_case, store)


@pytest.fixture
def run(desk: Desk, store: PhotoStore) -> Run:
    app = Flask(__name__)
    app.extensions["heshao"] = SimpleNamespace(desk=desk, store=store)
    app.cli.add_command(commands.bulletin.bulletin)

    def invoke(*words: str, answer: str = "") -> Result:
        result = app.test_cli_runner().invoke(args=["bulletin", *words], input=answer)
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def how_many(desk: Desk) -> int:
    return desk.look(lambda work: work.session.query(ReleasedExample).count())


def test_released_listed_and_taken_back(run: Run, desk: Desk, sent: Sent) -> None:
    done = run("release", sent.number, "--words", "三天内清完", "--as", CLERK, "--yes", "--json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert (made["case"], made["month"], made["released_by"]) == (sent.number, "2026-10", CLERK)
    (row,) = json.loads(run("released", "2026-10", "--json").stdout)
    assert (row["words"], row["shown"], row["state_name"]) == ("三天内清完", True, "刊登")
    taken = run("take-back", sent.number, "--reason", "有车牌", "--as", CLERK)
    assert "文章" not in taken.stderr
    (row,) = json.loads(run("released", "2026-10", "--json").stdout)
    assert (row["shown"], row["taken_back_by"], row["note"]) == (False, CLERK, "收回：有车牌")
    assert "已收回" in run("released", "2026-10").stdout
    assert run("released", "2026-09").stdout == "（没有）\n"


def test_before_it_is_released_the_clerk_is_shown_the_photographs_and_asked(
    run: Run, desk: Desk, sent: Sent
) -> None:
    asked = run("release", sent.number, "--as", CLERK, answer="n\n")
    assert asked.exit_code == 1
    for said in (
        "人脸、车牌、门牌", "不会自动打码", "整改前 1 ← 选中", "整改前 2 ",
        "整改后 1 ← 选中", "large/", "https://heshao.example/c/",
    ):  # fmt: skip
        assert said in asked.stderr, said
    assert SAID not in asked.output
    assert how_many(desk) == 0
    assert run("release", sent.number, "--as", CLERK, "--before", "2", answer="y\n").exit_code == 0
    assert how_many(desk) == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "请写明由谁决定刊登"),
        (("--as", "没有这人"), "没有名叫“没有这人”"),
        (("--as", CLERK, "--month", "十月"), "不是月份"),
        (("--as", CLERK, "--month", "2026-11"), "不能作为2026年11月的示例"),
        (("--as", CLERK, "--after", "7"), "没有第 7 张"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_refused_before_anything_is_asked(run: Run, sent: Sent, words: tuple[str, ...], why: str) -> None:
    refused = run("release", sent.number, "--yes", *words)
    assert refused.exit_code == 1
    assert why in refused.output


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_photograph_that_is_not_in_the_store_is_refused(
    run: Run, desk: Desk, store: PhotoStore, sent: Sent
) -> None:
    first = desk.look(lambda work: work.session.get_one(Evidence, sent.before[0]).digest or "")
    store.erase(derived_key(first, "large"))
    refused = run("release", sent.number, "--yes", "--as", CLERK)
    assert "整改前的照片已不在照片存储里" in refused.output
    assert how_many(desk) == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_it_stands_in_the_bulletins_files_and_after_publishing_taking_back_says_where_it_still_is(
    run: Run, desk: Desk, sent: Sent, tmp_path: Path
) -> None:
    desk.do(lambda work: frozen(work, month_table()))
    run("release", sent.number, "--as", CLERK, "--yes")
    done = run("make", "2026-10", "-o", str(tmp_path / "files"))
    assert done.exit_code == 0, done.output
    names = {path.name for path in (tmp_path / "files").iterdir()}
    assert {"example1_before.jpg", "example1_after.jpg"} <= names
    article = (tmp_path / "files" / "article.html").read_text("utf-8")
    assert 'src="example1_after.jpg"' in article
    paper = Document(str(tmp_path / "files" / "bulletin.docx"))
    assert "四、治理示例" in [line.text for line in paper.paragraphs]

    desk.do(handed_over)
    taken = run("take-back", sent.number, "--reason", "有车牌")
    assert taken.exit_code == 0
    assert "flask bulletin withdraw 2026-10" in taken.stderr


def handed_over(work: Work) -> None:
    """October was published on the platform."""
    published(work, work.session.scalars(frozen_of("2026-10")).one())
    work.session.flush()
    work.session.query(Publication).one().publish_id = "p"
