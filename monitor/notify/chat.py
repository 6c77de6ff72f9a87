"""Chat services by Apprise (the extra `dementi[apprise]`): Slack, Teams, Telegram, Matrix, ntfy, Discord and others.

Apprise escapes text for services whose own format it knows. What it hands on as it is to services that read Markdown
all the same is escaped here; mentions are broken everywhere, by a character nobody sees.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from monitor.errors import ConfigError, Fault, NotifyError
from monitor.model.alert import Message, Target
from monitor.notify.clean import line
from monitor.notify.render import fold_title, ordered
from monitor.notify.secret import Secret, parts, redact
from monitor.notify.view import View, subject, view

# Services that read Markdown in what Apprise sends them as text.
_MARKDOWN = frozenset({"Discord", "Guilded", "Mattermost", "Revolt", "Rocket.Chat", "Zulip"})
_SPECIAL = re.compile(r"([\\`*_~|\[\]()<>#])")
# @everyone, <!channel>, <@U1>, <#C1>, <users/all>: the beginnings of mentions in Slack, Discord, Teams, Google Chat …
_MENTION = re.compile(r"@(?=[\w\[{(])|<(?=[!@#&/a-z])|#(?=\w)", re.IGNORECASE)
_BREAK = "\u2060"  # WORD JOINER: invisible, and no space
# How Apprise's services log the status of a refusal.
_STATUS = re.compile(r"\berror[=:]\s*(\d{3})\b")
_RETRY = frozenset({408, 425, 429})
_MOST = 20  # alerts of a fold that are told one by one; a chat message is short


class AppriseChannel:
    """One Apprise URL. What it holds is a secret: the recipient of its deliveries is the channel's name."""

    def __init__(self, *, name: str, url: Callable[[], str], zone: str = "UTC", timeout: float = 45.0) -> None:
        """`url` gives an Apprise URL (`slack://…`). Raises ConfigError where Apprise is not installed."""
        self.name = name
        self._apprise = _library(name)
        self._url = Secret(url, f"the URL of channel {name}")
        self._zone, self._timeout = zone, timeout

    def __repr__(self) -> str:
        return f"AppriseChannel({self.name!r})"

    def recipients(self) -> tuple[str, ...]:
        return (self.name,)

    async def send(self, message: Message, target: Target) -> None:
        """Raises NotifyError. What Apprise tells of a refusal is no more than text: only a clear 4xx is final."""
        url = self._url.reveal()
        service = self._service(url)
        title, body = chat_text(message, target, self._zone, markdown=_name(service[0]) in _MARKDOWN)
        try:
            result = await service.async_notify(body=body, title=title, body_format="text", timeout=self._timeout)
        except (OSError, TypeError, ValueError) as fault:
            raise self._error(str(fault), url, retry=True) from None
        if not result:
            raise self._refused([str(entry.message) for entry in result.logs()], url)

    async def close(self) -> None:
        pass

    def _service(self, url: str) -> Any:
        asset = self._apprise.AppriseAsset(
            app_id="dementi", app_desc="dementi", http_redirects=False, allow_templates=False, storage_mode="memory"
        )
        service = self._apprise.Apprise(asset=asset)
        if not service.add(url) or not len(service):
            raise self._error("Apprise does not know such a URL", url, retry=False)
        return service

    def _refused(self, logs: list[str], url: str) -> NotifyError:
        statuses = [int(status) for text in logs for status in _STATUS.findall(text)]
        status = statuses[-1] if statuses else None
        final = status is not None and 300 <= status < 500 and status not in _RETRY
        said = next((text for text in logs if _STATUS.search(text)), logs[-1] if logs else "not taken")
        return self._error(said, url, retry=not final, gone=status == 410)

    def _error(self, text: str, url: str, *, retry: bool, gone: bool = False) -> NotifyError:
        return NotifyError(f"{self.name}: {redact(text, parts(url))}", retry=retry, gone=gone)


def chat_text(message: Message, target: Target, zone: str, *, markdown: bool) -> tuple[str, str]:
    """Title and body. `markdown`: the service reads Markdown in plain text, so its signs are escaped."""

    def safe(text: str) -> str:
        return _MENTION.sub(lambda found: found[0] + _BREAK, _SPECIAL.sub(r"\\\1", text) if markdown else text)

    alerts = ordered(message.alerts)
    views = [view(alert, target, zone, message.repeat) for alert in alerts]
    title = subject(alerts[0]) if len(alerts) == 1 else fold_title(message, views)
    lines = [text for each in views[:_MOST] for text in _lines(each, safe, brief=len(views) > 1)]
    if len(views) > _MOST:
        lines.append(f"… and {len(views) - _MOST} more: dementi events")
    return safe(title), "\n".join(lines)


def _lines(each: View, safe: Callable[[str], str], *, brief: bool) -> Iterator[str]:
    yield safe(each.headline)
    if not brief:
        yield safe(each.standing)
        yield from (safe(f"{label}: {value}") for label, value in each.facts if label in ("Told by", "Reading"))
    yield from map(safe, each.detail)
    yield safe(" · ".join(filter(None, (each.outlet, f"found {each.found}"))))
    if each.link:
        yield each.link  # as it is: an escaped link leads nowhere, and link() lets no markup through


def _library(name: str) -> Any:
    try:
        import apprise
    except ImportError:
        fault = Fault(
            file="dementi.toml",
            line=None,
            path=f"channels.{name}",
            message="kind apprise needs the extra: pip install 'dementi[apprise]'",
        )
        raise ConfigError([fault]) from None
    # Apprise and urllib3 write tokens into what they log for debugging: none of it joins our log.
    for logger in map(logging.getLogger, ("apprise", "urllib3")):
        logger.setLevel(logging.WARNING)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    return apprise


def _name(plugin: Any) -> str:
    return line(str(plugin.service_name), 80)
