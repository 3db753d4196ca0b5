"""Whether a data folder may be worked on at all: by this user, and by this version. Looked at before anything is touched."""

import os
import pwd
from pathlib import Path

from collector.ops.refusal import Refusal

FORMAT = 1  # of the data folder as a whole
FORMAT_FILE = "FORMAT"
ROOT = 0


def refuse_unfit(folder: Path) -> None:
    """Raises Refusal for root in another user's folder, and for data of a newer version."""
    _refuse_root(folder)
    _refuse_other_format(folder)


def _refuse_root(folder: Path) -> None:
    """What root writes is root's alone: the server would find its list of sites unreadable, and count nobody any more."""
    owner = folder.stat().st_uid if folder.exists() else ROOT
    if os.geteuid() == ROOT and owner != ROOT:
        name = _name(owner)
        raise Refusal(f"The data folder {folder} belongs to {name}, who could not read what root writes. Run this as sudo -u {name}.")


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"  # as sudo takes it


def _refuse_other_format(folder: Path) -> None:
    path = folder / FORMAT_FILE
    try:
        found = int(path.read_text(encoding="ascii")) if path.exists() else FORMAT
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise Refusal(f"{path} is damaged: it should hold the number {FORMAT}.") from None
    if found > FORMAT:
        raise Refusal(f"The data folder {folder} was written by a newer Footfall (format {found}, this one knows {FORMAT}). Upgrade first.")
