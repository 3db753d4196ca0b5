"""Ingest sees the sites through a file that is always whole, and keeps the last good one."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collector.control.database import Control, SiteRow
from collector.control.errors import PictureUnreadable
from collector.control.picture import CHECK_EACH_S, Picture, PictureFile, SiteEntry, publish, write_picture

ROW = SiteRow(3, "example.com", "Europe/Helsinki", ("*.example.net", "other.example"), 0)


@pytest.mark.parametrize(
    ("hostname", "allowed"),
    [
        ("example.com", True),
        ("www.example.com", True),
        ("a.b.example.com", True),
        ("other.example", True),
        ("shop.example.net", True),
        ("a.shop.example.net", True),
        ("example.net", False),
        ("www.other.example", False),
        ("badexample.com", False),
        ("example.com.evil.example", False),
        ("", False),
        (".example", False),
        ("localhost", False),
    ],
)
def test_hits_count_from_the_domain_its_subdomains_and_the_listed_hostnames(hostname: str, allowed: bool) -> None:
    assert SiteEntry(3, "example.com", "UTC", frozenset(ROW.hostnames)).allows(hostname) is allowed


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    write_picture(path, [ROW])
    assert Picture.load(path).by_domain == {"example.com": SiteEntry(3, "example.com", "Europe/Helsinki", frozenset(ROW.hostnames))}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["sites.json"], "no temporary file is left"


@pytest.mark.parametrize("fault", ["os.fsync", "pathlib.Path.rename"])
def test_a_picture_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    path = tmp_path / "sites.json"
    write_picture(path, [ROW])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="No space left"):
        broken.setattr(fault, full)
        write_picture(path, [])
    assert list(Picture.load(path).by_domain) == ["example.com"]
    assert [found.name for found in tmp_path.iterdir()] == ["sites.json"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"version":1}', b'{"version":2,"sites":[]}', b'{"version":1,"sites":[{"id":"x"}]}'])
def test_a_damaged_picture_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "sites.json"
    path.write_bytes(data)
    with pytest.raises(PictureUnreadable, match=r"sites\.json"):
        Picture.load(path)


def test_every_truncation_of_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    write_picture(path, [ROW])
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(PictureUnreadable):
            Picture.load(path)


def test_a_change_is_seen_at_the_next_look_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    file = PictureFile(path)
    assert file.current(0.0).by_domain == {} and "sites.json" in file.problem
    write_picture(path, [ROW])
    assert file.current(CHECK_EACH_S / 2).by_domain == {}
    assert list(file.current(CHECK_EACH_S).by_domain) == ["example.com"] and file.problem == ""
    write_picture(path, [])
    assert file.current(2 * CHECK_EACH_S).by_domain == {}


def test_a_file_of_the_same_size_and_time_is_seen_when_it_is_another_file(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    file = PictureFile(path)
    write_picture(path, [ROW])
    os.utime(path, ns=(0, 0))
    assert file.current(0.0).by_domain["example.com"].id == 3
    write_picture(path, [ROW._replace(id=4)])
    os.utime(path, ns=(0, 0))
    assert file.current(1.0).by_domain["example.com"].id == 4


def test_the_last_good_picture_stays_while_the_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    write_picture(path, [ROW])
    file = PictureFile(path)
    good = file.current(0.0)
    path.write_bytes(b"{")
    assert file.current(1.0) is good and "damaged" in file.problem
    path.unlink()
    assert file.current(2.0) is good and "cannot be read" in file.problem
    write_picture(path, [])
    assert file.current(3.0).by_domain == {} and file.problem == ""


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    write_picture(path, [ROW])
    file = PictureFile(path)
    assert file.current(0.0) is file.current(1.0)


def test_after_many_commands_at_once_the_picture_is_what_the_database_holds(control: Control, tmp_path: Path) -> None:
    path = tmp_path / "data" / "sites.json"

    def add(number: int) -> None:
        control.add_site(f"s{number}.example")
        publish(control, path)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(16)))
    assert sorted(Picture.load(path).by_domain) == sorted(site.domain for site in control.sites())
    assert len(control.sites()) == 16
