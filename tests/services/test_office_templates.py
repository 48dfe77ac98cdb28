"""The Office's own templates: taken where they are, else the shipped ones."""

from dataclasses import replace
from pathlib import Path

import pytest

from rules.refusal import Refusal
from services.desk import Desk, Work
from services.office_templates import SHIPPED, rendered, template_of


def chosen(work: Work, folder: str) -> list[Path]:
    book = work.rulebook
    work.rulebook = replace(book, assessment=book.assessment.model_copy(update={"templates": folder}))
    return [template_of(work, name) for name in ("ranking.html", "bulletin.txt")]


def test_without_a_folder_the_shipped_ones_are_taken(desk: Desk) -> None:
    found = desk.look(chosen, "")
    assert found == [SHIPPED / "ranking.html", SHIPPED / "bulletin.txt"]
    assert all(path.is_file() for path in found)


def test_what_the_office_has_is_taken_and_what_it_has_not_is_the_shipped_one(
    desk: Desk, tmp_path: Path
) -> None:
    own = tmp_path / "ranking.html"
    own.write_text("<p>{{ office }}</p>", "utf-8")
    assert desk.look(chosen, str(tmp_path)) == [own, SHIPPED / "bulletin.txt"]


def test_a_folder_that_is_gone_keeps_nobody_from_publishing(desk: Desk, tmp_path: Path) -> None:
    found = desk.look(chosen, str(tmp_path / "gone"))
    assert found == [SHIPPED / "ranking.html", SHIPPED / "bulletin.txt"]


@pytest.mark.parametrize(
    "wrong",
    [
        "{% for n in range(10 ** 9) %}{% endfor %}",
        "{% for n in range(90000) %}{% for m in range(90000) %}长{% endfor %}{% endfor %}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{{ [].pop() }}",
        "{{ 'a'.encode('没有') }}",
        "{{ ''.__class__ }}",
        "{% include 'other' %}",
    ],
)
def test_whatever_is_wrong_with_a_template_is_refused_with_its_line(tmp_path: Path, wrong: str) -> None:
    own = tmp_path / "ranking.html"
    own.write_text(f"<p>好</p>\n{wrong}", "utf-8")
    with pytest.raises(Refusal, match=r"ranking\.html 第 \d 行写错了"):
        rendered(own, {})
