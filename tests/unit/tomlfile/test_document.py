"""Files that cannot be read say why, and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.tomlfile.document import MAX_BYTES, dotted, read

BYTES: dict[str, tuple[bytes, int | None, str]] = {
    "no UTF-8": (b"a = 1\nb = '\xe4'\n", 2, "is not UTF-8: byte 0xe4; save it as UTF-8"),
    "UTF-16": ("a = 1\n".encode("utf-16"), 1, "is written in UTF-16; save it as UTF-8"),
    "UTF-16, the other end first": (b"\xfe\xff\x00a", 1, "is written in UTF-16; save it as UTF-8"),
    "a syntax error": (b"a = 1\n\nb = \n", 3, "not valid TOML: invalid value"),
    "a key twice": (b"a = 1\na = 2\n", 2, "not valid TOML: the key stands twice"),
    "an open list": (b"a = [\n1,\n2\n", 3, "not valid TOML: unclosed array, at the end of the file"),
    "null bytes": (b"a = 1\n\0\n", 2, "not valid TOML: invalid statement"),
    "too deep": (b"a = " + b"[" * 20_000 + b"]" * 20_000, None, "nested too deeply"),
    "a number without end": (b"a = " + b"9" * 5_000, None, "not valid TOML: exceeds the limit"),
    "a date that is none": (b"a = 2024-02-30\n", 1, "not valid TOML: invalid date or datetime"),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_toml(name: str, tmp_path: Path) -> None:
    body, line, message = BYTES[name]
    file = tmp_path / "watch.toml"
    file.write_bytes(body)
    with pytest.raises(ConfigError) as raised:
        read(file, "watch.toml")
    (fault,) = raised.value.faults
    assert (fault.file, fault.line) == ("watch.toml", line)
    assert message.lower() in fault.message.lower()


def absent(file: Path) -> None: ...


def directory(file: Path) -> None:
    file.mkdir()


def loop(file: Path) -> None:
    file.symlink_to(file)


def huge(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)  # sparse: it takes no room


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (absent, "cannot be read: no such file"),
        (directory, "cannot be read: it is a directory, not a file"),
        (loop, "cannot be read: too many levels of symbolic links"),
        (huge, "is larger than 64 MB; split it, `include` takes many files"),
    ],
)
def test_what_is_no_file(make: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    make(tmp_path / "x.toml")
    with pytest.raises(ConfigError) as raised:
        read(tmp_path / "x.toml", "x.toml")
    assert str(raised.value) == f"x.toml: {message}"


def test_ten_megabytes_of_something_else_are_refused_at_the_line(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"a = 1\n" + b"lorem ipsum\n" * 900_000)
    with pytest.raises(ConfigError, match=r"^x\.toml:2: not valid TOML"):
        read(tmp_path / "x.toml", "x.toml")


def test_the_mark_that_windows_editors_write_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\n[b]\r\nc = 2\r\n")
    document = read(tmp_path / "x.toml", "x.toml")
    assert document.data == {"a": 1, "b": {"c": 2}}
    assert document.line(("b", "c")) == 3


def test_a_key_that_is_missing_is_looked_for_where_its_table_is(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("\n[[claims]]\nid = 1\n")
    document = read(tmp_path / "x.toml", "x.toml")
    assert document.line(("claims", 0, "statement")) == 2
    assert document.line(("feeds",)) is None
    assert str(document.fault(("claims", 0, "statement"), "is missing")) == "x.toml:2: claims[0].statement: is missing"


def test_keys_are_shown_as_they_may_be_written() -> None:
    assert dotted(["claims", 2, "phrasings", "de", 0]) == "claims[2].phrasings.de[0]"
    assert dotted(["odd key\n", "x"]) == "'odd key\\n'.x"
