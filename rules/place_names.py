"""Places as people type them (“北运河天穆镇段”, “天穆村后面的河”) matched against the registry's names.

The longest name in the text wins (永定新河 is never read as 新河), one wrong character is forgiven in a name
of four or more, and a text without a place finds nothing: a question costs less than a wrong town.
No regulation: names are the registry's, suffixes as in 《地名管理条例》 (专名 and 通名).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules.place_words import is_filler, plain, skeleton, stem

WATER, TOWN, VILLAGE, REACH = 8, 5, 5, 20
"""What a name written in full is worth for a reach that bears it …"""
STEM, WEAK = 4, 1
"""… a town or village without its suffix, and a town named by a village's suffix (天穆村 for 天穆镇)."""

_READ = 120
"""Slips of the pen are looked for in so many characters; a place is not named later than that."""
_MAKES_ANOTHER = frozenset("大小新老保护守")
"""Before a name of two characters these make another word of it (大王庄, 护卫河道)."""
_TURNED = frozenset("东西南北上中下前后大小新老旧一二三四五六七八九十左右内外")
"""These tell neighbours apart (东堤头, 西堤头): one in place of another is no slip."""

Worth = dict[int, int]


@dataclass(frozen=True)
class Named:
    """What a reach is called in the registry: its water body, town, villages, own name, start and end."""

    reach: int
    water_body: str
    town: str
    villages: tuple[str, ...]
    name: str
    start: str
    end: str


@dataclass(frozen=True)
class Match:
    """The reaches a text may mean, best first; `place_only` where it says nothing but the place."""

    reaches: tuple[int, ...]
    place_only: bool


def _town_names(town: str) -> Iterator[tuple[str, int]]:
    yield town, TOWN
    if town.endswith("开发区"):
        where = town.removesuffix("开发区").removesuffix("经济技术").removesuffix("经济")[-2:]
        for spoken in ("经济技术开发区", "经济开发区", "经开区", "开发区"):
            yield from ((spoken, TOWN), (where + spoken, TOWN))
    elif (short := stem(town, ("街道办事处", "街道", "镇", "乡"))) != town:
        yield short, STEM
        yield short + "村", WEAK
        yield from ((short + suffix, TOWN) for suffix in ("镇", "街道", "街", "乡"))


def _village_names(village: str) -> Iterator[tuple[str, int]]:
    short = stem(village, ("社区", "村"))
    yield short, STEM
    yield from ((short + suffix, VILLAGE) for suffix in ("村", "社区"))


class PlaceNames:
    """The registry's names, ready to be found in texts; build once per version of the registry."""

    def __init__(self, entries: Iterable[Named]) -> None:
        self._entries = {entry.reach: entry for entry in entries}
        self._order = {reach: i for i, reach in enumerate(self._entries)}
        self._names: dict[str, Worth] = defaultdict(dict)
        self._stems: dict[str, Worth] = defaultdict(dict)
        for entry in self._entries.values():
            self._learn_water_and_lands(entry)
        self._waters = {plain(entry.water_body) for entry in self._entries.values()}
        common = {skeleton(name) for name in self._names}
        ends: dict[str, Worth] = defaultdict(dict)
        for entry in self._entries.values():
            self._learn_own_name(entry, common)
            for name in (plain(entry.start), plain(entry.end)):
                if len(name) >= 3 and not name.endswith("界") and name not in self._names:
                    ends[name][entry.reach] = VILLAGE
        self._names |= {name: worth for name, worth in ends.items() if name not in self._names}
        self._own = {reach: skeleton(plain(entry.name)) for reach, entry in self._entries.items()}
        self._longest_first = sorted(self._names, key=len, reverse=True)
        self._slips = _by_all_but_one(self._names)

    def _learn(self, names: dict[str, Worth], name: str, reach: int, worth: int) -> None:
        if len(name) >= 2:
            names[name][reach] = max(worth, names[name].get(reach, 0))

    def _learn_water_and_lands(self, entry: Named) -> None:
        water = plain(entry.water_body)
        self._learn(self._names, water, entry.reach, WATER)
        if (short := stem(water, ("河", "渠", "湖", "沟", "塘", "水库"))) != water:
            self._learn(self._stems, short, entry.reach, WATER)
        for name, worth in _town_names(plain(entry.town)):
            self._learn(self._names, name, entry.reach, worth)
        for village in entry.villages:
            for name, worth in _village_names(plain(village)):
                self._learn(self._names, name, entry.reach, worth)

    def _learn_own_name(self, entry: Named, common: set[str]) -> None:
        own = plain(entry.name)
        if skeleton(own) in common or is_filler(own):
            return
        for name in (own, own.removesuffix("段")):
            if len(name) >= 3:
                self._learn(self._names, name, entry.reach, REACH)

    def find(self, text: str, limit: int = 9) -> Match:
        """The reaches a text may mean, at most `limit`; none where the text names no place."""
        said = plain(text)
        found, rest = self._read(said)
        reaches = self._best(found, said)
        return Match(tuple(reaches[:limit]), place_only=bool(found) and is_filler(rest))

    def _read(self, said: str) -> tuple[dict[str, Worth], str]:
        """(each name in the text with its worth, the text with those names blotted out)."""
        found: dict[str, Worth] = {}
        rest = said
        for name in self._longest_first:
            at = rest.find(name)
            while at >= 0:
                if len(skeleton(name)) > 2 or rest[at - 1 : at] not in _MAKES_ANOTHER:
                    found[name] = self._names[name]
                    rest = _blot(rest, at, len(name))
                at = rest.find(name, at + 1)
        rest = self._forgive(rest, found)
        if not self._waters & found.keys():
            rest = self._read_short_water(rest, found)
        return found, rest

    def _forgive(self, rest: str, found: dict[str, Worth]) -> str:
        """Read names of four or more characters in which one is wrong, where only one name fits."""
        for length in sorted({key[0] for key in self._slips}, reverse=True):
            for at in range(min(len(rest), _READ) - length + 1):
                window = rest[at : at + length]
                if "\0" in window:
                    continue
                meant = {
                    name
                    for i in range(length)
                    for name in self._slips.get((length, i, window[:i] + window[i + 1 :]), ())
                    if not {window[i], name[i]} <= _TURNED
                }
                if len(meant) == 1:
                    name = meant.pop()
                    found[name] = self._names[name]
                    rest = _blot(rest, at, length)
        return rest

    def _read_short_water(self, rest: str, found: dict[str, Worth]) -> str:
        """Read 北运 as 北运河, but only where nothing else is said: 新开 and 外环 are common words."""
        for name in sorted(self._stems, key=len, reverse=True):
            at = rest.find(name)
            if at >= 0 and is_filler(without := _blot(rest, at, len(name))):
                found[name] = self._stems[name]
                return without
        return rest

    def _best(self, found: Mapping[str, Worth], said: str) -> list[int]:
        """The reaches that bear every name found, else most; best first.

        Where the water is named only the best are left; where it is not, the weaker readings follow.
        """
        names: Worth = defaultdict(int)
        worth: Worth = defaultdict(int)
        for readings in found.values():
            for reach, points in readings.items():
                names[reach] += 1
                worth[reach] += points
        most = max(names.values(), default=0)
        reaches = [reach for reach in names if names[reach] == most]
        bare = skeleton(said)
        score = {
            reach: (worth[reach], self._own[reach] in bare, self._own[reach][-2:] in ("左岸", "右岸") and
                    self._own[reach][-2:] in said)
            for reach in reaches
        }  # fmt: skip
        reaches.sort(key=lambda reach: self._order[reach])
        reaches.sort(key=lambda reach: score[reach], reverse=True)
        water_named = any(max(readings.values()) >= WATER for readings in found.values())
        if most < len(found) or water_named:
            reaches = [reach for reach in reaches if score[reach] == score[reaches[0]]]
        return reaches


def _blot(text: str, at: int, length: int) -> str:
    return text[:at] + "\0" * length + text[at + length :]


def _by_all_but_one(names: Iterable[str]) -> dict[tuple[int, int, str], list[str]]:
    """(length, place of the missing character, the others) → names of four or more characters."""
    slips: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for name in names:
        if len(name) >= 4 and len(stem(name, ("街道", "社区", "镇", "村", "街", "乡"))) >= 3:
            for i in range(len(name)):
                slips[len(name), i, name[:i] + name[i + 1 :]].append(name)
    return slips
