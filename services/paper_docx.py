"""A paper as .docx, laid out by 《党政机关公文格式》 (GB/T 9704—2012); fonts by their Chinese names."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt, RGBColor

from services.docx_figures import add_figure, add_figures
from services.docx_strokes import (
    BODY,
    HEADING,
    TITLE,
    WIDTH,
    add_field,
    add_paragraph,
    draw_border,
    keep_with_next,
    set_font,
    write,
)
from services.papers import Figure, Figures, Line, Paper, Piece, Table, in_full

RED = RGBColor(0xE0, 0x00, 0x00)
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
        add_paragraph(document, f"{paper.to}：", indent=False)
    for piece in paper.body:
        _piece(document, piece)
    keep_with_next(document.paragraphs[-1])
    if paper.pictures:
        add_paragraph(document, f"附件：现场照片{len(paper.pictures)}张")
    keep_with_next(document.paragraphs[-1])  # the signature never stands on a page alone
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


def _piece(document: Any, piece: Piece) -> None:
    match piece:
        case Line():
            add_paragraph(document, piece.text, font=HEADING if piece.heading else BODY)
        case Table():
            _table(document, piece)
        case Figure():
            add_figure(document, piece)
        case Figures():
            add_figures(document, piece)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    set_font(document.styles["Normal"], BODY, 16)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text in ("— ", None, " —"):
        run = foot.add_run(text or "")
        set_font(run, "宋体", 14)
        if text is None:
            add_field(run, "PAGE")


def _head(document: Any, paper: Paper) -> None:
    mark = add_paragraph(document, paper.office, font=TITLE, size=26, center=True)
    mark.runs[0].font.color.rgb = RED
    number = add_paragraph(document, paper.number, center=True)
    draw_border(number, "bottom", "E00000", 12)
    add_paragraph(document, "", indent=False)
    add_paragraph(document, paper.title, font=TITLE, size=22, center=True)
    add_paragraph(document, "", indent=False)


def _signature(document: Any, paper: Paper) -> None:
    keep_with_next(add_paragraph(document, "", indent=False))
    for text, away in ((paper.office, 2), (in_full(paper.on), 4)):
        line = add_paragraph(document, text, indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(16 * away)
        line.paragraph_format.keep_with_next = text == paper.office


def _pictures(document: Any, paper: Paper, read: Read) -> None:
    for place, picture in enumerate(paper.pictures):
        if place % 2 == 0:
            document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
        if place == 0:
            add_paragraph(document, "附件", font=HEADING, indent=False)
        content = read(picture.digest)
        frame = document.add_paragraph()
        frame.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if content is None:
            write(frame, "（照片已不在存储中）", BODY, 14)
        else:
            shape = frame.add_run().add_picture(BytesIO(content), width=WIDTH)
            most = Mm(88)
            if shape.height > most:
                shape.width, shape.height = int(shape.width * most / shape.height), most
        add_paragraph(document, picture.caption, size=14, center=True)


def _copy(document: Any, paper: Paper) -> None:
    line = add_paragraph(document, f"抄送：{paper.copy_to}。", size=14, indent=False)
    draw_border(line, "top", "000000", 8)
    line = add_paragraph(document, f"{paper.office}　　{in_full(paper.on)}印发", size=14, indent=False)
    draw_border(line, "top", "000000", 4)
    draw_border(line, "bottom", "000000", 8)


def _table(document: Any, table: Table) -> None:
    drawn = document.add_table(rows=1, cols=len(table.headings), style="Table Grid")
    drawn.autofit = False
    whole = sum(table.widths)
    for cell, text in zip(drawn.rows[0].cells, table.headings, strict=True):
        write(cell.paragraphs[0], text, HEADING, 12)
    for row in table.rows:
        for cell, text in zip(drawn.add_row().cells, row, strict=True):
            write(cell.paragraphs[0], text, BODY, 12)
    for column, width in zip(drawn.columns, table.widths, strict=True):
        column.width = int(WIDTH * width / whole)
        for cell in column.cells:
            cell.width = column.width
    for row in drawn.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    head = drawn.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    add_paragraph(document, "", indent=False)
