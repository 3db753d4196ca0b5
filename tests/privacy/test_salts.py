"""The salt of a day: random, per site, gone when the day is over."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.privacy.key import SALT_BYTES, visitor_key
from collector.privacy.runtime import file_system, open_runtime
from collector.privacy.salts import FILE_NAME, SITES_MAX, Salts, open_salts

Opener = Callable[[Path | None], Salts]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens salts, and closes them all in the end."""
    everything: list[Salts] = []

    def open_(folder: Path | None) -> Salts:
        everything.append(Salts(folder))
        return everything[-1]

    yield open_
    for salts in everything:
        salts.close()


MOUNTS = ["/dev/vda / ext4 rw 0 0", "tmpfs /dev/shm tmpfs rw 0 0", "tmpfs /run tmpfs rw 0 0", "/dev/vdb /run/disk ext4 rw 0 0"]


def test_a_salt_stays_for_its_day_and_is_never_another_sites(tmp_path: Path, opened: Opener) -> None:
    salts = opened(tmp_path)
    first, second = bytes(salts.of(1, 100)), bytes(salts.of(2, 100))
    assert first != second
    assert bytes(salts.of(1, 100)) == first


def test_a_restart_keeps_the_days_salt_and_no_other_days(tmp_path: Path, opened: Opener) -> None:
    salts = opened(tmp_path)
    first = bytes(salts.of(1, 100))
    again = opened(tmp_path)
    assert bytes(again.of(1, 100)) == first
    assert bytes(again.of(1, 101)) != first


def test_an_ended_days_salt_is_in_no_byte_of_the_runtime_file(tmp_path: Path, opened: Opener) -> None:
    salts = opened(tmp_path)
    first, other = bytes(salts.of(1, 100)), bytes(salts.of(2, 100))
    assert first in (tmp_path / FILE_NAME).read_bytes()
    assert salts.overwrite_ended({1: 101, 2: 100}) == 1
    assert first not in (tmp_path / FILE_NAME).read_bytes()
    assert other in (tmp_path / FILE_NAME).read_bytes()


def test_a_day_that_the_next_days_first_event_ended_is_told_once(tmp_path: Path, opened: Opener) -> None:
    salts = opened(tmp_path)
    assert salts.overwrite_ended({1: 100}) == 0
    salts.of(1, 100)
    assert salts.overwrite_ended({1: 100}) == 0, "a site's first day ends nothing"
    salts.of(1, 101)
    assert salts.overwrite_ended({1: 101}) == 1
    assert salts.overwrite_ended({1: 101}) == 0


def test_a_restart_over_midnight_is_told(tmp_path: Path, opened: Opener) -> None:
    opened(tmp_path).of(1, 100)
    assert opened(tmp_path).overwrite_ended({1: 101}) == 1


def test_a_removed_sites_salt_is_overwritten(tmp_path: Path, opened: Opener) -> None:
    salts = opened(tmp_path)
    first = bytes(salts.of(7, 100))
    salts.overwrite_ended({})
    assert first not in (tmp_path / FILE_NAME).read_bytes()


def test_a_day_that_comes_again_gets_a_new_salt(opened: Opener) -> None:
    salts = opened(None)
    first = bytes(salts.of(1, 100))
    salts.of(1, 101)
    assert bytes(salts.of(1, 100)) != first


def test_a_key_depends_on_site_address_agent_and_salt(opened: Opener) -> None:
    salts = opened(None)
    one, two = bytes(salts.of(1, 100)), bytes(salts.of(2, 100))
    keys = {
        visitor_key(salt, site, address, agent)
        for salt in (one, two)
        for site in (1, 2)
        for address in (b"\xcb\x00\x71", b"\xcb\x00\x72", b"")
        for agent in (b"A", b"B")
    }
    assert len(keys) == 24
    assert visitor_key(one, 1, b"abc", b"d") != visitor_key(one, 1, b"ab", b"cd")


def test_more_sites_than_there_are_slots_is_an_error_and_not_a_shared_salt(opened: Opener) -> None:
    salts = opened(None)
    for site in range(1, SITES_MAX + 1):
        salts.of(site, 1)
    with pytest.raises(OverflowError):
        salts.of(SITES_MAX + 1, 1)


@pytest.mark.parametrize(("path", "kind"), [("/dev/shm/x", "tmpfs"), ("/run/x", "tmpfs"), ("/run/disk/x", "ext4"), ("/dev/shmx", "ext4")])
def test_the_file_system_is_that_of_the_longest_mount_point(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


def test_a_runtime_folder_open_to_others_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o755)
    found, warning = open_runtime(folder, "", tmp_path)
    assert found is None and "open to others" in warning


def test_a_link_under_the_name_of_our_folder_in_shared_memory_is_not_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("collector.privacy.runtime.SHARED_MEMORY", tmp_path)
    monkeypatch.setattr("collector.privacy.runtime.is_ram", lambda path: True)
    folder, _ = open_runtime(None, "", tmp_path / "data")
    assert folder is not None and folder.parent == tmp_path
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    found, warning = open_runtime(None, "", tmp_path / "data")
    assert found is None and "open to others" in warning
    assert open_runtime(folder, "", tmp_path / "data") == (folder, "")  # by name one may


def test_a_runtime_folder_on_a_disk_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("collector.privacy.runtime.is_ram", lambda path: False)
    found, warning = open_runtime(tmp_path / "runtime", "", tmp_path)
    assert found is None and "on a disk" in warning


def test_a_runtime_folder_without_room_leaves_salts_in_memory_and_no_byte_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"the salts of a shorter list")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(os, "posix_fallocate", full)
        salts, warning = open_salts(tmp_path)
    assert f"{tmp_path} takes nothing (No space left on device)" in warning and "restart" in warning
    assert bytes(salts.of(1, 100)) == bytes(salts.of(1, 100)) != bytes(SALT_BYTES)
    assert list(tmp_path.iterdir()) == []
    salts.close()


def test_a_runtime_folder_with_room_takes_the_salts_without_a_word(tmp_path: Path) -> None:
    salts, warning = open_salts(tmp_path)
    assert (warning, [path.name for path in tmp_path.iterdir()]) == ("", [FILE_NAME])
    salts.close()
