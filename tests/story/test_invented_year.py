"""A year of an invented district, assessed month by month, appealed once, corrected once, published and read back."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from models.assessment import AssessmentState, MonthlyAssessment
from models.engine import make_engine
from rules.months import Month
from services import years
from services.desk import Work
from services.photo_store import PhotoStore
from tests.conftest import ROOT
from tests.depending_figures import gone, samples
from tests.printed_year import (
    CHIEF,
    NEW_UNIT,
    YEAR,
    PrintedYear,
    a_year,
    all_figures,
    if_only,
    invented_sheets,
    verified,
)
from web.case_page import case_pages
from web.ranking import ranking_pages

pytestmark = pytest.mark.xdist_group("invented year")  # the year is lived once

APPEALED, CORRECTED = Month(2026, 3), Month(2026, 5)
CASES = 6
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def year(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrintedYear]:
    path = tmp_path_factory.mktemp("year") / "heshao.db"
    shutil.copy(migrated, path)
    engine = make_engine(f"sqlite:///{path}")
    in_full = (CORRECTED, YEAR[-1])
    how: dict[str, Any] = {"cases_a_month": CASES, "appealed": APPEALED, "corrected": CORRECTED}
    with a_year(engine, printed=True, in_full=in_full, **how) as made:
        made.lived.live(YEAR)
        yield made
    engine.dispose()


def revisions(work: Work) -> list[MonthlyAssessment]:
    found = select(MonthlyAssessment).order_by(MonthlyAssessment.month, MonthlyAssessment.revision)
    return list(work.session.scalars(found))


def test_every_month_went_the_whole_way_and_is_proved_equal_at_the_end(year: PrintedYear) -> None:
    rows = year.desk.look(revisions)
    assert [row.month for row in rows if row.revision == 1] == [str(month) for month in YEAR]
    assert [(row.month, row.revision) for row in rows if row.revision > 1] == [(str(CORRECTED), 2)]
    assert {row.approved_by for row in rows} == {"吴静波"}
    for row in rows:
        checked = year.desk.look(verified, row.id)
        assert checked.holds, (row.month, row.revision, checked)


def test_the_unit_that_began_in_july_is_judged_from_july_on(year: PrintedYear) -> None:
    judged = {month: {line.code for line in year.table(month).lines} for month in YEAR}
    assert {month for month in YEAR if NEW_UNIT in judged[month]} == set(YEAR[6:])
    assert {len(units) for units in judged.values()} == {17, 18}
    july = next(line for line in year.table(YEAR[6]).lines if line.code == NEW_UNIT)
    assert july.previous_place is None
    assert july.place is not None


def test_what_was_not_measured_is_suspended_with_its_reason_and_never_scored(year: PrintedYear) -> None:
    february = year.table(YEAR[1])
    assert any(name == "问卷满意度" and "没有" in why for name, why in february.suspended)
    for line in february.lines:
        survey = next(item for item in line.items if item.name == "问卷满意度")
        assert survey.points is None
        assert sum(item.weight for item in line.items if item.points is not None) == pytest.approx(
            Decimal(100), abs=Decimal("0.001")
        )
    assert not any(name == "问卷满意度" for name, _ in year.table(YEAR[2]).suspended)


def test_the_appeal_that_was_granted_gave_points_back(year: PrintedYear) -> None:
    line = next(line for line in year.table(APPEALED).lines if line.code == year.lived.appealing)
    back = [loss for item in line.items for loss in item.losses if loss.key == "appeal:1"]
    assert [loss.points for loss in back] == [-year.lived.returned]
    assert year.lived.returned > 0


def test_each_month_is_read_at_its_address_and_in_the_list(year: PrintedYear) -> None:
    assert year.press is not None
    there = year.press.platform.articles()
    assert len(there) == len(YEAR)
    for month in YEAR:
        html = year.article(month)
        assert month.name in html
        assert year.table(month).lines[0].name in html
        assert f"/ranking/{month}?from={month}-" in html
    assert {row.state.value for row in year.publications()} == {"published", "withdrawn"}


def test_the_corrected_month_says_so_and_the_first_version_is_gone(year: PrintedYear) -> None:
    first, second = [row for row in year.publications() if row.assessment.month == str(CORRECTED)]
    assert year.press is not None
    assert "已被发布者删除" in year.press.platform.read(first.article_url)
    assert "更正" in year.press.platform.read(second.article_url)
    assert first.removed_at is not None
    assert first.assessment.state is AssessmentState.SUPERSEDED
    said = year.says(CHIEF, f"排名 {CORRECTED.month}月")
    assert "2026年5月" in said
    assert "第1次更正" in said
    table = year.table(CORRECTED)
    assert "断面监测数据" in table.corrected_because
    mistaken = next(line for line in table.lines if line.code == year.lived.mistaken)
    sections = next(item for item in mistaken.items if item.key == "sections")
    assert sections.points == sections.weight.quantize(CENT, ROUND_HALF_UP)


def test_every_month_has_its_page_and_the_corrected_one_says_why(year: PrintedYear, tmp_path: Path) -> None:
    app = Flask("year", template_folder=str(ROOT / "web" / "templates"))
    store = PhotoStore(tmp_path.as_uri())
    app.register_blueprint(case_pages(year.desk, store, year.desk.links.signer))
    app.register_blueprint(ranking_pages(year.desk, store))
    browser = app.test_client()
    for month in YEAR:
        page = browser.get(f"/ranking/{month}")
        assert page.status_code == 200
        assert month.name in page.text
        assert all(line.name in page.text for line in year.table(month).lines)
        assert ("区生态环境局更正了断面监测数据" in page.text) == (month == CORRECTED)
    assert "2026年12月" in browser.get("/ranking").text
    first = year.table(CORRECTED).lines[0]
    unit = browser.get(f"/ranking/{CORRECTED}/{first.code}").text
    assert first.name in unit
    assert all(loss.sentence in unit for item in first.items for loss in item.losses if loss.points > 0)


def test_a_chief_is_told_the_own_place_and_points(year: PrintedYear) -> None:
    line = next(line for line in year.table(YEAR[-1]).lines if line.name == "天穆镇")
    assert year.says(CHIEF, "排名")
    assert f"第{line.place}名" in year.says(CHIEF, "得分 12月").replace(" ", "")


def test_the_year_is_four_fifths_of_the_months_and_a_fifth_of_its_tasks(year: PrintedYear) -> None:
    tasks = {line.code: Decimal(80 + n) for n, line in enumerate(year.table(YEAR[-1]).lines)}
    judged = year.desk.look(years.judge_year, 2026, tasks)
    tables = [year.table(month) for month in YEAR]
    for line in judged.lines:
        lines = [each for table in tables for each in table.lines if each.code == line.unit.code]
        scores = [each.score for each in lines if each.score is not None]
        mean = sum(scores, Decimal(0)) / len(scores)
        whole = mean * Decimal("0.8") + tasks[line.unit.code] * Decimal("0.2")
        assert (line.months, line.score) == (len(scores), whole.quantize(CENT, ROUND_HALF_UP))
        assert len(lines) == (6 if line.unit.code == NEW_UNIT else 12)
    assert sum(judged.money.values()) == 1_000_000


def test_one_row_changed_or_gone_changes_exactly_the_figures_that_depend_on_it(year: PrintedYear) -> None:
    random, changed = Random(7), set()
    as_it_is = cache(lambda month: year.desk.look(all_figures, [month]))
    for kind, rows, must, may in year.desk.look(samples, CORRECTED):
        for number in random.sample(rows, min(2, len(rows))):
            needed, allowed = year.desk.look(must, number), year.desk.look(may, number)
            months = sorted({month for month, _, _ in needed | allowed})
            months = [months[0].previous, *months, months[-1].next]
            after = if_only(year.desk, gone(kind, number), partial(all_figures, months=months))
            found = {key for key, value in after.items() if as_it_is(key[0])[key] != value}
            assert needed <= found <= needed | allowed, (kind, number)
            changed |= {source for _, source, _ in found}
    assert len(changed) >= 8


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_quarter_on_the_other_engine_gives_the_very_same_frozen_months(
    engine: Engine, year: PrintedYear
) -> None:
    with a_year(engine, cases_a_month=CASES, appealed=APPEALED) as again:
        again.lived.live(YEAR[:3])
        for month in YEAR[:3]:
            assert again.table(month).lines == year.table(month).lines
        for row in again.desk.look(revisions):
            assert again.desk.look(verified, row.id).holds


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_order_of_the_towns_in_the_registry_changes_nothing_but_the_order_of_equals(
    engine: Engine, year: PrintedYear
) -> None:
    rows = invented_sheets()
    backwards = replace(rows, towns=(rows.towns or ())[::-1], reaches=(rows.reaches or ())[::-1])
    with a_year(engine, rows=backwards, cases_a_month=CASES) as again:
        again.lived.live(YEAR[:1])
        there, here = again.table(YEAR[0]).lines, year.table(YEAR[0]).lines
        assert {line.code: line for line in there} == {line.code: line for line in here}
