"""`flask figures`: what it prints, writes and refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import load_workbook

import commands.figures
from config import Config
from services.desk import Desk
from tests.conftest import Clock
from tests.month_life import month_life
from tests.services.test_figure_sheets import BOOK, GOOD, sheet

Run = Callable[..., Result]


@pytest.fixture
def run(make_desk: Callable[..., Desk], example: Config, clock: Clock, tmp_path: Path) -> Run:
    (tmp_path / "2026-01.toml").write_text(BOOK, "utf-8")
    assessment = example.assessment.model_copy(update={"rulebooks": str(tmp_path)})
    desk = make_desk(example.model_copy(update={"assessment": assessment}))
    month_life(desk, clock, "2026-12-02 10:00")
    app = Flask(__name__)
    app.extensions["heshao"] = SimpleNamespace(desk=desk)
    app.cli.add_command(commands.figures.figures)

    def invoke(*words: str) -> Result:
        result = app.test_cli_runner().invoke(args=["figures", *words])
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def test_from_the_template_to_what_is_missing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    assert "已写入" in run("template", "2026-11", "-o", str(file)).output
    assert "已经存在" in run("template", "2026-11", "-o", str(file)).output
    assert "不是 .xlsx" in run("template", "2026-11", "-o", str(tmp_path / "f.csv")).output
    book = load_workbook(file)
    for column, value in (("C2", 7), ("D2", 9), ("E2", "区生态环境局月报")):
        book["2026-11"][column] = value
    book.save(file)
    done = run("import", str(file), "--as", "周科员")
    assert done.output == (
        "2026-11 指标表：已导入，第 1 版，1 个数，还缺 6 个，查看：flask figures list 2026-11。\n"
    )
    assert "与第 1 版相同，没有变化" in run("import", str(file)).output
    listed = run("list", "2026-11").output
    assert "第 1 版：周科员 于 2026-12-02T10:00:00+08:00 导入 f.xlsx（SHA-256 " in listed
    assert "断面达标率" in listed
    assert "北仓镇、双街镇" in listed
    found = json.loads(run("list", "2026-11", "--json").output)
    assert found["figures"] == [
        {
            "indicator": "断面达标率", "town": "天穆镇", "town_code": "T1", "numerator": "7", "denominator": "9",
            "basis": "区生态环境局月报",
        }
    ]  # fmt: skip
    assert found["missing"][0] == {
        "indicator": "断面达标率", "towns": ["北仓镇", "双街镇"], "last_basis": "",
    }  # fmt: skip
    assert json.loads(run("list", "2026-10", "--json").output)["sheet"] is None
    assert "还没有导入" in run("list", "2026-10").output


def test_a_sheet_that_is_whole(run: Run, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        *[[town, "断面达标率", 1, 1, "月报"] for town in ("T1", "T2", "T3")],
        *[[town, "社会监督员评分", 90, None, "报告"] for town in ("T1", "T2", "T3", "T4")],
    ]
    file = tmp_path / "f.xlsx"
    file.write_bytes(sheet(rows))
    assert run("import", str(file)).output.endswith("7 个数，齐了。\n")
    assert run("list", "2026-11").output.endswith("齐了。\n")


def test_what_is_refused(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xlsx"
    wrong.write_bytes(sheet([["T9", "断面达标率", 9, 7, None]]))
    refused = run("import", str(wrong))
    assert (refused.exit_code, refused.output.splitlines()) == (
        1,
        [
            "指标表有 3 处错误，什么也没有改动：",
            "“2026-11”第 2 行“镇街编码”：本月没有编码为“T9”的镇街",
            "“2026-11”第 2 行“分子”：分子 9 大于分母 7",
            "“2026-11”第 2 行“依据”：不能为空，请写明数据从哪里来",
        ],
    )
    assert [f["column"] for f in json.loads(run("import", str(wrong), "--json").output)["faults"]] == [
        "镇街编码", "分子", "依据",
    ]  # fmt: skip
    good = tmp_path / "good.xlsx"
    good.write_bytes(sheet(GOOD))
    for words, why in (
        (["import", str(tmp_path / "no.xlsx")], "没有找到文件"),
        (["import", str(good), "--month", "2026-10"], "要导入的却是 2026-10"),
        (["import", str(good), "--month", "十一月"], "不是月份"),
        (["import", str(good), "--as", "陌生人"], "没有名叫“陌生人”"),
        (["import", str(good), "--as", "王镇长"], "只有河长办可以这样做"),
        (["list", "2025-12"], "没有可用的考核办法"),
    ):
        refused = run(*words)
        assert (refused.exit_code, why in refused.output) == (1, True), refused.output
    refused = run("import", str(good), "--as", "王镇长", "--json")
    assert json.loads(refused.output)["faults"][0]["why"] == "只有河长办可以这样做。"
