"""dementi.toml to values: channels, routes, store and how feeds are asked; every fault with its line."""

from monitor.settings.load import Read, find, name_faults, read_settings, secret_faults
from monitor.settings.schema import Settings

__all__ = ["Read", "Settings", "find", "name_faults", "read_settings", "secret_faults"]
