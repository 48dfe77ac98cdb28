"""`flask boards`: the notice boards' scene codes, and the sheet to print them from."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from bot.wechat import WeChatRefused, WeChatUnreachable
from commands.installation import as_json, command, installation, print_rows
from services import boards as service


@click.group()
def boards() -> None:
    """公示牌：二维码。"""


@boards.command()
@click.option(
    "-o",
    "--output",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="写到哪个 PDF。",
)
@as_json
@with_appcontext
@command
def codes(file: Path, as_json: bool) -> None:
    """为每块公示牌向微信申请永久二维码，并生成可打印的 PDF（A4，每页六块）。

    已经申请过的不再申请；中途断了，再运行一次即可接着做。
    """
    from services import board_sheet  # heavy: only this command prints

    heshao = installation()
    if not file.parent.is_dir():
        raise click.ClickException(f"没有文件夹 {file.parent}。")
    try:
        made = service.codes(heshao.desk, heshao.wechat, _bar)
    except (WeChatRefused, WeChatUnreachable) as trouble:
        raise click.ClickException(
            f"向微信申请二维码没有成功：{trouble}。已申请到的都已保存，稍后再运行一次即可接着做。"
        ) from trouble
    printed = heshao.desk.look(service.printed)
    if not printed:
        raise click.ClickException("名录里还没有公示牌，请先导入名录。")
    try:
        board_sheet.sheet(printed, file)
    except OSError as error:
        raise click.ClickException(f"{file} 无法写入（{error.strerror}）。") from error
    if as_json:
        rows = [{"code": p.code, "url": p.url, "reach": p.reach, "town": p.town} for p in printed]
        print_rows(rows, True, {})
        return
    click.echo(f"新申请二维码 {made} 个；{len(printed)} 块公示牌已写入 {file}。")


def _bar(waiting: list[str]) -> Iterator[str]:
    yield from tqdm(waiting, desc="申请二维码", unit="个", disable=None)
