"""Write config/*.schema.json from the models that check config files: `make schemas`."""

from __future__ import annotations

from pathlib import Path

from monitor.settings.schema import Settings
from monitor.tomlfile.jsonschema import schema
from monitor.watchlist.schema import WatchlistFile

CONFIG = Path(__file__).parents[1] / "config"


def schemas() -> dict[str, str]:
    """File name -> JSON text."""
    return {
        "dementi.schema.json": schema("dementi.toml", Settings, WatchlistFile),
        "watchlist.schema.json": schema("a watchlist of dementi", WatchlistFile),
    }


if __name__ == "__main__":
    for name, text in schemas().items():
        (CONFIG / name).write_text(text, encoding="utf-8")
