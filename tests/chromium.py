"""Chromium as the tests start it: where it is, and without what it would do of its own accord."""

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Sites of the tests are here.
EXAMPLES_HERE = "--host-resolver-rules=MAP *.example 127.0.0.1"
