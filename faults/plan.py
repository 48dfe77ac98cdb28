"""What everybody is going to do, drawn from a seed: who reports what and where, and what becomes of each case."""

import io
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from PIL import Image, ImageDraw

from faults.places import CHIEFS, Spot, spots

PHRASES = ("河边堆了好多垃圾", "桥下有管子往河里排污水", "有人在河里下地笼捕鱼", "河坡上新搭了违章棚子")
"""One for each kind of problem: reports of different kinds at one place are different cases."""
CLERKS = ("clerk_zhou", "clerk_wu")
SIZE = (480, 360)


class Deed(StrEnum):
    """What somebody does with a case in one round."""

    REPORT = "report"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    HAND_BACK = "hand_back"
    TRANSFER = "transfer"
    DECLINE = "decline"
    PROVE = "prove"
    SEND_BACK = "send_back"
    PASS = "pass"  # noqa: S105
    RATE = "rate"
    COMPLAIN = "complain"


D = Deed
FATES: dict[str, tuple[Deed, ...]] = {
    "closed": (D.REPORT, D.ACCEPT, D.PROVE, D.PASS, D.RATE),
    "accepted": (D.REPORT, D.ACCEPT),
    "withdrawn": (D.WITHDRAW,),
    "declined": (D.REPORT, D.HAND_BACK, D.DECLINE),
    "transferred": (D.REPORT, D.HAND_BACK, D.TRANSFER, D.ACCEPT, D.PROVE, D.PASS, D.RATE),
    "sent back": (D.REPORT, D.ACCEPT, D.PROVE, D.SEND_BACK, D.PROVE, D.PASS, D.RATE),
    "complained of": (D.REPORT, D.ACCEPT, D.PROVE, D.PASS, D.COMPLAIN, D.PROVE, D.PASS, D.RATE),
}
"""What becomes of a case, one deed a round."""
WEIGHTS = (6, 3, 2, 2, 2, 2, 2)
ALONE = {"withdrawn", "complained of"}
"""Fates of cases with one reporter: with several it would matter who comes first."""


@dataclass(frozen=True)
class Report:
    """What one person is going to report, and how."""

    tag: str
    person: str
    words: str
    longitude: float
    latitude: float
    photos: tuple[int, ...]
    """Seeds of the pictures."""
    order: tuple[str, ...]
    """In which order the parts are sent: photos, place, words."""
    hurried: bool
    """All parts at once, without waiting for an answer."""
    rating: str


@dataclass(frozen=True)
class Case:
    """One problem: the reports that will join into it, and its fate, from round `born` on."""

    label: str
    town: str
    other_town: str
    clerk: str
    fate: str
    born: int
    reports: tuple[Report, ...]

    def deed(self, round_: int) -> Deed | None:
        """What is done with it in this round."""
        deeds = FATES[self.fate]
        return deeds[round_ - self.born] if 0 <= round_ - self.born < len(deeds) else None

    def chief(self, round_: int) -> str:
        """Who acts for the town in this round."""
        done = FATES[self.fate][: max(0, round_ - self.born)]
        return CHIEFS[self.other_town if Deed.TRANSFER in done else self.town]

    def proof(self, round_: int) -> int:
        """The picture that proves the rectification of this round."""
        return 500_000 + 1_000 * round_ + int(self.label[-4:])


@dataclass(frozen=True)
class Plan:
    """The whole of it."""

    people: tuple[str, ...]
    cases: tuple[Case, ...]

    @property
    def rounds(self) -> int:
        return max(case.born + len(FATES[case.fate]) for case in self.cases)


def draw(
    seed: int,
    reports: int,
    people: int,
    fates: tuple[str, ...] = tuple(FATES),
    births: int = 4,
    first: int = 0,
) -> Plan:
    """A plan; the same seed draws the same. Raises ValueError where there are not places enough.

    `births`: in how many rounds cases begin; `first`: the number of the first case.
    """
    random = Random(seed)  # noqa: S311 - a rehearsal, not a secret
    names = tuple(f"resident{number:02d}" for number in range(1, people + 1))
    free = [(spot, phrase) for spot in spots() for phrase in PHRASES]
    random.shuffle(free)
    weights = [weight for fate, weight in zip(FATES, WEIGHTS, strict=True) if fate in fates]
    cases: list[Case] = []
    made = 0
    while made < reports:
        if not free:
            raise ValueError(f"{reports} reports need more places than there are")
        fate = fates[len(cases)] if len(cases) < len(fates) else random.choices(fates, weights)[0]
        several = 1 if fate in ALONE else min(random.choice((1, 2, 2, 3)), reports - made, people)
        spot, phrase = free.pop()
        cases.append(
            _case(random, first + len(cases), fate, spot, phrase, random.sample(names, several), births)
        )
        made += several
    return Plan(names, tuple(cases))


def _case(
    random: Random, number: int, fate: str, spot: Spot, phrase: str, reporters: list[str], births: int
) -> Case:
    label = f"点位{number:04d}"
    others = [town for town in CHIEFS if town != spot.town]
    reports = tuple(
        _report(random, f"{number:04d}{letter}", who, spot, phrase)
        for letter, who in zip("ABC", reporters, strict=False)
    )
    return Case(
        label, spot.town, random.choice(others), random.choice(CLERKS), fate, number % births, reports
    )


def _report(random: Random, tag: str, person: str, spot: Spot, phrase: str) -> Report:
    order = ["photos", "place", "words"]
    random.shuffle(order)
    return Report(
        tag=tag,
        person=person,
        words=f"{phrase}，记号{tag}",
        longitude=round(spot.longitude + random.uniform(-1e-4, 1e-4), 6),
        latitude=round(spot.latitude + random.uniform(-1e-4, 1e-4), 6),
        photos=tuple(random.randrange(1, 400_000) for _ in range(random.choice((1, 1, 2, 3)))),
        order=tuple(order),
        hurried=random.random() < 0.5,
        rating=random.choice(("满意", "满意", "基本满意")),
    )


def picture(seed: int) -> bytes:
    """A small JPEG that no other seed draws."""
    random = Random(seed)  # noqa: S311 - a drawing, not a secret
    image = Image.new("RGB", SIZE, _colour(random))
    draw_on = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = random.randrange(SIZE[0]), random.randrange(SIZE[1])
        draw_on.ellipse((x - 90, y - 70, x + random.randint(0, 90), y + 70), fill=_colour(random))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _colour(random: Random) -> tuple[int, int, int]:
    return random.randrange(256), random.randrange(256), random.randrange(256)
