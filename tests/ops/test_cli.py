"""The command does what it says beside a running server, and every foreseeable error is one sentence with exit code 2."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from collector import __version__
from collector.cli import main
from collector.clock import Clock
from collector.control.database import Control
from collector.control.picture import Picture
from collector.settings import load

ROOT = Path(__file__).parents[2]
FINNS = '[["is", "visit:country", ["FI"]], ["is", "visit:device", ["Mobile"]]]'


class Shell:
    """Runs `footfall` with a data folder of its own and nothing from the environment."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self._runner = CliRunner(env={name: None for name in os.environ if name.startswith("FOOTFALL_")})

    def run(self, *words: str, stdin: str | None = None) -> Result:
        return self._runner.invoke(main, [*words, "--data", str(self.data)], input=stdin)

    def says(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.output

    def refuses(self, *words: str) -> str:
        """The one sentence of an error."""
        result = self.run(*words)
        assert result.exit_code == 2, result.output
        assert result.stdout == "" and isinstance(result.exception, SystemExit)
        return result.stderr.removeprefix("Error: ").strip()

    def control(self) -> Control:
        return Control(load({}, overrides={"data_dir": str(self.data)}).control_url)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


def test_a_site_that_is_added_is_listed_and_ingest_sees_it(shell: Shell) -> None:
    assert "footfall snippet example.com" in shell.says(
        "site", "add", "www.Example.com", "--timezone", "Europe/Helsinki", "--hostname", "*.x.example"
    )
    assert re.fullmatch(r"example\.com\tEurope/Helsinki\t\d{4}-\d\d-\d\d\t\*\.x\.example\n", shell.says("site", "list"))
    entry = Picture.load(shell.data / "sites.json").by_domain["example.com"]
    assert entry.timezone == "Europe/Helsinki" and entry.allows("a.x.example")


def test_a_site_that_is_removed_is_gone_from_both(shell: Shell) -> None:
    shell.says("site", "add", "example.com")
    assert "Removed example.com." in shell.says("site", "remove", "example.com", "--yes")
    assert Picture.load(shell.data / "sites.json").by_domain == {}
    assert "No sites yet" in shell.says("site", "list")


def test_removing_asks_first(shell: Shell) -> None:
    shell.says("site", "add", "example.com")
    asked = shell.run("site", "remove", "example.com", stdin="n\n")
    assert asked.exit_code == 1
    assert "all that was ever counted" in asked.output
    assert "There is no site nowhere.example" in shell.run("site", "remove", "nowhere.example").stderr
    assert shell.says("site", "list").startswith("example.com")
    assert shell.run("site", "remove", "example.com", stdin="y\n").exit_code == 0


def test_a_key_is_the_last_word_and_works(shell: Shell) -> None:
    shell.says("site", "add", "example.com")
    token = shell.says("key", "add", "--site", "example.com", "--name", "weekly report").split()[-1]
    control = shell.control()
    assert control.site_for_key(token, "example.com") is not None
    listed = shell.says("key", "list", "--site", "example.com")
    assert "weekly report" in listed and token not in listed
    shell.says("key", "remove", listed.split("\t")[0])
    assert control.site_for_key(token, "example.com") is None
    control.close()


def test_a_segment_is_saved_listed_and_removed(shell: Shell) -> None:
    shell.says("site", "add", "example.com")
    shell.says("site", "add", "other.example")
    assert shell.says("segment", "add", "www.example.com", " Finns  on phones", FINNS) == "Saved Finns on phones of example.com.\n"
    assert re.fullmatch(r"example\.com\t\d{4}-\d\d-\d\d\tFinns on phones\t(\[.*\])\n", listed := shell.says("segment", "list"))
    assert json.loads(listed.split("\t")[3]) == json.loads(FINNS)
    assert shell.says("segment", "list", "--site", "other.example") == ""
    assert shell.refuses("segment", "add", "example.com", "Finns on phones", FINNS).startswith("The segment 'Finns on phones' exists")
    assert shell.says("segment", "remove", "example.com", "Finns on phones", "--yes") == "Removed Finns on phones of example.com.\n"
    assert shell.says("segment", "list") == ""


def test_removing_a_segment_asks_first(shell: Shell) -> None:
    shell.says("site", "add", "example.com")
    shell.says("segment", "add", "example.com", "Finns", FINNS)
    asked = shell.run("segment", "remove", "example.com", "Finns", stdin="n\n")
    assert asked.exit_code == 1 and "Forget the segment Finns of example.com?" in asked.output
    assert "no segment 'Swedes'" in shell.refuses("segment", "remove", "example.com", "Swedes")
    assert "Finns" in shell.says("segment", "list")
    assert shell.run("segment", "remove", "example.com", "Finns", stdin="y\n").exit_code == 0


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ("country = FI", "FILTERS is not JSON"),
        ("[" * 100_000, "FILTERS is not JSON"),
        ('[["is","visit:country",["FI"]]]', "segment"),
        ("{}", "."),
        ('[["is","visit:shoe",["44"]],["is","visit:country",["FI"]]]', "'visit:shoe'"),
        ('[["is","event:page",["/"]],["is","visit:country",["FI"]]]', "."),
        ('[["is","segment",["Finns"]],["is","visit:country",["FI"]]]', "."),
    ],
)
def test_conditions_that_cannot_be_a_segment_are_one_sentence(shell: Shell, filters: str, sentence: str) -> None:
    shell.says("site", "add", "example.com")
    message = shell.refuses("segment", "add", "example.com", "Finns", filters)
    assert sentence in message and message.endswith(".") and "\n" not in message
    assert shell.says("segment", "list") == ""


def test_a_sign_in_link_works_once(shell: Shell) -> None:
    address, token = shell.says("sign-in", "--port", "8123").strip().split("#")
    assert address == "http://127.0.0.1:8123/sign-in"
    control = shell.control()
    now_s = Clock().time()
    assert control.use_sign_in(token, now_s) is not None
    assert control.use_sign_in(token, now_s) is None
    control.close()


def test_signing_out_ends_sessions_everywhere(shell: Shell) -> None:
    control, now_s = shell.control(), Clock().time()
    session = control.use_sign_in(control.new_sign_in(now_s), now_s)
    assert session is not None
    assert "Nobody is signed in" in shell.says("sign-out")
    assert not control.session(session, now_s)
    control.close()


def test_the_tag_names_the_site_the_collector_and_if_asked_the_hash(shell: Shell) -> None:
    shell.says("site", "add", "example.com")
    here = shell.run("snippet", "example.com")
    assert 'data-domain="example.com" src="http://127.0.0.1:8000/script.js"' in here.stdout
    assert "sha384-" in here.stderr and "base_url is not set" in here.stderr
    Path("footfall.toml").write_text('base_url = "https://stats.example.com"\n')
    pinned = shell.run("snippet", "www.example.com", "--pinned")
    assert 'src="https://stats.example.com/script.' in pinned.stdout and 'integrity="sha384-' in pinned.stdout
    assert "base_url" not in pinned.stderr


def test_settings_come_from_the_command_line_and_a_named_file(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("port = 4711\n")
    text = shell.says("settings", "--config", "own.toml")
    assert "port = 4711\n    from own.toml." in text
    assert f"data_dir = {shell.data}\n    from the command line." in text
    assert shell.says("settings", "--markdown") == (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_the_doctor_answers_in_json_and_fails_with_1(shell: Shell) -> None:
    shell.data.mkdir()
    shell.data.chmod(0o777)
    result = shell.run("doctor", "--json")
    assert result.exit_code == 1
    assert ["fail", str(shell.data)] in [[finding["level"], finding["where"]] for finding in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("site", "add", "https://example.com"), "scheme"),
        (("site", "add", "example.com", "--timezone", "Mars"), "Unknown time zone 'Mars'"),
        (("site", "add", "example.com", "--hostname", "a b"), "not a hostname"),
        (("site", "remove", "nowhere.example", "--yes"), "There is no site nowhere.example"),
        (("key", "add", "--site", "nowhere.example"), "There is no site nowhere.example"),
        (("key", "list", "--site", "nowhere.example"), "There is no site nowhere.example"),
        (("key", "remove", "7"), "There is no key 7"),
        (("segment", "add", "nowhere.example", "Finns", FINNS), "There is no site nowhere.example"),
        (("segment", "list", "--site", "nowhere.example"), "There is no site nowhere.example"),
        (("segment", "remove", "nowhere.example", "Finns"), "There is no site nowhere.example"),
        (("snippet", "nowhere.example"), "There is no site nowhere.example"),
        (("serve", "--port", "70000"), "Setting port 70000"),
        (("site", "list", "--config", "/nonexistent/f.toml"), "/nonexistent/f.toml cannot be read: No such file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(shell: Shell, words: tuple[str, ...], sentence: str) -> None:
    message = shell.refuses(*words)
    assert sentence in message and message.endswith(".") and "\n" not in message


def test_a_duplicate_a_folder_that_cannot_be_made_and_a_setting_nobody_knows_are_one_sentence(shell: Shell, tmp_path: Path) -> None:
    shell.says("site", "add", "example.com")
    assert shell.refuses("site", "add", "example.com") == "The site example.com exists already."
    (tmp_path / "footfall.toml").write_text("prot = 1\n")
    assert "Unknown setting prot in footfall.toml" in shell.refuses("site", "list")
    (tmp_path / "footfall.toml").unlink()
    shell.data = tmp_path / "footfall.toml" / "data"
    (tmp_path / "footfall.toml").touch()
    assert "cannot be used" in shell.refuses("site", "list", "--config", os.devnull)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [((*path, name), command)]
    return found


def test_every_command_takes_data_and_config_and_says_what_it_does() -> None:
    every = commands(main)
    assert len(every) >= 13
    for path, command in every:
        options = {word for parameter in command.params for word in parameter.opts}
        assert {"--data", "--config"} <= options, path
        assert command.help and command.help.split("\n")[0].endswith("."), path


def test_the_module_runs_as_a_command_in_a_process_of_its_own(tmp_path: Path) -> None:
    def footfall(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
        line = [sys.executable, "-W", "error", "-m", "collector", *words]
        return subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)

    assert footfall("--version").stdout == f"footfall, version {__version__}\n"
    assert footfall("site", "add", "example.com").returncode == 0
    again = footfall("site", "add", "example.com")
    assert (again.returncode, again.stdout, again.stderr) == (2, "", "Error: The site example.com exists already.\n")
    assert (tmp_path / "data" / "sites.json").exists()


def test_listing_sites_does_not_pay_for_the_server(tmp_path: Path) -> None:
    program = "import sys; from collector.cli import main; main(['site', 'list'], standalone_mode=False); print(*sys.modules)"
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    loaded = set(done.stdout.split())
    assert "sqlalchemy" in loaded
    assert not loaded & {"collector.app", "duckdb", "uvicorn", "starlette", "jinja2", "ua_parser"}
