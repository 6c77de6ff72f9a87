"""What may stand in `[second_opinion]`: one table a kind of second reader, told apart by `kind`."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, model_validator

from monitor.model.opinion import SecondOpinion
from monitor.settings.channels import is_loopback, web_address
from monitor.settings.secrets import CredentialName, SecretFile, SecretSource, VariableName
from monitor.tomlfile.fields import FilePath, Flag, Language, Name, Span, Table

_LONGEST = timedelta(minutes=10)  # an alert waits for no answer longer than that

Share = Annotated[StrictFloat, Field(ge=0, le=1, allow_inf_nan=False)]
Budget = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Price = Annotated[StrictFloat, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


def _bounded(value: timedelta) -> timedelta:
    if not timedelta(seconds=1) <= value <= _LONGEST:
        raise ValueError('must be from "1s" to "10m"')
    return value


def _near(host: str) -> bool:
    """The machine itself, or a number of a private network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return is_loopback(host)


class OpinionTable(Table):
    """When a second reader is asked, and what its answer may do."""

    low: Share = 0.0
    """A statement is asked about where the built-in reading is at least so sure …"""
    high: Share = 1.0
    """… and less sure than this."""
    match: Share = 0.0
    """A silent item is asked about where it fits the claim at least so well."""
    before_alert: Flag = True
    """Ask before an alert goes out, however sure the built-in reading is."""
    may_alert: Flag = False
    """A silent item may become an alert, marked "found by …"; else it is put up for review."""
    languages: tuple[Language, ...] = ()
    """Ask about items in these languages only."""
    per_hour: Budget = 60
    """Most questions in an hour; beyond it the built-in verdict stands."""
    per_day: Budget = 500
    timeout: Annotated[Span, AfterValidator(_bounded)] = timedelta(seconds=20)
    """Longest wait for one answer."""

    @model_validator(mode="after")
    def _band(self) -> OpinionTable:
        if self.low > self.high:
            raise ValueError("low is above high: no statement would be asked about")
        return self

    def _policy(self, kind: str, model: str) -> SecondOpinion:
        return SecondOpinion(
            kind=kind,
            model=model,
            low=self.low,
            high=self.high,
            match=self.match,
            before_alert=self.before_alert,
            may_alert=self.may_alert,
            languages=self.languages,
            per_hour=self.per_hour,
            per_day=self.per_day,
            timeout=self.timeout,
        )


class NliTable(OpinionTable):
    """An inference model on this machine (extra `nli`); nothing leaves it."""

    kind: Literal["nli"]
    model: FilePath
    """Folder with model.onnx, tokenizer.json and config.json; `dementi models get` makes one."""
    threads: Annotated[StrictInt, Field(ge=1, le=64)] = 1
    """Processor cores that one question may use."""

    def policy(self) -> SecondOpinion:
        return self._policy(self.kind, self.model.name or str(self.model))


class LlmTable(OpinionTable):
    """A language model behind an endpoint that speaks OpenAI's protocol, hosted or on this machine."""

    kind: Literal["llm"]
    model: Name
    """As the endpoint calls it."""
    url: Annotated[str, Field(repr=False, max_length=4_000), AfterValidator(web_address)]
    """Base of the endpoint, up to and with /v1: "http://127.0.0.1:11434/v1"."""
    key_file: SecretFile | None = None
    """File whose first line is the key. A local endpoint needs none."""
    key_env: VariableName | None = None
    """Environment variable that holds it."""
    key_credential: CredentialName | None = None
    """systemd credential that holds it."""
    max_tokens: Annotated[StrictInt, Field(ge=64, le=100_000)] = 1_000
    """Longest answer. A model that thinks before it answers needs more."""
    price_in: Price = 0.0
    """What a million tokens of the question cost, in a currency of your choice: for the figures only."""
    price_out: Price = 0.0
    """What a million tokens of the answer cost."""

    @model_validator(mode="after")
    def _one(self) -> LlmTable:
        if sum(map(bool, (self.key_file, self.key_env, self.key_credential))) > 1:
            raise ValueError("one of key_file, key_env and key_credential is enough")
        if self.key and self.url.startswith("http://") and not _near(urlsplit(self.url).hostname or ""):
            raise ValueError("would send the key unprotected; the url must begin with https://")
        return self

    @property
    def key(self) -> SecretSource | None:
        return SecretSource.of("key", self.key_file, self.key_env, self.key_credential)

    def policy(self) -> SecondOpinion:
        return self._policy(self.kind, self.model)


Opinion: TypeAlias = Annotated[NliTable | LlmTable, Field(discriminator="kind")]
