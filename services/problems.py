"""Problems of a month by kind and by town, and what was late, for the bulletin: frozen at the month's approval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models.assessment import MonthlyAssessment
from models.problem_count import Counted, ProblemCount, problem_counts_of
from models.registry import Town
from rules.months import Month
from services.desk import Work
from services.month_table import MonthTable
from services.problem_counts import Counts, counted

WAITING = "待分派"
NAMES = {Counted.ALL: "问题总数", Counted.KIND: "类别", Counted.TOWN: "单位", Counted.LATE: "逾期"}

Pairs = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Problems:
    """Names and numbers, the largest first, equal ones in order of their names."""

    by_kind: Pairs
    by_town: Pairs
    late: Pairs
    """Open and past their date, by town."""
    counted_at: datetime | None = None
    """When the month was approved; None where it was frozen before counts were kept: then they are of now."""

    @property
    def total(self) -> int:
        """All that were opened in the month."""
        return sum(many for _, many in self.by_kind)


NO_PROBLEMS = Problems((), (), ())


@dataclass(frozen=True)
class CountChange:
    """A number that counting again does not give."""

    counted: Counted
    name: str
    before: int
    after: int

    def __str__(self) -> str:
        return f"{NAMES[self.counted]} {self.name}".rstrip() + f"：{self.before} 件 → {self.after} 件"


def problems(work: Work, table: MonthTable) -> Problems:
    """The month's cases but those that were declined or withdrawn, as they stood when it was approved."""
    return kept(work, table) or _read(_rows(work, 0, counted(work, table.month, work.now)), None)


def kept(work: Work, table: MonthTable) -> Problems | None:
    """What was counted when this was approved; None where it was frozen before such counts were kept."""
    revision = select(MonthlyAssessment).where(
        MonthlyAssessment.month == str(table.month), MonthlyAssessment.revision == table.revision
    )
    assessment = work.session.scalar(revision)
    rows = work.session.scalars(problem_counts_of(assessment.id)).all() if assessment is not None else []
    return _read(rows, assessment.approved_at) if assessment is not None and rows else None


def freeze(work: Work, assessment: MonthlyAssessment) -> None:
    """Write down what the month's problems are at this moment, that of its approval."""
    found = counted(work, Month.parse(assessment.month), assessment.approved_at or work.now)
    work.session.add_all(_rows(work, assessment.id, found))
    work.session.flush()


def are_kept(work: Work, assessment: MonthlyAssessment) -> bool:
    """Whether they were counted when it was approved."""
    return work.session.scalar(problem_counts_of(assessment.id).limit(1)) is not None


def differences(work: Work, assessment: MonthlyAssessment) -> list[CountChange]:
    """Where counting again as of the approval gives something else than was kept then."""
    rows = work.session.scalars(problem_counts_of(assessment.id)).all()
    if not rows or assessment.approved_at is None:
        return []
    again = _rows(work, 0, counted(work, Month.parse(assessment.month), assessment.approved_at))
    before, after = _by_key(rows), _by_key(again)
    names = {key: row.name for key, row in {**after, **before}.items()}
    return [
        CountChange(key[0], name, _cases(before, key), _cases(after, key))
        for key, name in names.items()
        if _cases(before, key) != _cases(after, key)
    ]


_Key = tuple[Counted, str]


def _by_key(rows: Iterable[ProblemCount]) -> dict[_Key, ProblemCount]:
    """By the town's id, not by its name: that may change."""
    return {(row.counted, row.name if row.town_id is None else f"#{row.town_id}"): row for row in rows}


def _cases(rows: Mapping[_Key, ProblemCount], key: _Key) -> int:
    return rows[key].cases if key in rows else 0


def _rows(work: Work, assessment_id: int, found: Counts) -> list[ProblemCount]:
    names = dict(work.session.execute(select(Town.id, Town.name)).all())
    lists: dict[Counted, list[tuple[str, int | None, int]]] = {
        Counted.ALL: [("", None, found.by_kind.total())],
        Counted.KIND: [(kind, None, many) for kind, many in found.by_kind.items()],
        Counted.TOWN: [(names.get(t or 0, WAITING), t, many) for t, many in found.by_town.items()],
        Counted.LATE: [(names.get(t or 0, WAITING), t, many) for t, many in found.late.items()],
    }
    return [
        ProblemCount(
            assessment_id=assessment_id, counted=what, position=position, name=name, town_id=town, cases=many
        )
        for what, listed in lists.items()
        for position, (name, town, many) in enumerate(sorted(listed, key=lambda row: (-row[2], row[0])))
    ]  # fmt: skip


def _read(rows: Iterable[ProblemCount], counted_at: datetime | None) -> Problems:
    pairs: dict[Counted, list[tuple[str, int]]] = {what: [] for what in Counted}
    for row in rows:
        pairs[row.counted].append((row.name, row.cases))
    return Problems(
        tuple(pairs[Counted.KIND]), tuple(pairs[Counted.TOWN]), tuple(pairs[Counted.LATE]), counted_at
    )
