"""The demo site runs as a process on the socket it is handed, and stops when told."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = "import socket, sys; from collector.demo.serve import main; main(socket.socket(fileno=int(sys.argv[1])), 'http://127.0.0.1:8000')"


def test_it_answers_without_a_word_and_ends_on_sigterm() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(number)],
            pass_fds=[number],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/", headers={"host": "demo-shop.localhost"})
        answer = connection.getresponse()
        assert answer.status == 200 and b"Kettle" in answer.read()
        assert answer.getheader("server") is None
        connection.close()
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=10)
    assert said == b""
    assert process.returncode in (0, -signal.SIGTERM)
