"""Notice boards' codes: asked for once each, resumed after a break, printed readable."""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from services import board_sheet, boards, typeface
from services.desk import Desk
from tests.services.registry_fixtures import BASIS, desk, imported, workbook

__all__ = ["desk"]


@dataclass
class Code:
    """A scene code as the platform gives it."""

    ticket: str
    url: str


@dataclass
class FakePlatform:
    """Gives scene codes, and fails after so many."""

    patience: int = 100
    asked: list[str] = field(default_factory=list)

    def create_scene_code(self, scene: str) -> Code:
        if len(self.asked) >= self.patience:
            raise ConnectionError("the platform is away")
        self.asked.append(scene)
        return Code(f"ticket-{scene}", f"http://weixin.qq.com/q/{scene}")


@given(st.text(min_size=1))
def test_any_code_has_a_scene_the_platform_takes(code: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", boards.scene_of(code))


def test_scenes_are_readable_where_they_can_be() -> None:
    assert boards.scene_of("BC-001") == "board_BC-001"
    assert boards.scene_of("北运河-1") != boards.scene_of("北运河-2")
    assert len(boards.scene_of("B" * 59)) <= 64


def test_every_board_gets_its_code_once(desk: Desk) -> None:
    imported(desk, workbook())
    platform = FakePlatform()
    assert boards.codes(desk, platform) == 2
    assert platform.asked == ["board_B1", "board_B2"]
    assert boards.codes(desk, platform) == 0
    first = desk.look(boards.printed)[0]
    assert first == boards.Printed(
        "B1", "http://weixin.qq.com/q/board_B1", "北运河", "北运河天穆镇段", "天穆镇"
    )


def test_after_a_break_only_the_rest_is_asked_for(desk: Desk) -> None:
    imported(desk, workbook())
    with pytest.raises(ConnectionError):
        boards.codes(desk, FakePlatform(patience=1))
    platform = FakePlatform()
    assert boards.codes(desk, platform) == 1
    assert platform.asked == ["board_B2"]


def test_a_scanned_board_is_found(desk: Desk) -> None:
    imported(desk, workbook(公示牌=[["牌 一", "R1", None, None, None], ["B2", "R2", None, None, None]]))
    with desk.reading() as work:
        for code in ("牌 一", "B2"):
            found = boards.board_of_scene(work, boards.scene_of(code))
            assert found is not None
            assert found.code == code
        for scene in ("", "board_", "board_B9", "B2", "牌 一", "board_牌 一"):
            assert boards.board_of_scene(work, scene) is None


def test_a_board_that_was_dropped_still_opens_its_reach(desk: Desk) -> None:
    imported(desk, workbook())
    imported(desk, workbook({"公示牌": BASIS["公示牌"][:1]}))
    with desk.reading() as work:
        assert boards.board_of_scene(work, "board_B2") is not None
    imported(desk, workbook({"河段": BASIS["河段"][:1]}))
    with desk.reading() as work:
        assert boards.board_of_scene(work, "board_B2") is None


def test_the_sheet_is_a_pdf_of_six_a_page(tmp_path: Path) -> None:
    some = [
        boards.Printed(f"B{n}", f"http://weixin.qq.com/q/{n}", "北运河", "段" * 200, "天穆镇")
        for n in range(13)
    ]
    board_sheet.sheet(some, tmp_path / "boards.pdf")
    content = (tmp_path / "boards.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", content)) == 3
    board_sheet.sheet([], tmp_path / "none.pdf")


def test_the_font_has_every_character_that_is_printed() -> None:
    rows = (Path(__file__).parents[2] / "data/demonstration/people.json").read_text("utf-8")
    glyphs = TTFont(io.BytesIO(typeface.FONT.read_bytes()))["cmap"].getBestCmap()
    printed = {c for c in rows + board_sheet.INVITATION + "公示牌编号：　" if not c.isspace() or c == "　"}
    assert {c for c in printed if ord(c) not in glyphs} == set()
