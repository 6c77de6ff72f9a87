"""Secrets: where they are said to be, read when they are used. A value never stands in a config, a repr or an error."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from monitor.tomlfile.fields import file_path

MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a secret is to be found. Calling it raises ValueError, saying where it looked and never what it found."""

    what: str  # "password", "secret", "url"
    place: str  # the key's ending: file, env, credential
    where: str  # file name, variable, credential
    parse: Callable[[str], Sequence[str]] = field(repr=False)

    @classmethod
    def of(
        cls,
        what: str,
        file: Path | None,
        env: str | None,
        credential: str | None,
        parse: Callable[[str], Sequence[str]] | None = None,
    ) -> SecretSource | None:
        for place, where in (("file", file), ("env", env), ("credential", credential)):
            if where:
                return cls(what, place, str(where), parse or _first_line)
        return None

    @property
    def key(self) -> str:
        return f"{self.what}_{self.place}"

    def all(self) -> Sequence[str]:
        """Every secret that stands there."""
        return self.parse(self._text())

    def one(self) -> str:
        return self.all()[0]

    def _text(self) -> str:
        if self.place == "env":
            if (text := os.environ.get(self.where)) is None:
                raise ValueError(f"the environment has no variable {self.where}")
            return text
        path = Path(self.where) if self.place == "file" else _credential(self.where)
        try:
            with path.open("rb") as stream:
                return stream.read(MAX_BYTES).decode()
        except OSError as fault:
            raise ValueError(f"{path} cannot be read: {(fault.strerror or '').lower()}") from None
        except UnicodeDecodeError:
            raise ValueError(f"{path} holds no text") from None


def _credential(name: str) -> Path:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        raise ValueError("there is no $CREDENTIALS_DIRECTORY: credentials come from systemd (LoadCredential=)")
    if "/" in name or name in {".", ".."}:
        raise ValueError("is no name of a credential")
    return Path(folder) / name


def _first_line(text: str) -> Sequence[str]:
    line = text.split("\n", 1)[0].strip("\r")
    if not line:
        raise ValueError("is empty")
    return [line]


def webhook_secrets(text: str) -> Sequence[str]:
    """`whsec_` and base64 of 24 to 64 bytes, one a line (https://www.standardwebhooks.com, "Signature scheme")."""
    found = [line.strip() for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    if not found:
        raise ValueError("is empty")
    for number, line in enumerate(found, 1):
        try:
            key = base64.b64decode(line.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not line.startswith("whsec_") or not 24 <= len(key) <= 64:
            raise ValueError(f"secret {number} is not whsec_ and 24 to 64 bytes in base64")
    return found


# ---------------------------------------------------------------- places, as the config names them


def _no_secret(value: object) -> None:
    """The commonest slip: the secret itself where its place should stand. It must not be repeated in an error."""
    if isinstance(value, str) and value.startswith("whsec_"):
        raise ValueError("must say where the secret is, not be the secret")


def _file(value: object, info: ValidationInfo) -> Path:
    _no_secret(value)
    return file_path(value, info)


def _variable(value: str) -> str:
    _no_secret(value)
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value) is None:
        raise ValueError("must be the name of an environment variable, like SMTP_PASSWORD")
    return value


def _credential_name(value: str) -> str:
    _no_secret(value)
    if re.fullmatch(r"[\w.@:-]{1,255}", value) is None or value in {".", ".."}:
        raise ValueError("must be the name of a systemd credential, like smtp-password")
    return value


SecretFile = Annotated[Path, BeforeValidator(_file, json_schema_input_type=str)]
VariableName = Annotated[str, AfterValidator(_variable)]
CredentialName = Annotated[str, AfterValidator(_credential_name)]
