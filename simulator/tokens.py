"""access_token: the ordinary one that kills its predecessor, and the stable one; each blind to the other."""

from simulator.calls import Asked, get, post
from simulator.errors import Refused
from simulator.state import Json, Token, World

LIFE = 7200
GRACE = 300  # a replaced token works five minutes more
FORCED_PER_DAY = 20
FORCED_APART = 30


def issue(world: World, kind: str, now: int) -> Token:
    """A new token of this kind."""
    token = Token(f"{world.random.randrange(10, 99)}_{world.word(133)}", kind, now, now + LIFE, now + LIFE)
    world.tokens.append(token)
    return token


def current(world: World, kind: str) -> Token | None:
    """The newest token of this kind, if it still works."""
    newest = next((token for token in reversed(world.tokens) if token.kind == kind), None)
    return newest if newest and not newest.revoked and newest.until > world.clock.now() else None


def check(world: World, value: str | None) -> None:
    """Refuse a call whose token is missing, unknown, replaced, or too old."""
    if not value:
        raise Refused(41001)
    token = next((token for token in world.tokens if token.value == value), None)
    if token is None:
        raise Refused(40001 if "_" in value and len(value) > 100 else 40014)
    if token.revoked:
        raise Refused(40001)
    if world.clock.now() >= token.until:
        raise Refused(42001 if token.until == token.expires else 40001)


def invalidate_all(world: World) -> None:
    """Every token given out stops working at once."""
    for token in world.tokens:
        token.revoked = True


def check_account(world: World, grant: str | None, appid: str | None, secret: str | None) -> None:
    if grant != "client_credential":
        raise Refused(40002)
    check_secret(world, appid, secret)


def check_secret(world: World, appid: str | None, secret: str | None) -> None:
    if not appid:
        raise Refused(41002)
    if appid != world.account.appid:
        raise Refused(40013)
    if not secret:
        raise Refused(41004)
    if secret != world.account.secret:
        raise Refused(40125)


@get("/cgi-bin/token", needs_token=False, place="token")
def ordinary(world: World, asked: Asked) -> Json:
    """A new token at each call; the one before works five minutes more."""
    check_account(world, *(asked.query.get(name) for name in ("grant_type", "appid", "secret")))
    now = world.clock.now()
    for token in world.tokens:
        if token.kind == "normal":
            token.until = min(token.until, now + GRACE)
    return {"access_token": issue(world, "normal", now).value, "expires_in": LIFE}


@post("/cgi-bin/stable_token", needs_token=False, place="token")
def stable(world: World, asked: Asked) -> Json:
    """The same token until its last five minutes; a new one earlier only by `force_refresh`."""
    check_account(world, *(asked.body.get(name) for name in ("grant_type", "appid", "secret")))
    now = world.clock.now()
    token = current(world, "stable")
    if token and asked.body.get("force_refresh") is True and may_force(world, now):
        world.forced.append(now)
        token.revoked = True
        token = None
    if token is None or token.expires - now < GRACE:
        token = issue(world, "stable", now)
    return {"access_token": token.value, "expires_in": token.expires - now}


def may_force(world: World, now: int) -> bool:
    """20 a day, 30 seconds apart; otherwise the platform quietly gives the old token."""
    today = [moment for moment in world.forced if moment > now - 86400]
    return len(today) < FORCED_PER_DAY and (not today or now - today[-1] >= FORCED_APART)


@get("/cgi-bin/getcallbackip")
def callback_addresses(world: World, asked: Asked) -> Json:
    """Where pushes come from."""
    return {"ip_list": ["127.0.0.1"]}
