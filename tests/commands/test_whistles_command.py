"""`flask whistles`: what it prints and refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from PIL import Image

import commands.cases
import commands.joint_actions
import commands.law_referrals
import commands.orders
import commands.whistles
from services import cases
from services.desk import Desk
from services.photo_store import PhotoStore
from tests.conftest import ROOT, Clock
from tests.district import lay_out
from tests.town_life import Life

Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk, tmp_path: Path) -> Run:
    app = Flask(__name__, template_folder=str(ROOT / "web" / "templates"))
    app.extensions["heshao"] = SimpleNamespace(desk=desk, store=PhotoStore((tmp_path / "photos").as_uri()))
    app.cli.add_command(commands.whistles.whistles)
    app.cli.add_command(commands.cases.cases)
    app.cli.add_command(commands.orders.orders)

    def invoke(*words: str) -> Result:
        result = app.test_cli_runner().invoke(args=list(words))
        assert not result.exception or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    life = Life(desk, clock, lay_out(desk))
    life.does("chief", cases.accept, life.opens())
    return life


def found(run: Run, *words: str) -> Any:
    return json.loads(run(*words, "--json").output)


def test_a_whistle_on_a_case_from_blowing_to_closing(run: Run, life: Life) -> None:
    blown = found(run, "whistles", "blow", "请水务局封堵排口", "--case", "2026-0001")
    assert (blown["number"], blown["case"], blown["town"]) == ("〔2026〕1号", "2026-0001", "河长办")
    (case,) = found(run, "cases", "list")
    assert (case["paused"], case["overdue"]) == (True, False)
    assert "请先用 --lead" in run("whistles", "name", "1", "--helper", "北仓镇").output
    named = found(run, "whistles", "name", "1", "--lead", "区水务局", "--helper", "北仓镇")
    assert [(p["name"], p["role"], p["reached"]) for p in named["parties"]] == [
        ("区水务局", "牵头", False), ("北仓镇", "协助", True),
    ]  # fmt: skip
    assert "已有牵头单位" in run("whistles", "name", "1", "--lead", "区公安分局").output
    found(run, "whistles", "answer", "1", "区水务局", "--words", "封堵排口", "--by", "2026-11-27")
    assert "“区公安局”不在这个吹哨的单位之中：区水务局、北仓镇" in run(
        "whistles", "finish", "1", "区公安局", "--words", "好了"
    ).output  # fmt: skip
    done = found(run, "whistles", "finish", "1", "区水务局", "--words", "排口已封堵")
    assert [entry["what_name"] for entry in done["timeline"]] == ["吹哨", "指派", "回哨", "完成"]
    closed = found(run, "whistles", "close", "〔2026〕1号", "--words", "好了", "--solved")
    assert (closed["state"], closed["solved"], closed["case_paused"]) == ("closed", True, False)
    assert found(run, "whistles", "list", "--open") == []
    assert [row["number"] for row in found(run, "whistles", "list")] == ["〔2026〕1号"]
    shown = run("whistles", "show", "1").output
    assert "区水务局" in shown
    assert "排口已封堵" in shown


def test_an_order_to_a_helper_from_its_issue_to_its_end(run: Run, life: Life, tmp_path: Path) -> None:
    Image.new("RGB", (900, 600), "olive").save(tmp_path / "a.jpg")
    run("whistles", "blow", "请水务局封堵排口", "--case", "2026-0001")
    run("whistles", "name", "1", "--lead", "区水务局")
    assert "请写案件号，或者写" in run("orders", "issue", "--whistle", "1", "--reason", "未回哨").output
    row = found(run, "orders", "issue", "--whistle", "1", "--party", "区水务局", "--reason", "未回哨")
    assert (row["number"], row["whistle"], row["town"], row["case"]) == ("〔2026〕1号", "〔2026〕1号", "区水务局", "2026-0001")  # fmt: skip
    assert [r["number"] for r in found(run, "orders", "list", "--open", "--town", "区水务局")] == [
        "〔2026〕1号"
    ]
    assert found(run, "orders", "list", "--town", "天穆镇") == []
    photo = str(tmp_path / "a.jpg")
    assert found(run, "orders", "answer", "1", "--words", "设备故障", "--photo", photo)["state"] == "answered"
    assert found(run, "orders", "send-back", "1", "--reason", "没有日期")["state"] == "sent_back"
    found(run, "orders", "answer", "1", "--words", "周五前封堵", "--photo", photo)
    assert found(run, "orders", "accept", "1")["state"] == "accepted"
    assert [len(given["photos"]) for given in found(run, "orders", "show", "1")["answers"]] == [1, 1]
    (order,) = found(run, "whistles", "show", "1")["orders"]
    assert (order["party"], order["state_name"]) == ("区水务局", "答复通过")
    assert "已写入" in run("orders", "document", "1", "-o", str(tmp_path / "order.docx")).output
    assert "不能这样办理" in run("orders", "withdraw", "1", "--reason", "错了").output


def test_a_whistle_on_a_place_of_a_town_withdrawn(run: Run, life: Life) -> None:
    blown = found(run, "whistles", "blow", "请上游清捞", "--place", "省界断面", "--town", "天穆镇")
    assert (blown["case"], blown["place"], blown["town"]) == (None, "省界断面", "天穆镇")
    assert found(run, "whistles", "withdraw", "1", "--reason", "已清捞")["state"] == "withdrawn"
    assert "已撤哨，不能这样办理" in run("whistles", "close", "1", "--words", "好", "--unsolved").output


def test_what_cannot_be_is_refused_in_words(run: Run, life: Life) -> None:
    assert run("whistles", "blow", "请协助").exit_code == 2
    assert run("whistles", "blow", "请协助", "--case", "2026-0001", "--place", "闸口").exit_code == 2
    for words, said in (
        (("blow", "请协助", "--case", "2026-0009"), "没有找到“2026-0009”"),
        (("blow", "请协助", "--place", "闸口", "--town", "没有镇"), "没有找到镇街“没有镇”"),
        (("show", "7"), "没有找到吹哨“7”"),
    ):
        result = run("whistles", *words)
        assert (result.exit_code, said in result.output) == (1, True)


def test_a_joint_action_with_its_photos(run: Run, life: Life, tmp_path: Path) -> None:
    Image.new("RGB", (900, 600), "olive").save(tmp_path / "a.jpg")
    found(run, "whistles", "blow", "请联合清理", "--place", "永定新河")
    row = found(
        run, "whistles", "actions", "record", "--on", "2026-11-20", "--place", "永定新河", "--body", "区水务局",
        "--officers", "85", "--vehicles", "41", "--illegal-boats", "17", "--whistle", "1",
        "--photo", str(tmp_path / "a.jpg"),
    )  # fmt: skip
    assert (row["officers"], row["vehicles"], row["boats"], len(row["photos"])) == (85, 41, 0, 1)
    assert found(run, "whistles", "actions", "show", "1") == row
    for name in ("record.docx", "record.html"):
        assert "已写入" in run("whistles", "actions", "document", "1", "-o", str(tmp_path / name)).output
    page = (tmp_path / "record.html").read_text("utf-8")
    assert "参加单位：区水务局" in page
    assert page.count("data:image/jpeg") == 1
    assert found(run, "whistles", "actions", "withdraw", "1", "--reason", "错了")["withdrawn"] is True
    assert [r["number"] for r in found(run, "whistles", "actions", "list")] == ["〔2026〕1号"]
    assert "没有找到联合行动“9”" in run("whistles", "actions", "show", "9").output


def test_a_referral_to_law_enforcement_and_its_result(run: Run, life: Life) -> None:
    row = found(
        run, "whistles", "referrals", "record", "执移〔2026〕2号", "--kind", "enforcement", "--on", "2026-11-20",
        "--body", "区综合执法支队", "--subject", "非法捕捞", "--answer-due", "2026-11-20", "--case", "2026-0001",
    )  # fmt: skip
    assert (row["case"], row["overdue"], row["answer_due"]) == (
        "2026-0001",
        True,
        "2026-11-21T00:00:00+08:00",
    )
    done = found(
        run, "whistles", "referrals", "answer", "执移〔2026〕2号", "--kind", "enforcement", "--on", "2026-11-23",
        "--result", "罚款二千元",
    )  # fmt: skip
    assert (done["state"], done["result"], done["overdue"]) == ("answered", "罚款二千元", False)
    assert [r["number"] for r in found(run, "whistles", "referrals", "list")] == ["执移〔2026〕2号"]
    gone = found(
        run, "whistles", "referrals", "withdraw", "执移〔2026〕2号", "--kind", "enforcement", "--reason", "错"
    )
    assert gone["state"] == "withdrawn"
