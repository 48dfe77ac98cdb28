"""WeChat's signatures and message encryption, written from the specification, on top of `cryptography`."""

import base64
import binascii
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK = 32  # bytes: WeChat pads to 32, not to AES's own 16


class Undecipherable(Exception):
    """The ciphertext was not made with this key, or is damaged."""


def signature(*parts: str) -> str:
    """The sha1 of the parts sorted and joined: token, timestamp, nonce and, in safe mode, the ciphertext."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - WeChat's own choice


def key_bytes(aes_key: str) -> bytes:
    """The 32 bytes a 43-character EncodingAESKey stands for."""
    try:
        key = base64.b64decode(aes_key + "=")
    except binascii.Error as problem:
        raise ValueError("EncodingAESKey 须为 43 个字母或数字") from problem
    if len(aes_key) != 43 or len(key) != 32:
        raise ValueError("EncodingAESKey 须为 43 个字母或数字")
    return key


def pad(data: bytes) -> bytes:
    """PKCS#7 to WeChat's block of 32."""
    padder = PKCS7(BLOCK * 8).padder()
    return padder.update(data) + padder.finalize()


def cipher_of(aes_key: str) -> Cipher[modes.CBC]:
    """AES-256-CBC whose first vector is the first half of the key."""
    key = key_bytes(aes_key)
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(aes_key: str, message: bytes, appid: str, prefix: bytes) -> str:
    """The `Encrypt` field: 16 random bytes, length, message, appid."""
    return encrypt_padded(aes_key, pad(prefix + struct.pack(">I", len(message)) + message + appid.encode()))


def encrypt_padded(aes_key: str, padded: bytes) -> str:
    """Encrypt what is already padded (or wrongly padded, on purpose)."""
    encryptor = cipher_of(aes_key).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(aes_key: str, encrypted: str) -> tuple[bytes, bytes, str]:
    """The random prefix, the message and the appid of an `Encrypt` field."""
    try:
        decryptor = cipher_of(aes_key).decryptor()
        padded = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
        unpadder = PKCS7(BLOCK * 8).unpadder()
        plain = unpadder.update(padded) + unpadder.finalize()
        (length,) = struct.unpack(">I", plain[16:20])
        appid = plain[20 + length :].decode()
    except (ValueError, struct.error) as problem:
        raise Undecipherable(str(problem)) from problem
    if len(plain) < 20 + length:
        raise Undecipherable("length beyond the end")
    return plain[:16], plain[20 : 20 + length], appid


def decrypt_open_data(session_key: str, vector: str, encrypted: str) -> bytes:
    """A mini-program's `encryptedData`: AES-128-CBC under the session key, ordinary padding."""
    cipher = Cipher(algorithms.AES(base64.b64decode(session_key)), modes.CBC(base64.b64decode(vector)))
    decryptor = cipher.decryptor()
    padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def encrypt_open_data(session_key: str, vector: str, plain: bytes) -> str:
    """The other way of `decrypt_open_data`."""
    cipher = Cipher(algorithms.AES(base64.b64decode(session_key)), modes.CBC(base64.b64decode(vector)))
    padder = PKCS7(128).padder()
    encryptor = cipher.encryptor()
    padded = padder.update(plain) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def raw_data_signature(raw_data: str, session_key: str) -> str:
    """How a mini-program proves that `rawData` was not changed on its way."""
    return hashlib.sha1((raw_data + session_key).encode()).hexdigest()  # noqa: S324 - WeChat's own choice


def page_signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """The JS-SDK's `wx.config` signature of a page."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - WeChat's own choice
