"""`python -m simulator`: the stand-in as a program, until Ctrl-C."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from simulator import server


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulator", description="微信平台的替身：在本机扮演一个服务号的平台"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--webhook", default="http://127.0.0.1:8000/wechat", help="消息推送到哪里")
    parser.add_argument("--appid", default=server.APPID)
    parser.add_argument("--secret", default=server.SECRET)
    parser.add_argument("--token", default=server.TOKEN)
    parser.add_argument("--aes-key", default=server.AES_KEY)
    parser.add_argument("--mode", choices=["plain", "compatible", "safe"], default="safe")
    parser.add_argument("--people", type=Path, help="人物、地图、公示牌、模板的 JSON 文件")
    parser.add_argument("--messages", type=int, default=5, help="用户说一次话后可发几条客服消息")
    parser.add_argument("--any-template", action="store_true", help="任何模板编号都接受")
    parser.add_argument("--seed", type=int, help="编号、随机数从此生成，便于重演")
    return parser


def main() -> int:
    given = arguments().parse_args()
    try:
        running = server.start(
            host=given.host, port=given.port, webhook=given.webhook, appid=given.appid, secret=given.secret,
            token=given.token, aes_key=given.aes_key, mode=given.mode, people=given.people, seed=given.seed,
            messages_per_conversation=given.messages, any_template=given.any_template, real_timestamps=True,
        )  # fmt: skip
    except (OSError, ValueError, SystemExit) as problem:
        print(f"替身没有启动：{problem}", file=sys.stderr)
        return 1
    print(f"微信平台的替身：{running.url}（推送到 {given.webhook}）", flush=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    running.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
