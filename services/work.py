"""One piece of work: what every service is handed first."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from rules.workdays import WorkCalendar, local_day
from services.almanac import AlmanacKeeper
from services.atlas import Atlas, AtlasKeeper
from services.batch import Batch
from services.case_links import CaseLinks
from services.rulebook import Rulebook

if TYPE_CHECKING:
    from services.people import Who


@dataclass
class Work:
    """One transaction's worth: the first argument of every service."""

    connection: Connection
    now: datetime
    """Aware, UTC."""
    rulebook: Rulebook
    random: Random
    keeper: AtlasKeeper
    almanac: AlmanacKeeper
    links: CaseLinks
    joining: Literal["rollback_only", "create_savepoint"] = "rollback_only"
    """How the session joins the transaction: alone, or beside others' work that must survive its failure."""
    flushes: bool = True
    who: "Who | None" = None
    batch: Batch = field(default_factory=Batch)
    """Shared with whoever's work is committed together with this."""
    wakes: set[str] = field(default_factory=set)
    """Which workers to wake once this is committed."""
    _undo: ExitStack | None = None

    @cached_property
    def session(self) -> Session:
        """The objects of this work; made when first asked for, which the shortest steps never do."""
        session = Session(
            self.connection,
            expire_on_commit=False,
            autoflush=self.flushes,
            join_transaction_mode=self.joining,
        )
        if self._undo is not None:
            self._undo.enter_context(session.begin_nested())
        return session

    @property
    def today(self) -> date:
        """The day in Asia/Shanghai."""
        return local_day(self.now)

    @property
    def atlas(self) -> Atlas:
        """The registry's geometry and names as they are today."""
        if self.batch.atlas is not None:
            return self.batch.atlas  # type: ignore[no-any-return]
        atlas = self.keeper.atlas(self.connection, self.today)
        if self.batch.shared:
            self.batch.atlas = atlas
        return atlas

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Working days and days of rest as they are known now."""
        return self.almanac.calendar(self.connection)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What the session writes inside is undone if it raises; costs nothing where nothing is written."""
        with ExitStack() as undo:
            if self.has_session:
                undo.enter_context(self.session.begin_nested())
            self._undo = undo
            try:
                yield
            finally:
                self._undo = None

    @property
    def has_session(self) -> bool:
        """Whether anybody has asked for the session yet."""
        return "session" in self.__dict__

    def close(self) -> None:
        """Let the session go; what it did not write is forgotten."""
        if self.has_session:
            self.session.close()
