"""Daily limits of the calls, how much is used, and clearing them."""

from simulator.calls import CALLS, Asked, post
from simulator.errors import Refused
from simulator.state import Json, World

CHINA = 8 * 3600
DEFAULT = 100_000
LIMITS = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/message/mass/sendall": 100,
}
CLEARINGS_PER_MONTH = 10
FREE = {"/cgi-bin/clear_quota", "/cgi-bin/openapi/quota/get", "/cgi-bin/showqrcode"}


def day_of(world: World) -> int:
    """The day by China's clock."""
    return (world.clock.now() + CHINA) // 86400


def limit_of(world: World, path: str) -> int:
    return world.limits.get(path, LIMITS.get(path, DEFAULT))


def spend(world: World, path: str) -> None:
    """Count a call; refuse it when the day's are used up."""
    if path in FREE:
        return
    key = (path, day_of(world))
    if world.used[key] >= limit_of(world, path):
        raise Refused(45009)
    world.used[key] += 1


@post("/cgi-bin/openapi/quota/get")
def read(world: World, asked: Asked) -> Json:
    """How much of today's calls is left."""
    path = asked.text("cgi_path", 76021)
    if path not in CALLS:
        raise Refused(76021)
    used = world.used[(path, day_of(world))]
    limit = limit_of(world, path)
    return {
        "errcode": 0, "errmsg": "ok",
        "quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)},
        "rate_limit": {"call_count": 6_000, "refresh_second": 60},
    }  # fmt: skip


@post("/cgi-bin/clear_quota")
def clear(world: World, asked: Asked) -> Json:
    """Begin the day anew; ten times a month."""
    if asked.body.get("appid") != world.account.appid:
        raise Refused(40013)
    now = world.clock.now()
    if len([moment for moment in world.cleared if moment > now - 30 * 86400]) >= CLEARINGS_PER_MONTH:
        raise Refused(48006)
    world.cleared.append(now)
    world.used.clear()
    return {"errcode": 0, "errmsg": "ok"}
