"""The doctor finds what would break the promise, says where it is and what to do, and changes nothing."""

import json
import os
import sqlite3
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter

from collector.control.database import Control
from collector.enrich.embedded import COUNTRY
from collector.ops import check_data, check_machine, check_network
from collector.ops.doctor import CHECKS, as_text, examine, to_json, worst
from collector.ops.findings import Finding, Level, Scene
from tests.ops.conftest import DAY_S, NOW_S, MakeScene, StillClock


def found(scene: Scene, level: Level) -> list[Finding]:
    return [finding for finding in examine(scene.settings, scene) if finding.level == level]


def troubles(scene: Scene) -> list[tuple[str, str]]:
    return [(finding.level, finding.where) for finding in examine(scene.settings, scene) if finding.level != "ok"]


def test_an_installation_with_nothing_wrong_is_all_ok(make_scene: MakeScene) -> None:
    scene = make_scene()
    Control(scene.settings.control_url).close()
    for path in scene.settings.data_dir.iterdir():
        os.utime(path, (NOW_S, NOW_S))
    before = {path.name: path.stat().st_mtime_ns for path in scene.settings.data_dir.iterdir()}
    assert troubles(scene) == []
    assert len(examine(scene.settings, scene)) >= 10
    assert {path.name: path.stat().st_mtime_ns for path in scene.settings.data_dir.iterdir()} == before, "nothing is touched"


def test_whatever_is_wrong_comes_with_what_to_do(make_scene: MakeScene) -> None:
    scene = make_scene(host="0.0.0.0", base_url="http://x.example", trusted_proxies="0.0.0.0/0")
    scene.settings.data_dir.chmod(0o755)
    wrong = [finding for finding in examine(scene.settings, scene) if finding.level != "ok"]
    assert len(wrong) >= 4
    assert all(finding.do and finding.where and finding.what.endswith(".") for finding in wrong)


@pytest.mark.parametrize(("mode", "level"), [(0o755, "fail"), (0o701, "fail"), (0o750, "warn"), (0o770, "warn")])
def test_a_data_folder_others_may_enter_is_found(make_scene: MakeScene, mode: int, level: str) -> None:
    scene = make_scene()
    scene.settings.data_dir.chmod(mode)
    assert troubles(scene) == [(level, str(scene.settings.data_dir))]


def test_a_data_folder_that_does_not_exist_is_not_made(make_scene: MakeScene) -> None:
    scene = make_scene(data_dir="/nonexistent/data")
    assert troubles(scene) == []
    assert not scene.settings.data_dir.exists()


def test_a_runtime_folder_on_a_disk_is_found(make_scene: MakeScene, tmp_path: Path) -> None:
    assert troubles(make_scene(runtime_dir=str(tmp_path / "disk"))) == [("warn", str(tmp_path / "disk"))]
    assert troubles(make_scene(runtime_dir="", systemd_runtime=str(tmp_path / "run"))) == [("warn", str(tmp_path / "run"))]
    assert troubles(make_scene(runtime_dir="", systemd_runtime=str(tmp_path / "ram" / "x"))) == []


def test_swap_on_a_disk_is_found_and_swap_in_memory_is_not(make_scene: MakeScene) -> None:
    scene = make_scene()
    (scene.proc / "swaps").write_text("Filename Type Size Used Priority\n/dev/zram0 partition 1 0 100\n")
    assert troubles(scene) == []
    (scene.proc / "swaps").write_text("Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n/swapfile file 1 0 -3\n")
    assert "/dev/sda2, /swapfile" in found(scene, "warn")[0].what


@pytest.mark.parametrize(
    ("pattern", "level"),
    [
        ("core", "ok"),
        ("/var/crash/%p", "ok"),
        ("", "ok"),
        ("|/lib/systemd/systemd-coredump %P %u", "ok"),
        ("|/bin/false", "ok"),
        ("|/usr/share/apport/apport -p%p", "warn"),
    ],
)
def test_a_program_that_is_handed_core_dumps_is_found(make_scene: MakeScene, pattern: str, level: str) -> None:
    scene = make_scene()
    (scene.proc / "sys/kernel/core_pattern").write_text(pattern + "\n")
    assert [finding.level for finding in check_machine.core_dumps(scene)] == [level]


def test_a_clock_that_was_never_set_or_steps_is_found(make_scene: MakeScene) -> None:
    scene = make_scene()
    clock = scene.clock
    assert isinstance(clock, StillClock)
    for step in (-3.0, 3.0):
        clock.step_s = step
        assert [finding.what for finding in check_machine.clock(scene)] == ["The clock was stepped while it was watched."]
    clock.now_s = 0.0
    assert [finding.level for finding in check_machine.clock(scene)] == ["fail"]


def test_a_file_from_the_future_is_found(make_scene: MakeScene) -> None:
    scene = make_scene()
    path = scene.settings.data_dir / "sites.json"
    path.touch()
    os.utime(path, (NOW_S + 3600, NOW_S + 3600))
    assert troubles(scene) == [("fail", str(path))]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"host": "0.0.0.0", "base_url": "https://s.example", "trusted_proxies": "10.0.0.1"}, [("warn", "host")]),
        ({"host": "0.0.0.0"}, [("warn", "host"), ("warn", "base_url")]),
        ({"base_url": "https://s.example"}, [("fail", "trusted_proxies")]),
        ({"base_url": "https://s.example", "trusted_proxies": "127.0.0.1"}, []),
        ({"base_url": "http://s.example"}, [("warn", "base_url")]),
        ({"trusted_proxies": "127.0.0.1,0.0.0.0/0"}, [("fail", "trusted_proxies")]),
        ({"trusted_proxies": "::/0"}, [("fail", "trusted_proxies")]),
        ({"trusted_proxies": "10.0.0.0/8,fd00::/48"}, []),
    ],
)
def test_the_way_to_the_collector_is_checked(make_scene: MakeScene, given: dict[str, str], wrong: list[tuple[str, str]]) -> None:
    assert troubles(make_scene(**given)) == wrong


@pytest.mark.parametrize(("base_url", "told"), [("https://s.example", True), ("http://s.example", False)])
def test_an_open_port_behind_an_https_address_lets_nobody_sign_in(make_scene: MakeScene, base_url: str, told: bool) -> None:
    (finding,) = check_network.exposure(make_scene(host="0.0.0.0", base_url=base_url, trusted_proxies="10.0.0.1"))
    assert ("Nobody can sign in at the port itself" in finding.do) == told


def test_a_control_database_of_a_newer_version_is_found(make_scene: MakeScene) -> None:
    scene = make_scene()
    Control(scene.settings.control_url).close()
    connection = sqlite3.connect(scene.settings.data_dir / "control.sqlite")
    with connection:
        connection.execute("UPDATE meta SET value = '99'")
    connection.close()
    assert [finding.level for finding in check_data.version(scene)] == ["fail"]


def test_a_journal_near_its_limit_is_found(make_scene: MakeScene) -> None:
    scene = make_scene(journal_bytes_max=1_000_000)
    scene.settings.journal_dir.mkdir()
    segment = scene.settings.journal_dir / "1"
    for used, level in ((100_000, "ok"), (500_000, "warn"), (900_000, "fail")):
        segment.write_bytes(bytes(used))
        assert [finding.level for finding in check_data.journal(scene)] == [level]


def test_a_missing_or_old_backup_is_found_once_there_is_something_to_lose(make_scene: MakeScene) -> None:
    scene = make_scene()
    assert list(check_data.backup(scene)) == []
    scene.settings.store_path.touch()
    clock = scene.clock
    assert isinstance(clock, StillClock)
    clock.now_s = scene.settings.store_path.stat().st_ctime
    assert [finding.level for finding in check_data.backup(scene)] == ["ok"]
    clock.now_s += 3 * DAY_S
    assert [finding.what for finding in check_data.backup(scene)] == ["There is no backup."]
    made = scene.settings.backup_dir / "one"
    made.mkdir(parents=True)
    os.utime(made, (clock.now_s - 3 * DAY_S,) * 2)
    assert [finding.what for finding in check_data.backup(scene)] == ["The last backup is 3 days old."]
    os.utime(made, (clock.now_s - DAY_S,) * 2)
    assert [finding.level for finding in check_data.backup(scene)] == ["ok"]


def test_old_or_unreadable_place_data_is_found(make_scene: MakeScene, tmp_path: Path) -> None:
    path = tmp_path / "country.mmdb"
    writer = MMDBWriter(ip_version=4)
    writer.to_db_file(str(path))
    scene = make_scene(country_db=str(path))
    clock = scene.clock
    assert isinstance(clock, StillClock)
    clock.now_s = path.stat().st_mtime + 100 * DAY_S
    assert [finding.level for finding in check_data.place_data(scene)] == ["ok"]
    clock.now_s += 100 * DAY_S
    assert [finding.level for finding in check_data.place_data(scene)] == ["warn"]
    path.write_bytes(b"nothing of the kind")
    assert [finding.level for finding in check_data.place_data(scene)] == ["fail"]


def test_embedded_place_data_is_looked_at_where_it_was_unpacked(make_scene: MakeScene) -> None:
    scene = make_scene()
    folder = scene.settings.data_dir / "geo"
    folder.mkdir()
    (folder / COUNTRY.file_name).write_bytes(b"damaged")
    assert [finding.where for finding in check_data.place_data(scene)] == [str(folder / COUNTRY.file_name)]


def test_one_check_that_cannot_be_made_does_not_stop_the_others(make_scene: MakeScene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = make_scene()
    complete = len(examine(scene.settings, scene))

    def refused(_: Path) -> object:
        raise PermissionError(13, "Permission denied", "/etc/somewhere")

    monkeypatch.setattr("collector.ops.check_data.shutil.disk_usage", refused)
    findings = examine(scene.settings, scene)
    assert len(findings) == complete
    assert Finding("warn", "The check of disk could not be made: Permission denied.", "/etc/somewhere") in findings


def test_the_answer_is_the_worst_finding() -> None:
    ok, warn, fail = (Finding(level, "What.", "where") for level in ("ok", "warn", "fail"))
    assert (worst([]), worst([ok]), worst([ok, warn, ok]), worst([fail, warn])) == ("ok", "ok", "warn", "fail")


def test_findings_are_shown_as_text_and_as_json() -> None:
    findings = [Finding("ok", "Fine.", "here"), Finding("warn", "Hm.", "there", "Do this.")]
    assert as_text(findings) == "ok   Fine.  [here]\nwarn Hm.  [there]\n     → Do this.\n\n1 ok, 1 warn, 0 fail\n"
    assert json.loads(to_json(findings))[1] == {"level": "warn", "what": "Hm.", "where": "there", "do": "Do this."}


def test_every_check_is_in_the_list_once_and_says_what_for() -> None:
    assert len(set(CHECKS)) == len(CHECKS)
    assert all(check.__doc__ for check in CHECKS)
