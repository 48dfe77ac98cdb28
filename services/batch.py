"""What pieces of work that are committed together share: rows read ahead of all of them, rows written after them.

A statement for each of sixteen people costs sixteen times what one for all of them does: the driver's own work, and
a turn at Python's lock for every call.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from models.prepared import Prepared


class Collided(Exception):
    """Somebody else changed the row meanwhile: what was decided on the old one is decided again."""


class Batch:
    """One transaction's shared reads and late writes; every piece of work has one, if only for itself."""

    def __init__(self, *, shared: bool = False) -> None:
        self.shared = shared
        """Whether it is that of several who only talk: none of them changes what all of them go by."""
        self.atlas: Any = None
        """The atlas that all of them go by, once one has asked for it."""
        self.ahead: dict[Any, Any] = {}
        """What was read for all at once, by whoever reads it; each takes out what is theirs."""
        self._later: dict[Prepared, list[Mapping[str, Any]]] = {}

    def later(self, statement: Prepared, values: Mapping[str, Any]) -> None:
        """Write this row before the commit, with the others of its statement; it must touch exactly one."""
        self._later.setdefault(statement, []).append(values)

    def write(self, connection: Connection) -> None:
        """Write what was put off. Raises Collided where a row is no longer as it was read.

        Always in the same order, so that two processes that lock the same rows wait for one another and not
        each for the other.
        """
        later, self._later = self._later, {}
        for statement in sorted(later, key=Prepared.place) if len(later) > 1 else later:
            rows = later[statement]
            if statement.many(connection, rows) != len(rows):
                raise Collided("another message of this person was answered meanwhile")
