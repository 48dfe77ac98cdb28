"""The short numbers by which people call cases in the chat: the same for as long as a case is open, and a while after
(a number is given to another case only when its own was finished and not shown for a week)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, insert, select, update

from models.case import Case
from models.follower import Follower, ShortNumber
from models.person import Person
from rules.lifecycle import OPEN
from services.desk import Work

KEPT = timedelta(days=7)
"""How long after it was last shown the number of a finished case means nothing else."""

_number = ShortNumber.__table__
_follower = Follower.__table__
_case = Case.__table__
_whose = _number.c.follower_id == _follower.c.id
_of_this_case = (
    select(_number.c.number).where(_whose, _number.c.case_id == bindparam("case")).scalar_subquery()
)
_of_a_finished_one = (
    select(func.min(_number.c.number))
    .join(_case, _case.c.id == _number.c.case_id)
    .where(_whose, _number.c.shown_at < bindparam("long_ago"), _case.c.state.not_in(OPEN))
    .scalar_subquery()
)
_the_last = select(func.max(_number.c.number)).where(_whose).scalar_subquery()
_SHOWN = update(ShortNumber).where(
    _number.c.follower_id == bindparam("whose"), _number.c.number == bindparam("called")
)
_TO_PEOPLE = select(_follower.c.person_id, _follower.c.id, _of_this_case).where(
    _follower.c.person_id.in_(bindparam("people", expanding=True)), _follower.c.openid.is_not(None)
)
_HELD = (
    select(_follower.c.id)
    .where(_follower.c.id.in_(bindparam("followers", expanding=True)))
    .order_by(_follower.c.id)
    .with_for_update()
)
_FREE = select(_follower.c.id, _of_this_case, _of_a_finished_one, _the_last).where(
    _follower.c.id.in_(bindparam("followers", expanding=True))
)


def of_follower(work: Work, follower: Follower, case: Case, *, shown: bool = True) -> int:
    """The number by which this follower calls this case; `shown`: they see it now."""
    mine = select(_number.c.number).where(_number.c.follower_id == follower.id, _number.c.case_id == case.id)
    number: int | None = work.connection.scalar(mine)
    if number is None:
        return _given(work, [follower.id], case)[follower.id]
    if shown:
        _set(work, follower.id, number, shown_at=work.now)
    return number


def of_people(work: Work, people: Iterable[Person], case: Case) -> Mapping[int, int]:
    """The numbers by which these people of the registry call this case, by their ids: of those who are bound."""
    ids = [person.id for person in people]
    found = work.connection.execute(_TO_PEOPLE, {"people": ids, "case": case.id}).all()
    new = [follower for _, follower, number in found if number is None]
    given = _given(work, new, case) if new else {}
    return {person: given[follower] if number is None else number for person, follower, number in found}


def _given(work: Work, followers: list[int], case: Case) -> dict[int, int]:
    """New numbers for these, who have none for the case; nobody else gives them any meanwhile."""
    if work.connection.dialect.name != "sqlite":  # there is one writer
        work.connection.execute(_HELD, {"followers": followers})
    known = {"followers": followers, "case": case.id, "long_ago": work.now - KEPT}
    given, new = {}, []
    for follower, mine, finished, last in work.connection.execute(_FREE, known).all():
        given[follower] = mine or finished or (last or 0) + 1
        if mine is None and finished is None:
            new.append(
                {
                    "follower_id": follower, "number": given[follower], "case_id": case.id,
                    "shown_at": work.now,
                }
            )  # fmt: skip
        elif mine is None:
            _set(work, follower, finished, case_id=case.id, shown_at=work.now)
    if new:
        work.connection.execute(insert(ShortNumber), new)
    return given


def _set(work: Work, follower_id: int, number: int, **values: int | datetime) -> None:
    work.connection.execute(_SHOWN.values(**values), {"whose": follower_id, "called": number})


def last_shown(work: Work, follower: Follower, case: Case) -> datetime | None:
    """When this follower last saw the case in a list, a message or an answer."""
    mine = select(_number.c.shown_at).where(
        _number.c.follower_id == follower.id, _number.c.case_id == case.id
    )
    return work.connection.scalar(mine)


def case_called(work: Work, follower: Follower, number: int) -> Case | None:
    """The case this follower calls by this short number."""
    meant = select(_number.c.case_id).where(_number.c.follower_id == follower.id, _number.c.number == number)
    case_id: int | None = work.connection.scalar(meant)
    return work.session.get(Case, case_id) if case_id is not None else None
