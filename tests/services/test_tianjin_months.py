"""Months that Tianjin published, handed in as figures sheets: every published place and sum of money comes out."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask

import commands.figures
from config import AssessmentSection, Config
from models.assessment import MonthlyAssessment
from models.person import Appointment, Person
from models.registry import RegistryVersion, Town
from rules import rewards
from rules.months import Month
from rules.roles import Role
from services import assessment_books, assessment_check, assessments, people, years
from services.assessment_rows import table_of
from services.desk import Desk, Work
from services.figure_workbook import write_figures
from services.month_table import TownLine
from tests.conftest import Clock
from tests.rules.tianjin_water import PUBLISHED, SEPTEMBER_2017
from tests.town_life import china

BOOKS = Path(__file__).parent.parent / "data" / "assessment"
DISTRICTS = tuple(sorted({row[0] for rows in PUBLISHED.values() for row in rows}))
INDICATORS = ("综合污染指数", "同比变化率", "出入境浓度比值")
Row = tuple[str, str, Decimal, None, str, str]


class Tianjin:
    """The city's districts as units, one rulebook, and the commands by which figures are handed in."""

    def __init__(
        self, make_desk: Callable[..., Desk], example: Config, clock: Clock, folder: Path, book: str
    ) -> None:
        self.folder, self.clock = folder, clock
        (folder / "books").mkdir()
        (folder / "books" / book).write_text((BOOKS / book).read_text("utf-8"), "utf-8")
        section = AssessmentSection(rulebooks=str(folder / "books"))
        self.desk = make_desk(example.model_copy(update={"assessment": section}))
        self.app = Flask(__name__)
        self.app.extensions["heshao"] = SimpleNamespace(desk=self.desk)
        self.app.cli.add_command(commands.figures.figures)

    def districts(self, names: Sequence[str]) -> None:
        """Written into the registry in this order."""
        self.desk.do(_districts, names)

    def hands_in(self, month: Month, rows: Iterable[Row]) -> Result:
        """A workbook, imported by `flask figures import`."""
        file = self.folder / f"{month}.xlsx"
        file.write_bytes(write_figures(str(month), list(rows), self.clock()))
        result = self.app.test_cli_runner().invoke(args=["figures", "import", str(file)])
        assert result.exit_code == 0, result.output
        return result

    def judged(self, month: Month, told: str, approved: str) -> MonthlyAssessment:
        """Drafted and told at once, approved when the days of appeal are over."""
        self.clock.set(china(told))
        self.desk.do(_draft, month)
        self.clock.set(china(approved))
        return self.desk.do(_approve, month)

    def lines(self, month: Month) -> tuple[TownLine, ...]:
        return self.desk.look(lambda work: table_of(work, assessments.standing(work, month)).lines)


def _districts(work: Work, names: Sequence[str]) -> None:
    work.session.add(RegistryVersion(id=1, version=1))
    for n, name in enumerate(names):
        work.session.add(Town(code=name, name=name, kind="区", since=None, until=None, position=n))
    clerk = Person(name="周科员", phone="", pseudonym=people.new_pseudonym(work))
    work.session.add(Appointment(person=clerk, role=Role.OFFICE, town_id=None, since=None, until=None))


def _draft(work: Work, month: Month) -> None:
    assert assessments.tell(work, assessments.draft(work, month).assessment)


def _approve(work: Work, month: Month) -> MonthlyAssessment:
    work.who = people.who_is(work, 0, work.session.query(Person).one().id)
    row = assessments.called(work, month)
    assessments.approve(work, row)
    assert assessment_check.verify(work, row).holds
    return row


def water_rows(month: str) -> list[Row]:
    """The published places in each item, entered as its figures: only these were published."""
    return [
        (district, indicator, Decimal(place), None, "天津市生态环境局公布", district)
        for district, *items, _, _ in PUBLISHED[month]
        for indicator, place in zip(INDICATORS, items, strict=True)
    ]


@pytest.mark.parametrize(
    ("month", "told", "approved"),
    [
        ("2021-08", "2021-09-01 06:00", "2021-09-07 09:00"),
        ("2021-09", "2021-10-08 06:00", "2021-10-14 09:00"),
    ],
)
@pytest.mark.parametrize("order", [DISTRICTS, DISTRICTS[::-1]], ids=["forwards", "backwards"])
def test_every_place_and_every_sum_of_the_water_ranking(
    make_desk: Callable[..., Desk], example: Config, clock: Clock, tmp_path: Path,
    month: str, told: str, approved: str, order: Sequence[str],
) -> None:  # fmt: skip
    clock.set(china(told))
    tianjin = Tianjin(make_desk, example, clock, tmp_path, "tianjin-water-2018.toml")
    tianjin.districts(order)
    assert "48 个数，齐了" in tianjin.hands_in(Month.parse(month), water_rows(month)).output
    row = tianjin.judged(Month.parse(month), told, approved)
    lines = tianjin.lines(Month.parse(month))
    assert {line.name: line.place for line in lines} == {
        name: place for name, *_, place, _ in PUBLISHED[month]
    }
    assert {line.name: line.score for line in lines} == {
        name: sum(items) for name, *items, _, _ in PUBLISHED[month]
    }
    rule = assessment_books.kept(row).rewards
    assert rule is not None
    money = rewards.money(rule, [rewards.Placed(line.code, line.place or 0) for line in lines])
    assert money == {name: sum_ for name, *_, sum_ in PUBLISHED[month]}
    assert sum(money.values()) == 0


def test_the_years_money_is_that_of_its_months(
    make_desk: Callable[..., Desk], example: Config, clock: Clock, tmp_path: Path
) -> None:
    """津政办发〔2018〕3号: a sum each month, settled once a year."""
    clock.set(china("2021-09-01 06:00"))
    tianjin = Tianjin(make_desk, example, clock, tmp_path, "tianjin-water-2018.toml")
    tianjin.districts(DISTRICTS)
    for month, told, approved in (
        ("2021-08", "2021-09-01 06:00", "2021-09-07 09:00"), ("2021-09", "2021-10-08 06:00", "2021-10-14 09:00"),
    ):  # fmt: skip
        clock.set(china(told))
        tianjin.hands_in(Month.parse(month), water_rows(month))
        row = tianjin.judged(Month.parse(month), told, approved)
        assert tianjin.desk.look(years.money_of, row) == {name: sum_ for name, *_, sum_ in PUBLISHED[month]}
    found = tianjin.desk.look(years.judge_year, 2021, {})
    both = {name: sum_ for name, *_, sum_ in PUBLISHED["2021-08"]}
    for name, *_, sum_ in PUBLISHED["2021-09"]:
        both[name] += sum_
    assert found.money == both
    assert (sum(found.money.values()), found.unit_of_money) == (0, "万元")


def test_the_month_of_2017_with_three_on_the_fourth_place(
    make_desk: Callable[..., Desk], example: Config, clock: Clock, tmp_path: Path
) -> None:
    september = Month(2017, 9)
    clock.set(china("2017-10-09 06:00"))
    tianjin = Tianjin(make_desk, example, clock, tmp_path, "tianjin-month-2017.toml")
    tianjin.districts([name for name, _, _ in SEPTEMBER_2017])
    rows = [(name, "考核得分", Decimal(score), None, "月报第9期", name) for name, score, _ in SEPTEMBER_2017]
    tianjin.hands_in(september, reversed(rows))
    tianjin.judged(september, "2017-10-09 06:00", "2017-10-13 09:00")
    assert [
        (line.name, str(line.score).removesuffix("0"), line.place) for line in tianjin.lines(september)
    ] == [*SEPTEMBER_2017]
