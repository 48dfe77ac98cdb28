"""`flask menu`: put the account's menu in place."""

import json

import click
from flask.cli import with_appcontext

from bot import menu as account_menu
from bot.wechat import WeChatRefused, WeChatUnreachable
from commands.installation import as_json, command, installation


@click.group()
def menu() -> None:
    """公众号菜单。"""


@menu.command()
@with_appcontext
@command
def create() -> None:
    """在公众号上建立（或更新）菜单。"""
    heshao = installation()
    buttons = account_menu.menu()
    try:
        heshao.wechat.create_menu(buttons)
    except (WeChatRefused, WeChatUnreachable) as trouble:
        raise click.ClickException(f"菜单没有建成：{trouble}") from trouble
    click.echo("菜单已建立，五分钟内在各人手机上更新。")


@menu.command()
@as_json
@with_appcontext
@command
def show(as_json: bool) -> None:
    """显示将要建立的菜单，不联系微信。"""
    buttons = account_menu.menu()
    click.echo(json.dumps(buttons, ensure_ascii=False, indent=None if as_json else 2))
