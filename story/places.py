"""The demonstration district's ready places and who answers there, as the stories need them."""

import json
from dataclasses import dataclass

from story.stage import DISTRICT


@dataclass(frozen=True)
class Spot:
    """A place (WGS-84), the towns it lies between or in, and their bound people."""

    longitude: float
    latitude: float
    first_town: str = ""
    first_people: tuple[str, ...] = ()
    second_town: str = ""
    second_people: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """Those who answer where there is only one town."""
        return self.first_people


def _spot(key: str, *about: object) -> Spot:
    places = json.loads((DISTRICT / "people.json").read_text("utf-8"))["places"]
    longitude, latitude = next(place["wgs84"] for place in places if place["key"] == key)
    return Spot(longitude, latitude, *about)  # type: ignore[arg-type]


TIANMU = ("chief_tianmu", "liaison_tianmu", "village_tianmu")
AT_THE_RIVER = _spot("tianmu", "天穆镇", TIANMU)
ON_ONE_BANK = _spot("bank", "果园新村街道", ("chief_guoyuan",))
AT_THE_BOUNDARY = _spot("boundary", "青光镇", ("chief_qingguang",), "双口镇", ("chief_shuangkou",))
AT_THE_VACANT_POST = _spot("vacant")
