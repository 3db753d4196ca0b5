"""Whose files are whose: what commands make is this user's alone, and root's hands are kept off another user's folder."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from collector.ops import data_folder
from tests.server import Server

COMMANDS = [
    ["site", "add", "shop.example"],
    ["site", "list"],
    ["key", "list"],
    ["sign-in"],
    ["backup"],
    ["serve"],
]
NOBODY = 65534


def footfall(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of somebody whose new files everybody may read, and its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
    whole = ["/bin/sh", "-c", 'umask 022; exec "$@"', "sh", sys.executable, "-m", "collector", *words, "--data", str(folder)]
    return subprocess.run(whole, env=kept, capture_output=True, text=True, timeout=60)


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_uid, path.lstat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this at all")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_root_is_told_whom_to_be_and_writes_nothing(tmp_path: Path, words: list[str]) -> None:
    folder = tmp_path / "data"
    assert footfall(folder, "site", "add", "first.example").returncode == 0
    os.chown(folder, NOBODY, NOBODY)
    before = listing(folder)
    more = ["--port", "0"] if words == ["serve"] else []
    done = footfall(folder, *words, *more)
    assert done.returncode == 2, done
    assert re.search(rf"{folder} belongs to (nobody|#{NOBODY}).*sudo -u", done.stderr)
    assert listing(folder) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this at all")
def test_the_doctor_may_look_as_root(tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY, NOBODY)
    assert "data folder" in footfall(tmp_path, "doctor").stdout


def test_a_user_without_a_name_is_named_by_number() -> None:
    assert data_folder._name(4_000_000_000 - 1) == "#3999999999"


@pytest.mark.parametrize("words", COMMANDS[:-1], ids=" ".join)
def test_data_of_a_newer_version_is_no_commands_business(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "FORMAT").write_text("2\n")
    before = listing(tmp_path)
    done = footfall(tmp_path, *words)
    assert (done.returncode, "newer Footfall" in done.stderr) == (2, True), done
    assert listing(tmp_path) == before


def test_whatever_is_made_is_this_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert footfall(folder, "site", "add", "first.example").returncode == 0
    made = footfall(folder, "backup")
    assert made.returncode == 0, made
    restored = footfall(folder, "restore", made.stdout.strip())
    assert restored.returncode == 0, restored
    with Server(folder) as server:
        assert server.send("https://shop.example/").counted
        assert server.settled("pageviews", 1) == 1
        open_to_others = {
            str(path): oct(stat.S_IMODE(path.lstat().st_mode))
            for top in (folder, server.runtime)
            for path in (top, *top.rglob("*"))
            if path.lstat().st_mode & 0o077
        }
    assert open_to_others == {}
