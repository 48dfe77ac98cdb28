"""The skeleton of a JPEG file: its EXIF block apart, and the picture without anything else that rode along.

The decoder then sees neither EXIF, XMP nor a second picture, and a file made of ten thousand scans, small to
send and endless to decode, is known before it is decoded. Source: ITU-T T.81 annex B, JFIF 1.02, CIPA DC-008.
"""

import re
from dataclasses import dataclass

STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
START_OF_SCAN, END_OF_IMAGE, COMMENT = 0xDA, 0xD9, 0xFE
FILL = re.compile(rb"\xff+")
NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")

MOST_SCANS = 64
"""A progressive photograph has about ten."""
MOST_SEGMENTS = 1000
"""20 MB are 320 of the longest segments."""


@dataclass(frozen=True)
class Skeleton:
    """A JPEG taken apart."""

    exif: bytes
    """Its first EXIF block, empty when there is none."""
    picture: bytes
    """What the decoder needs: tables, scans, JFIF, colour profile and Adobe's colour mark."""


def skeleton(content: bytes) -> Skeleton:
    """Take a JPEG apart; ValueError when its segments do not follow one another, or are absurdly many."""
    exif, kept, scans, position = b"", [content[:2]], 0, 2
    for _ in range(MOST_SEGMENTS):
        marker, start = _marker(content, position)
        if marker == END_OF_IMAGE:
            kept.append(b"\xff\xd9")
            break
        if marker in STANDALONE:
            position = start + 2
            continue
        end = start + 2 + int.from_bytes(content[start + 2 : start + 4], "big")
        if end < start + 4 or end > len(content):
            raise ValueError("a JPEG segment reaches beyond the file")
        if marker == START_OF_SCAN:
            scans += 1
            end = _end_of_scan(content, end)
        segment = content[start:end]
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            exif = exif or segment[4:]
        if _is_needed(marker, segment):
            kept.append(segment)
        position = end
        if scans > MOST_SCANS:
            raise ValueError("a JPEG of too many scans")
        if position >= len(content):  # no end mark: the decoder will say whether enough has come
            break
    else:
        raise ValueError("a JPEG of too many segments")
    return Skeleton(exif, b"".join(kept))


def _marker(content: bytes, position: int) -> tuple[int, int]:
    """The marker at this position and where it begins, fill bytes skipped."""
    fill = FILL.match(content, position)
    if fill is None or fill.end() >= len(content):
        raise ValueError("no JPEG marker where one must be")
    return content[fill.end()], fill.end() - 1


def _end_of_scan(content: bytes, position: int) -> int:
    found = NEXT_MARKER.search(content, position)
    return found.start() if found else len(content)


def _is_needed(marker: int, segment: bytes) -> bool:
    if marker == 0xE2:
        return segment[4:16] == b"ICC_PROFILE\0"
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == COMMENT)
