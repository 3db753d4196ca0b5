"""The settings as people read them: docs/settings.md, and the table of what is in force here."""

import json
from pathlib import Path
from typing import Any

from collector.settings import PREFIX, SETTINGS, TOML, Setting, Settings

_HEAD = f"""# Settings

A setting comes from the command line, else from `{PREFIX}<NAME>` in the environment, else from `{TOML}` in the folder
Footfall is started in (or the file that `--config` or `{PREFIX}CONFIG` names), else from its default.
An unknown setting, or a value that does not fit, stops the start with a sentence that names it.
`footfall settings` shows the values in force and where each comes from. This page is made by `footfall settings --markdown`.

"""

_EXAMPLE = f"""
## An example

```toml
# {TOML}
base_url = "https://stats.example.com"
data_dir = "/var/lib/footfall"
trusted_proxies = ["127.0.0.1"]
```
"""


def markdown() -> str:
    """The whole text of docs/settings.md."""
    rows = ["| setting | in the environment | what | default | what it is for |", "|---|---|---|---|---|"]
    rows += [f"| `{s.name}` | `{PREFIX}{s.name.upper()}` | {s.type} | {_default(s)} | {_help(s)} |" for s in SETTINGS]
    return _HEAD + "\n".join(rows) + "\n" + _EXAMPLE


def _default(setting: Setting) -> str:
    return f"`{shown(setting.default)}`" if setting.default != "" else "(empty)"


def _help(setting: Setting) -> str:
    text = setting.help.replace("|", "\\|")
    return f"{text} A secret: never shown." if setting.secret else text


def in_force(settings: Settings) -> str:
    """Each setting with its value, where that comes from, and what it is for; secrets masked."""
    blocks = []
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        text = ("(set, not shown)" if value else "(empty)") if setting.secret else shown(value)
        blocks.append(f"{setting.name} = {text}\n    from {settings.origins[setting.name]}. {setting.help}\n")
    return "".join(blocks)


def shown(value: Any) -> str:
    """A value as footfall.toml would hold it; a list as words with commas between."""
    if value is None or value == () or value == "":
        return "(empty)"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return str(value) if isinstance(value, Path | str) else json.dumps(value)
