"""config.toml and the environment → one frozen value; every unknown, mistyped or missing key is named.

`HESHAO__WECHAT__ACCOUNT__TOKEN=…` overrides `[wechat.account] token`, and so for a key of any depth.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rules.deadlines import Severity

PREFIX = "HESHAO__"
DATA = Path(__file__).parent / "data"


class ConfigError(Exception):
    """The configuration cannot be used; the message names every wrong key, one a line."""


def _clock(text: str) -> str:
    if text != "24:00":
        try:
            time.fromisoformat(text)
        except ValueError as error:
            raise ValueError("应为“时:分”，如 08:00（until 可以是 24:00）") from error
    return text


def _day_of_year(text: str) -> str:
    try:
        date.fromisoformat(f"2026{text.replace('-', '', 1)}")  # no leap year: 02-29 is not in every year
    except ValueError as error:
        raise ValueError("应为“月-日”，如 11-01") from error
    return text


def _aes_key(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9+/]{43}", text):
        raise ValueError("应为 43 位字母、数字（EncodingAESKey）")
    return text


def _url(text: str) -> str:
    if not re.match(r"https?://[^/\s]+", text):
        raise ValueError("应为 http:// 或 https:// 开头的网址")
    return text.rstrip("/")


def _database(text: str) -> str:
    if not re.match(r"(sqlite|postgresql(\+psycopg)?)://", text):
        raise ValueError("应为 sqlite:///文件 或 postgresql://用户:密码@主机/库")
    return text


def _queue(text: str) -> str:
    if not re.match(r"sqlite:///.|rediss?://.", text):
        raise ValueError("应为 sqlite:///文件 或 redis://主机:端口/0")
    return text


def _store(text: str) -> str:
    if not re.match(r"(file|s3|memory)://.", text):
        raise ValueError("应为 file://目录 或 s3://存储桶/目录")
    return text


Clock = Annotated[str, AfterValidator(_clock)]
DayOfYear = Annotated[str, Field(pattern=r"^\d\d-\d\d$"), AfterValidator(_day_of_year)]
AesKey = Annotated[str, AfterValidator(_aes_key)]
Url = Annotated[str, AfterValidator(_url)]
OptionalClock = Annotated[str, AfterValidator(lambda text: text and _clock(text))]
OptionalUrl = Annotated[str, AfterValidator(lambda text: text and _url(text))]
Positive = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Metres = Annotated[float, Field(gt=0)]


class Section(BaseModel):
    """A table of config.toml: frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Server(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    public_url: Url = "http://127.0.0.1:8000"
    threads: Positive = 16
    processes: Positive = 1


class Database(Section):
    url: Annotated[str, AfterValidator(_database)] = "sqlite:///var/heshao.db"


class Queue(Section):
    url: Annotated[str, AfterValidator(_queue)] = "sqlite:///var/queue.db"
    workers: Positive = 2


class Photos(Section):
    url: Annotated[str, AfterValidator(_store)] = "file://var/photos"
    endpoint: OptionalUrl = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""
    path_style: bool = False


class Backup(Section):
    folder: Annotated[str, Field(min_length=1)] = "var/backups"
    at: OptionalClock = "02:30"
    keep: Positive = 7


class Account(Section):
    app_id: Annotated[str, Field(min_length=1)]
    app_secret: Annotated[str, Field(min_length=1)]
    token: Annotated[str, Field(min_length=1)]
    encoding_aes_key: AesKey
    previous_encoding_aes_key: AesKey = ""


NOTICES = Literal[
    "case_assigned", "case_returned", "case_proof", "case_sent_back", "case_state", "case_closed",
    "reopened", "reminder", "order", "photo_missing", "digest", "assessment", "ranking",
]  # fmt: skip

SAYABLE = Literal["number", "place", "town", "kind", "state", "deadline", "note", "time"]


class Template(Section):
    id: Annotated[str, Field(min_length=1)]
    kind: Literal["template", "subscribe"] = "template"
    page: str = ""
    fields: dict[SAYABLE, str] = {}


class WeChatSection(Section):
    account: Account
    api_base: Url = "https://api.weixin.qq.com"
    open_base: Url = "https://open.weixin.qq.com"
    templates: dict[NOTICES, Template] = {}
    freshness_seconds: Positive = 600
    accept_plain: bool = True


class District(Section):
    name: str = "本区"
    code: str = ""
    bounds: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None
    hotline: str = "12345"


class RoutingRules(Section):
    near_metres: Metres = 200.0
    far_metres: Metres = 1000.0
    boundary_metres: Annotated[float, Field(ge=0)] = 30.0
    bank_metres: Annotated[float, Field(ge=0)] = 1.0
    offered: Annotated[int, Field(ge=1, le=9)] = 3
    towns_before_office: Positive = 3


class RectifyDays(Section):
    ordinary: Positive = 5
    complex: Positive = 10
    urgent: Positive = 2


class DeadlineRules(Section):
    accept_days: Positive = 1
    urgent_accept_minutes: Positive = 60
    rectify_days: RectifyDays = RectifyDays()
    verify_days: Positive = 2
    return_days: Positive = 1
    extension_days: Positive = 5
    extensions: Count = 1


class CalendarRules(Section):
    next_year_from: DayOfYear = "11-01"
    next_year_every_days: Positive = 7


class JoiningRules(Section):
    metres: Metres = 100.0
    days: Positive = 30


class MessageRules(Section):
    from_: Annotated[Clock, Field(alias="from")] = "08:00"
    until: Clock = "20:00"
    rest_days: bool = False
    per_day: Positive = 5


class LadderNumbers(Section):
    at: Clock = "09:00"
    half_time_percent: Annotated[int, Field(ge=0, lt=100)] = 50
    before_days: Count = 1
    on_the_day: bool = True
    overdue_days: Count = 1
    order_days: Count = 3
    answer_days: Positive = 3
    admonition_days: Count = 5
    again_days: Count = 10
    orders_per_quarter: Positive = 2
    talk_days: Positive = 5
    referral_days: Count = 5
    urgent_overdue_minutes: Count = 0
    urgent_order_minutes: Count = 1440


class CityLadder(LadderNumbers):
    order_days: Count = 1
    answer_days: Positive = 2
    admonition_days: Count = 3
    again_days: Count = 5


class InspectionLadder(LadderNumbers):
    order_days: Count = 2
    answer_days: Positive = 2
    admonition_days: Count = 4
    again_days: Count = 5


class LadderRules(LadderNumbers):
    city_feedback: CityLadder = CityLadder()
    inspection: InspectionLadder = InspectionLadder()
    referral_bodies: Annotated[list[str], Field(min_length=1)] = ["区委督查室", "区纪委监委"]


class WhistleRules(Section):
    name_days: Positive = 1
    answer_days: Positive = 3
    again_days: Positive = 3
    order_days: Count = 3
    departments: list[str] = [
        "区水务局", "区生态环境局", "区城市管理委", "区农业农村委", "区住房建设委", "区公安分局", "区检察院",
    ]  # fmt: skip


class ConversationRules(Section):
    silence_minutes: Positive = 120
    keep_replies_days: Positive = 3
    photos: Annotated[int, Field(ge=1, le=9)] = 9
    rating_days: Positive = 7
    danger_words: list[str] = ["救命", "落水", "溺水", "淹死", "着火", "起火", "爆炸", "触电"]
    invitation_days: Positive = 30
    messages_per_minute: Positive = 120
    messages_at_once: Positive = 150


class PhotoRules(Section):
    max_bytes: Positive = 20_000_000
    max_pixels: Positive = 60_000_000
    keep_trying_days: Annotated[int, Field(ge=1, le=3)] = 3
    link_days: Positive = 7
    same_picture_bits: Count = 2


class KindRow(Section):
    name: Annotated[str, Field(min_length=1)]
    severity: Annotated[Severity, Field(strict=False)] = Severity.ORDINARY
    phrases: list[str] = []


def _kinds_that_ship() -> list[KindRow]:
    rows = tomllib.loads((DATA / "kinds.toml").read_text("utf-8"))["kinds"]
    return [KindRow.model_validate(row) for row in rows]


class Rules(Section):
    routing: RoutingRules = RoutingRules()
    deadlines: DeadlineRules = DeadlineRules()
    calendar: CalendarRules = CalendarRules()
    joining: JoiningRules = JoiningRules()
    messages: MessageRules = MessageRules()
    ladder: LadderRules = LadderRules()
    whistles: WhistleRules = WhistleRules()
    conversation: ConversationRules = ConversationRules()
    photos: PhotoRules = PhotoRules()
    kinds: Annotated[list[KindRow], Field(min_length=1, default_factory=_kinds_that_ship)]


class AssessmentSection(Section):
    rulebooks: Annotated[str, Field(min_length=1)] = "data/assessment"
    templates: str = ""
    appeal_days: Positive = 3
    draft_at: Clock = "06:00"
    publish_day: Positive = 8
    publish_at: Clock = "10:00"
    channel: Literal["freepublish", "mass"] = "freepublish"


class Logging(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"


class Metrics(Section):
    loopback: bool = True
    token: str = ""
    folder: Annotated[str, Field(min_length=1)] = "var/metrics"


class Config(Section):
    """The whole of config.toml."""

    server: Server = Server()
    database: Database = Database()
    queue: Queue = Queue()
    photos: Photos = Photos()
    backup: Backup = Backup()
    wechat: WeChatSection
    district: District = District()
    rules: Rules = Field(default_factory=lambda: Rules.model_validate({}))
    assessment: AssessmentSection = AssessmentSection()
    logging: Logging = Logging()
    metrics: Metrics = Metrics()


def load(path: Path, environment: Mapping[str, str]) -> Config:
    """Read the file and the environment's overrides; raise ConfigError naming every wrong key."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"没有找到配置文件 {path}。请复制 config.example.toml 为 {path} 并填写，"
            "或用环境变量 HESHAO_CONFIG 指明它在哪里。"
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"配置文件 {path} 无法读取：{error}") from error
    wrong = _override(values, environment)
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        wrong += [f"{'.'.join(map(str, e['loc']))}：{_in_words(e)}" for e in error.errors()]
        raise ConfigError(f"配置 {path} 有 {len(wrong)} 处错误：\n" + "\n".join(wrong)) from None
    if wrong:
        raise ConfigError("环境变量有误：\n" + "\n".join(wrong))
    return config


def _in_words(error: Any) -> str:
    match error["type"]:
        case "missing":
            return "缺少这一项（必填）"
        case "extra_forbidden":
            return "没有这个配置项，请检查拼写"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return f"{error['msg']}（现在的值：{error['input']!r}）"


def _override(values: dict[str, Any], environment: Mapping[str, str]) -> list[str]:
    """Lay HESHAO__… over the file's values, each read as the type its key asks for."""
    wrong = []
    for name in sorted(environment):
        if not name.startswith(PREFIX):
            continue
        keys = [key.lower() for key in name.removeprefix(PREFIX).split("__")]
        try:
            kind = _type_of(keys)
            value = _read(kind, environment[name])
        except KeyError:
            wrong.append(f"{name}：没有这个配置项，请检查拼写")
            continue
        except ValueError:
            wrong.append(f"{name}：值“{environment[name]}”的格式不对")
            continue
        table = values
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                wrong.append(f"{name}：{key} 不是一个表")
                break
        else:
            table[keys[-1]] = value
    return wrong


def _type_of(keys: list[str]) -> Any:
    kind: Any = Config
    for key in keys:
        kind = next((a for a in get_args(kind) if a is not type(None)), kind) if _is_optional(kind) else kind
        if isinstance(kind, type) and issubclass(kind, Section):
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            field = fields[key]
            # pydantic takes Annotated apart: put the constraints back
            kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif get_origin(kind) is Annotated and get_origin(get_args(kind)[0]) is dict:
            kind = get_args(get_args(kind)[0])[1]
        else:
            raise KeyError(key)
    return kind


def _is_optional(kind: Any) -> bool:
    return type(None) in get_args(kind)


def _read(kind: Any, text: str) -> Any:
    plain = kind
    while get_origin(plain) is Annotated:
        plain = get_args(plain)[0]
    if isinstance(plain, type) and issubclass(plain, Section):
        raise ValueError("a table, not a value")
    if get_origin(plain) in (list, dict) or _is_optional(plain):
        return tomllib.loads(f"value = {text}")["value"]
    if plain is str:
        return text
    return TypeAdapter(plain).validate_strings(text)
