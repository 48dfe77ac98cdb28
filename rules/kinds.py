"""The kind of a problem, taken from the words people use.

The kinds are the district's setting; “清四乱” (乱占, 乱采, 乱堆, 乱建) are those of 水利部办公厅《关于开展全国河湖
“清四乱”专项行动的通知》 (办建管〔2018〕130号). A kind's phrases are written with three signs:

- `…` up to eight characters may stand there, none of them punctuation: 河边…垃圾
- `/` any of these: 河边/岸边…垃圾/塑料袋
- `!` not where the text has one of these anywhere: 垃圾!建筑垃圾/装修垃圾
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rules.deadlines import Severity

_GAP = 8
_MERE_NAMES = re.compile("排污河|污水处理[厂站]|污水厂")
"""Rivers and works that are only named: 北京排污河 is no sewage."""
_DENIED = re.compile(
    "(?:(?<!有)没有?|没看[到见]|没见[到着]?|没发现|未见|未发现|无|(?<![是要好])不是?|并非|禁止|严禁|不准|不许|请勿|防止)"
    "(?:什么|任何|一点|啥|太|怎么|很)?$"
)
_PUNCTUATION = re.compile(r"[^\w]+|_+")
_PARTS = re.compile(r"[/()、·]")


@dataclass(frozen=True)
class Kind:
    """A kind of problem, how grave it is taken to be, and the everyday phrases that mean it."""

    name: str
    severity: Severity
    phrases: tuple[str, ...]

    @cached_property
    def cues(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Words, one of which every text that means this kind contains, by their first characters; each with the
        phrase it belongs to."""
        found: dict[str, list[tuple[str, str]]] = {}
        for phrase in self.phrases:
            pieces = phrase.partition("!")[0].split("…")
            fewest = min((piece.split("/") for piece in pieces), key=len)
            for word in map(_plain, fewest):
                found.setdefault(word[:1], []).append((word, phrase))
        return found

    @cached_property
    def letters(self) -> frozenset[str]:
        """The first characters of its words."""
        return frozenset(self.cues)

    @cached_property
    def names(self) -> tuple[str, frozenset[str]]:
        """The name as it is compared, whole and in its parts."""
        parts = _PARTS.split(unicodedata.normalize("NFKC", self.name))
        return _bare(self.name), frozenset(_plain(part) for part in parts if part.strip())


def recognise(text: str, kinds: Sequence[Kind]) -> Kind | None:
    """The first kind, in the order given, that the words mean; None where they do not say.

    A phrase that is denied right before it (没有垃圾, 禁止游泳) does not count.
    """
    said = _MERE_NAMES.sub("", _plain(text))
    letters = {"", *said}
    for kind in kinds:
        for letter in letters & kind.letters:  # a look for a word is a hundredth of a match
            if any(word in said and _says(said, phrase) for word, phrase in kind.cues[letter]):
                return kind
    return None


def named(text: str, kinds: Sequence[Kind]) -> Kind | None:
    """The kind a clerk names, wholly or in part (排污口, 地笼); None where none or several fit."""
    said = _bare(text).replace("其它", "其他")
    if not said:
        return None
    names = [(kind, *kind.names) for kind in kinds]
    for fits in (
        [kind for kind, name, _ in names if said == name],
        [kind for kind, _, parts in names if said in parts],
        [kind for kind, name, _ in names if len(said) >= 2 and said in name],
        [kind for kind, _, parts in names if any(len(part) >= 2 and part in said for part in parts)],
    ):
        if fits:
            return fits[0] if len(fits) == 1 else None
    return None


def _bare(text: str) -> str:
    return _plain(text).replace(",", "")


def _plain(text: str) -> str:
    """Half-width, without spaces, every run of punctuation one comma."""
    joined = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return joined if joined.isalnum() else _PUNCTUATION.sub(",", joined)


def _says(said: str, phrase: str) -> bool:
    pattern, excluded = _compiled(phrase)
    if excluded and excluded.search(said):
        return False
    return any(
        not any(_DENIED.search(said, 0, match.start(i)) for i in range(1, pattern.groups + 1))
        for match in pattern.finditer(said)
    )


@lru_cache(maxsize=4096)
def _compiled(phrase: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """(the phrase as a pattern with one group a piece, what excludes it)."""
    wanted, _, unwanted = phrase.partition("!")
    return re.compile(_pattern(wanted)), re.compile(_any_of(unwanted)) if unwanted else None


def _pattern(wanted: str) -> str:
    return f"[^,]{{0,{_GAP}}}?".join(f"({_any_of(piece)})" for piece in wanted.split("…"))


def _any_of(words: str) -> str:
    return "|".join(re.escape(_plain(word)) for word in words.split("/"))
