"""The runtime folder: where salts and open visits outlive a restart, and only if it is RAM. A disk is refused."""

import ctypes
import os
import resource
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

RAM_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs"})
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own in it, private, or none
# What it costs to go without the folder, in whole or in part.
WITHOUT_IT = "Events are counted as before, but if the front restarts, open visits begin anew and today's visitors are counted anew."
PR_SET_DUMPABLE = 4  # <sys/prctl.h>


def keep_memory_private() -> None:
    """No core file, and no other process of this user may read this one's memory: it holds salts and visitor keys.

    PR_SET_DUMPABLE also stops cores that the kernel pipes to a program, which RLIMIT_CORE alone does not (core(5)).
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def file_system(path: Path, mounts: Iterable[str] | None = None) -> str:
    """The type of the file system that holds `path` ("tmpfs", "ext4"), "" if unknown. `mounts` are lines as in /proc/mounts."""
    if mounts is None:
        mounts = _mounts()
    best, kind = "", ""
    target = str(path.resolve())
    for line in mounts:
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if len(point) >= len(best) and (target == point or target.startswith(point.rstrip("/") + "/")):
            best, kind = point, fields[2]
    return kind


def _mounts() -> list[str]:
    try:
        return Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def is_ram(path: Path) -> bool:
    """Whether files at `path` live in memory."""
    return file_system(path) in RAM_FILE_SYSTEMS


def open_runtime(wished: Path | None, systemd: str, data_dir: Path) -> tuple[Path | None, str]:
    """The private runtime folder, made with mode 0700, or None and a warning where there is only disk.

    `wished` is the setting, `systemd` the service manager's RUNTIME_DIRECTORY; else a folder of this data folder's own on /dev/shm.
    """
    name = blake2b(str(data_dir.resolve()).encode(), digest_size=6).hexdigest()
    folder = wished or (Path(systemd) if systemd else SHARED_MEMORY / f"footfall-{os.getuid()}-{name}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # In /dev/shm everybody may lay a link under our name; a folder that was named may well be reached by one.
        state = folder.stat() if wished or systemd else folder.lstat()
    except OSError as error:
        return None, f"The runtime folder {folder} cannot be used ({error.strerror}). {WITHOUT_IT} Mend it, or set another runtime_dir."
    if state.st_uid != os.getuid() or state.st_mode & 0o077:
        return None, f"The runtime folder {folder} is open to others and not used. {WITHOUT_IT} Make it this user's alone, mode 0700."
    if not is_ram(folder):
        return None, f"The runtime folder {folder} is on a disk, not in RAM, and not used. {WITHOUT_IT} Set runtime_dir to one on a tmpfs."
    return folder, ""
