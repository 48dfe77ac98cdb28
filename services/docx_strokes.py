"""The strokes a .docx is made with: paragraphs, words in a font, fields, lines."""

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
WIDTH = Mm(156)
"""版心: 156 mm by 225 mm, with 37 mm above and 28 mm to the left."""


def add_paragraph(
    document: Any, text: str, *, font: str = BODY, size: int = 16, center: bool = False, indent: bool = True
) -> Any:
    """A paragraph at the end of the document: body text on lines of 28 points, its first line moved in."""
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    if size <= 16:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif indent:
        form.first_line_indent = Pt(2 * size)
    write(paragraph, text, font, size)
    return paragraph


def write(paragraph: Any, text: str, font: str, size: int) -> None:
    """Words at the end of a paragraph."""
    set_font(paragraph.add_run(text), font, size)


def set_font(written: Any, name: str, size: int) -> None:
    """The font also for Chinese signs, of which Word asks apart."""
    written.font.name, written.font.size = name, Pt(size)
    written.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def add_field(run: Any, code: str) -> None:
    """A field Word fills in, such as the number of the page."""
    for kind in ("begin", None, "end"):
        piece = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            piece.text = code
        else:
            piece.set(qn("w:fldCharType"), kind)
        run._r.append(piece)


def draw_border(paragraph: Any, side: str, colour: str, eighths: int) -> None:
    """A line beside a paragraph, so many eighths of a point thick."""
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.append(borders)
    line = OxmlElement(f"w:{side}")
    for key, value in (("val", "single"), ("sz", str(eighths)), ("space", "4"), ("color", colour)):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)


def keep_with_next(paragraph: Any) -> None:
    """No new page begins after this paragraph."""
    paragraph.paragraph_format.keep_with_next = True
