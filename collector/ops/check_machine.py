"""Checks of the machine: where memory may leak to a disk (swap, core dumps, a runtime folder that is no RAM), and its clock."""

from collections.abc import Iterator
from pathlib import Path

from collector.clock import local
from collector.ops.findings import Finding, Scene
from collector.ops.leap import DO, WHAT, leap_days
from collector.privacy.runtime import RAM_FILE_SYSTEMS, SHARED_MEMORY, file_system

# A clock before this year was never set: this version did not exist then. After the last one it is as wrong.
YEAR_MIN, YEAR_MAX = 2026, 2100
CLOCK_WATCH_S = 0.05
CLOCK_STEP_MAX_S = 0.5  # no clock discipline slews this much in the time watched; a step does
HEED_THE_LIMIT = ("systemd-coredump", "/bin/false")  # receive the dump but store none when the process's limit is 0
AHEAD_MAX_S = 60.0  # a file may be newer than now by a little: network file systems keep time of their own


def runtime_folder(scene: Scene) -> Iterator[Finding]:
    """Salts and open visits may outlive a restart only in RAM."""
    wished = scene.settings.runtime_dir or (Path(scene.systemd_runtime) if scene.systemd_runtime else SHARED_MEMORY)
    kind = file_system(wished, _lines(scene.proc / "mounts")) or "of unknown kind"
    if kind in RAM_FILE_SYSTEMS:
        yield Finding("ok", f"The runtime folder is in RAM ({kind}).", str(wished))
        return
    do = "Set runtime_dir to a folder on a tmpfs, such as RuntimeDirectory= of systemd gives; until then a restart begins new visits."
    yield Finding("warn", f"The runtime folder would be on a disk ({kind}), so it is not used.", str(wished), do)


def swap(scene: Scene) -> Iterator[Finding]:
    """Swap is a disk that memory is written to: the day's salts and keys among it."""
    path = scene.proc / "swaps"
    devices = [line.split()[0] for line in _lines(path)[1:] if line.split()]
    on_disk = [device for device in devices if "zram" not in device]
    if not on_disk:
        yield Finding("ok", "No memory is swapped to a disk.", str(path))
        return
    do = "Turn swap off (swapoff -a), encrypt it with a key made at each boot, or use zram; or set MemorySwapMax=0 for the service."
    yield Finding("warn", f"Memory, and with it the day's salts, may be swapped to {', '.join(on_disk)}.", str(path), do)


def core_dumps(scene: Scene) -> Iterator[Finding]:
    """A core dump is all of memory in a file.

    The server sets its own limit to 0, but the kernel does not hold a program that it pipes dumps to to the limit (core(5)).
    """
    path = scene.proc / "sys/kernel/core_pattern"
    handler = "".join(_lines(path)[:1])
    if not handler.startswith("|") or any(name in handler for name in HEED_THE_LIMIT):
        yield Finding("ok", "The server turns core dumps off for itself.", str(path))
        return
    do = "Set kernel.core_pattern to a file name, or make sure that the program heeds a core limit of 0."
    yield Finding("warn", f"A crash hands memory, and with it the day's salts, to {handler[1:].split()[0]}.", str(path), do)


def clock(scene: Scene) -> Iterator[Finding]:
    """Days, salts and visits follow the clock."""
    now_s = scene.clock.time()
    year = local(now_s, "UTC").year
    do = "Set the clock and keep it set (systemd-timesyncd or chrony)."
    if not YEAR_MIN <= year <= YEAR_MAX:
        yield Finding("fail", f"The clock says the year is {year}.", "clock", do)
    elif abs(_step(scene)) > CLOCK_STEP_MAX_S:
        yield Finding("warn", "The clock was stepped while it was watched.", "clock", do)
    else:
        yield Finding("ok", f"The clock runs evenly and says {local(now_s, 'UTC'):%Y-%m-%d %H:%M} UTC.", "clock")
    if days := leap_days(scene.settings.data_dir, now_s):
        yield Finding("warn", WHAT.format(days=days), "clock", DO)
    for path in _newer_than(scene, now_s + AHEAD_MAX_S):
        yield Finding(
            "fail", "A file of ours is newer than now: the clock went back, and counted days may be counted into again.", path, do
        )


def _step(scene: Scene) -> float:
    """How far wall time moved against steady time during a short watch, in seconds."""
    wall, steady = scene.clock.time(), scene.clock.monotonic()
    scene.clock.sleep(CLOCK_WATCH_S)
    return (scene.clock.time() - wall) - (scene.clock.monotonic() - steady)


def _newer_than(scene: Scene, limit_s: float) -> list[str]:
    """The newest of our files past a moment (one is enough to say so)."""
    folders = (scene.settings.data_dir, scene.settings.journal_dir)
    try:
        files = [(path.stat().st_mtime, str(path)) for folder in folders if folder.is_dir() for path in folder.iterdir()]
    except OSError:  # the check of the data folder says so
        return []
    newest = max(files, default=(0.0, ""))
    return [newest[1]] if newest[0] > limit_s else []


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
