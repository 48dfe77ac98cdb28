"""`flask backup` and `flask restore`: database and pictures, consistent with each other."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from commands.installation import command, installation
from services import backup as making
from services import backup_check, restore_photos
from services import restore as restoring
from services.backup import Made, Source
from services.backup_check import OpenBackup
from services.backup_folder import BackupFolder, full_disk_in_words
from services.restore import Restored, Wishes

T = TypeVar("T")
SHOWN = 20
FULL = "磁盘已满，没有恢复完；数据库没有动。腾出空间后再运行一次即可，已放回的照片不会重复。"


def _bar(things: Iterable[T], total: int, what: str) -> Iterable[T]:
    return tqdm(things, total=total, desc=what, disable=None)


@click.command()
@click.option(
    "-o",
    "folder",
    type=click.Path(path_type=Path),
    help="备份放到哪个文件夹；默认是配置里的 [backup] folder。",
)
@click.option(
    "--keep", type=click.IntRange(min=1), help="只留最近几份；默认按配置，用 -o 指定别的文件夹时全部保留。"
)
@with_appcontext
@command
def backup(folder: Path | None, keep: int | None) -> None:
    """备份数据库和照片，两者互相一致；运行中也可以备份。

    备份里有群众的 openid、电话和签名密钥，文件只有本人（0600）能读；复制到别处时请同样保管。
    有照片缺失时逐个指出，备份照样完成，退出码为 1。
    """
    heshao = installation()
    settings = heshao.config.backup
    usual = Path(settings.folder)
    where = folder or usual
    if keep is None and where.absolute() == usual.absolute():
        keep = settings.keep
    refuse_root_in_anothers(where, os.geteuid())
    source = Source(heshao.desk.engine, heshao.store)
    made = making.back_up(source, BackupFolder(where), heshao.desk.clock(), keep, _bar)
    _tell(made)


def _tell(made: Made) -> None:
    manifest = made.manifest
    click.echo(
        f"备份完成：{made.path}\n"
        f"  报送 {manifest.rows['report']} 件，案件 {manifest.rows['case']} 件，"
        f"照片和录音文件 {manifest.pictures} 个（{manifest.picture_bytes / 1e6:.1f} MB）。"
    )
    if made.forgotten:
        click.echo(f"  旧备份删除了 {made.forgotten} 份。")
    if made.kept_for_fear:
        click.echo("注意：以前的备份里报送比现在多，旧备份一份也没有删。请检查数据库是否完整。", err=True)
    _list("照片库里已经没有、备份里还有的文件（可用 flask restore 备份 --photos-only 补回）", made.only_here)
    _list("数据库里有记录、但已缺失或损坏的文件", manifest.missing)
    if manifest.missing or made.only_here or made.kept_for_fear:
        raise SystemExit(1)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="数据库里已有数据时，用备份替换。")
@click.option("--check", "only_check", is_flag=True, help="只核对备份是否完好，不恢复。")
@click.option(
    "--photos-only", is_flag=True, help="只把照片库里缺失或损坏的照片补回来，数据库不动；运行中也可以。"
)
@click.option("--despite-damaged-photos", is_flag=True, help="备份里有照片损坏也恢复其余部分。")
@with_appcontext
@command
def restore(
    path: Path, replace: bool, only_check: bool, photos_only: bool, despite_damaged_photos: bool
) -> None:
    """从一份备份恢复数据库和照片；先停止河哨。

    SQLite 的备份可以恢复到 PostgreSQL，反之亦可；旧版本的备份恢复后自动升级到当前版本。
    """
    found = backup_check.open_backup(path)
    if only_check:
        _check(found)
        return
    heshao = installation()
    with full_disk_in_words(FULL):
        if photos_only:
            _put_photos_back(found)
            return
        target = Source(heshao.desk.engine, heshao.store)
        if target.engine.dialect.name == "sqlite":
            refuse_root_in_anothers(Path(target.engine.url.database or ""), os.geteuid())
        wishes = Wishes(replace, despite_damaged_photos)
        restored = restoring.restore(found, target, wishes, heshao.desk.clock(), _bar)
    _tell_restored(found, restored)


def _check(found: OpenBackup) -> None:
    bad = list(backup_check.damaged(found, _bar))
    _list("备份中已损坏或缺失的文件", bad)
    if bad:
        raise SystemExit(1)
    click.echo(
        f"备份完好：{found.path}（{found.manifest.made_at}，照片和录音文件 {len(found.digests)} 个）。"
    )
    _list("做备份时就已缺失的文件", found.manifest.missing)


def _put_photos_back(found: OpenBackup) -> None:
    lost = restore_photos.put_back(found, installation().store, _bar)
    click.echo(f"照片库已核对：{len(found.digests) - len(lost)} 个文件完好，缺失的已经补回。数据库没有动。")
    _list("备份中也已损坏、没有补回的文件", lost)
    if lost:
        raise SystemExit(1)


def _tell_restored(found: OpenBackup, restored: Restored) -> None:
    rows = restored.rows
    click.echo(
        f"已恢复到 {found.manifest.made_at} 的状态（备份：{found.path}）：\n"
        f"  报送 {rows['report']} 件，案件 {rows['case']} 件，人员 {rows['person']} 名，河段 {rows['reach']} 个，"
        f"照片和录音文件 {restored.pictures} 个，均已核对。"
    )
    if restored.old_file is not None:
        click.echo(f"  原来的数据库改名为 {restored.old_file}，确认恢复无误后请自行删除。")
    _list("缺失的文件（记录还在，照片打不开）", restored.missing)
    if restored.breaks:
        broken = [f"{b.number} 第 {b.sequence} 条：{b.why}" for b in restored.breaks]
        _list("办理记录链不完整的案件（做备份时已经如此）", broken)
    else:
        click.echo(f"  {restored.chains} 件案件的办理记录链完整，没有改动。")
    click.echo(
        "下一步：\n"
        "  1. 启动：systemctl start heshao（没有用 systemd 时：make run）\n"
        "  2. 看是否正常：/readyz 返回 ok；flask jobs list；用自己的微信发一次“进度”。\n"
        "  3. 备份之后的上报不在库里：请查公众号后台的消息记录，联系那段时间的反映人重新上报。\n"
        "  4. 备份时还没发出的消息会再发一次；备份之后注销的人要重新注销。"
    )
    if restored.missing or restored.breaks:
        raise SystemExit(1)


def _list(what: str, names: list[str]) -> None:
    if not names:
        return
    click.echo(f"{what}：{len(names)} 个", err=True)
    for name in names[:SHOWN]:
        click.echo(f"  {name}", err=True)
    if len(names) > SHOWN:
        click.echo(f"  ……还有 {len(names) - SHOWN} 个，见备份的 manifest.json", err=True)


def refuse_root_in_anothers(path: Path, user: int) -> None:
    """Files that root writes into the product's folders could not be used by the product."""
    there = next((p for p in (path.absolute(), *path.absolute().parents) if p.exists()), Path("/"))
    if user == 0 and there.stat().st_uid != 0:
        raise click.ClickException(
            f"{there} 属于另一个用户。请用那个用户运行，例如：sudo -u heshao .venv/bin/flask …"
        )
