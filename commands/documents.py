"""How a paper becomes a file: .docx for those who stamp it, HTML for those who print it or make a PDF of it."""

import base64
from pathlib import Path

import click
from flask import render_template

from commands.installation import Installation
from services.paper_docx import docx_of
from services.papers import Paper, in_full
from services.photo_store import PhotoStore, derived_key

output = click.option(
    "-o", "--output", "path", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="写到哪个文件；后缀决定格式：.docx 或 .html（可打印成 PDF）。",
)  # fmt: skip


def picture_of(store: PhotoStore, digest: str) -> bytes | None:
    """The picture as pages show it (no EXIF), or None where the store has it no more."""
    try:
        return store.read(derived_key(digest, "large"))
    except FileNotFoundError:
        return None


def html_of(paper: Paper, store: PhotoStore) -> str:
    """One page that needs nothing else: photographs are inside."""
    pictures = []
    for picture in paper.pictures:
        content = picture_of(store, picture.digest)
        pictures.append((picture.caption, inside(content) if content else ""))
    return render_template(
        "paper.html", paper=paper, pictures=pictures, dated=in_full(paper.on), inside=inside
    )


def inside(content: bytes) -> str:
    """A picture as an address that holds the whole of it: PNG by its first bytes, else JPEG."""
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def write_paper(heshao: Installation, paper: Paper, path: Path) -> None:
    """Write the paper in the format the file's name asks for."""
    match path.suffix.lower():
        case ".docx":
            path.write_bytes(docx_of(paper, lambda digest: picture_of(heshao.store, digest)))
        case ".html" | ".htm":
            path.write_text(html_of(paper, heshao.store), "utf-8")
        case other:
            raise click.UsageError(f"不知道“{other}”格式，请写 .docx 或 .html。")
    click.echo(f"已写入 {path}")
