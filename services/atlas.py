"""The registry's geometry and names in memory, one for all threads, read again when the registry changes."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models.prepared import Prepared
from models.registry import Reach, RegistryVersion, Town, reaches_in_force
from rules.place_names import Named, PlaceNames
from rules.routing import ReachShape, Routing

_VERSION = Prepared(select(RegistryVersion.version))


@dataclass(frozen=True)
class Atlas:
    """Where every reach runs and what it is called, on one day."""

    version: int
    day: date
    routing: Routing
    names: PlaceNames
    reaches: Mapping[int, Reach]
    """By id, with town and water body; read by all threads, written by none."""
    towns: Mapping[int, Town]
    """Those that have a reach."""


class AtlasKeeper:
    """Hands out the atlas of today's registry; builds it once per version and day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._atlas: Atlas | None = None

    def atlas(self, connection: Connection, today: date) -> Atlas:
        """The current atlas; costs one small select when nothing has changed."""
        row = _VERSION(connection).row()
        version = row[0] if row else 0
        atlas = self._atlas
        if atlas is not None and (atlas.version, atlas.day) == (version, today):
            return atlas
        with self._lock:
            atlas = self._atlas
            if atlas is None or (atlas.version, atlas.day) != (version, today):
                atlas = self._atlas = _build(connection, version, today)
            return atlas


def _build(connection: Connection, version: int, today: date) -> Atlas:
    with Session(connection, join_transaction_mode="rollback_only") as session:
        reaches = list(session.scalars(reaches_in_force(today)))
        session.expunge_all()  # what is kept belongs to no transaction
    shapes = [ReachShape(r.id, r.town_id, r.water_body_id, r.bank, r.wkt) for r in reaches]
    return Atlas(
        version,
        today,
        Routing(shapes),
        PlaceNames([_named(reach) for reach in reaches]),
        {reach.id: reach for reach in reaches},
        {reach.town_id: reach.town for reach in reaches},
    )


def _named(reach: Reach) -> Named:
    villages = tuple(v for v in reach.villages.split("、") if v)
    return Named(
        reach.id, reach.water_body.name, reach.town.name, villages, reach.name, reach.start, reach.end
    )
