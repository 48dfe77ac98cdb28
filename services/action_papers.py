"""The record of a joint action (联合行动记录) as a paper, with what was photographed there."""

from models.evidence import shown_of
from models.joint_action import JointAction
from rules.workdays import local_day
from services.desk import Work
from services.joint_actions import in_short
from services.order_papers import hidden, office_name, stored
from services.papers import Line, Paper, in_full


def action_paper(work: Work, action: JointAction) -> Paper:
    """When, where, who, with what, what came of it; photographs without EXIF as an annex."""
    whistle = action.whistle
    about = f"吹哨{whistle.number}" if whistle is not None else ""
    if whistle is not None and whistle.case is not None:
        about += f"（案件{whistle.case.number}，{whistle.case.place}）"
    void = f"（已作废：{action.remark}）" if action.withdrawn_at is not None else ""
    return Paper(
        office=office_name(work),
        title=f"联合行动记录{'（已作废）' if void else ''}",
        number=action.number,
        to="",
        body=hidden([
            Line(f"日期：{in_full(action.held_on)}"),
            Line(f"地点：{action.place}"),
            Line(f"参加单位：{action.bodies}"),
            *([Line(f"依据：{about}")] if about else []),
            Line(f"出动和成果：{in_short(action)}。{void}"),
            *(Line(text) for text in action.words.splitlines() if text.strip()),
        ]),
        on=local_day(action.recorded_at),
        pictures=stored(work.session.scalars(shown_of(action.id)).all(), "现场照片"),
    )  # fmt: skip
