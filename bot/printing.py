"""An edition onto the platform: its pictures, its cover, and the article with the platform's own addresses in it."""

from collections.abc import Callable, Mapping

from bot.press import Draft, Press
from services import editions
from services.editions import Edition


def upload_missing(
    press: Press, edition: Edition, known: Mapping[str, str], wrote: Callable[[str, str], None]
) -> dict[str, str]:
    """The address of each picture by its digest; those that are `known` are not sent again, and each that is sent
    is handed to `wrote` before the next."""
    there = dict(known)
    for content in (*edition.pictures.values(), edition.ranking):
        digest = editions.digest_of(content)
        if digest not in there:
            there[digest] = press.upload_picture(content, f"{digest[:16]}{ending(content)}")
            wrote(digest, there[digest])
    return there


def add_cover(press: Press, edition: Edition) -> str:
    """The cover as permanent material; its media_id."""
    return press.add_cover(edition.cover, f"cover{ending(edition.cover)}")


def ending(content: bytes) -> str:
    """The end of the file's name, by which the platform judges it."""
    return ".png" if content.startswith(b"\x89PNG") else ".jpg"


def draft_of(edition: Edition, known: Mapping[str, str], source_url: str, thumb_media_id: str) -> Draft:
    """The article with the platform's addresses of its pictures, `known` by digest. Raises Refusal where too long."""
    urls = {name: known[editions.digest_of(data)] for name, data in edition.pictures.items()}
    content = editions.check_content(edition.content_with(urls))
    return Draft(edition.title, edition.digest, content, source_url, thumb_media_id)
