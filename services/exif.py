"""EXIF, as far as evidence needs it: which way is up, when and where the photograph was taken.

A small reader of its own: it looks at nine tags and skips the rest, so a block made to explode cannot.
Source: CIPA DC-008 (Exif 2.32), TIFF 6.0.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

from rules.workdays import CHINA

ORIENTATION, EXIF_TABLE, GPS_TABLE = 0x0112, 0x8769, 0x8825
TAKEN, OFFSET, OFFSET_TAKEN = 0x9003, 0x9010, 0x9011
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4
WANTED = frozenset(
    {ORIENTATION, EXIF_TABLE, GPS_TABLE, TAKEN, OFFSET, OFFSET_TAKEN}
    | {LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE}
)

MOST_ENTRIES = 512
"""A telephone writes about sixty; whatever comes after so many is not read."""
LONGEST_VALUE = 64
"""Bytes of one value: a time is 20, a position 24."""
UNIT_BYTES = {2: 1, 3: 2, 4: 4, 5: 8}
"""ASCII, SHORT, LONG and RATIONAL are the types of the tags we read."""
PLAUSIBLE_YEARS = range(1990, 2200)


@dataclass(frozen=True)
class Exif:
    """What one EXIF block says; whatever it does not say, or says wrongly, is absent."""

    orientation: int = 1
    """1–8, as in the standard."""
    taken_at: datetime | None = None
    """Aware; a block without an offset is taken as Asia/Shanghai."""
    longitude: float | None = None
    latitude: float | None = None
    """Degrees, WGS-84."""


def read(block: bytes) -> Exif:
    """Read an EXIF block, with or without its `Exif` prefix; never raises, reads no more than it needs."""
    block = block.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4], "")
    if not order or len(block) < 8:
        return Exif()
    main = _table(block, struct.unpack_from(order + "I", block, 4)[0], order)
    private = _table(block, _number(main, EXIF_TABLE, order), order)
    position = _table(block, _number(main, GPS_TABLE, order), order)
    orientation = _number(main, ORIENTATION, order)
    longitude = _degrees(position, LONGITUDE, LONGITUDE_REF, b"W", 180, order)
    latitude = _degrees(position, LATITUDE, LATITUDE_REF, b"S", 90, order)
    if longitude is None or latitude is None or (longitude, latitude) == (0, 0):  # 0,0: no fix
        longitude = latitude = None
    return Exif(orientation if 1 <= orientation <= 8 else 1, _taken_at(private), longitude, latitude)


def _table(block: bytes, start: int, order: str) -> Mapping[int, bytes]:
    """The wanted values of the directory at this offset, each as its raw bytes."""
    if not 8 <= start <= len(block) - 2:
        return {}
    entries = min(
        struct.unpack_from(order + "H", block, start)[0], MOST_ENTRIES, (len(block) - start - 2) // 12
    )
    values: dict[int, bytes] = {}
    for at in range(start + 2, start + 2 + 12 * entries, 12):
        tag, kind, count = struct.unpack_from(order + "HHI", block, at)
        if tag not in WANTED or tag in values or kind not in UNIT_BYTES:
            continue
        length = UNIT_BYTES[kind] * count
        if length > LONGEST_VALUE:
            continue
        begin = at + 8 if length <= 4 else struct.unpack_from(order + "I", block, at + 8)[0]
        values[tag] = block[begin : begin + length]
    return values


def _number(table: Mapping[int, bytes], tag: int, order: str) -> int:
    value = table.get(tag, b"")
    return int.from_bytes(value, "little" if order == "<" else "big") if len(value) in (2, 4) else 0


def _taken_at(private: Mapping[int, bytes]) -> datetime | None:
    try:
        taken = datetime.strptime(_text(private, TAKEN), "%Y:%m:%d %H:%M:%S").replace(tzinfo=CHINA)
        if taken.year not in PLAUSIBLE_YEARS:
            return None
        offset = _offset(_text(private, OFFSET_TAKEN) or _text(private, OFFSET))
    except ValueError:  # blanks, zeros, or a 13th month: this photograph does not say when
        return None
    return (taken.replace(tzinfo=offset) if offset else taken).astimezone(UTC)


def _offset(text: str) -> timezone | None:
    sign, hours, minutes = text[:1], text[1:3], text[4:6]
    if len(text) != 6 or text[3] != ":" or sign not in "+-" or not (hours + minutes).isdecimal():
        return None
    span = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-span if sign == "-" else span) if span <= timedelta(hours=14) else None


def _text(table: Mapping[int, bytes], tag: int) -> str:
    return table.get(tag, b"").split(b"\0")[0].decode("ascii", "replace").strip()


def _degrees(
    table: Mapping[int, bytes], tag: int, reference_tag: int, negative: bytes, most: int, order: str
) -> float | None:
    value = table.get(tag, b"")
    if len(value) != 24:
        return None
    parts = struct.unpack(order + "6I", value)
    if 0 in parts[1::2]:
        return None
    degrees = sum(Fraction(parts[2 * n], parts[2 * n + 1] * 60**n) for n in range(3))
    if degrees > most:
        return None
    return float(-degrees if table.get(reference_tag, b"")[:1].upper() == negative else degrees)
