"""The least a platform can be: a token, yes to every message, and one photograph, as fast as one thread answers.

    python -m bench.quick_platform [photo.jpg]      prints its port, answers until its standard input ends

The photograph differs each time it is fetched: a comment with a number of its own stands at its beginning.
"""

import itertools
import json
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.environments import ROOT

MESSAGES = itertools.count(1)


def photograph(content: bytes) -> bytes:
    """The JPEG with another comment (COM) right behind its first marker."""
    comment = f"{next(MESSAGES):020d}".encode()
    return content[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + content[2:]


def answer_to(request: bytes, photo: bytes) -> bytes:
    """The whole HTTP answer to a whole HTTP request."""
    line = request.split(b"\r\n", 1)[0]
    if photo and b"/media/get" in line:
        return _http(b"image/jpeg", photograph(photo))
    if b"token" in line.split(b"?", 1)[0]:
        said: dict[str, object] = {"access_token": "quick", "expires_in": 7200}
    else:
        said = {"errcode": 0, "errmsg": "ok", "msgid": next(MESSAGES)}
    return _http(b"application/json", json.dumps(said).encode())


def _http(kind: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(body), body)


def length_of(data: bytes) -> int:
    """Bytes of the request that begins here; more than there are while its head is not complete."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return len(data) + 1
    said = data[:head].lower()
    at = said.find(b"content-length:")
    return head + 4 + (int(said[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0)


@contextmanager
def running(*photo: str) -> Iterator[str]:
    """Start one; its address."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "bench.quick_platform", *photo],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait(10)


def main() -> None:
    """Serve until standard input ends."""
    photo = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else b""
    door = socket.create_server(("127.0.0.1", 0), backlog=128)
    sys.stdout.write(f"{door.getsockname()[1]}\n")
    sys.stdout.flush()
    epoll, talking, heard = select.epoll(), dict[int, socket.socket](), dict[int, bytes]()
    epoll.register(door.fileno(), select.EPOLLIN)
    epoll.register(sys.stdin.fileno(), select.EPOLLIN)
    while True:
        for file, _ in epoll.poll():
            if file == sys.stdin.fileno():
                return
            if file == door.fileno():
                made, _address = door.accept()
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                talking[made.fileno()], heard[made.fileno()] = made, b""
                epoll.register(made.fileno(), select.EPOLLIN)
                continue
            got = talking[file].recv(65536)
            data = heard[file] + got
            if not got:
                heard.pop(file)
                talking.pop(file).close()
            elif len(data) < length_of(data):
                heard[file] = data
            else:
                heard[file] = b""
                talking[file].sendall(answer_to(data, photo))


if __name__ == "__main__":
    main()
