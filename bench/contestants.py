"""Who takes part in bench/webhook and bench/wsgi: the product and the echoes, each with a fresh database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bench import product
from bench.servers import Served
from config import load
from story.stage import ACCOUNT, DISTRICT

NAMES = {
    "a": "(a) bare WSGI: verify, decrypt, encrypt",
    "b": "(b) wechatpy's Flask echo",
    "c": "(c) WeRoBot's echo, storeless",
    "d": "(d) wechatpy's echo + one durable SQLite insert",
    "e-sqlite": "(e) **Heshao**, SQLite",
    "e-postgresql": "(e) **Heshao**, PostgreSQL",
}
FACTORIES = {
    "a": "bench.echo_bare:app",
    "b": "bench.echo_wechatpy:app",
    "c": "bench.echo_werobot:app",
    "d": "bench.echo_wechatpy:with_insert",
}


@contextmanager
def served(
    template: product.Template, name: str, kept: str = ""
) -> Iterator[tuple[Served, Mapping[str, str]]]:
    """This server with a fresh database, or a copy of one that was kept, and its environment."""
    settings = load(DISTRICT / "config.toml", {}).server
    if name.startswith("e-"):
        with template.copy(engine_of(name), kept=kept) as environment:
            yield Served("app:door", settings, environment), environment
        return
    database = template.folder / "echo.db"
    for file in template.folder.glob("echo.db*"):
        file.unlink()
    environment = {**_account(), "BENCH_DATABASE": str(database)}
    yield Served(FACTORIES[name], settings, environment), environment


def engine_of(name: str) -> str:
    """The database engine of one of ours, "" for an echo."""
    return name.removeprefix("e-") if name.startswith("e-") else ""


def _account() -> dict[str, str]:
    """The account, for the echoes."""
    return {
        "BENCH_APP_ID": ACCOUNT["app_id"],
        "BENCH_TOKEN": ACCOUNT["token"],
        "BENCH_AES_KEY": ACCOUNT["encoding_aes_key"],
    }
