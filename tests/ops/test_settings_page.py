"""docs/settings.md is what the one list of settings says, and secrets are shown nowhere."""

from pathlib import Path

import pytest

from collector import settings
from collector.ops import settings_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_what_the_list_says() -> None:
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == settings_page.markdown(), (
        "run `footfall settings --markdown > docs/settings.md`"
    )


def test_every_setting_is_on_the_page_in_one_row_of_five_cells() -> None:
    rows = [line for line in settings_page.markdown().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [setting.name for setting in settings.SETTINGS]
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)


def test_the_values_in_force_name_their_origin(tmp_path: Path) -> None:
    (tmp_path / "footfall.toml").write_text("detail_days = 3\n")
    loaded = settings.load({"FOOTFALL_PORT": "9"}, tmp_path, {"host": "::1"})
    text = settings_page.in_force(loaded)
    assert "host = ::1\n    from the command line." in text
    assert "port = 9\n    from FOOTFALL_PORT." in text
    assert f"detail_days = 3\n    from {tmp_path / 'footfall.toml'}." in text
    assert "honour_dnt = true\n    from default." in text


def test_a_secret_is_said_to_be_set_and_not_shown(tmp_path: Path) -> None:
    marks = {f"FOOTFALL_{s.name.upper()}": f"mark-{s.name}" for s in settings.SETTINGS if s.secret}
    assert marks
    text = settings_page.in_force(settings.load(marks, tmp_path))
    assert "mark-" not in text
    assert text.count("(set, not shown)") == len(marks)


def test_the_example_on_the_page_is_a_settings_file_that_works(tmp_path: Path) -> None:
    example = settings_page.markdown().split("```toml\n")[1].split("```")[0]
    (tmp_path / "footfall.toml").write_text(example)
    assert settings.load({}, tmp_path).base_url == "https://stats.example.com"


@pytest.mark.parametrize(("name", "expected"), [("host", "an address such as 127.0.0.1"), ("data_dir", "a folder")])
@pytest.mark.parametrize("value", ["", " ", 1])
def test_a_setting_that_may_not_be_empty_is_refused_by_name(tmp_path: Path, name: str, expected: str, value: object) -> None:
    with pytest.raises(settings.SettingError, match=f"Setting {name} .*expected {expected}"):
        settings.load({}, tmp_path, {name: value})
