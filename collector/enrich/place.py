"""Where a truncated address is, and whose network: country, region, city and operator, from mmdb files.

Files of different makers lay the same facts out differently; `_record_place` reads all the layouts we know. Of several
databases the first that knows a field wins: the city file a user brings, then the country file; operators come from
the network file, else from the others. A look-up costs 2 µs; the cache is there to share equal places.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_network
from pathlib import Path
from typing import Any

import maxminddb

from collector.enrich.embedded import LICENCE, ensure_embedded
from collector.enrich.lru import Bounded, same
from collector.event import Place

# Longest name kept, in characters.
NAME_MAX = 100

# Distinct (country, region, city, operator) shared between visits: the network data knows some 80,000 operators.
_SHARED_MAX = 20_000

_LICENCES = (
    ("GeoLite2", "GeoLite2 by MaxMind (maxmind.com), under the GeoLite2 EULA"),
    ("GeoIP2", "GeoIP2 by MaxMind (maxmind.com), commercial"),
    ("DBIP", "IP Geolocation by DB-IP (db-ip.com), CC BY 4.0: pages that show it must link back"),
    ("IPinfo", "IP address data by IPinfo (ipinfo.io), CC BY-SA 4.0: pages that show it must link back"),
)

_SPACES = re.compile(r"\s+")
_CODE = re.compile(r"[A-Z]{2}", re.ASCII)
_REGION = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)
_DISTRICT = re.compile(r"\s*\([^()]*\)")
# Loopback, private, link-local and carrier-internal networks, as (network, mask) numbers: nobody can say where these are.
_NOWHERE_V4, _NOWHERE_V6 = (
    tuple((int(network.network_address), int(network.netmask)) for network in map(ip_network, texts))
    for texts in (
        ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
        ("::/48", "fc00::/7", "fe80::/10"),
    )
)
# Registries put their own handle before the name: "AS64500 - NAME", "SOME-AS-AP - Name", "TSF-IP-Core Name".
_HANDLE = re.compile(r"AS\d+\s+-\s+|[A-Za-z0-9]+-[A-Za-z0-9-]+\s+-\s+|[A-Za-z0-9]+(?:-[A-Za-z0-9]+){2,}\s+(?=\S)")


_UNKNOWN = Place()


class _Database:
    """One open mmdb file, with what tells it from a newer one of the same path."""

    def __init__(self, path: Path, licence: str = "") -> None:
        self.path = path
        self.stamp = _stamp(path)
        self._licence = licence
        self._reader = maxminddb.open_database(path, maxminddb.MODE_AUTO)
        self.metadata = self._reader.metadata()
        self._known: Bounded[tuple[tuple[str, Any], ...], Place] = Bounded(lambda items: _record_place(dict(items)), _SHARED_MAX)

    def place(self, address: str) -> Place:
        """What is known of an address; nothing if its record is damaged or the file is of the other IP version."""
        try:
            record = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return _UNKNOWN
        if not isinstance(record, dict):
            return _UNKNOWN
        try:
            return self._known[tuple(record.items())]  # many networks have one operator: reading a record costs ten look-ups
        except TypeError:  # a nested record has no hash
            return _record_place(record)

    def about(self) -> dict[str, str | int]:
        """File name, kind, date it was built (ISO), licence line and ip_version (6: both)."""
        kind = self.metadata.database_type
        licence = self._licence or next((line for word, line in _LICENCES if word.lower() in kind.lower()), "")
        built = datetime.fromtimestamp(self.metadata.build_epoch, UTC).date().isoformat()
        return {"file": self.path.name, "kind": kind, "built": built, "licence": licence, "ip_version": self.metadata.ip_version}

    def reopened(self) -> "_Database":
        """This database, or a newly opened one if the file was replaced by a readable one."""
        try:
            return self if _stamp(self.path) == self.stamp else _Database(self.path, self._licence)
        except (OSError, maxminddb.InvalidDatabaseError):
            return self  # half copied: the old one is still mapped, and the next look will see the whole file

    def close(self) -> None:
        """Unmap the file."""
        self._reader.close()


class Places:
    """Truncated address → `Place`, remembered. Equal places are one object.

    A path of None means the embedded data, unpacked into `unpack_dir`; with no `unpack_dir` either, that fact stays
    unknown. `city_db` None: no regions or cities. Raises OSError or maxminddb.InvalidDatabaseError for a file that
    cannot be read.
    """

    def __init__(
        self,
        country_db: Path | None = None,
        network_db: Path | None = None,
        city_db: Path | None = None,
        unpack_dir: Path | None = None,
        cache_max: int = 50_000,
    ) -> None:
        embedded = ensure_embedded(unpack_dir) if unpack_dir and not (country_db and network_db) else (None, None)
        self._city = _Database(city_db) if city_db else None
        self._country = _open(country_db, embedded[0])
        self._network = _open(network_db, embedded[1])
        self._shared: Bounded[Place, Place] = Bounded(same, _SHARED_MAX)
        self._cache: Bounded[bytes, Place] = Bounded(self._compute, cache_max)
        self.lookup = self._cache.__getitem__

    def about(self) -> list[dict[str, str | int]]:
        """What each open database is: see `_Database.about`."""
        return [database.about() for database in self._open()]

    def reopen_if_changed(self) -> bool:
        """Swap in databases whose files were replaced; True if any was. Costs one stat a file."""
        before = self._open()
        self._city = self._city and self._city.reopened()
        self._country = self._country and self._country.reopened()
        self._network = self._network and self._network.reopened()
        gone = [database for database in before if database not in self._open()]
        for database in gone:
            database.close()
        if gone:
            self.forget()
        return bool(gone)

    def forget(self) -> None:
        """Forget every truncated address seen."""
        self._cache.forget()

    def close(self) -> None:
        """Close the files; no look-up after this."""
        for database in self._open():
            database.close()

    def _open(self) -> list[_Database]:
        return [database for database in (self._city, self._country, self._network) if database]

    def _compute(self, packed: bytes) -> Place:
        address = _address(packed)
        country = region = city = network = ""
        for database in self._open() if address else ():
            found = database.place(address)
            country, region, city = country or found.country, region or found.region, city or found.city
            network = found.network or network
        return self._shared[Place(country, region, city, network)]


def _open(path: Path | None, embedded: Path | None) -> _Database | None:
    if path:
        return _Database(path)
    return _Database(embedded, LICENCE) if embedded else None


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _address(packed: bytes) -> str:
    """The text of the first address of a truncated one's network; "" where it is nowhere on the public internet, or no address."""
    if len(packed) == 3:
        number, nowhere = int.from_bytes(packed + bytes(1), "big"), _NOWHERE_V4
    elif len(packed) == 6:
        number, nowhere = int.from_bytes(packed + bytes(10), "big"), _NOWHERE_V6
    else:
        return ""
    if any(number & mask == network for network, mask in nowhere):
        return ""
    return str(IPv6Address(number)) if len(packed) == 6 else "{}.{}.{}.0".format(*packed)


def _record_place(record: Mapping[str, Any]) -> Place:
    """One record of any layout we know: flat (`country_code`, `state1`, `city`), nested (`country.iso_code`, `city.names`), IPinfo."""
    country = _country(record)
    return Place(country, _region(record, country), _city(record, country), _network(record))


def _country(record: Mapping[str, Any]) -> str:
    nested = record.get("country") or record.get("registered_country")
    code = record.get("country_code") or (nested.get("iso_code") if isinstance(nested, dict) else nested)
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _region(record: Mapping[str, Any], country: str) -> str:
    """ISO 3166-2, such as "FI-18"; "" where the file has names only."""
    divisions = record.get("subdivisions")
    first = divisions[0] if isinstance(divisions, list) and divisions else {}
    code = first.get("iso_code") if isinstance(first, dict) else None
    return f"{country}-{code}" if country and isinstance(code, str) and _REGION.fullmatch(code) else ""


def _city(record: Mapping[str, Any], country: str) -> str:
    """The city with its country, such as "Helsinki (FI)", a district in brackets cut off: it is finer than a city."""
    city = record.get("city")
    names = city.get("names") if isinstance(city, dict) else {"en": city}
    name = (names.get("en") or next(iter(names.values()), "")) if isinstance(names, dict) else ""
    tidy = _tidy(_DISTRICT.sub("", name)) if isinstance(name, str) else ""
    return f"{tidy} ({country})" if tidy and country else tidy


def _network(record: Mapping[str, Any]) -> str:
    """The operator's name, from the most telling field the record has."""
    traits = record.get("traits")
    fields = {**record, **traits} if isinstance(traits, dict) else record
    names = (fields.get(key) for key in ("isp", "autonomous_system_organization", "as_name", "organization"))
    name = next((name for name in names if name and isinstance(name, str)), "")
    return _tidy(_HANDLE.sub("", name.strip(), count=1) if _HANDLE.match(name.strip()) else name)


def _tidy(name: str) -> str:
    printable = "".join(character for character in _SPACES.sub(" ", name) if character.isprintable())
    return printable.strip()[:NAME_MAX].strip()
