"""dementi.toml to `Settings`: where it is looked for, what it includes, everything that is wrong with it."""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.settings.schema import Settings
from monitor.settings.secrets import SecretSource
from monitor.tomlfile.check import check, suggestion
from monitor.tomlfile.document import Document, read

ELSEWHERE = ("feeds", "claims")  # may stand in dementi.toml, and are read with the watchlists


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A dementi.toml as it was read. Faults of it and of the watchlists are told together, so none is raised here."""

    document: Document
    settings: Settings | None  # None where it has faults
    included: tuple[Document, ...]
    faults: tuple[Fault, ...]


def find(given: Path | None, env: Mapping[str, str], cwd: Path) -> Path:
    """The config file. Raises ConfigError, naming every place that was looked at."""
    if given is not None:
        return given
    if name := env.get("DEMENTI_CONFIG"):
        return Path(name)
    places = list(_places(env, cwd))
    for place in places:
        if _there(place):
            return place
    looked = ", ".join(map(str, places))
    message = f"no config file found; looked at {looked}. `dementi init` writes one to start from"
    raise ConfigError([Fault(file="dementi.toml", line=None, path="", message=message)])


def _there(place: Path) -> bool:
    """Also where we may not look: reading it then says so, and no other file is taken in its place."""
    try:
        return place.is_file()
    except PermissionError:
        return True


def _places(env: Mapping[str, str], cwd: Path) -> Iterator[Path]:
    if folders := env.get("CONFIGURATION_DIRECTORY"):  # systemd joins several with colons
        yield from (Path(folder) / "dementi.toml" for folder in folders.split(":"))
    yield cwd / "dementi.toml"
    home = env.get("XDG_CONFIG_HOME") or (f"{env['HOME']}/.config" if env.get("HOME") else None)
    if home:
        yield Path(home) / "dementi" / "dementi.toml"
    yield Path("/etc/dementi/dementi.toml")


def read_settings(path: Path) -> Read:
    """Read it and what it includes. Raises ConfigError only where the file itself cannot be read or parsed."""
    document = read(path.absolute(), str(path))
    data = {key: value for key, value in document.data.items() if key not in ELSEWHERE}
    settings, faults = check(Settings, data, document, known=ELSEWHERE)
    included: dict[Path, Document] = {}
    for position, pattern in enumerate(_strings(document.data.get("include"))):
        found = _matching(document, pattern)
        if not found:
            faults.append(document.fault(("include", position), f"no file matches {pattern!r}"))
        for file in found:
            try:
                if file not in included:
                    included[file] = read(file, _shown(path, file))
            except ConfigError as fault:
                faults += fault.faults
    return Read(document=document, settings=settings, included=tuple(included.values()), faults=tuple(faults))


def name_faults(document: Document, claims: Collection[str], tags: Collection[str]) -> list[Fault]:
    """Names that routes use and nothing bears, and channels named twice. Looks at the file, faults or not."""
    faults: list[Fault] = []
    channels: dict[str, int] = {}
    for index, channel in enumerate(_tables(document, "channels")):
        name = channel.get("name")
        if isinstance(name, str) and channels.setdefault(name.strip(), index) != index:
            there = document.at(("channels", channels[name.strip()], "name"))
            faults.append(document.fault(("channels", index, "name"), f"the channel stands already at {there}"))
    known = {"channels": list(channels) or ["console"], "claims": _callable(claims, tags)}
    for index, route in enumerate(_tables(document, "routes")):
        for key, names in known.items():
            faults += _unknown(document, ("routes", index, key), _strings(route.get(key)), names)
    return faults


def _unknown(
    document: Document, loc: tuple[str | int, ...], used: Sequence[str], known: Collection[str]
) -> Iterator[Fault]:
    for place, name in enumerate(used):
        if name.strip() not in known:
            yield document.fault((*loc, place), _what(str(loc[-1]), name.strip()) + suggestion(name, known))


def _callable(claims: Collection[str], tags: Collection[str]) -> dict[str, None]:
    return dict.fromkeys(["*", *claims, *(f"tag:{tag}" for tag in tags)])


def _what(key: str, name: str) -> str:
    if key == "channels":
        return f"there is no channel {name!r}"
    return f"no claim has the tag {name[4:]!r}" if name.startswith("tag:") else f"there is no claim {name!r}"


def secret_faults(settings: Settings, document: Document) -> list[Fault]:
    """A secret that cannot be read is said at the start, not when the first alert is lost for it.

    For whoever is about to send, and for `check`; the lists have to work where secrets are out of reach.
    """
    faults = []
    for loc, source in _secrets(settings):
        try:
            source.all()
        except ValueError as fault:
            faults.append(document.fault((*loc, source.key), str(fault)))
    return faults


def _secrets(settings: Settings) -> Iterator[tuple[tuple[str | int, ...], SecretSource]]:
    for index, channel in enumerate(settings.channels):
        here = ("channels", index)
        if channel.kind == "email" and channel.smtp.password:
            yield (*here, "smtp"), channel.smtp.password
        elif channel.kind == "webhook" and channel.secret:
            yield here, channel.secret
        elif channel.kind == "apprise":
            yield here, channel.url
    opinion = settings.second_opinion
    if opinion is not None and opinion.kind == "llm" and opinion.key:
        yield ("second_opinion",), opinion.key


def _strings(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _tables(document: Document, key: str) -> Sequence[Mapping[str, object]]:
    value = document.data.get(key)
    return [entry if isinstance(entry, dict) else {} for entry in value] if isinstance(value, list) else []


def _matching(document: Document, pattern: str) -> list[Path]:
    """Sorted, so that the order of watchlists is the same on every machine. The config never includes itself."""
    try:
        path = document.path.parent / Path(pattern).expanduser()
        if not glob.has_magic(pattern):
            return [path] if path.exists() else []
        found = map(Path, sorted(glob.glob(str(path), recursive=True)))  # noqa: PTH207 - absolute patterns
        return [file for file in found if file.is_file() and file != document.path]
    except PermissionError:
        return [path]  # reading it says so
    except (OSError, RuntimeError, ValueError):  # a name too long; no such home; a null byte
        return []


def _shown(config: Path, found: Path) -> str:
    """A file as the user would name it: beside the config as the config was named."""
    try:
        return str(config.parent / found.relative_to(config.absolute().parent))
    except ValueError:
        return str(found)
