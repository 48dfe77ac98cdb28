"""Voices and videos: known by their first bytes, kept as they came, never decoded."""

from models.evidence import Medium
from rules.refusal import Refusal

MAX_BYTES = {Medium.VOICE: 5_000_000, Medium.VIDEO: 50_000_000}
"""WeChat lets 2 MB of voice and 10 MB of video through; a little more, should it change its mind."""


def ending_of(content: bytes, medium: Medium) -> str:
    """The file's ending by its first bytes; a Refusal for what is no recording of that medium."""
    if len(content) > MAX_BYTES[medium]:
        raise Refusal("录音或视频太长，不能接收。")
    ending = _voice(content) if medium is Medium.VOICE else _video(content)
    if not ending:
        raise Refusal("录音或视频的格式无法识别，不能接收。")
    return ending


def _voice(content: bytes) -> str:
    if content.startswith(b"#!AMR"):
        return "amr"
    if content.startswith(b"ID3") or (content[:1] == b"\xff" and content[1:2] >= b"\xe0"):
        return "mp3"
    if content.startswith((b"#!SILK", b"\x02#!SILK")):
        return "silk"
    if content.startswith(b"OggS"):
        return "ogg"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav"
    return "m4a" if content[4:8] == b"ftyp" else ""


def _video(content: bytes) -> str:
    if content[4:8] == b"ftyp":
        return "mp4"
    return "webm" if content.startswith(b"\x1aE\xdf\xa3") else ""
