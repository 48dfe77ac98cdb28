"""`flask registry` and `flask boards`: what they print, how they refuse, with which exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

import commands.boards
import commands.registry
from bot.wechat import WeChatUnreachable
from services.desk import Desk
from services.workbook import read_workbook
from tests.services.registry_fixtures import BASIS, desk, of_people, person, workbook
from tests.services.test_boards import Code

__all__ = ["desk"]
Run = Callable[..., Result]


class FakePlatform:
    """Gives scene codes while it is there."""

    is_there = True

    def create_scene_code(self, scene: str) -> Code:
        if not self.is_there:
            raise WeChatUnreachable("连不上微信")
        return Code("ticket", f"http://weixin.qq.com/q/{scene}")


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def run(desk: Desk, platform: FakePlatform) -> Run:
    app = Flask(__name__)
    app.extensions["heshao"] = SimpleNamespace(desk=desk, wechat=platform)
    app.cli.add_command(commands.registry.registry)
    app.cli.add_command(commands.boards.boards)
    return lambda *words: app.test_cli_runner().invoke(args=[str(word) for word in words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "名录.xlsx"
    path.write_bytes(workbook())
    return path


def told(result: Result, code: int = 0) -> str:
    """What was printed; the exit code is as expected and nothing was raised."""
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.output


def test_from_the_check_to_the_export(run: Run, file: Path, tmp_path: Path) -> None:
    assert "导入后将有以下变化" in told(run("registry", "check", file))
    imported = told(run("registry", "import", file))
    assert "已导入" in imported
    assert "镇街：新增 2" in imported
    assert "没有变化" in told(run("registry", "import", file))
    assert "导入不会有变化" in told(run("registry", "check", file))
    told(run("registry", "export", tmp_path / "out.xlsx"))
    assert "没有变化" in told(run("registry", "import", tmp_path / "out.xlsx"))
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".new")] == []


def test_faults_are_listed_and_nothing_is_done(run: Run, file: Path) -> None:
    file.write_bytes(workbook(镇街=[["T1", "天穆镇", "乡", None, None], ["T2", "北仓镇", "镇", None, None]]))
    for step in ("check", "import"):
        assert "“镇街”第 2 行“类型”：“乡”不在可填的值之内" in told(run("registry", step, file), 1)
        (fault,) = json.loads(told(run("registry", step, file, "--json"), 1))["faults"]
        assert (fault["sheet"], fault["row"], fault["column"]) == ("镇街", 2, "类型")
    file.write_bytes(workbook())
    assert "新增" in told(run("registry", "check", file))


def test_changes_as_json(run: Run, file: Path) -> None:
    found = json.loads(told(run("registry", "check", file, "--json")))
    assert found["changes"][0] == {"sheet": "镇街", "act": "新增", "subject": "T1 天穆镇", "details": ""}
    assert (found["faults"], found["notes"]) == ([], [])


@pytest.mark.parametrize("step", ["check", "import"])
def test_what_is_no_workbook_is_one_sentence(run: Run, tmp_path: Path, step: str) -> None:
    assert "没有找到文件" in told(run("registry", step, tmp_path / "no.xlsx"), 1)
    (tmp_path / "a.xlsx").write_text("编码,名称")
    assert "不是 .xlsx" in told(run("registry", step, tmp_path / "a.xlsx"), 1)


def test_a_file_that_cannot_be_written_is_one_sentence(run: Run, file: Path, tmp_path: Path) -> None:
    told(run("registry", "import", file))
    for words in (("registry", "export"), ("registry", "template"), ("boards", "codes", "-o")):
        assert "没有文件夹" in told(run(*words, tmp_path / "no" / "file.xlsx"), 1)


def test_wrong_usage_is_two(run: Run) -> None:
    for words in (("registry", "import"), ("registry", "burn"), ("boards", "codes")):
        told(run(*words), 2)


def test_a_missing_schema_names_the_command(desk: Desk, run: Run, file: Path) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text("ALTER TABLE registry_version RENAME TO gone"))
    try:
        assert "flask db upgrade" in told(run("registry", "import", file), 1)
    finally:
        with desk.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO registry_version"))


def test_the_template_is_not_laid_over_a_filled_workbook(run: Run, file: Path, tmp_path: Path) -> None:
    assert "已经存在" in told(run("registry", "template", file), 1)
    assert file.read_bytes() == workbook() or read_workbook(file)
    told(run("registry", "template", tmp_path / "new.xlsx"))
    assert "没有一个表有数据" in told(run("registry", "check", tmp_path / "new.xlsx"), 1)
    told(run("registry", "template", file, "--force"))


def test_invitations_are_listed_once(run: Run, file: Path) -> None:
    told(run("registry", "import", file))
    shown = told(run("registry", "invitations"))
    assert "王一" in shown
    assert "只显示这一次" in shown
    rows = json.loads(run("registry", "invitations", "--json").stdout)
    assert [(row["name"], row["role"], row["town"]) for row in rows] == [
        ("王一", "镇级河湖长", "天穆镇"), ("李二", "村级河湖长", "天穆镇"), ("张三", "河长办", ""),
    ]  # fmt: skip
    (row,) = json.loads(run("registry", "invitations", "--json", "--name", "李二").stdout)
    assert (row["name"], row["expires_on"]) == ("李二", "2026-12-23")
    assert json.loads(run("registry", "invitations", "--json", "--town", "北仓镇").stdout) == []


def test_nobody_to_invite(run: Run, file: Path) -> None:
    file.write_bytes(of_people(person("王一", openid="openid-of-wang")))
    told(run("registry", "import", file))
    assert told(run("registry", "invitations")) == "（没有）\n"


def test_codes_of_boards(run: Run, file: Path, tmp_path: Path, platform: FakePlatform) -> None:
    pdf = tmp_path / "codes.pdf"
    assert "还没有公示牌" in told(run("boards", "codes", "-o", pdf), 1)
    told(run("registry", "import", file))
    platform.is_there = False
    assert "稍后再运行一次" in told(run("boards", "codes", "-o", pdf), 1)
    platform.is_there = True
    assert "新申请二维码 2 个" in told(run("boards", "codes", "-o", pdf))
    assert pdf.read_bytes().startswith(b"%PDF-")
    rows = json.loads(run("boards", "codes", "-o", pdf, "--json").stdout)
    assert [row["code"] for row in rows] == [row[0] for row in BASIS["公示牌"]]


@pytest.mark.parametrize(
    "words",
    [
        ("registry",), ("registry", "template"), ("registry", "check"), ("registry", "import"),
        ("registry", "export"), ("registry", "invitations"), ("boards",), ("boards", "codes"),
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_help_is_in_plain_words(run: Run, words: tuple[str, ...]) -> None:
    shown = told(run(*words, "--help"))
    assert any("\u4e00" <= c <= "\u9fff" for c in shown)
