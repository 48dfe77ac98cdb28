"""`flask assessment` and `flask rulebook`: what they print, whom they speak for, and how they refuse."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from PIL import Image

import commands.appeals
import commands.assessment
import commands.assessment_corrections
import commands.assessment_proof
import commands.assessment_year
import commands.rulebook
import config
from services import assessments
from services.desk import Desk, Work
from services.photo_store import PhotoStore
from tests.assessed_month import BOOK, OCTOBER, SHEET, Year, a_year
from tests.conftest import Clock

Run = Callable[..., Result]


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    year = a_year(make_desk, example, clock, tmp_path / "books")
    year.october()
    return year


@pytest.fixture
def run(year: Year, tmp_path: Path) -> Run:
    app = Flask(__name__)
    store = PhotoStore((tmp_path / "photos").as_uri())

    def as_if(moment: datetime) -> SimpleNamespace:
        year.clock.set(moment)
        return SimpleNamespace(desk=year.desk, store=store)

    app.extensions["heshao"] = SimpleNamespace(desk=year.desk, store=store, as_if=as_if)
    for group in (commands.assessment.assessment, commands.rulebook.rulebook):
        app.cli.add_command(group)

    def invoke(*words: str) -> Result:
        result = app.test_cli_runner().invoke(args=list(words))
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def found(run: Run, *words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_whole_way_of_a_month(run: Run, year: Year, tmp_path: Path) -> None:
    early = run("assessment", "draft", "2026-10", "--at", "2026-10-31T12:00")
    assert (early.exit_code, "还没有结束" in early.output) == (1, True)
    drafted = run("assessment", "draft", "2026-10", "--as", "周科员", "--at", "2026-11-02T09:00").output
    assert "2026-10 第 1 版：已起草（测试考核办法（自2026年1月起））" in drafted
    assert "已告知各镇街，申诉到 2026-11-05 24:00 为止" in drafted
    assert "没有变化" in run("assessment", "draft", "2026-10", "--as", "周科员").output
    shown = run("assessment", "show", "2026-10", "--town", "天穆镇").output
    assert "2026年10月河湖长制考核排名：第 1 版，草稿" in shown
    assert "扣 30.00 分：案件 2026-0001 逾期 7 个工作日" in shown
    Image.effect_noise((300, 200), 60).save(tmp_path / "a.jpg")
    filed = found(
        run, "assessment", "appeal", "2026-10", "--item", "按期整改", "--row", "2026-0001", "--reason", "系上游来水",
        "--photo", str(tmp_path / "a.jpg"), "--as", "王镇长",
    )  # fmt: skip
    assert (filed["number"], filed["town"], filed["row"], len(filed["photos"])) == (
        1, "天穆镇", "case:2026-0001", 1,
    )  # fmt: skip
    assert [row["number"] for row in found(run, "assessment", "appeals", "2026-10", "--open")] == [1]
    listed = run("assessment", "appeals", "2026-10", "--photos", str(tmp_path / "proofs"))
    assert "已存 1 张证明照片" in listed.output
    assert (tmp_path / "proofs" / "1-1.jpg").read_bytes().startswith(b"\xff\xd8")
    decided = found(
        run, "assessment", "decide", "1", "--grant", "--points", "5", "--reason", "部分属实", "--as", "周科员"
    )
    assert (decided["state"], decided["returned"]) == ("granted", "5.00")
    assert found(run, "assessment", "appeals", "2026-10", "--open") == []
    refused = run("assessment", "approve", "2026-10", "--as", "周科员", "--at", "2026-11-06T09:00")
    assert (refused.exit_code, "请由河长办另一位同志批准" in refused.output) == (1, True)
    frozen = found(run, "assessment", "approve", "2026-10", "--as", "郑科员")
    assert (frozen["state"], len(frozen["digest"])) == ("frozen", 64)
    assert "核验一致" in run("assessment", "verify", "2026-10").output
    assert found(run, "assessment", "verify", "2026-10")["holds"] is True
    year.sheet(SHEET | {"北仓镇": "10"})
    corrected = run("assessment", "correct", "2026-10", "--reason", "北仓镇数据有误", "--as", "周科员").output
    assert "2026-10 第 2 版：已起草" in corrected
    assert "北仓镇 总分：80.00 → 100.00" in corrected
    assert found(run, "assessment", "show", "2026-10", "--revision", "1")["state"] == "frozen"
    run("assessment", "approve", "2026-10", "--as", "郑科员", "--at", "2026-11-12T09:00")
    shown = found(run, "assessment", "show", "2026-10")
    assert (shown["revision"], shown["heading"]) == (2, "2026年10月河湖长制考核排名（第1次更正）")
    assert found(run, "assessment", "show", "2026-10", "--revision", "1")["state"] == "superseded"
    assert "没有第 3 版" in run("assessment", "show", "2026-10", "--revision", "3").output


def test_points_are_given_back_in_a_correction(run: Run, year: Year) -> None:
    year.told()
    year.approves("郑科员")
    back = ("--return", "天穆镇", "按期整改", "30")
    corrected = found(
        run, "assessment", "correct", "2026-10", "--reason", "系统故障", *back, "--as", "周科员"
    )
    assert "天穆镇 总分：66.00 → 96.00" in corrected["changes"]
    gone = found(run, "assessment", "drop", "2026-10", "--reason", "看错了案件", "--as", "周科员")
    assert (gone["state_name"], gone["dropped_by"], gone["dropped_because"]) == (
        "更正已撤销", "周科员", "看错了案件",
    )  # fmt: skip
    assert found(run, "assessment", "show", "2026-10")["state"] == "frozen"


LADDER = """
[rewards]
kind = "ladder"
settled = "months"
unit = "万元"
smallest = 1
step = 20
"""


def test_the_money_of_a_month_and_of_the_year_settled_by_months(run: Run, year: Year) -> None:
    year.told()
    assert "奖补" not in run("assessment", "show", "2026-10").output
    (year.folder / "2026-01.toml").write_text(BOOK + LADDER, "utf-8")
    year.desk.do(_untold)
    year.told()
    year.approves("郑科员")
    money = {
        "双街镇": "10",
        "小淀镇": "10",
        "北仓镇": "0",
        "天穆镇": "-20",
    }  # two share the first place: 20 and 0
    shown = found(run, "assessment", "show", "2026-10")["towns"]
    assert {row["name"]: row["money"] for row in shown} == money
    assert "当月奖补" in run("assessment", "show", "2026-10").output
    annual = found(run, "assessment", "annual", "2026")["towns"]
    assert {row["name"]: row["money"] for row in annual} == money


def _untold(work: Work) -> None:
    row = assessments.called(work, OCTOBER)
    row.told_at = row.appeal_until = None


REFUSED = [
    (("show", "2026-10"), 1, "2026年10月还没有考核，请先起草"),
    (("show", "2026-13"), 2, "“2026-13”不是月份，请写成 2026-10 这样"),
    (("draft", "2026-10", "--as", "某某", "--at", "2026-11-02T09:00"), 1, "没有名叫“某某”、现在任职的人"),
    (("draft", "2026-10", "--at", "1026-11-02T09:00"), 2, "年份应在 2000 与 2099 之间"),
    (("decide", "7", "--refuse", "--reason", "r", "--as", "周科员"), 1, "没有 7 号申诉"),
    (("decide", "7", "--refuse", "--points", "1", "--reason", "r"), 2, "--points 只和 --grant 一起写"),
    (("decide", "7", "--grant", "--points", "nan", "--reason", "r"), 2, "“nan”不是分数"),
    (("annual", "2026"), 1, "2026年还没有批准冻结的月份"),
]


def test_what_cannot_be_done_is_a_sentence(run: Run) -> None:
    for words, code, why in REFUSED:
        result = run("assessment", *words)
        assert (result.exit_code, why in result.output) == (code, True), result.output


def test_a_tampered_month_is_named_and_exits_1(run: Run, year: Year) -> None:
    from tests.services.test_assessment_check import tamper

    year.told()
    year.approves("郑科员")
    tamper(year, "UPDATE item_score SET points = 40 WHERE item = 'sections' AND points = 36")
    result = run("assessment", "verify", "2026-10")
    assert result.exit_code == 1
    assert "冻结的内容与校验码不符：有人改动过。" in result.output
    assert "得分与保存的指标值不符：天穆镇·断面水质达标率 得分：40.00 → 36.00" in result.output


def test_the_year_out_of_its_frozen_months(run: Run, year: Year, tmp_path: Path) -> None:
    year.told()
    year.approves("郑科员")
    (tmp_path / "tasks.csv").write_text("镇街编码,得分\nT1,90\nT2,80\nT3,100\nT4,50\n", "utf-8-sig")
    rows = found(run, "assessment", "annual", "2026", "--tasks", str(tmp_path / "tasks.csv"))["towns"]
    assert [(row["name"], row["place"], row["score"]) for row in rows] == [
        ("双街镇", 1, "100.00"), ("小淀镇", 2, "90.00"), ("北仓镇", 3, "80.00"), ("天穆镇", 4, "70.80"),
    ]  # fmt: skip
    assert "月均" in run("assessment", "annual", "2026").output
    for text, why in (
        ("镇街编码,得分\nT9,90\n", "不认识的镇街编码：T9"),
        ("镇街编码,得分\nT1,101\n", "应在 0 至 100 之间：T1"),
        ("镇街编码,得分\nT1,多\nT1,1\nT1,2\n", "第 2 行：编码或得分不对；第 4 行：编码重复"),
        ("编码,分\nT1,1\n", "第一行应写 镇街编码,得分"),
    ):
        (tmp_path / "wrong.csv").write_text(text, "utf-8")
        result = run("assessment", "annual", "2026", "--tasks", str(tmp_path / "wrong.csv"))
        assert (result.exit_code, why in result.output) == (1, True), result.output


def test_a_rulebook_is_checked_and_tried(run: Run, year: Year, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(
        BOOK.replace("points = 60", "points = 20").replace("points = 40", "points = 80"), "utf-8"
    )
    assert "可以使用：测试考核办法（自2026年1月起），得分相加，2 个项目，百分以内 100 分" in run(
        "rulebook", "check", str(other)
    ).output  # fmt: skip
    water = run("rulebook", "check", "tests/data/assessment/tianjin-water-2018.toml").output
    assert water == "可以使用：天津市各区地表水环境质量月排名（自2018年2月起），名次相加，3 个项目。\n"
    assert "不能试算" in run("rulebook", "try", str(other), "2026-10").output
    year.told()
    before = year.table()
    tried = found(run, "rulebook", "try", str(other), "2026-10")
    tianmu = next(row for row in tried["towns"] if row["name"] == "天穆镇")
    assert (tianmu["place"], tianmu["score"], tianmu["tried_place"], tianmu["tried_score"], tianmu["moved"]) == (
        4, "66.00", 3, "82.00", "升 1",
    )  # fmt: skip
    assert year.table() == before
    assert "试算得分" in run("rulebook", "try", str(other), "2026-10").output
    other.write_text(BOOK.replace("points = 60", "points = 61"), "utf-8")
    result = run("rulebook", "check", str(other))
    assert (result.exit_code, "有 1 处要改" in result.output) == (1, True)
    assert json.loads(run("rulebook", "check", str(other), "--json").output)["valid"] is False
