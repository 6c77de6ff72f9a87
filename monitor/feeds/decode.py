"""Content-Encoding, undone under a cap: a bomb stops where it exceeds the size a feed may have."""

from __future__ import annotations

import sys
import zlib
from typing import Any, Protocol

from monitor.errors import FeedError

try:
    import brotli  # type: ignore[import-untyped]
except ImportError:  # pragma: no cover (one of two packages, by interpreter)
    brotli = None
if sys.version_info >= (3, 14):  # pragma: no cover
    from compression import zstd
else:
    try:
        from backports import zstd
    except ImportError:  # pragma: no cover
        zstd = None  # type: ignore[assignment]

__all__ = ["ACCEPT_ENCODING", "Decoder"]

_MOST_LAYERS = 2  # "gzip, gzip" is seen in the wild, more of it only in attacks
_STEP = 64 * 1024  # bytes given to a decompressor at once

# Without a limit on what one call may return, brotli is not safe to offer.
_BROTLI = hasattr(getattr(brotli, "Decompressor", None), "can_accept_more_data")
_ZSTD = hasattr(zstd, "ZstdDecompressor")
ACCEPT_ENCODING = ", ".join(["gzip", "deflate"] + ["br"] * _BROTLI + ["zstd"] * _ZSTD)


class _Layer(Protocol):
    def feed(self, data: bytes, most: int) -> bytes:
        """Decoded bytes, at most `most` + 1 of them: one more than permitted is enough to know."""
        ...

    def complete(self) -> bool: ...


class _Zlib:
    """gzip with its members, deflate with or without its header (RFC 9110, 8.4.1.2 and its note)."""

    def __init__(self, name: str) -> None:
        self._gzip = name != "deflate"
        self._started = False
        self._plain = False
        self._inner: Any = None

    def _start(self, data: bytes) -> None:
        self._started = True
        if self._gzip:
            # Some servers label what they did not compress.
            self._plain = not data.startswith(b"\x1f\x8b")
            self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        else:
            headed = len(data) >= 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if headed else -zlib.MAX_WBITS)

    def feed(self, data: bytes, most: int) -> bytes:
        if not self._started and data:
            self._start(data)
        if self._plain or not data:
            return data
        found = bytearray()
        while data and len(found) <= most:
            if self._inner.eof:
                if not (self._gzip and data.startswith(b"\x1f\x8b")):
                    break  # padding after the end
                self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
            found += self._inner.decompress(data, most + 1 - len(found))
            data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
        return bytes(found)

    def complete(self) -> bool:
        return not self._started or self._plain or self._inner.eof


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes, most: int) -> bytes:
        found = bytearray(self._inner.process(data, output_buffer_limit=most + 1))
        while len(found) <= most and not self._inner.can_accept_more_data() and not self._inner.is_finished():
            found += self._inner.process(b"", output_buffer_limit=most + 1 - len(found))
        return bytes(found)

    def complete(self) -> bool:
        return bool(self._inner.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._inner: Any = zstd.ZstdDecompressor()

    def feed(self, data: bytes, most: int) -> bytes:
        found = bytearray()
        while not self._inner.eof and len(found) <= most:
            found += self._inner.decompress(data, max_length=most + 1 - len(found))
            data = b""
            if self._inner.needs_input:
                break
        return bytes(found)

    def complete(self) -> bool:
        return bool(self._inner.eof)


def _layer(name: str) -> _Layer:
    if name in ("gzip", "x-gzip", "deflate"):
        return _Zlib(name)
    if name == "br" and _BROTLI:
        return _Brotli()
    if name == "zstd" and _ZSTD:
        return _Zstd()
    raise FeedError("error", f"sent in an encoding that was not asked for: {name[:40]}")


class Decoder:
    """Takes the raw bytes of a body piece by piece, keeps the decoded ones."""

    def __init__(self, encoding: str, most: int) -> None:
        """`encoding`: the header's value. `most`: decoded bytes permitted. Raises FeedError for unknown names."""
        names = [name.strip().lower() for name in encoding.split(",")]
        names = [name for name in names if name not in ("", "identity", "none", "utf-8")]
        if len(names) > _MOST_LAYERS:
            raise FeedError("error", f"compressed {len(names)} times over")
        self._layers = [_layer(name) for name in reversed(names)]
        self._most = most
        self._body = bytearray()

    def feed(self, data: bytes) -> None:
        """Raises FeedError where the body is too large or is not what its label says."""
        if not self._layers:
            self._take(data)
            return
        for start in range(0, len(data), _STEP):
            piece = data[start : start + _STEP]
            try:
                for layer in self._layers:
                    piece = layer.feed(piece, self._most - len(self._body))
            except FeedError:
                raise
            except Exception as error:  # noqa: BLE001 (each library has an error of its own)
                raise FeedError("error", f"its compression is broken: {error}"[:200]) from None
            self._take(piece)

    def _take(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > self._most:
            raise FeedError("error", f"larger than {self._most // 1_000_000} MB when unpacked")

    def finish(self) -> bytes:
        """The whole body. Raises FeedError where the compressed data ends too early."""
        if not all(layer.complete() for layer in self._layers):
            raise FeedError("error", "its compressed data ends too early")
        body = bytes(self._body)
        if body.startswith(b"\x1f\x8b") and not self._layers:  # compressed, and not labelled so
            unlabelled = Decoder("gzip", self._most)
            unlabelled.feed(body)
            return unlabelled.finish()
        return body
