"""One access token for all threads and processes: one of them fetches, the others wait or use the old one.

A fetch with the platform's `stable_token` is harmless, a forced one kills the token everyone else is
using. So a caller whose token was refused says *which* token that was: if the store holds another by
then, that one is the answer, without a fetch; a lock that hands out "the cached token, it has not
expired" would go round for ever after the platform itself invalidated it (CowAgent #2293).
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.access_token import AccessToken

log = logging.getLogger("heshao.wechat.token")

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed, if a newer one can be had: then both are valid."""
PATIENCE = timedelta(seconds=30)
"""How long a token that is still valid is used before a newer one is asked for once more."""
BETWEEN_FORCED = timedelta(seconds=60)
"""The platform allows 20 forced renewals a day, at least 30 s apart."""
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and its end (aware). Its value is in no representation."""

    value: str = field(repr=False)
    expires_at: datetime


Fetch: TypeAlias = Callable[[bool], Token]
"""Asks the platform; with True it must give a new one (`force_refresh`)."""


class NoToken(Exception):
    """Somebody else is fetching the token, and it did not come in time."""


class TokenStore(Protocol):
    """Where an account's token is kept."""

    def token(self, app_id: str, fetch: Fetch, failed: str | None = None) -> Token:
        """A token other than the one that `failed`, from the store or by one fetch.

        Raises NoToken, or what `fetch` raises where no valid token is left to fall back on.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Held:
    """What a store knows about an account."""

    token: Token = Token("", datetime.min.replace(tzinfo=UTC))
    asked_at: datetime | None = None
    forced_at: datetime | None = None

    def valid(self, failed: str | None, now: datetime) -> Token | None:
        """The token, if the platform should still take it."""
        return self.token if self.token.value != failed and now < self.token.expires_at else None

    def fresh(self, failed: str | None, now: datetime) -> Token | None:
        """The token, if there is no reason yet to ask for another."""
        token = self.valid(failed, now)
        if token is None or now < token.expires_at - EARLY:
            return token
        return token if self.asked_at is not None and now - self.asked_at < PATIENCE else None

    def renewed(self, fetch: Fetch, failed: str | None, now: datetime) -> "_Held":
        """After asking the platform: forced only if it gives the refused token again; what is
        still valid stays where nothing newer can be had."""
        may_force = self.forced_at is None or now - self.forced_at >= BETWEEN_FORCED
        try:
            token = fetch(False)
            if token.value != failed or not may_force:
                return _Held(token, now, self.forced_at)
            log.warning(
                "the platform still gives the token it refuses; asking it for a new one",
                extra={"event": "token.forced"},
            )
            return _Held(fetch(True), now, now)
        except Exception:
            if not self.valid(failed, now):
                raise
            log.warning(
                "no newer access token to be had; the old one is used while it lasts",
                extra={"event": "token.kept"},
            )
            return _Held(self.token, now, self.forced_at)


class MemoryTokens:
    """For one process: tests, and commands that run alone."""

    def __init__(self, clock: Callable[[], datetime], wait_seconds: float = 22) -> None:
        self._clock = clock
        self._wait = wait_seconds
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}

    def token(self, app_id: str, fetch: Fetch, failed: str | None = None) -> Token:
        """See TokenStore."""
        held = self._held.get(app_id, _Held())
        if token := held.fresh(failed, self._clock()):
            return token
        valid = held.valid(failed, self._clock())
        if not self._lock.acquire(timeout=0 if valid else self._wait):
            if valid:
                return valid
            raise NoToken("another thread is still fetching the access token")
        try:
            now = self._clock()
            held = self._held.get(app_id, _Held())
            if not held.fresh(failed, now):  # another thread may have been here meanwhile
                held = self._held[app_id] = held.renewed(fetch, failed, now)
            return held.token
        finally:
            self._lock.release()


class DatabaseTokens:
    """For any number of processes over one database. The network is never called inside a transaction.

    Whoever fetches holds a lease on the row; one that died is overtaken after `lease_seconds`, which is
    longer than a fetch takes. `wait_seconds`: how long a caller without any valid token waits.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        lease_seconds: float = 20,
        wait_seconds: float = 22,
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._clock = clock
        self._lease = timedelta(seconds=lease_seconds)
        self._wait = wait_seconds

    def token(self, app_id: str, fetch: Fetch, failed: str | None = None) -> Token:
        """See TokenStore."""
        give_up_at = time.monotonic() + self._wait
        while True:
            held = self._read(app_id)
            if token := held.fresh(failed, self._clock()):
                return token
            if self._take(app_id):
                return self._renew(app_id, fetch, failed)
            if token := held.valid(failed, self._clock()):
                return token
            if time.monotonic() > give_up_at:
                raise NoToken("another process is still fetching the access token")
            time.sleep(POLL_SECONDS)

    def _renew(self, app_id: str, fetch: Fetch, failed: str | None) -> Token:
        """As the holder of the lease: look again, ask the platform, keep it, let go in any case."""
        kept: dict[str, Any] = {}
        try:
            now = self._clock()
            held = self._read(app_id)
            if not held.fresh(failed, now):  # another process may have been here meanwhile
                held = held.renewed(fetch, failed, now)
                kept = {
                    "value": held.token.value,
                    "expires_at": held.token.expires_at,
                    "asked_at": held.asked_at,
                    "forced_at": held.forced_at,
                }
            return held.token
        finally:
            self._change(
                AccessToken.app_id == app_id,
                AccessToken.holder == _me(),
                **kept,
                holder="",
                leased_until=None,
            )

    def _read(self, app_id: str) -> _Held:
        columns = AccessToken.value, AccessToken.expires_at, AccessToken.asked_at, AccessToken.forced_at
        with self._reading.connect() as connection:
            row = connection.execute(select(*columns).where(AccessToken.app_id == app_id)).one_or_none()
        if row is None or row.expires_at is None:
            return _Held()
        return _Held(Token(row.value, row.expires_at), row.asked_at, row.forced_at)

    def _take(self, app_id: str) -> bool:
        """Whether the lease is ours: it was free, or its holder has not been heard of for too long."""
        now = self._clock()
        lease = {"holder": _me(), "leased_until": now + self._lease}
        this = AccessToken.app_id == app_id
        with self._reading.connect() as connection:  # those who wait only look
            row = connection.execute(select(AccessToken.leased_until).where(this)).one_or_none()
        if row is not None:
            free = row.leased_until is None or row.leased_until <= now
            same = AccessToken.leased_until.is_not_distinct_from(row.leased_until)
            return free and self._change(this, same, **lease)
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(AccessToken).values(app_id=app_id, value="", **lease))
        except IntegrityError:  # somebody else was first
            return False
        return True

    def _change(self, *where: ColumnElement[bool], **values: Any) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(update(AccessToken).where(*where).values(**values)).rowcount == 1


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
