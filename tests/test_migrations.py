"""Migrations: from nothing to the models, on both engines; and the database itself refuses rewriting."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

import models.tables  # noqa: F401 - declares every table
from bot.messages import Message, Photo, Said, Text
from handlers import speech
from models.base import Base
from services.desk import Desk
from tests.district import lay_out


def test_upgrading_from_nothing_gives_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE case_event SET reason = 'other'",
        "DELETE FROM case_event",
        "UPDATE report SET words = 'other'",
        "DELETE FROM report",
    ],
)
def test_the_database_refuses_to_rewrite_what_was_recorded(
    engine: Engine, desk: Desk, rewriting: str
) -> None:
    lay_out(desk)
    dispatcher = speech.dispatcher()
    script: tuple[Said, ...] = (Photo("m"), Text("北运河天穆镇段"), Text("河边有垃圾"), Text("提交"))
    for n, said in enumerate(script):
        desk.do(dispatcher.answer, Message("o-li", "gh", desk.clock(), said, f"k{n}"))
    with pytest.raises(DBAPIError, match="cannot be rewritten"), engine.begin() as connection:
        connection.execute(text(rewriting))
