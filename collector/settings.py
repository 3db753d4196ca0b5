"""Every setting once, with its type, default and help; the only reader of the environment.

`footfall settings` and docs/settings.md are made from `SETTINGS`. A setting comes from `FOOTFALL_<NAME>` in the
environment, else from `footfall.toml`, else from its default. An unknown or invalid one stops the start.
"""

import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PREFIX = "FOOTFALL_"
TOML = "footfall.toml"


class SettingError(ValueError):
    """A setting that is unknown or cannot be used; the message names it and says what is expected."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _host(value: Any) -> str:
    """Never empty: to listen on nothing in particular is to listen on every address of the machine."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("an address such as 127.0.0.1 (0.0.0.0 is all of them)")
    return value


def _path(value: Any) -> Path | None:
    return Path(_text(value)).expanduser() if value else None


def _folder(value: Any) -> Path:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a folder")
    return Path(value).expanduser()


def _integer(low: int, high: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        expected = f"a whole number from {low} to {high}"
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError(expected)
        try:
            number = int(value)
        except ValueError:
            raise ValueError(expected) from None
        if not low <= number <= high:
            raise ValueError(expected)
        return number

    return parse


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("1", "true", "yes", "on"):
        return True
    if str(value).lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError("true or false")


def _choice(*allowed: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in allowed:
            raise ValueError(" or ".join(allowed))
        return str(value)

    return parse


def _words(value: Any) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise ValueError("a list of words, or words with commas between")
    return tuple(item.strip() for item in items if item.strip())


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(value: Any) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(word) for word in _words(value))
    except ValueError:
        raise ValueError("addresses or networks such as 127.0.0.1, 10.0.0.0/8 (no wildcard)") from None


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in footfall.toml, how a raw value is read, and what it is for."""

    name: str
    type: str
    default: Any
    help: str
    parse: Callable[[Any], Any]
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "text", "127.0.0.1", "Address to listen on. Loopback by default: put a TLS proxy in front.", _host),
    Setting("port", "number", 8000, "Port to listen on; 0 asks the system for a free one.", _integer(0, 65535)),
    Setting("dashboard_port", "number", 0, "A port of its own for dashboard and API, so that only the collector need be public; 0: the same port.", _integer(0, 65535)),
    Setting("base_url", "text", "", "The public address, such as https://stats.example.com; used in links, the snippet tag and for secure cookies.", _text),
    Setting("data_dir", "folder", "data", "Folder for journal, database, backups and control database. Back this one up.", _folder),
    Setting("runtime_dir", "folder", "", "RAM-backed folder for salts and open visits; empty: systemd's RUNTIME_DIRECTORY, else a private folder on /dev/shm.", _path),
    Setting("database_url", "text", "", "Accounts, sites and keys (SQLAlchemy URL); empty: SQLite in the data folder.", _text, secret=True),
    Setting("trusted_proxies", "networks", "", "Proxies whose X-Forwarded-For is believed, as addresses or networks with commas between.", _networks),
    Setting("durability", "process or power", "process", "When an event is acknowledged: written (survives kill -9, synced each second) or synced to disk (survives power loss).", _choice("process", "power")),
    Setting("detail_days", "days", 30, "How long rows with all dimensions at once are kept before their month is sealed. 0: until the day's close.", _integer(0, 400)),
    Setting("smallest_group", "number", 10, "Visits that must share what an answer or a sealed row combines: a crossing of fewer is withheld.", _integer(5, 1000)),
    Setting("history_months", "months", 25, "How long counts are kept.", _integer(1, 600)),
    Setting("backup_days", "days", 7, "How many backups are kept, the newest ones, and for how many days. One is made each day by itself; more made by hand push older ones out.", _integer(1, 365)),
    Setting("query_parameters", "words", "", "Query parameters that stay part of a page's path; all others are cut.", _words),
    Setting("honour_dnt", "true or false", True, "Do not count browsers that send DNT: 1. (Sec-GPC: 1 is always honoured.)", _flag),
    Setting("country_db", "file", "", "Country data (mmdb); empty: the embedded one.", _path),
    Setting("network_db", "file", "", "Network data (mmdb); empty: the embedded one.", _path),
    Setting("city_db", "file", "", "City and region data you bring (mmdb, GeoLite2 or DB-IP); empty: none.", _path),
    Setting("values_max", "number", 10_000, "Distinct values a day of one dimension of one site before new ones count as (other).", _integer(10, 1_000_000)),
    Setting("visitors_max", "number", 2_000_000, "Visitors remembered at once; past it those who came first today are forgotten.", _integer(1000, 50_000_000)),
    Setting("journal_bytes_max", "bytes", 20_000_000_000, "Journal size at which events are refused with 503 rather than fill the disk.", _integer(1_000_000, 10**15)),
    Setting("database_memory_mb", "MB", 320, "Memory limit of the embedded database.", _integer(64, 1_000_000)),
    Setting("metrics_token", "text", "", "Bearer token for /metrics from elsewhere; empty: loopback only.", _text, secret=True),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The settings in force, each as an attribute of its name's type."""

    host: str
    port: int
    dashboard_port: int
    base_url: str
    data_dir: Path
    runtime_dir: Path | None
    database_url: str
    trusted_proxies: tuple[Network, ...]
    durability: str
    detail_days: int
    smallest_group: int
    history_months: int
    backup_days: int
    query_parameters: tuple[str, ...]
    honour_dnt: bool
    country_db: Path | None
    network_db: Path | None
    city_db: Path | None
    values_max: int
    visitors_max: int
    journal_bytes_max: int
    database_memory_mb: int
    metrics_token: str
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def raw(self) -> dict[str, Any]:
        """Every setting as `restored` reads it, JSON-able: how a process hands its settings to its children."""
        return {setting.name: _plain(getattr(self, setting.name)) for setting in SETTINGS}

    @property
    def journal_dir(self) -> Path:
        return self.data_dir / "journal"

    @property
    def store_path(self) -> Path:
        return self.data_dir / "footfall.duckdb"

    @property
    def backup_dir(self) -> Path:
        return self.data_dir / "backups"

    @property
    def sites_path(self) -> Path:
        """The read-only picture of the sites that ingest works from."""
        return self.data_dir / "sites.json"

    @property
    def control_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'control.sqlite'}"


def load(
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    config: Path | None = None,
) -> Settings:
    """The settings from overrides (the command line), the environment and footfall.toml, in that order of strength.

    The file is `config`, else the one `FOOTFALL_CONFIG` names, else footfall.toml in `folder` (default: here) if there is one.
    Raises SettingError for an unknown name or a value that does not fit.
    """
    environ = os.environ if environ is None else environ
    named = str(config) if config else environ.get(PREFIX + "CONFIG")
    toml_path = Path(named) if named else (folder or Path()) / TOML
    raw: dict[str, tuple[Any, str]] = {s.name: (s.default, "default") for s in SETTINGS}
    if named or toml_path.exists():
        for name, value in _toml(toml_path).items():
            raw[_known(name, str(toml_path))] = (value, str(toml_path))
    for variable, value in environ.items():
        if variable.startswith(PREFIX) and variable != PREFIX + "CONFIG":
            raw[_known(variable[len(PREFIX) :].lower(), "the environment", variable)] = (value, variable)
    for name, value in (overrides or {}).items():
        raw[_known(name, "the command line")] = (value, "the command line")
    values = {name: _parsed(BY_NAME[name], value, origin) for name, (value, origin) in raw.items()}
    return Settings(**values, origins={name: origin for name, (_, origin) in raw.items()})


def restored(raw: Mapping[str, Any]) -> Settings:
    """The settings that `Settings.raw` wrote down, and nothing else."""
    return Settings(**{setting.name: setting.parse(raw[setting.name]) for setting in SETTINGS})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return value if isinstance(value, bool | int | str) else str(value or "")


def journal_stream() -> str:
    """The device and inode ("8:1234") by which systemd says that a stream goes to its journal, or "" outside a service."""
    return os.environ.get("JOURNAL_STREAM", "")


def runtime_directory() -> str:
    """systemd's RuntimeDirectory= for this service, or "" outside one."""
    return os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingError(f"{path} cannot be read: {reason}.") from None


def _known(name: str, where: str, shown: str = "") -> str:
    if name not in BY_NAME:
        raise SettingError(f"Unknown setting {shown or name} in {where}. `footfall settings` lists all of them.")
    return name


def _parsed(setting: Setting, value: Any, origin: str) -> Any:
    try:
        return setting.parse(value)
    except ValueError as error:
        shown = "" if setting.secret else f" {value!r}"
        raise SettingError(f"Setting {setting.name}{shown} (from {origin}) cannot be used: expected {error}.") from None
