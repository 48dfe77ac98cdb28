"""Notice boards' codes (公示牌二维码): a permanent scene code for each board, and the board behind a code."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from models.registry import NoticeBoard, Reach
from services.desk import Desk, Work

LONGEST_SCENE = 64


class SceneCode(Protocol):
    """What the platform gives for a scene: a ticket, and the address the QR code holds."""

    @property
    def ticket(self) -> str: ...
    @property
    def url(self) -> str: ...


class WeChat(Protocol):
    """The one thing asked of the platform here."""

    def create_scene_code(self, scene: str) -> SceneCode:
        """A permanent QR scene code."""
        ...


@dataclass(frozen=True)
class Printed:
    """What is printed for one board."""

    code: str
    url: str
    water: str
    reach: str
    town: str


def scene_of(code: str) -> str:
    """The scene a board's code stands for; one that the platform would not take is replaced by its digest."""
    scene = f"board_{code}"
    if len(scene) <= LONGEST_SCENE and re.fullmatch(r"[A-Za-z0-9_.-]+", scene):
        return scene
    return f"board_{hashlib.sha256(code.encode()).hexdigest()[:32]}"


def boards_in_force() -> Select[NoticeBoard]:
    """Every board that stands or should stand, in the order of the reaches."""
    return (
        select(NoticeBoard)
        .where(NoticeBoard.retired_on.is_(None))
        .options(joinedload(NoticeBoard.reach).joinedload(Reach.town))
        .order_by(NoticeBoard.id)
    )


def board_of_scene(work: Work, scene: str) -> NoticeBoard | None:
    """The board whose code was scanned; an old board still standing at a reach in force is one."""
    standing = select(NoticeBoard).join(NoticeBoard.reach).where(Reach.retired_on.is_(None))
    board = work.session.scalar(standing.where(NoticeBoard.code == scene.removeprefix("board_")))
    if board is not None and scene_of(board.code) == scene:
        return board
    return next((b for b in work.session.scalars(standing) if scene_of(b.code) == scene), None)


def codes(desk: Desk, wechat: WeChat, progress: Callable[[list[str]], Iterable[str]] = iter) -> int:
    """Have a scene code made for each board that has none; returns how many were made.

    Each is written down at once, so that after an interruption only the others are asked for.
    """
    waiting = desk.look(_without_code)
    for code in progress(waiting):
        scene_code = wechat.create_scene_code(scene_of(code))
        desk.do(_keep, code, scene_code.ticket, scene_code.url)
    return len(waiting)


def printed(work: Work) -> list[Printed]:
    """Every board that has its code."""
    return [
        Printed(b.code, b.scene_url, b.reach.water_body.name, b.reach.name, b.reach.town.name)
        for b in work.session.scalars(boards_in_force().where(NoticeBoard.scene_url != ""))
    ]


def _without_code(work: Work) -> list[str]:
    return [
        board.code for board in work.session.scalars(boards_in_force().where(NoticeBoard.scene_url == ""))
    ]


def _keep(work: Work, code: str, ticket: str, url: str) -> None:
    board = work.session.scalars(select(NoticeBoard).where(NoticeBoard.code == code)).one()
    board.scene_ticket, board.scene_url = ticket, url
