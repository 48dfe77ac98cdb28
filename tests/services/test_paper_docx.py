"""Pictures in a paper: as wide as the text, never higher than a page, their captions with them, and said in words."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.shared import Mm
from flask import Flask
from PIL import Image

import web
from commands.documents import html_of
from services.paper_docx import docx_of
from services.papers import Figure, Figures, Line, Paper, Piece
from services.photo_store import PhotoStore


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    kept = BytesIO()
    Image.new("RGB", (width, height), "#0b5c7a").save(kept, kind)
    return kept.getvalue()


WIDE = Figure(picture(600, 300), "图1 各月得分", "各月得分：10月平均 92.11 分")
TALL = Figure(picture(100, 900, "JPEG"), "整改后", "整改后的照片")


def paper(*body: Piece) -> Paper:
    return Paper("北辰区河长办", "关于某事的通报", "", "", body, date(2026, 11, 6))


def pictures(document: Any) -> list[tuple[int, int, str]]:
    """Width and height in mm, and the words for those who do not see it."""
    return [
        (round(shape.width / Mm(1)), round(shape.height / Mm(1)), shape._inline.docPr.get("descr"))
        for shape in document.inline_shapes
    ]


def test_a_picture_is_as_wide_as_the_text_and_never_higher_than_a_page() -> None:
    whole = Document(BytesIO(docx_of(paper(Line("一"), WIDE, TALL), lambda digest: None)))
    assert pictures(whole) == [(156, 78, WIDE.alt), (21, 190, TALL.alt)]


def test_a_picture_stays_with_its_caption() -> None:
    whole = Document(BytesIO(docx_of(paper(WIDE, Line("后文")), lambda digest: None)))
    at = next(n for n, line in enumerate(whole.paragraphs) if line.text == WIDE.caption)
    assert whole.paragraphs[at - 1].paragraph_format.keep_with_next


def test_before_and_after_stand_side_by_side_each_with_its_caption() -> None:
    whole = Document(BytesIO(docx_of(paper(Figures(WIDE, TALL)), lambda digest: None)))
    assert [cell.paragraphs[-1].text for cell in whole.tables[0].rows[0].cells] == ["图1 各月得分", "整改后"]
    assert pictures(whole) == [(74, 37, WIDE.alt), (10, 88, TALL.alt)]
    assert "w:cantSplit" in whole.tables[0]._tbl.xml


def test_the_same_paper_is_the_same_file() -> None:
    made = paper(WIDE, Figures(WIDE, TALL))
    assert docx_of(made, lambda digest: None) == docx_of(made, lambda digest: None)


def test_the_page_for_printing_holds_them_all(store: PhotoStore) -> None:
    app = Flask("test", template_folder=str(Path(web.__file__).parent / "templates"))
    with app.app_context():
        html = html_of(paper(WIDE, Figures(WIDE, TALL)), store)
    assert html.count('src="data:image/png;base64,') == 2
    assert html.count('src="data:image/jpeg;base64,') == 1
    assert f'alt="{WIDE.alt}"' in html
    assert html.count("<figcaption>") == 3
