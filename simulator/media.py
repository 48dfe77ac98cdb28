"""Pictures, voices and videos: temporary ones live three days, material stays."""

from simulator.calls import Asked, File, Upload, get, post
from simulator.errors import Refused
from simulator.state import Json, Medium, World

THREE_DAYS = 3 * 86400
MEGABYTE = 1024 * 1024

LIMITS: dict[str, tuple[int, frozenset[str]]] = {
    "image": (10 * MEGABYTE, frozenset({"png", "jpg", "jpeg", "gif"})),
    "voice": (2 * MEGABYTE, frozenset({"amr", "mp3"})),
    "video": (10 * MEGABYTE, frozenset({"mp4"})),
    "thumb": (64 * 1024, frozenset({"jpg", "jpeg"})),
}


def keep(world: World, kind: str, data: bytes, mimetype: str, name: str, *, for_ever: bool = False) -> Medium:
    """Store a file under a new media_id."""
    now = world.clock.now()
    medium = Medium(
        world.word(64), kind, data, mimetype, name, now, expires=None if for_ever else now + THREE_DAYS
    )
    world.media[medium.media_id] = medium
    return medium


def upload_of(asked: Asked, kind: str) -> Upload:
    """The file of a multipart call, if its kind allows it."""
    if kind not in LIMITS:
        raise Refused(40004)
    upload = asked.uploads.get("media")
    if upload is None or not upload.data:
        raise Refused(41005)
    largest, endings = LIMITS[kind]
    if upload.name.rpartition(".")[2].lower() not in endings:
        raise Refused(40005)
    if len(upload.data) > largest:
        raise Refused(45001)
    return upload


@post("/cgi-bin/media/upload", body="files")
def upload_media(world: World, asked: Asked) -> Json:
    """A temporary file for messages."""
    kind = asked.query.get("type", "")
    upload = upload_of(asked, kind)
    medium = keep(world, kind, upload.data, upload.mimetype, upload.name)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: medium.media_id, "created_at": medium.created}


@get("/cgi-bin/media/get", place="media")
def get_media(world: World, asked: Asked) -> Json | File:
    """The bytes of a temporary file; for a video the address of its bytes."""
    medium = world.media.get(asked.query.get("media_id", ""))
    if medium is None or (medium.expires is not None and medium.expires <= world.clock.now()):
        raise Refused(40007)
    if medium.kind == "video":
        return {"video_url": f"{asked.base_url}/mmbiz/{medium.media_id}"}
    return File(medium.data, medium.mimetype, medium.name)


@post("/cgi-bin/media/uploadimg", body="files")
def upload_for_article(world: World, asked: Asked) -> Json:
    """A picture for the body of an article."""
    upload = upload_of(asked, "image")
    if upload.name.rpartition(".")[2].lower() == "gif":
        raise Refused(40005)
    if len(upload.data) >= MEGABYTE:
        raise Refused(40006)
    medium = keep(world, "image", upload.data, upload.mimetype, upload.name, for_ever=True)
    return {"url": f"{asked.base_url}/mmbiz/{medium.media_id}"}


@post("/cgi-bin/material/add_material", body="files")
def add_material(world: World, asked: Asked) -> Json:
    """A permanent file."""
    kind = asked.query.get("type", "")
    upload = upload_of(asked, kind)
    medium = keep(world, kind, upload.data, upload.mimetype, upload.name, for_ever=True)
    picture = {"url": f"{asked.base_url}/mmbiz/{medium.media_id}"} if kind in {"image", "thumb"} else {}
    return {"media_id": medium.media_id, **picture}
