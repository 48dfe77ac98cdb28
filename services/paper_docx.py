"""A paper as .docx, laid out by 《党政机关公文格式》 (GB/T 9704—2012); fonts by their Chinese names."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from services.papers import Line, Paper, Table, in_full

TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
RED = RGBColor(0xE0, 0x00, 0x00)
WIDTH = Mm(156)
"""版心: 156 mm by 225 mm, with 37 mm above and 28 mm to the left."""
STAMP = datetime(2000, 1, 1, tzinfo=UTC)
"""Core properties are written by nobody, at no time: the same paper is the same file."""

Read = Callable[[str], bytes | None]
"""A photograph's picture (JPEG without EXIF) by the digest of its original; None where it is gone."""


def docx_of(paper: Paper, read: Read) -> bytes:
    """The file's bytes."""
    document = Document()
    _page(document)
    _head(document, paper)
    if paper.to:
        _paragraph(document, f"{paper.to}：", indent=False)
    for piece in paper.body:
        if isinstance(piece, Line):
            _paragraph(document, piece.text, font=HEADING if piece.heading else BODY)
        else:
            _table(document, piece)
    _keep(document.paragraphs[-1])
    if paper.pictures:
        _paragraph(document, f"附件：现场照片{len(paper.pictures)}张")
    _keep(document.paragraphs[-1])  # the signature never stands on a page alone
    _signature(document, paper)
    _pictures(document, paper, read)
    if paper.copy_to:
        _copy(document, paper)
    document.core_properties.author = paper.office
    document.core_properties.title = paper.title
    document.core_properties.created = document.core_properties.modified = STAMP
    buffer = BytesIO()
    document.save(buffer)
    return _undated(buffer)


def _undated(file: BytesIO) -> bytes:
    """The same parts without the minute at which each was put in: the same paper is the same bytes."""
    again = BytesIO()
    with ZipFile(file) as given, ZipFile(again, "w", ZIP_DEFLATED) as kept:
        for name in given.namelist():
            kept.writestr(ZipInfo(name), given.read(name), ZIP_DEFLATED)
    return again.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _font(document.styles["Normal"], BODY, 16)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text in ("— ", None, " —"):
        run = foot.add_run(text or "")
        _font(run, "宋体", 14)
        if text is None:
            _field(run, "PAGE")


def _head(document: Any, paper: Paper) -> None:
    mark = _paragraph(document, paper.office, font=TITLE, size=26, center=True)
    mark.runs[0].font.color.rgb = RED
    number = _paragraph(document, paper.number, center=True)
    _border(number, "bottom", "E00000", 12)
    _paragraph(document, "", indent=False)
    _paragraph(document, paper.title, font=TITLE, size=22, center=True)
    _paragraph(document, "", indent=False)


def _keep(paragraph: Any) -> None:
    paragraph.paragraph_format.keep_with_next = True


def _signature(document: Any, paper: Paper) -> None:
    _keep(_paragraph(document, "", indent=False))
    for text, away in ((paper.office, 2), (in_full(paper.on), 4)):
        line = _paragraph(document, text, indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(16 * away)
        line.paragraph_format.keep_with_next = text == paper.office


def _pictures(document: Any, paper: Paper, read: Read) -> None:
    for place, picture in enumerate(paper.pictures):
        if place % 2 == 0:
            document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
        if place == 0:
            _paragraph(document, "附件", font=HEADING, indent=False)
        content = read(picture.digest)
        frame = document.add_paragraph()
        frame.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if content is None:
            _write(frame, "（照片已不在存储中）", BODY, 14)
        else:
            shape = frame.add_run().add_picture(BytesIO(content), width=WIDTH)
            most = Mm(88)
            if shape.height > most:
                shape.width, shape.height = int(shape.width * most / shape.height), most
        _paragraph(document, picture.caption, size=14, center=True)


def _copy(document: Any, paper: Paper) -> None:
    line = _paragraph(document, f"抄送：{paper.copy_to}。", size=14, indent=False)
    _border(line, "top", "000000", 8)
    line = _paragraph(document, f"{paper.office}　　{in_full(paper.on)}印发", size=14, indent=False)
    _border(line, "top", "000000", 4)
    _border(line, "bottom", "000000", 8)


def _table(document: Any, table: Table) -> None:
    drawn = document.add_table(rows=1, cols=len(table.headings), style="Table Grid")
    drawn.autofit = False
    whole = sum(table.widths)
    for cell, text in zip(drawn.rows[0].cells, table.headings, strict=True):
        _write(cell.paragraphs[0], text, HEADING, 12)
    for row in table.rows:
        for cell, text in zip(drawn.add_row().cells, row, strict=True):
            _write(cell.paragraphs[0], text, BODY, 12)
    for column, width in zip(drawn.columns, table.widths, strict=True):
        column.width = int(WIDTH * width / whole)
        for cell in column.cells:
            cell.width = column.width
    for row in drawn.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    head = drawn.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    _paragraph(document, "", indent=False)


def _paragraph(
    document: Any, text: str, *, font: str = BODY, size: int = 16, center: bool = False, indent: bool = True
) -> Any:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    if size <= 16:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif indent:
        form.first_line_indent = Pt(2 * size)
    _write(paragraph, text, font, size)
    return paragraph


def _write(paragraph: Any, text: str, font: str, size: int) -> None:
    _font(paragraph.add_run(text), font, size)


def _font(written: Any, name: str, size: int) -> None:
    written.font.name, written.font.size = name, Pt(size)
    written.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _field(run: Any, code: str) -> None:
    """A field Word fills in, such as the number of the page."""
    for kind in ("begin", None, "end"):
        piece = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            piece.text = code
        else:
            piece.set(qn("w:fldCharType"), kind)
        run._r.append(piece)


def _border(paragraph: Any, side: str, colour: str, eighths: int) -> None:
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
