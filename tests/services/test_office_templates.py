"""The Office's own templates: taken where they are, else the shipped ones."""

from dataclasses import replace
from pathlib import Path

from services.desk import Desk, Work
from services.office_templates import SHIPPED, template_of


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
