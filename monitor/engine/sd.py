"""Telling systemd how we are: sd_notify(3) without its library. Says nothing where nobody listens."""

from __future__ import annotations

import os
import socket
import time

_PATIENCE = 0.5  # seconds for a listener that is slow to read; the event loop waits with us


def notify(state: str) -> bool:
    """Send lines like `READY=1` to $NOTIFY_SOCKET; True where somebody took them.

    A reload of `Type=notify` needs no time stamp; `notify-reload` (systemd 253) wants MONOTONIC_USEC beside
    RELOADING=1, and older ones ignore it, so it is always sent.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if "RELOADING=1" in state:
        state += f"\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}"
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.settimeout(_PATIENCE)
            channel.sendto(state.encode(), address)
    except OSError:  # whoever started us has gone; that is no reason to stop working
        return False
    return True
