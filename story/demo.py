"""`make demo`: the product and the platform's stand-in, with the demonstration district; Ctrl-C stops all of it."""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from commands.serve import Supervisor
from story.stage import ACCOUNT, DISTRICT, ROOT

FOLDER = ROOT / "var" / "demonstration"


def port_of(name: str, default: str) -> int:
    """The port the environment asks for, or a sentence and the end."""
    given = os.environ.get(name, default)
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        sys.exit(f"{name}={given} 不是端口号（1–65535）。")
    return int(given)


PRODUCT_PORT = port_of("HESHAO__SERVER__PORT", "8000")
PLATFORM_PORT = port_of("HESHAO_DEMO_PLATFORM_PORT", "8001")


def main() -> int:
    """Start everything; returns the exit code."""
    asked = options(sys.argv[1:])
    if PRODUCT_PORT == PLATFORM_PORT:
        print("两个端口不能相同：HESHAO__SERVER__PORT 和 HESHAO_DEMO_PLATFORM_PORT。", file=sys.stderr)
        return 1
    if asked.reset:
        if in_use(PRODUCT_PORT) or in_use(PLATFORM_PORT):
            print("演示好像还在运行，请先按 Ctrl-C 停止，再清空。", file=sys.stderr)
            return 1
        shutil.rmtree(FOLDER, ignore_errors=True)
        print("演示数据已清空，下次 make demo 从头开始。")
        return 0
    for name, port in (("HESHAO__SERVER__PORT", PRODUCT_PORT), ("HESHAO_DEMO_PLATFORM_PORT", PLATFORM_PORT)):
        if in_use(port):
            print(
                f"端口 {port} 已被占用。请关掉占用它的程序，或换一个：{name}=<端口> make demo",
                file=sys.stderr,
            )
            return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ.update(environment())
    for words in (["db", "upgrade"], ["registry", "import", str(DISTRICT / "registry.xlsx")]):
        done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "flask", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stdout + done.stderr, file=sys.stderr)
            return 1
    if subprocess.run([sys.executable, "-m", "story.last_month"], cwd=ROOT, check=False).returncode:
        return 1
    threading.Thread(target=greet_the_platform, daemon=True).start()
    Supervisor(
        {
            "stand-in": [
                sys.executable, "-m", "simulator", "--host", "127.0.0.1", "--port", str(PLATFORM_PORT),
                "--webhook", f"http://127.0.0.1:{PRODUCT_PORT}/wechat", "--appid", ACCOUNT["app_id"],
                "--secret", ACCOUNT["app_secret"], "--token", ACCOUNT["token"],
                "--aes-key", ACCOUNT["encoding_aes_key"], "--people", str(DISTRICT / "people.json"),
                "--messages", "20",
            ],
            "product": [sys.executable, "-m", "flask", "serve"],
        }
    ).run(GREETING)  # fmt: skip
    return 0


def options(words: Sequence[str]) -> argparse.Namespace:
    """What was asked for on the command line; `--help` says it and starts nothing."""
    parser = argparse.ArgumentParser(
        prog="python -m story.demo",
        description="启动河哨演示（仿真微信和河哨），Ctrl-C 停止。端口用环境变量 HESHAO__SERVER__PORT、"
        "HESHAO_DEMO_PLATFORM_PORT 指定。",
    )
    parser.add_argument("--reset", action="store_true", help="清空演示数据，不启动；演示运行时不清空。")
    return parser.parse_args(words)


def greet_the_platform() -> None:
    """Once both are there: the account's menu as `flask menu create` does it, and last month's ranking is published,
    and its picture made ready for the chat, now rather than in the timetable's next minutes."""
    for _ in range(60):
        time.sleep(0.5)
        if answers(PLATFORM_PORT) and answers(PRODUCT_PORT):
            for words in (["menu", "create"], ["jobs", "run", "publish"], ["jobs", "run", "publish"]):
                subprocess.run(  # noqa: S603 - our own interpreter and arguments
                    [sys.executable, "-m", "flask", *words], cwd=ROOT, capture_output=True, check=False
                )
            return


def environment() -> dict[str, str]:
    """The demonstration's configuration on the chosen ports."""
    return {
        "FLASK_APP": "app",
        "HESHAO_CONFIG": str(DISTRICT / "config.toml"),
        "HESHAO__SERVER__PORT": str(PRODUCT_PORT),
        "HESHAO__SERVER__PUBLIC_URL": f"http://127.0.0.1:{PRODUCT_PORT}",
        "HESHAO__WECHAT__API_BASE": f"http://127.0.0.1:{PLATFORM_PORT}",
        "HESHAO__WECHAT__OPEN_BASE": f"http://127.0.0.1:{PLATFORM_PORT}",
    }


def answers(port: int) -> bool:
    """Whether somebody takes a connection there; unlike `in_use` it is in nobody's way who is about to listen."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def in_use(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


GREETING = f"""
河哨演示正在启动（几秒钟后可用）：

  试用页面（仿真微信）  http://127.0.0.1:{PLATFORM_PORT}
  河哨本身              http://127.0.0.1:{PRODUCT_PORT}
  上月考核排名          http://127.0.0.1:{PRODUCT_PORT}/ranking （启动后一分钟内发布）
  平台上的文章          http://127.0.0.1:{PLATFORM_PORT}/published

先试这个：打开试用页面，左边选“居民”，发一张照片、在小地图上点一个位置、写“河边有垃圾”，
再回复“提交”；右边选该镇的“镇级河长”，就会收到这件案件，回复“待办”开始办理。
再看上月考核（案件、指标和分数都是虚构的）：谁都可以回复“排名”看排名图；镇级河长回复“得分”，看本镇每一项的
得分和扣分依据；河长办回复“得分”看全部镇街。
按 Ctrl-C 全部停止。数据保存在 var/demonstration，make demo-reset 清空。
"""


if __name__ == "__main__":
    sys.exit(main())
