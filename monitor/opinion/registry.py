"""All kinds of second reader. A new one is its own file, one line here, and its table in `settings/opinion.py`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from monitor.opinion.port import Advisor

ADVISORS: dict[str, tuple[str, str]] = {  # kind -> module and class, imported when a config asks for it
    "nli": ("monitor.opinion.nli", "NliAdvisor"),
    "llm": ("monitor.opinion.llm", "LlmAdvisor"),
}


def make(kind: str, **options: Any) -> Advisor:
    """Build a second reader. Raises KeyError for an unknown kind, ConfigError where it lacks what it needs."""
    module, name = ADVISORS[kind]
    made: Advisor = getattr(import_module(module), name)(**options)
    return made
