"""What the workbook's sheets say of one another: codes used once, and every code that is referred to exists."""

from collections.abc import Container, Iterable

from rules.roles import ROLE_NAMES, Role
from services.sheets import (
    BOARDS,
    PEOPLE,
    REACHES,
    TOWNS,
    WATER_BODIES,
    Fault,
    PersonRow,
    RegistrySheets,
)

NEED_A_TOWN = frozenset({Role.TOWN_CHIEF, Role.TOWN_LIAISON})


def check_references(sheets: RegistrySheets, faults: list[Fault]) -> None:
    """Note what can be seen from the workbook alone; a sheet that is absent is asked of the database later."""
    _once(TOWNS, "编码", ((t.row, t.code) for t in sheets.towns or ()), faults)
    _once(WATER_BODIES, "编码", ((b.row, b.code) for b in sheets.water_bodies or ()), faults)
    _once(REACHES, "编码", ((r.row, r.code) for r in sheets.reaches or ()), faults)
    _once(BOARDS, "编号", ((b.row, b.code) for b in sheets.boards or ()), faults)
    towns = None if sheets.towns is None else {row.code for row in sheets.towns}
    bodies = None if sheets.water_bodies is None else {row.code for row in sheets.water_bodies}
    reaches = None if sheets.reaches is None else {row.code for row in sheets.reaches}
    faults.extend(unknown_codes(sheets, towns, bodies, reaches, reaches_of_history=None))
    for person in sheets.people or ():
        _check_office(person, faults)
    _check_openids(sheets.people or (), faults)
    _check_twice(sheets.people or (), faults)


def unknown_codes(
    sheets: RegistrySheets,
    towns: Container[str] | None,
    bodies: Container[str] | None,
    reaches: Container[str] | None,
    reaches_of_history: Container[str] | None,
) -> list[Fault]:
    """References that lead nowhere, of those whose targets are given.

    Somebody whose term has an end may have looked after a reach that is no more.
    """
    faults = []
    for reach in sheets.reaches or ():
        faults += _unknown(REACHES, reach.row, "水体编码", WATER_BODIES, (reach.water_body,), bodies)
        faults += _unknown(REACHES, reach.row, "镇街编码", TOWNS, (reach.town,), towns)
    for person in sheets.people or ():
        faults += _unknown(PEOPLE, person.row, "镇街编码", TOWNS, person.towns, towns)
        known = reaches if person.until is None else reaches_of_history
        faults += _unknown(PEOPLE, person.row, "河段编码", REACHES, person.reaches, known)
    for board in sheets.boards or ():
        faults += _unknown(BOARDS, board.row, "河段编码", REACHES, (board.reach,), reaches)
    return faults


def _unknown(
    sheet: str, row: int, column: str, target: str, codes: Iterable[str], known: Container[str] | None
) -> list[Fault]:
    if known is None:
        return []
    return [
        Fault(sheet, row, column, f"“{target}”表里没有编码 {code[:40]}")
        for code in codes
        if code and code not in known
    ]


def _once(sheet: str, column: str, codes: Iterable[tuple[int, str]], faults: list[Fault]) -> None:
    first: dict[str, int] = {}
    for row, code in codes:
        if code and first.setdefault(code, row) != row:
            faults.append(Fault(sheet, row, column, f"{code[:40]} 与第 {first[code]} 行重复"))


def _check_office(person: PersonRow, faults: list[Fault]) -> None:
    name = ROLE_NAMES[person.role]
    if person.role in NEED_A_TOWN and not person.towns:
        faults.append(Fault(PEOPLE, person.row, "镇街编码", f"{name}要填镇街编码"))
    if person.role == Role.VILLAGE_CHIEF and not person.reaches:
        faults.append(Fault(PEOPLE, person.row, "河段编码", f"{name}要填河段编码"))


def _check_openids(people: Iterable[PersonRow], faults: list[Fault]) -> None:
    holders: dict[str, PersonRow] = {}
    for person in people:
        if person.openid:
            first = holders.setdefault(person.openid, person)
            if first.name != person.name or (first.phone and person.phone and first.phone != person.phone):
                faults.append(Fault(PEOPLE, person.row, "openid", f"与第 {first.row} 行的{first.name}相同"))


def _check_twice(people: Iterable[PersonRow], faults: list[Fault]) -> None:
    """The same office twice for the same days, or twice without an end, is one row too many.

    Terms that merely overlap are let be: history is told as it is known.
    """
    first: dict[tuple[object, ...], int] = {}
    for person in people:
        office = (person.name, person.phone, person.role, person.towns, person.reaches, person.department)
        days = (person.since, person.until) if person.until else ()
        row = first.setdefault((*office, days), person.row)
        if row != person.row:
            why = f"与第 {row} 行重复（同一人、同一角色、同一范围、同一时间）"
            faults.append(Fault(PEOPLE, person.row, "姓名", why))
