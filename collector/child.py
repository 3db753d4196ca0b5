"""A child process of the supervisor: reads its orders from standard input, then is the front, the back or a part of the demo.

Standard input stays open as long as the supervisor lives. When it ends, however that came, the child stops in order.
"""

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from collector import settings
from collector.ops.precedence import step_back
from collector.ops.quiet import outlive_the_log
from collector.supervisor import REFUSED

ORDERS_BYTES_MAX = 1_000_000


def _orders() -> dict[str, Any]:
    data = b""
    while not data.endswith(b"\n") and len(data) < ORDERS_BYTES_MAX:
        piece = os.read(0, 65_536)
        if not piece:
            sys.exit(0)
        data += piece
    orders: dict[str, Any] = json.loads(data)
    return orders


def _stop_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Be what the orders say. Exit code REFUSED: an operator must change something."""
    outlive_the_log()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    orders = _orders()
    role = orders["role"]
    if role == "back":
        step_back()
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    loaded = settings.restored(orders["settings"])
    sockets = [socket.socket(fileno=number) for number in orders["sockets"]]
    if role == "front":
        from collector import front

        front.main(loaded, sockets, Path(orders["socket_path"]))
    elif role == "back":
        _back(loaded, sockets[0], orders)
    elif role == "history":
        from collector.demo.history import fill

        fill(loaded)
    else:
        from collector.demo.serve import main as demo

        demo(sockets[0], orders["collector"])


def _back(loaded: settings.Settings, listener: socket.socket, orders: dict[str, Any]) -> None:
    from collector import back
    from collector.control.errors import ControlError
    from collector.ops.refusal import Refusal
    from collector.store.errors import NewerStore, StoreLocked

    try:
        back.main(loaded, listener, orders["port"] if orders.get("greet") else 0)
    except (NewerStore, StoreLocked, ControlError, Refusal) as error:
        print(error, file=sys.stderr, flush=True)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
    # Everything with a life is closed by now; DuckDB's bindings fill the log with their leaks in an ordinary exit.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
