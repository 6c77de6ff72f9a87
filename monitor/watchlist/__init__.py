"""Watchlist files to values: feeds and claims, every fault at once."""

from monitor.watchlist.load import load_watchlist

__all__ = ["load_watchlist"]
