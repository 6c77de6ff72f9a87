"""Is a probability what it says? The share that was right against what was said, in ten bins, as an SVG of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

BINS = 10
SIDE, LEFT, TOP, GAP, BOTTOM, RIGHT = 300, 56, 44, 72, 56, 24
INK, GRID, MARK = "#333", "#e3e3e3", "#0b6e99"
_FEWEST = 10  # in a bin; below, its mark is hollow: chance moves it by more than a tenth


class Bin(NamedTuple):
    """What was said with nearly the same probability."""

    said: float  # mean, 0..1
    right: float  # share, 0..1
    pairs: int


def bins(said: Iterable[tuple[float, bool]]) -> list[Bin]:
    """(probability, was it so) in ten bins of equal width, empty ones left out."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for probability, right in said:
        held[min(int(probability * BINS), BINS - 1)].append((probability, right))
    return [Bin(sum(p for p, _ in h) / len(h), sum(r for _, r in h) / len(h), len(h)) for h in held if h]


def error(found: Sequence[Bin]) -> float:
    """Expected calibration error: the mean distance of said and right, each bin as heavy as it is full."""
    return sum(b.pairs * abs(b.said - b.right) for b in found) / max(sum(b.pairs for b in found), 1)


def draw(panels: Mapping[str, Sequence[Bin]]) -> str:
    """One square a stance, side by side. On the diagonal a probability is what it says."""
    width = LEFT + len(panels) * (SIDE + GAP) - GAP + RIGHT
    height = TOP + SIDE + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="13" fill="{INK}">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for n, (name, found) in enumerate(panels.items()):
        parts += _panel(LEFT + n * (SIDE + GAP), name, found)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(left: int, name: str, found: Sequence[Bin]) -> list[str]:
    def x(value: float) -> float:
        return left + value * SIDE

    def y(value: float) -> float:
        return TOP + (1 - value) * SIDE

    middle, count = left + SIDE / 2, sum(b.pairs for b in found)
    parts = [f'<text x="{left}" y="{TOP - 16}" font-size="15">{escape(name)}, {count:,} pairs</text>']
    for tick in range(0, 101, 20):
        at = tick / 100
        parts += [
            f'<path d="M{x(at):g} {y(0):g}V{y(1):g}M{x(0):g} {y(at):g}H{x(1):g}" stroke="{GRID}"/>',
            f'<text x="{x(at):g}" y="{y(0) + 18:g}" text-anchor="middle">{at:g}</text>',
            f'<text x="{x(0) - 8:g}" y="{y(at) + 4:g}" text-anchor="end">{at:g}</text>',
        ]
    parts.append(f'<path d="M{x(0):g} {y(0):g}L{x(1):g} {y(1):g}" stroke="#999" stroke-dasharray="5 4"/>')
    points = " ".join(f"{x(b.said):.1f},{y(b.right):.1f}" for b in found)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{MARK}" stroke-width="2"/>')
    for b in found:
        filled = MARK if b.pairs >= _FEWEST else "white"
        above = b.right >= b.said  # the number on the side away from the diagonal
        at, end = (x(b.said) - 8, "end") if above else (x(b.said) + 8, "start")
        parts += [
            f'<circle cx="{x(b.said):.1f}" cy="{y(b.right):.1f}" r="4.5" fill="{filled}" stroke="{MARK}"/>',
            f'<text x="{at:.1f}" y="{y(b.right) + (-4 if above else 14):.1f}" text-anchor="{end}" font-size="11">'
            f"{b.pairs:,}</text>",
        ]
    parts.append(f'<text x="{middle:g}" y="{TOP + SIDE + 42}" text-anchor="middle">probability said</text>')
    turned = f'transform="translate({left - 40} {TOP + SIDE / 2:g}) rotate(-90)"'
    parts.append(f'<text {turned} text-anchor="middle">share that was so</text>')
    return parts
