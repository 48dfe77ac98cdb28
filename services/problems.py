"""Problems of a month by kind and by town, and what is late now, for the bulletin: by when a case was opened."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from models.case import Case
from models.registry import Town
from rules.lifecycle import State
from rules.months import Month
from services.desk import Work
from services.open_list import open_rows

NO_PROBLEM = (State.DECLINED, State.WITHDRAWN)
WAITING = "待分派"


@dataclass(frozen=True)
class Problems:
    """Names and numbers, the largest first, equal ones in order of their names."""

    by_kind: tuple[tuple[str, int], ...]
    by_town: tuple[tuple[str, int], ...]
    late: tuple[tuple[str, int], ...]
    """Open now and past their date, by town."""

    @property
    def total(self) -> int:
        """All that were opened in the month."""
        return sum(many for _, many in self.by_kind)


def problems(work: Work, month: Month) -> Problems:
    """The month's cases but those that were declined or withdrawn."""
    rows = work.session.execute(
        select(Case.kind, Town.name, func.count())
        .outerjoin(Town, Town.id == Case.town_id)
        .where(Case.opened_at >= month.begins, Case.opened_at < month.ends, Case.state.not_in(NO_PROBLEM))
        .group_by(Case.kind, Town.name)
    )
    kinds: Counter[str] = Counter()
    towns: Counter[str] = Counter()
    for kind, town, many in rows:
        kinds[kind] += many
        towns[town or WAITING] += many
    late = Counter(row.town for row in open_rows(work) if row.late)
    return Problems(_sorted(kinds), _sorted(towns), _sorted(late))


def _sorted(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
