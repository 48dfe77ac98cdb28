"""`flask calendar` and `flask cases extensions|grant|refuse`: what they print, take over and refuse."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

import commands.calendar
import commands.cases
import commands.extensions
from models.calendar import HolidayNotice
from models.case import Case
from scheduler.calendar import follow_calendar
from scheduler.logbook import Logbook
from scheduler.timetable import times
from services import cases, extensions
from services.desk import Desk
from tests.conftest import Clock
from tests.district import lay_out
from tests.rules.year_2027 import NOTICE
from tests.town_life import Life

Run = Callable[..., Result]


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    life = Life(desk, clock, lay_out(desk))
    life.at("2026-12-28 10:00")
    life.does("chief", cases.accept, life.opens())
    return life


@pytest.fixture
def run(life: Life) -> Run:
    app = Flask(__name__)
    app.extensions["heshao"] = SimpleNamespace(
        desk=life.desk,
        logbook=Logbook(life.desk, times()),
        jobs=lambda: {"calendar": lambda: follow_calendar(life.desk)},
    )
    app.cli.add_command(commands.calendar.calendar)
    app.cli.add_command(commands.cases.cases)
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def notice(tmp_path: Path) -> Callable[..., str]:
    def write(text: str = NOTICE, encoding: str = "utf-8") -> str:
        path = tmp_path / "2027.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


def test_a_year_is_shown_with_its_days_off_and_make_up_days(run: Run) -> None:
    shown = run("calendar", "show", "2026").output
    assert shown.startswith("2026：工作日 248 天（程序自带）\n")
    assert "2026-10-10  周六  调休上班  国庆节  程序自带" in shown
    assert "2026-11-24" not in shown
    year = json.loads(run("calendar", "show", "--json").output)
    assert (year["period"], year["known"], year["workdays"], len(year["days"])) == ("2026", True, 248, 365)
    assert year["days"][0] == {
        "date": "2026-01-01", "working": 0, "name": "元旦", "source": "library", "special": True,
    }  # fmt: skip


def test_a_month_is_shown_day_by_day_also_one_that_is_not_known(run: Run) -> None:
    shown = run("calendar", "show", "2027-01").output
    assert "2027-01-01  周五  上班        尚未公布，按周一至周五计" in shown
    assert len(shown.splitlines()) == 2 + 31
    assert not json.loads(run("calendar", "show", "2027-01", "--json").output)["known"]


@pytest.mark.parametrize("period", ["明年", "2027-13", "2027-", "27", "1-2-3"])
def test_a_period_that_is_none_is_refused(run: Run, period: str) -> None:
    result = run("calendar", "show", period)
    assert result.exit_code == (0 if period == "2027-" else 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_notice_is_imported_and_dates_follow_at_once(
    run: Run, life: Life, notice: Callable[..., str], encoding: str
) -> None:
    result = run("calendar", "import", notice(encoding=encoding), "--by", "周科员")
    assert result.exit_code == 0, result.output
    assert "2027 年：已导入，第 1 版（放假和调休 31 天）" in result.output
    assert json.loads(run("cases", "list", "--json").output)[0]["due_at"] == "2027-01-06T00:00:00+08:00"
    shown = json.loads(run("calendar", "show", "2027", "--json").output)
    assert (shown["source"], shown["notices"][0]["by"], shown["notices"][0]["version"]) == (
        "notice",
        "周科员",
        1,
    )
    again = json.loads(run("calendar", "import", notice(encoding=encoding), "--json").output)
    assert again == {
        "imported": True, "years": [{"year": 2027, "version": 1, "days": 31, "new": False}], "recounted": 0,
        "errors": 0,
    }  # fmt: skip


def test_a_file_with_wrong_rows_changes_nothing_and_names_each(
    run: Run, life: Life, notice: Callable[..., str]
) -> None:
    file = notice(NOTICE + "2027-13-01,0,x\n2027-06-10,1,端午节\n")
    result = run("calendar", "import", file)
    assert result.exit_code == 1
    assert "没有导入" in result.output
    assert "第 33 行：日期“2027-13-01”不存在" in result.output
    assert "第 34 行：2027-06-10 是星期四，本来就上班，不是调休" in result.output
    told = run("calendar", "import", file, "--json")
    assert told.exit_code == 1
    assert [fault["line"] for fault in json.loads(told.output)["faults"]] == [33, 34]
    with life.desk.reading() as work:
        assert work.session.scalars(select(HolidayNotice)).all() == []


def test_extensions_are_listed_granted_and_refused(run: Run, life: Life) -> None:
    assert run("cases", "extensions").output == "（没有）\n"
    life.does("chief", extensions.ask, 1, 2, "连日降雨")
    (row,) = json.loads(run("cases", "extensions", "--json").output)
    assert (row["case"], row["town"], row["days"], row["reason"], row["state"]) == (
        "2026-0001", "天穆镇", 2, "连日降雨", "asked",
    )  # fmt: skip
    granted = run("cases", "grant", "2026-0001")
    assert granted.output == "已批准〔2026-0001〕延期 2 个工作日，新的期限 2027-01-07T00:00:00+08:00。\n"
    assert "没有等待答复的延期申请" in run("cases", "refuse", "2026-0001", "不行").output
    assert json.loads(run("cases", "extensions", "--json").output) == []
    whole = json.loads(run("cases", "show", "2026-0001", "--json").output)
    assert [each["state_name"] for each in whole["extensions"]] == ["已批准"]
    assert whole["provisional"] is True
    assert [event["what"] for event in whole["events"]][-2:] == ["extension_asked", "extension_granted"]


def test_an_extension_is_refused_with_a_reason(run: Run, life: Life) -> None:
    life.does("chief", extensions.ask, 1, 2, "连日降雨")
    assert "请写明不准延期的理由" in run("cases", "refuse", "2026-0001", " ").output
    refused = run("cases", "refuse", "2026-0001", "设备已到场")
    assert refused.output == "未批准〔2026-0001〕延期，期限仍为 2027-01-05T00:00:00+08:00。\n"
    (row,) = json.loads(run("cases", "extensions", "--all", "--json").output)
    assert (row["state_name"], row["remark"], row["decided_by"]) == ("未批准", "设备已到场", "office")


def test_an_extension_across_an_unknown_year_moves_with_the_notice(
    run: Run, life: Life, notice: Callable[..., str]
) -> None:
    life.does("chief", extensions.ask, 1, 2, "连日降雨")
    run("cases", "grant", "2026-0001")
    run("calendar", "import", notice())
    with life.desk.reading() as work:
        case = work.session.get_one(Case, 1)
        assert (case.rectify_days, case.provisional) == (7, False)
    assert json.loads(run("cases", "list", "--json").output)[0]["due_at"] == "2027-01-08T00:00:00+08:00"
