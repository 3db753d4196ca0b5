"""docs/deploy.md and the Dockerfile keep what they promise, as far as a test can say without a server."""

import re
import tomllib
from pathlib import Path

import pytest

from collector import settings
from collector.ops.check_access_logs import access_logs
from collector.ops.findings import Scene
from tests.docs.pages import ROOT, blocks, coded, page

PAGE = page("docs/deploy.md")
DOCKERFILE = page("Dockerfile")
FILES = {"nginx": "nginx.conf", "caddy": "Caddyfile"}


def judged(folder: Path, proxy: str, text: str) -> list[str]:
    """The levels of what `footfall doctor` finds in a proxy's configuration."""
    path = folder / proxy / FILES[proxy]
    path.parent.mkdir()
    path.write_text(f"http {{\n{text}\n}}\n" if proxy == "nginx" else text, encoding="utf-8")
    scene = Scene(settings.load({"FOOTFALL_BASE_URL": "https://stats.example.com"}, folder), etc=folder)
    return [finding.level for finding in access_logs(scene)]


@pytest.mark.parametrize("proxy", FILES)
def test_the_proxy_examples_log_no_visitors_address(proxy: str, tmp_path: Path) -> None:
    (example,) = blocks(PAGE, proxy)
    assert judged(tmp_path, proxy, example) == ["ok"]


@pytest.mark.parametrize(
    ("proxy", "line", "without"),
    [
        ("nginx", "stats.log masked", "stats.log"),
        ("nginx", "error.log crit", "error.log"),
        ("caddy", "request>remote_ip ip_mask", "request>other ip_mask"),
        ("caddy", "request>client_ip ip_mask", "request>other ip_mask"),
    ],
)
def test_each_masking_line_of_an_example_is_needed(proxy: str, line: str, without: str, tmp_path: Path) -> None:
    (example,) = blocks(PAGE, proxy)
    assert line in example
    assert "warn" in judged(tmp_path, proxy, example.replace(line, without))


def test_the_mask_of_nginx_keeps_24_and_48_bits() -> None:
    patterns = re.findall(r"^    ~(\S+)\s+(\S+);$", blocks(PAGE, "nginx")[0], re.MULTILINE)
    masked = {}
    for address in ("203.0.113.77", "2001:db8:1:2::3", "2001:db8::1"):
        matches = [(match["net"], shape) for pattern, shape in patterns if (match := re.search(pattern, address))]
        masked[address] = matches[0][1].replace("$net", matches[0][0]) if matches else "-"
    assert masked == {"203.0.113.77": "203.0.113.0", "2001:db8:1:2::3": "2001:db8:1::", "2001:db8::1": "-"}


def test_the_settings_file_is_one_that_works(tmp_path: Path) -> None:
    path = tmp_path / "footfall.toml"
    path.write_text(blocks(PAGE, "toml")[0], encoding="utf-8")
    assert tomllib.loads(path.read_text())
    assert str(settings.load({}, config=path).data_dir) == "/var/lib/footfall"


def test_the_service_keeps_memory_off_disks_and_the_network_out() -> None:
    (unit,) = blocks(PAGE, "ini")
    for line in (
        "RuntimeDirectory=footfall",
        "RuntimeDirectoryMode=0700",
        "LimitCORE=0",
        "MemorySwapMax=0",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "IPAddressDeny=any",
        "IPAddressAllow=localhost",
        "SystemCallFilter=@system-service",
    ):
        assert f"\n{line}\n" in unit


def test_every_figure_for_prometheus_is_documented() -> None:
    source = page("collector/back.py")
    given = set(re.findall(r'"(footfall_[a-z_]+[a-z])"', source))
    assert 'f"footfall_front_{name}"' in source
    front = re.findall(r'\("([a-z_]+)", "[A-Z][^"]*\."\)', source)
    assert given | {f"footfall_front_{name}" for name in front} == {name for name in coded(PAGE) if name.startswith("footfall_")}


def test_every_variable_of_the_container_is_a_setting() -> None:
    named = set(re.findall(r"FOOTFALL_([A-Z_]+)", DOCKERFILE + PAGE))
    assert named and {name.lower() for name in named} <= set(settings.BY_NAME)


def test_the_image_is_not_root_and_its_data_is_on_a_volume() -> None:
    assert re.search(r"^USER 10001", DOCKERFILE, re.MULTILINE)
    assert re.search(r'^VOLUME \["?/data', DOCKERFILE, re.MULTILINE)
    assert all(word in DOCKERFILE for word in ("--require-hashes", "HEALTHCHECK", "EXPOSE 8000", "FOOTFALL_HOST=0.0.0.0"))
    assert "uid=10001" in PAGE


def test_everything_the_image_copies_exists_and_is_not_ignored() -> None:
    ignored = page(".dockerignore").split()
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name
            assert f"!{name}" in ignored
