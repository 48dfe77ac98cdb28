"""Pictures within a paper's text as .docx: as wide as the text, and what they show also in words."""

from io import BytesIO
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Emu, Mm, Pt

from services.docx_strokes import WIDTH, add_paragraph, keep_with_next
from services.papers import Figure, Figures

MOST = Mm(190)
"""As high as a picture may be: it, its caption and a line stand on one page."""
PAIR_MOST = Mm(88)
GAP = Mm(4)


def add_figure(document: Any, figure: Figure) -> None:
    """The picture in the middle, and its caption on the same page."""
    _picture(document.add_paragraph(), figure, WIDTH, MOST)
    add_paragraph(document, figure.caption, size=14, center=True)


def add_figures(document: Any, pair: Figures) -> None:
    """Two pictures in a table without lines, which no page cuts."""
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    for cell, figure in zip(table.rows[0].cells, (pair.left, pair.right), strict=True):
        cell.width = Emu(WIDTH // 2)
        _picture(cell.paragraphs[0], figure, Emu((WIDTH - 2 * GAP) // 2), PAIR_MOST)
        add_paragraph(cell, figure.caption, size=14, center=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    add_paragraph(document, "", indent=False)


def _picture(frame: Any, figure: Figure, width: int, most: int) -> None:
    frame.alignment = WD_ALIGN_PARAGRAPH.CENTER
    frame.paragraph_format.space_before = frame.paragraph_format.space_after = Pt(0)
    shape = frame.add_run().add_picture(BytesIO(figure.data), width=width)
    if shape.height > most:
        shape.width, shape.height = Emu(int(shape.width * most / shape.height)), Emu(most)
    shape._inline.docPr.set("descr", figure.alt)
    keep_with_next(frame)
