"""Places in the served processes that break when a test says so, with an error that quotes a visitor, as a library's might.

A child of the server arms itself first (`HOOK`). While a file of a place's name stands in the folder, calls there raise the
error that the file names, and say so in `<name>.raised`.
"""

import importlib
import os
from collections.abc import Callable
from functools import reduce, wraps
from pathlib import Path
from typing import Any, NamedTuple

from tests.promise.visitor import QUOTED

# Run by every Python process before its own code; only the server's children go on.
HOOK = """
import sys
if "collector.child" in sys.orig_argv:
    sys.path.insert(0, {root!r})
    from tests.promise.breaking import arm
    arm({folder!r})
"""


class Place(NamedTuple):
    """What breaks (`module:attribute`), with which errors, and which of `visitor.REQUESTS` come past it: past a thread, none."""

    target: str
    asked: tuple[str, ...] = ()
    raises: tuple[str, ...] = ("KeyError",)


DISK = ("KeyError", "OSError")
ENGINE = ("ConversionException", "InvalidInputException")
STORE = (*DISK, *ENGINE)
SEEN = ("event", "pixel")
PAGES = ("home", "site", "csv", "live")

PLACES = {
    "picture": Place("collector.control.picture:PictureFile.current", SEEN),
    "check": Place("collector.ingest.endpoint:Ingest.check", ("event",)),
    "refuse": Place("collector.ingest.door:Door.refuse", ("malformed", "stranger")),
    "body": Place("collector.ingest.plausible:body_of", ("event",)),
    "pixel": Place("collector.ingest.pixel:body_of", ("pixel",)),
    "cap": Place("collector.ingest.cap:ValueCap.fold", SEEN),
    "enter": Place("collector.ingest.door:Door.enter", SEEN),
    "apply": Place("collector.ingest.door:apply", SEEN),
    "encode": Place("collector.ingest.door:encode", SEEN),
    "journal": Place("collector.journal.writer:JournalWriter.append", SEEN, DISK),
    "runtime log": Place("collector.journal.runtime_log:RuntimeLog.append", SEEN, DISK),
    "visits": Place("collector.visits.table:VisitTable.tend", SEEN),
    "memory": Place("collector.ingest.memory:VisitMemory.tend", SEEN, DISK),
    "tick": Place("collector.front:Tick.once", (), DISK),
    "salts": Place("collector.privacy.salts:Salts.overwrite_ended"),
    "asset": Place("collector.front:asset", ("script",)),
    "passthrough": Place("collector.ops.passthrough:Passthrough.__call__", ("home", "query")),
    "answer": Place("collector.ops.passthrough:_send_answer", ("home", "query")),
    "recorder": Place("collector.recorder:Recorder.step", ("event",), STORE),
    "decoding": Place("collector.recorder:decode_journal", ("event",)),
    "append": Place("collector.store.duckdb_store:DuckDBStore.append", ("event",), STORE),
    "tending": Place("collector.ops.jobs:Jobs.tend", (), ("KeyError", "ConversionException")),
    "question": Place("collector.store.duckdb_store:DuckDBStore.query", ("query", "realtime", *PAGES), STORE),
    "ask": Place("collector.query:ask", ("query",)),
    "key": Place("collector.control.database:Control.site_for_key", ("query", "realtime")),
    "session": Place("collector.control.database:Control.session", PAGES),
    "sign-in": Place("collector.control.database:Control.use_sign_in", ("sign in",)),
    "entrance": Place("dashboard.auth:SignIn.enter", ("sign in",)),
    "sign-out": Place("collector.control.database:Control.end_session", ("sign out",)),
    "render": Place("dashboard.render:Renderer.__call__", ("home", "site", "sign in", "nowhere")),
    "view": Place("dashboard.pages:read", ("site", "csv")),
    "health": Place("collector.api.operation:Operation.ready", ("ready",)),
    "metrics": Place("collector.api.operation:Operation.metrics", ("metrics",)),
}
STEP = "step "  # and a place for each step of the gate, by this and its name


def arm(folder: str) -> None:
    """Make every place breakable in this process."""
    for name, place in PLACES.items():
        owner, attribute = found(place)
        setattr(owner, attribute, breakable(getattr(owner, attribute), Path(folder), name))
    gate = importlib.import_module("collector.ingest.gate")
    steps = [breakable(step, Path(folder), STEP + step.__name__) for step in gate.STEPS]
    setattr(gate, "STEPS", tuple(steps))  # noqa: B010 - a constant of another module


def found(place: Place) -> tuple[Any, str]:
    """What holds the place, and under which name. Raises AttributeError or ImportError if it is not there any more."""
    module, _, path = place.target.partition(":")
    *outer, attribute = path.split(".")
    owner = reduce(getattr, outer, importlib.import_module(module))
    getattr(owner, attribute)
    return owner, attribute


def breakable(real: Callable[..., Any], folder: Path, name: str) -> Callable[..., Any]:
    """`real`, but while the place's file stands it raises."""
    flag = os.fspath(folder / name)

    @wraps(real)
    def broken(*given: Any, **named: Any) -> Any:
        if os.path.exists(flag):  # noqa: PTH110 - in the hot path
            wished = Path(flag).read_text()
            if wished:
                Path(f"{flag}.raised").touch()
                raise error_of(wished)
        return real(*given, **named)

    return broken


def error_of(kind: str) -> Exception:
    """An error of that type whose message holds the visitor's address, User-Agent and URL; the engine's as the store hands it on."""
    import duckdb

    from collector.store.locked_store import named_errors

    kinds: dict[str, type[Exception]] = {"KeyError": KeyError, "OSError": OSError, **{kind: getattr(duckdb, kind) for kind in ENGINE}}
    error = kinds[kind](f"{QUOTED.address} {QUOTED.user_agent} {QUOTED.body['u']}")
    try:
        with named_errors("the database"):
            raise error
    except Exception as named:
        return named
