"""The configuration: the example is complete and loads; every wrong key is named; the environment overrides."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import config
from config import Config, ConfigError, Section

ROOT = Path(__file__).parent.parent
LEAST = """
[wechat.account]
app_id = "wx0"
app_secret = "s"
token = "t"
encoding_aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
"""


def load(tmp_path: Path, text: str = LEAST, **environment: str) -> Config:
    (tmp_path / "config.toml").write_text(text, "utf-8")
    return config.load(tmp_path / "config.toml", environment)


def test_four_keys_are_enough(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.server.port == 8000
    assert loaded.rules.messages.from_ == "08:00"
    assert len(loaded.rules.kinds) == 16


def test_the_example_states_the_defaults() -> None:
    loaded = config.load(ROOT / "config.example.toml", {})
    bare = Config.model_validate({"wechat": {"account": loaded.wechat.account.model_dump()}})
    for name in ("server", "database", "queue", "photos", "backup", "rules", "logging", "metrics"):
        assert getattr(loaded, name) == getattr(bare, name), name


def keys_of(section: type[Section], prefix: str = "") -> list[str]:
    """Every key of the configuration, dotted; tables keyed by people's own names are left out."""
    found = []
    for name, field in section.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            found += keys_of(kind, f"{prefix}{name}.")
        elif name not in ("templates", "kinds"):
            found.append(f"{prefix}{field.alias or name}")
    return found


def test_every_key_stands_in_the_example_with_a_sentence_in_chinese() -> None:
    text = (ROOT / "config.example.toml").read_text("utf-8")
    values = tomllib.loads(text)
    for key in keys_of(Config):
        table: Any = values
        for part in key.split("."):
            assert part in table, f"{key} is not in config.example.toml"
            table = table[part]
        name = key.rsplit(".", 1)[-1]
        assert re.search(rf"^{name} = .*# .*[一-鿿]", text, re.MULTILINE), f"{key} is not explained"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (LEAST.replace("token", "tokn"), "wechat.account.tokn"),
        (LEAST.replace('app_secret = "s"', ""), "wechat.account.app_secret"),
        (LEAST.replace("ABCDEFG", "ABC"), "wechat.account.encoding_aes_key"),
        (LEAST + "[server]\nport = '8000'", "server.port"),
        (LEAST + "[server]\nport = 70000", "server.port"),
        (LEAST + "[serve]\nport = 1", "serve"),
        (LEAST + "[rules.messages]\nfrom = '8 o clock'", "rules.messages.from"),
        (LEAST + "[wechat.templates.case_asigned]\nid = 'x'", "wechat.templates.case_asigned"),
        (
            LEAST + "[wechat.templates.order]\nid = 'x'\n[wechat.templates.order.fields]\nwho = 'thing1'",
            "who",
        ),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(named)):
        load(tmp_path, text)


def test_all_wrong_keys_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="2 处错误"):
        load(tmp_path, LEAST + "[server]\nprot = 1\n[queue]\nulr = ''")


def test_a_missing_or_broken_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="没有找到配置文件"):
        config.load(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match="无法读取"):
        load(tmp_path, "[wechat")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("HESHAO__WECHAT__ACCOUNT__TOKEN", "12345", lambda c: c.wechat.account.token == "12345"),
        ("HESHAO__SERVER__PORT", "9000", lambda c: c.server.port == 9000),
        ("HESHAO__RULES__MESSAGES__REST_DAYS", "true", lambda c: c.rules.messages.rest_days is True),
        ("HESHAO__RULES__MESSAGES__FROM", "00:00", lambda c: c.rules.messages.from_ == "00:00"),
        ("HESHAO__RULES__MESSAGES__UNTIL", "24:00", lambda c: c.rules.messages.until == "24:00"),
        ("HESHAO__RULES__ROUTING__NEAR_METRES", "150", lambda c: c.rules.routing.near_metres == 150),
        ("HESHAO__DISTRICT__BOUNDS", "[1.0, 2.0, 3.0, 4.0]", lambda c: c.district.bounds == [1, 2, 3, 4]),
        (
            "HESHAO__WECHAT__TEMPLATES__ORDER__ID", "tmpl",
            lambda c: c.wechat.templates["order"].id == "tmpl",
        ),
    ],
)  # fmt: skip
def test_the_environment_overrides_a_key_of_any_depth(
    tmp_path: Path, name: str, value: str, read: Any
) -> None:
    assert read(load(tmp_path, **{name: value}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HESHAO__SERVER__PROT", "9000"),
        ("HESHAO__SERVER__PORT", "many"),
        ("HESHAO__SERVER", "x"),
        ("HESHAO__WECHAT__ACCOUNT__TOKEN__DEEPER", "x"),
    ],
)
def test_a_wrong_override_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load(tmp_path, **{name: value})


def test_other_variables_are_none_of_ours(tmp_path: Path) -> None:
    assert load(tmp_path, HESHAO_CONFIG="x", PATH="/bin").server.port == 8000
