"""Followers of the account, and a person's identity in a web page (OAuth, snsapi_base)."""

from simulator.calls import Asked, get
from simulator.errors import Refused
from simulator.state import Code, Json, Person, World
from simulator.tokens import check_secret

CODE_LIFE = 300


@get("/cgi-bin/user/info")
def info(world: World, asked: Asked) -> Json:
    """What the account may know of a person; since 2021 neither name nor picture."""
    person = world.person_by_openid(asked.query.get("openid", ""))
    if person is None:
        raise Refused(40003)
    if not person.following:
        return {"subscribe": 0, "openid": person.openid}
    scene = person.scene
    return {
        "subscribe": 1, "openid": person.openid, "nickname": "", "sex": 0, "language": "zh_CN", "city": "",
        "province": "", "country": "", "headimgurl": "", "subscribe_time": person.followed_at, "remark": "",
        "groupid": 0, "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH",
        "qr_scene": int(scene) if scene.isdigit() else 0, "qr_scene_str": "" if scene.isdigit() else scene,
    }  # fmt: skip


@get("/cgi-bin/user/get")
def followers(world: World, asked: Asked) -> Json:
    """All followers, 10 000 at a time."""
    openids = sorted(person.openid for person in world.people.values() if person.following)
    after = asked.query.get("next_openid", "")
    page = [openid for openid in openids if openid > after][:10_000]
    answer: Json = {"total": len(openids), "count": len(page), "next_openid": page[-1] if page else ""}
    return {**answer, "data": {"openid": page}} if page else answer


def new_code(world: World, person: Person) -> str:
    """A code for the page a person opens inside WeChat."""
    code = f"0{world.word(31)}"
    world.codes[code] = Code(person.key, world.clock.now() + CODE_LIFE)
    return code


@get("/sns/oauth2/access_token", needs_token=False)
def who_is_it(world: World, asked: Asked) -> Json:
    """Exchange a code, once and within five minutes, for the person's openid."""
    check_secret(world, asked.query.get("appid"), asked.query.get("secret"))
    if asked.query.get("grant_type") != "authorization_code":
        raise Refused(40002)
    if not asked.query.get("code"):
        raise Refused(41008)
    code = world.codes.get(asked.query["code"])
    if code is None or code.expires <= world.clock.now():
        raise Refused(40029)
    if code.used:
        raise Refused(40163)
    code.used = True
    return {
        "access_token": f"80_{world.word(90)}", "expires_in": 7200, "refresh_token": f"80_{world.word(90)}",
        "openid": world.people[code.person].openid, "scope": "snsapi_base",
    }  # fmt: skip
