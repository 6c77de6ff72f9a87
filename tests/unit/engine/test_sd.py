from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.engine import sd


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch, address: str) -> Iterator[socket.socket]:
    """A socket as systemd would hold it, and the environment it would give."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.bind(address.replace("@", "\0", 1))
        service.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield service


@pytest.mark.parametrize("abstract", [False, True])
def test_what_is_said_arrives_as_one_datagram(abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"@dementi-test-{os.getpid()}" if abstract else str(tmp_path / "notify.sock")
    with listening(monkeypatch, address) as service:
        assert sd.notify("READY=1\nSTATUS=watching 2 claims – für immer")
        assert service.recv(4096).decode() == "READY=1\nSTATUS=watching 2 claims – für immer"
        assert sd.notify("WATCHDOG=1")
        assert service.recv(4096) == b"WATCHDOG=1"


def test_a_reload_says_when_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(monkeypatch, str(tmp_path / "notify.sock")) as service:
        assert sd.notify("RELOADING=1")
        assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", service.recv(4096))


@pytest.mark.parametrize("address", [None, ""])
def test_nothing_is_said_where_nobody_asked(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    assert not sd.notify("READY=1")


@pytest.mark.parametrize("address", ["{}/gone.sock", "@dementi-nobody-listens", "{}/" + "x" * 200, "vsock:2:1234"])
def test_a_listener_that_is_gone_stops_nothing(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address.format(tmp_path))
    assert not sd.notify("WATCHDOG=1")


def test_a_listener_that_reads_nothing_does_not_hold_us_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(monkeypatch, str(tmp_path / "notify.sock")):
        queue_is_full = 10_000  # more than any machine lets wait
        heard = next(number for number in range(queue_is_full) if not sd.notify("WATCHDOG=1"))
    assert heard, "what fits into its queue is heard; what does not is given up soon"
