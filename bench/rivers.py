"""An invented district of winding rivers for bench/routing: always as dense, however many segments it has."""

import math

import numpy as np
from sqlalchemy import Engine, insert

from models import tables  # noqa: F401 - declares every table
from models.base import Base
from models.registry import Reach, RegistryVersion, Town, WaterBody
from rules.coordinates import Floats, Plane, Position
from rules.routing import Bank

SEGMENTS = 100
"""Of one reach, each about 60 m long."""
CENTRE = Position(117.1, 39.3)
PLANE = Plane(CENTRE)


def rivers(count: int) -> list[Floats]:
    """Winding lines in metres, one a reach, spread so that the density does not depend on their number."""
    random = np.random.default_rng(count)
    side = 1500.0 * math.sqrt(count)
    turns = np.cumsum(random.normal(0, 0.25, (count, SEGMENTS)), axis=1) + random.uniform(0, 7, (count, 1))
    steps = 60.0 * np.stack([np.cos(turns), np.sin(turns)], axis=2)
    starts = random.uniform(-side / 2, side / 2, (count, 1, 2))
    return list(np.concatenate([starts, starts + np.cumsum(steps, axis=1)], axis=1))


def degrees(line: Floats) -> Floats:
    """Longitudes and latitudes of points in metres."""
    east, north = PLANE.degrees_of(1.0)
    return np.stack([CENTRE.longitude + line[:, 0] * east, CENTRE.latitude + line[:, 1] * north], axis=1)


def flattened(line: Floats) -> Floats:
    """The same points as the product's plane has them, true to the ellipsoid."""
    points = degrees(line)
    return np.stack(PLANE.metres(points[:, 0], points[:, 1]), axis=1)


def fill(engine: Engine, lines: list[Floats]) -> None:
    """The district's registry: twenty towns, ten reaches to a river."""
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(RegistryVersion), [{"id": 1, "version": 1}])
        connection.execute(
            insert(Town), [{"id": n, "code": f"T{n}", "name": f"{n}号镇", "kind": "镇"} for n in range(1, 21)]
        )
        bodies = range(1, len(lines) // 10 + 2)
        connection.execute(
            insert(WaterBody),
            [{"id": n, "code": f"W{n}", "name": f"{n}号河", "kind": "河", "level": "镇级"} for n in bodies],
        )
        connection.execute(insert(Reach), [_row(n, line) for n, line in enumerate(lines)])


def _row(number: int, line: Floats) -> dict[str, object]:
    points = ", ".join(f"{x:.7f} {y:.7f}" for x, y in degrees(line))
    body = number // 10 + 1
    return {
        "id": number + 1, "code": f"R{number}", "water_body_id": body, "town_id": number % 20 + 1,
        "name": f"{body}号河{number % 10}段", "bank": Bank.BOTH, "wkt": f"LINESTRING ({points})",
        "villages": f"{number}号村",
    }  # fmt: skip
