"""The official vectors of Tencent's documentation and SDKs, both ways."""

import json

import pytest

from simulator import crypto

KEY = "A" * 43
APPID = "wxba5fad812f8e6fb9"
ENCRYPTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv"
    "6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNq"
    "J4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
DEMO = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="

SESSION_KEY, VECTOR = "tiihtNczf5v6AKRyjwEUhQ==", "r7BXXKkLb8qrSNn05n0qiA=="
USER = (
    "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRg"
    "v+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7U"
    "L/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3"
    "g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFd"
    "lqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/Xcxxm"
    "K01EpqOyuxINew=="
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("AAAAA", "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("AAAAA", "1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        (("AAAAA", "1714112445", "415670741", ENCRYPTED), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        (("AAAAA", "1713424427", "415670741", REPLY), "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
    ],
    ids=["address check", "plain push", "safe push, signature", "safe push, msg_signature", "safe reply"],
)
def test_signatures(parts: tuple[str, ...], expected: str) -> None:
    assert crypto.signature(*parts) == expected


def test_the_official_push_is_decrypted_and_made_again() -> None:
    prefix, message, appid = crypto.decrypt(KEY, ENCRYPTED)
    assert (prefix, len(message), appid) == (b"a8eedb185eb2fecf", 167, APPID)
    assert b"debug_demo" in message
    assert crypto.encrypt(KEY, message, appid, prefix) == ENCRYPTED


@pytest.mark.parametrize(
    ("key", "appid", "prefix", "message", "encrypted"),
    [
        (KEY, APPID, b"707722b803182950", '{"demo_resp":"good luck"}', REPLY),
        ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6", b"aaaabbbbccccdddd",
         "我是中文abcd123", DEMO),
    ],
    ids=["safe reply", "Tencent's SDK"],
)  # fmt: skip
def test_encryption_both_ways(key: str, appid: str, prefix: bytes, message: str, encrypted: str) -> None:
    assert crypto.encrypt(key, message.encode(), appid, prefix) == encrypted
    assert crypto.decrypt(key, encrypted) == (prefix, message.encode(), appid)


def test_a_mini_programs_user_both_ways() -> None:
    plain = crypto.decrypt_open_data(SESSION_KEY, VECTOR, USER)
    user = json.loads(plain)
    assert (user["nickName"], user["openId"]) == ("Band", "oGZUI0egBJY1zhBYw2KhdUfwVJJE")
    assert crypto.encrypt_open_data(SESSION_KEY, VECTOR, plain) == USER


def test_raw_data_is_signed() -> None:
    raw = (
        '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong",'
        '"country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol'
        '6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}'
    )
    expected = "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    assert crypto.raw_data_signature(raw, "HyVFkGl5F5OQWJZZaNzBBg==") == expected


def test_a_page_is_signed() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    page = "http://mp.weixin.qq.com?params=value"
    signed = crypto.page_signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, page)
    assert signed == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


@pytest.mark.parametrize("encrypted", ["", "AAAA", "not base64!", DEMO[:-4], REPLY])
def test_what_was_not_made_with_this_key_is_undecipherable(encrypted: str) -> None:
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", encrypted)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="43"):
        crypto.key_bytes("short")
