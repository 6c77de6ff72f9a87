from __future__ import annotations

import pytest

from monitor.feeds.charset import to_utf8

RU = "Песков опроверг разговор"
FR = "“Pure fiction” – déclaré hier à Kiev"


def body(text: str, codec: str, declared: str | None = None, mark: bytes = b"") -> bytes:
    encoding = f' encoding="{declared}"' if declared else ""
    return mark + f'<?xml version="1.0"{encoding}?><rss><title>{text}</title></rss>'.encode(codec)


@pytest.mark.parametrize(
    ("raw", "content_type", "text", "doubtful"),
    [
        (body(RU, "utf-8"), "", RU, False),
        (body(RU, "utf-8", mark=b"\xef\xbb\xbf"), "", RU, False),
        (body(RU, "cp1251", "windows-1251"), "", RU, False),
        (body(RU, "cp1251"), "text/xml; charset=windows-1251", RU, False),
        (body(RU, "cp1251"), "", RU, True),
        (body(RU, "cp1251", "utf-8"), "", RU, True),
        (body(RU, "utf-8", "windows-1251"), "", RU, False),
        (body(RU, "utf-8", "utf-8"), "text/xml; charset=iso-8859-1", RU, False),
        (body(RU, "koi8-r", "koi8-r"), "", RU, False),
        (body(RU, "utf-16-le", "utf-16", b"\xff\xfe"), "", RU, False),
        (body(RU, "utf-16-be", "utf-16"), "", RU, False),
        (body(RU, "utf-32-le", "utf-32", b"\xff\xfe\0\0"), "", RU, False),
        (body("否认通话喆", "gbk", "gb2312"), "", "否认通话喆", False),
        (body("電話会談を否定①", "cp932", "shift_jis"), "", "電話会談を否定①", False),
        (body("통화 부인", "cp949", "euc-kr"), "", "통화 부인", False),
        (body("電話会談", "iso2022_jp", "iso-2022-jp"), "", "電話会談", False),
        (body(FR, "cp1252", "iso-8859-1"), "", FR, False),
        (body(FR, "cp1252", "utf-8"), "", FR, True),
        (body(RU, "utf-8", "utf8mb4_general"), "", RU, False),
        (body("<p>a", "ascii", "utf-7"), "", "<p>a", False),
        (body("+ADw-script+AD4-", "ascii", "utf-7"), "", "+ADw-script+AD4-", False),
    ],
)
def test_labels_and_bytes(raw: bytes, content_type: str, text: str, doubtful: bool) -> None:
    decoded = to_utf8(raw, content_type)
    assert f"<title>{text}</title>" in decoded.body.decode()
    assert bool(decoded.doubt) is doubtful


def test_a_feed_of_two_encodings_is_read_piece_by_piece() -> None:
    raw = body(f"{RU}</title><title>", "utf-8").replace(
        b"<title></title>", b"<title>" + RU.encode("cp1251") + b"</title>"
    )
    decoded = to_utf8(raw)
    assert decoded.body.decode().count(RU) == 2
    assert decoded.doubt


@pytest.mark.parametrize("raw", [b"", b"\xff", b"\xff\xfe", b"\x00" * 50, bytes(range(256)) * 20, b"\xff\xfe\0\0"])
def test_no_bytes_raise(raw: bytes) -> None:
    to_utf8(raw, "text/xml; charset=rot13").body.decode("utf-8")
