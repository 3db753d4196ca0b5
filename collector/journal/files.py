"""Segments on disk: their names, their order, what is set aside beside them, and writing all of something or failing."""

import os
from pathlib import Path
from typing import NamedTuple

from collector import lasting

SUFFIX = ".journal"
DAMAGED = "damaged"  # the folder in the journal's own for what cannot be read or counted


class Segment(NamedTuple):
    """One journal file; `number` orders them."""

    number: int
    path: Path


def segments(folder: Path) -> list[Segment]:
    """The journal's segments, oldest first. Files of other names are not ours to touch."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        stem = path.name[: -len(SUFFIX)]
        if len(stem) == 16 and all(c in "0123456789abcdef" for c in stem):
            found.append(Segment(int(stem, 16), path))
    return sorted(found)


def size(segment: Segment) -> int:
    """A segment's bytes; 0 if another process has just deleted it."""
    try:
        return segment.path.stat().st_size
    except FileNotFoundError:
        return 0


def segment_path(folder: Path, number: int) -> Path:
    """Where the segment of a number lives."""
    return folder / f"{number:016x}{SUFFIX}"


def set_aside(folder: Path, name: str, data: bytes) -> Path:
    """Keep bytes of the journal that count for nothing where somebody can look into them; returns the file, which lasts."""
    aside = folder / DAMAGED
    aside.mkdir(mode=0o700, exist_ok=True)
    path = aside / f"{name}.bad"
    lasting.replace(path, data)
    return path


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte or raise OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
