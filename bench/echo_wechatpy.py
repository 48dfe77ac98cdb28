"""(b) wechatpy's documented Flask echo (its examples/echo), and (d) the same with one durable SQLite insert."""

import os
import sqlite3

from flask import Flask, abort, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, sender TEXT, kind TEXT, content TEXT, at TEXT)"
)


def app(database: str = "") -> Flask:
    """The example's view, with `/wechat` as its address and the account from the environment."""
    token, app_id = os.environ["BENCH_TOKEN"], os.environ["BENCH_APP_ID"]
    aes_key = os.environ["BENCH_AES_KEY"]
    made = Flask(__name__)

    @made.route("/wechat", methods=["GET", "POST"])
    def wechat() -> str:
        signature = request.args.get("signature", "")
        timestamp = request.args.get("timestamp", "")
        nonce = request.args.get("nonce", "")
        msg_signature = request.args.get("msg_signature", "")
        try:
            check_signature(token, signature, timestamp, nonce)
        except InvalidSignatureException:
            abort(403)
        crypto = WeChatCrypto(token, aes_key, app_id)
        try:
            message = crypto.decrypt_message(request.data, msg_signature, timestamp, nonce)
        except (InvalidSignatureException, InvalidAppIdException):
            abort(403)
        msg = parse_message(message)
        if database:
            insert(database, msg.id, msg.source, msg.type, message)
        reply = create_reply(msg.content if msg.type == "text" else "收到", msg)
        encrypted: str = crypto.encrypt_message(reply.render(), nonce, timestamp)
        return encrypted

    return made


def insert(database: str, key: str, sender: str, kind: str, content: str) -> None:
    """As one would write it: a connection and a transaction for each request."""
    connection = sqlite3.connect(database, timeout=20)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        with connection:
            connection.execute(
                "INSERT INTO message VALUES (?, ?, ?, ?, datetime('now'))", (key, sender, kind, content)
            )
    finally:
        connection.close()


def with_insert() -> Flask:
    """(d): a WAL database at BENCH_DATABASE."""
    path = os.environ["BENCH_DATABASE"]
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(SCHEMA)
    connection.close()
    return app(path)
