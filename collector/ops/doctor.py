"""`footfall doctor`: the list of checks, run in order, and how their findings are shown."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from collector.ops import check_data, check_machine, check_network
from collector.ops.check_access_logs import access_logs
from collector.ops.findings import LEVELS, Finding, Level, Scene
from collector.settings import Settings, runtime_directory

Check = Callable[[Scene], Iterator[Finding]]

# Reading this list is reading what can break the promise, or the count.
CHECKS: tuple[Check, ...] = (
    check_data.data_folder,
    check_data.version,
    check_machine.runtime_folder,
    check_machine.swap,
    check_machine.core_dumps,
    check_machine.clock,
    check_network.exposure,
    check_network.proxies,
    check_network.base_url,
    access_logs,
    check_data.place_data,
    check_data.journal,
    check_data.disk,
    check_data.backup,
)


def examine(settings: Settings, scene: Scene | None = None) -> list[Finding]:
    """Every finding about an installation. Changes nothing, and opens no connection but to a control database elsewhere."""
    scene = scene or Scene(settings, systemd_runtime=runtime_directory())
    return [finding for check in CHECKS for finding in _ran(check, scene)]


def _ran(check: Check, scene: Scene) -> Iterable[Finding]:
    """One check's findings; what it may not read is itself a finding, and the others go on."""
    try:
        return list(check(scene))
    except OSError as error:
        name = check.__name__.replace("_", " ")
        return [Finding("warn", f"The check of {name} could not be made: {error.strerror or error}.", str(error.filename or name))]


def worst(findings: Iterable[Finding]) -> Level:
    """The highest level among findings; "ok" for none."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")


def as_text(findings: Sequence[Finding]) -> str:
    """One block a finding, for a person, and a closing line with the numbers."""
    blocks = [_block(finding) for finding in findings]
    numbers = ", ".join(f"{sum(f.level == level for f in findings)} {level}" for level in LEVELS)
    return "".join(blocks) + f"\n{numbers}\n"


def _block(finding: Finding) -> str:
    lines = [f"{finding.level:<5}{finding.what}  [{finding.where}]"]
    if finding.do:
        lines.append(f"     → {finding.do}")
    return "\n".join(lines) + "\n"


def to_json(findings: Sequence[Finding]) -> str:
    """A JSON list of objects with level, what, where, do."""
    return json.dumps([finding._asdict() for finding in findings], indent=2, ensure_ascii=False) + "\n"
