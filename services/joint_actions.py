"""Joint actions (联合行动): recorded by the Office, withdrawn where recorded wrongly."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from models.joint_action import COUNTS, JointAction
from models.whistle import Whistle
from rules.lifecycle import Party
from rules.refusal import Refusal
from rules.supervision import numbered, order_number
from services.desk import Work
from services.ladder import office_only
from services.numbering import serial_of_year
from services.whistle_parties import THE_OFFICE
from services.whistle_timeline import enter


def record(
    work: Work, held_on: date, place: str, bodies: Sequence[str], counts: Mapping[str, int], words: str,
    whistle: Whistle | None = None,
) -> JointAction:  # fmt: skip
    """Write down a joint action; `counts` by the names of COUNTS, what is not named is 0."""
    office_only(work)
    names = [name.strip() for name in bodies if name.strip()]
    if not place.strip() or not names:
        raise Refusal("请写明地点和参加单位。")
    if held_on > work.today:
        raise Refusal("联合行动的日期不能晚于今天。")
    if any(value < 0 for value in counts.values()) or not counts.get("officers"):
        raise Refusal("请写明出动的人数（至少 1 人），各项数字不能是负数。")
    year, serial = serial_of_year(work, "joint_action")
    action = JointAction(
        year=year, serial=serial, number=order_number(year, serial), whistle=whistle, held_on=held_on,
        place=place.strip(), bodies="、".join(dict.fromkeys(names)), words=words.strip(), remark="",
        recorded_by=work.who.pseudonym if work.who else Party.OFFICE.value, recorded_at=work.now,
        **{name: counts.get(name, 0) for name in COUNTS},
    )  # fmt: skip
    work.session.add(action)
    if whistle is not None:
        enter(
            work,
            whistle,
            "action",
            THE_OFFICE,
            f"{action.number}，{action.bodies}，{in_short(action)}",
            Party.OFFICE,
        )
    work.session.flush()
    return action


def in_short(action: JointAction) -> str:
    """“出动85人、41车、4船，解决10处，清理违法船只17艘、网具200米”."""
    return (
        f"出动{action.officers}人、{action.vehicles}车、{action.boats}船，解决{action.sites_solved}处，"
        f"清理违法船只{action.illegal_boats}艘、网具{action.net_metres}米"
    )


def withdraw(work: Work, action: JointAction, reason: str) -> None:
    """It was recorded wrongly: it counts no more; its number stays used."""
    office_only(work)
    if not reason.strip():
        raise Refusal("请写明作废的理由。")
    if action.withdrawn_at is not None:
        raise Refusal(f"联合行动{action.number}已经作废。")
    action.withdrawn_at, action.remark = work.now, reason.strip()
    if action.whistle is not None:
        enter(
            work, action.whistle, "action", THE_OFFICE, f"{action.number}作废：{action.remark}", Party.OFFICE
        )


def called(work: Work, number: str) -> JointAction:
    """The action somebody means: 〔2026〕2号, 2026-2, or 2 of this year."""
    found, action = numbered(number, work.today.year), None
    if found is not None:
        rows = select(JointAction).where(JointAction.year == found[0], JointAction.serial == found[1])
        action = work.session.scalar(rows)
    if action is None:
        raise Refusal(f"没有找到联合行动“{number}”。")
    return action
