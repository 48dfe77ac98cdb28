"""`flask cases`, `notifications`, `audit`, `db`: what they print, and how they refuse."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

import commands.audit
import commands.cases
import commands.database
import commands.menu
import commands.notifications
from bot.messages import Message, Photo, Said, Text
from config import ConfigError
from handlers import speech
from services.desk import Desk, Work
from tests.district import lay_out

Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk) -> Run:
    lay_out(desk)
    app = Flask(__name__)
    app.extensions["heshao"] = SimpleNamespace(desk=desk, engine_url=str(desk.engine.url))
    for group in (
        commands.cases.cases, commands.notifications.notifications, commands.audit.audit, commands.database.db,
        commands.menu.menu,
    ):  # fmt: skip
        app.cli.add_command(group)
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def ticket(desk: Desk) -> str:
    """A report by li; its ticket."""
    dispatcher = speech.dispatcher()
    said: tuple[Said, ...] = (
        Photo("m"),
        Text("北运河天穆镇段"),
        Text("河边有垃圾，我电话 13812345678"),
        Text("提交"),
    )
    replies = [
        desk.do(dispatcher.answer, Message("o-li", "gh", desk.clock(), words, f"k{n}")).reply
        for n, words in enumerate(said)
    ]
    return replies[-1].splitlines()[0].split()[-1]


def test_cases_are_listed_for_people_and_for_programs(run: Run, ticket: str) -> None:
    assert "岸线垃圾" in run("cases", "list").output
    (row,) = json.loads(run("cases", "list", "--json").output)
    assert (row["number"], row["state"], row["town"], row["reports"]) == (
        "2026-0001",
        "assigned",
        "天穆镇",
        1,
    )
    assert row["due_at"] == "2026-11-25T00:00:00+08:00"
    assert json.loads(run("cases", "list", "--town", "北仓镇", "--json").output) == []


def test_an_empty_list_is_a_list(run: Run) -> None:
    assert run("cases", "list").output == "（没有）\n"
    assert run("cases", "list", "--json").exit_code == 0


def test_a_case_is_shown_by_its_number_and_by_a_ticket_without_the_reporter(run: Run, ticket: str) -> None:
    by_number = json.loads(run("cases", "show", "2026-1", "--json").output)
    by_ticket = json.loads(run("cases", "show", ticket, "--json").output)
    assert by_number == by_ticket
    assert [event["what"] for event in by_number["events"]] == ["reported", "assign"]
    assert "o-li" not in json.dumps(by_number)
    assert "整改" not in run("cases", "show", "2026-0001").output


def test_a_wrong_number_is_refused_in_words(run: Run) -> None:
    result = run("cases", "show", "2026-0099")
    assert result.exit_code == 1
    assert "没有找到" in result.output
    assert run("cases", "show").exit_code == 2


def test_notifications_are_listed_and_retried(run: Run, ticket: str) -> None:
    rows = json.loads(run("notifications", "list", "--json").output)
    assert [row["sentence"] for row in rows] == ["town_assigned"] * 3
    assert "待发 3" in run("notifications", "list").output
    assert run("notifications", "retry").exit_code == 2
    assert "已重新排队 0 条" in run("notifications", "retry", "--all").output


def test_the_audit_passes_and_names_the_first_break(run: Run, ticket: str, desk: Desk) -> None:
    assert "1 件案件的记录完整" in run("audit", "verify").output
    desk.do(_alter)
    result = run("audit", "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)[0]["number"] == "2026-0001"


def _alter(work: Work) -> None:
    work.session.execute(text("UPDATE \"case\" SET head = 'x'"))


def test_a_database_without_tables_is_a_sentence(run: Run, desk: Desk, tmp_path: Any) -> None:
    from models.engine import make_engine

    desk.engine = make_engine(f"sqlite:///{tmp_path}/empty.db")
    desk._reading = desk.engine.execution_options(reading=True)
    result = run("cases", "list")
    assert result.exit_code == 1
    assert "flask db upgrade" in result.output
    assert "Traceback" not in result.output
    desk.engine.dispose()


def test_a_wrong_configuration_is_a_sentence() -> None:
    class Wrong:
        @property
        def desk(self) -> Desk:
            raise ConfigError("配置 config.toml 有 1 处错误：\nserver.prot：没有这个配置项，请检查拼写")

    app = Flask(__name__)
    app.extensions["heshao"] = Wrong()
    app.cli.add_command(commands.cases.cases)
    result = app.test_cli_runner().invoke(args=["cases", "list"])
    assert result.exit_code == 1
    assert "server.prot" in result.output


def test_the_menu_is_shown_without_asking_wechat(run: Run) -> None:
    assert json.loads(run("menu", "show", "--json").output)[0]["name"] == "我要举报"


@pytest.mark.parametrize("words", [["cases"], ["notifications"], ["audit"], ["db"], ["menu"]])
def test_every_group_explains_itself_in_chinese(run: Run, words: list[str]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert any("一" <= c <= "鿿" for c in result.output)
