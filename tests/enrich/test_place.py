"""Where a truncated address is, from databases of every maker's layout."""

# ruff: noqa: E501  (a row of a table stays on one line)

import lzma
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import maxminddb
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]  # the package has no types

from collector.enrich import embedded
from collector.enrich.embedded import COUNTRY, NETWORK, ensure_embedded
from collector.enrich.place import NAME_MAX, Places
from collector.event import Place

EXAMPLE, EXAMPLE_V6 = "203.0.113.0", "2a02:1234:5678::"


def packed(address: str) -> bytes:
    found = ip_address(address).packed
    return found[:3] if len(found) == 4 else found[:6]


def write(path: Path, records: Mapping[str, Any], kind: str = "Test", ip_version: int = 6) -> Path:
    writer = MMDBWriter(ip_version, kind, ipv4_compatible=ip_version == 6)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    temporary = path.with_suffix(".new")
    writer.to_db_file(str(temporary))
    temporary.replace(path)
    return path


# layout, record | place
LAYOUTS = [
    ("flat", {"country_code": "FI"}, Place("FI")),
    ("MaxMind city", {"country": {"iso_code": "FI"}, "subdivisions": [{"iso_code": "18", "names": {"en": "Uusimaa"}}], "city": {"names": {"de": "H", "en": "Helsinki"}}}, Place("FI", "FI-18", "Helsinki (FI)")),
    ("MaxMind city without a country", {"registered_country": {"iso_code": "SE"}, "city": {"names": {"sv": "Umeå"}}}, Place("SE", "", "Umeå (SE)")),
    ("MaxMind ASN", {"autonomous_system_number": 719, "autonomous_system_organization": " Elisa\n  Oyj "}, Place("", "", "", "Elisa Oyj")),
    ("MaxMind ISP", {"isp": "Telia", "autonomous_system_organization": "TSF-IP-Core Telia", "organization": "Other"}, Place("", "", "", "Telia")),
    ("MaxMind enterprise", {"country": {"iso_code": "FI"}, "traits": {"isp": "DNA"}}, Place("FI", "", "", "DNA")),
    ("DB-IP city", {"country": {"iso_code": "DE"}, "subdivisions": [{"names": {"en": "Berlin"}}], "city": {"names": {"en": "Berlin (Mitte)"}}}, Place("DE", "", "Berlin (DE)")),
    ("IPinfo", {"country": "Finland", "country_code": "FI", "asn": "AS719", "as_name": "Elisa Oyj"}, Place("FI", "", "", "Elisa Oyj")),
    ("flat city", {"country_code": "FI", "state1": "Uusimaa", "city": "Espoo"}, Place("FI", "", "Espoo (FI)")),
    ("registry handles", {"autonomous_system_organization": "AS64500 - Example Net"}, Place("", "", "", "Example Net")),
    ("registry handles", {"autonomous_system_organization": "TSF-IP-Core Telia Finland Oyj"}, Place("", "", "", "Telia Finland Oyj")),
    ("a name with a hyphen", {"autonomous_system_organization": "K-Net SAS"}, Place("", "", "", "K-Net SAS")),
    ("nonsense", {"country_code": "finland", "subdivisions": "x", "city": {"names": 3}, "isp": 7, "country": 5}, Place()),
]  # fmt: skip


@pytest.mark.parametrize(("layout", "record", "place"), LAYOUTS)
def test_every_layout_is_read(tmp_path: Path, layout: str, record: dict[str, Any], place: Place) -> None:
    path = write(tmp_path / "db.mmdb", {f"{EXAMPLE}/24": record, f"{EXAMPLE_V6}/48": record})
    places = Places(city_db=path)
    assert places.lookup(packed(EXAMPLE)) == place, layout
    assert places.lookup(packed(EXAMPLE_V6)) == place, layout
    places.close()


def test_the_first_database_that_knows_a_field_wins(tmp_path: Path) -> None:
    city = write(tmp_path / "city.mmdb", {f"{EXAMPLE}/24": {"country_code": "FI", "city": "Oulu"}})
    country = write(tmp_path / "country.mmdb", {f"{EXAMPLE}/24": {"country_code": "SE"}, "198.51.100.0/24": {"country_code": "SE"}})
    network = write(
        tmp_path / "network.mmdb",
        {f"{EXAMPLE}/24": {"isp": "Net", "country_code": "NO"}, "192.0.2.0/24": {"isp": "Net", "country_code": "NO"}},
    )
    places = Places(country, network, city)
    assert places.lookup(packed(EXAMPLE)) == Place("FI", "", "Oulu (FI)", "Net")
    assert places.lookup(packed("198.51.100.0")) == Place("SE")
    assert places.lookup(packed("192.0.2.0")) == Place("NO", "", "", "Net")
    places.close()


@pytest.mark.parametrize(
    "address", ["10.1.2.0", "127.0.0.0", "192.168.7.0", "172.20.0.0", "169.254.3.0", "100.64.1.0", "::", "fe80::", "fd12:3456:789a::"]
)
def test_a_private_address_is_nowhere(tmp_path: Path, address: str) -> None:
    everywhere = write(
        tmp_path / "db.mmdb",
        {"0.0.0.0/1": {"country_code": "FI"}, "128.0.0.0/1": {"country_code": "FI"}, "fc00::/6": {"country_code": "FI"}},
    )
    places = Places(everywhere)
    assert places.lookup(packed(address)) is places.lookup(b"") == Place()
    places.close()


def test_equal_places_are_one_object(tmp_path: Path) -> None:
    places = Places(write(tmp_path / "db.mmdb", {"203.0.112.0/23": {"country_code": "FI"}}))
    assert places.lookup(packed("203.0.112.0")) is places.lookup(packed("203.0.113.0"))
    places.close()


def test_an_ipv4_file_says_nothing_of_ipv6(tmp_path: Path) -> None:
    places = Places(write(tmp_path / "db.mmdb", {f"{EXAMPLE}/24": {"country_code": "FI"}}, ip_version=4))
    assert places.lookup(packed(EXAMPLE)) == Place("FI")
    assert places.lookup(packed(EXAMPLE_V6)) == Place()
    assert places.about()[0]["ip_version"] == 4
    places.close()


def test_a_replaced_file_is_noticed_and_a_half_copied_one_is_not_taken(tmp_path: Path) -> None:
    path = write(tmp_path / "db.mmdb", {f"{EXAMPLE}/24": {"country_code": "FI"}})
    places = Places(path)
    assert places.lookup(packed(EXAMPLE)) == Place("FI")
    assert not places.reopen_if_changed()
    half = tmp_path / "half"
    half.write_bytes(b"not a database")
    half.replace(path)
    assert not places.reopen_if_changed()
    assert places.lookup(packed(EXAMPLE)) == Place("FI")
    write(path, {f"{EXAMPLE}/24": {"country_code": "SE"}})
    assert places.reopen_if_changed()
    assert places.lookup(packed(EXAMPLE)) == Place("SE")
    path.unlink()
    assert not places.reopen_if_changed()
    places.close()


@pytest.mark.parametrize(
    ("kind", "word"), [("GeoLite2-City", "MaxMind"), ("DBIP-City-Lite", "link back"), ("ipinfo bundle", "IPinfo"), ("Own", "")]
)
def test_a_database_says_what_it_is_and_whose(tmp_path: Path, kind: str, word: str) -> None:
    places = Places(write(tmp_path / "db.mmdb", {f"{EXAMPLE}/24": {"country_code": "FI"}}, kind))
    [about] = places.about()
    assert about["file"] == "db.mmdb"
    assert about["kind"] == kind
    assert str(about["built"])[:2] == "20"
    assert word in str(about["licence"])
    assert bool(about["licence"]) == bool(word)
    places.close()


def test_a_long_name_is_cut(tmp_path: Path) -> None:
    places = Places(network_db=write(tmp_path / "db.mmdb", {f"{EXAMPLE}/24": {"isp": "Net " * 90}}))
    assert len(places.lookup(packed(EXAMPLE)).network) <= NAME_MAX
    places.close()


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "db.mmdb"
    path.write_bytes(b"no")
    with pytest.raises(maxminddb.InvalidDatabaseError):
        Places(path)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("geo")
    ensure_embedded(folder)
    return folder


def test_the_embedded_data_know_countries_and_operators(unpacked: Path) -> None:
    places = Places(unpack_dir=unpacked)
    assert places.lookup(packed("91.152.1.0")) == Place("FI", "", "", "Elisa Oyj")
    assert places.lookup(packed("2001:14b8:100::")) == Place("FI", "", "", "DNA Oyj")
    assert [about["licence"] for about in places.about()] == ["Public domain (PDDL 1.0), ip-location-db"] * 2
    places.close()


def test_the_embedded_data_are_unpacked_once_and_healed_when_damaged(unpacked: Path) -> None:
    country, network = ensure_embedded(unpacked)
    assert (country.name, network.name) == (COUNTRY.file_name, NETWORK.file_name)
    before = network.stat().st_mtime_ns
    country.write_bytes(b"x" * COUNTRY.raw_bytes)
    ensure_embedded(unpacked)
    with maxminddb.open_database(country) as reader:
        assert reader.get("91.152.1.0") == {"country_code": "FI"}
    assert network.stat().st_mtime_ns == before
    assert sorted(path.name for path in unpacked.iterdir()) == sorted((country.name, network.name))


@pytest.mark.parametrize("shipped", [lzma.compress(b"another file"), lzma.compress(bytes(1000))[:-20], b"no archive"])
def test_shipped_data_that_are_damaged_are_refused_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: bytes
) -> None:
    (tmp_path / f"{COUNTRY.name}.mmdb.xz").write_bytes(shipped)
    monkeypatch.setattr(embedded, "DATA", tmp_path)
    with pytest.raises(ValueError, match="is damaged: install Footfall again"):
        ensure_embedded(tmp_path / "geo")
    assert list((tmp_path / "geo").iterdir()) == []
