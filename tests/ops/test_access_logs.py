"""A proxy that logs visitors' addresses is found by file and line; one that masks them is left in peace."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ops import config_tree
from collector.ops.check_access_logs import access_logs
from tests.ops.conftest import MakeScene

MASKED = """
map $remote_addr $visitor {
    ~(?P<net>\\d+\\.\\d+\\.\\d+)\\. $net.0;
    default 0.0.0.0;
}
log_format masked '$visitor - [$time_local] "$request_method $uri" $status';
"""


def nginx(make_scene: MakeScene, text: str) -> list[tuple[str, str]]:
    scene = make_scene(base_url="https://stats.example.com", trusted_proxies="127.0.0.1")
    path = scene.etc / "nginx" / "nginx.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return [(finding.level, finding.where.removeprefix(str(scene.etc))) for finding in access_logs(scene)]


def caddy(make_scene: MakeScene, text: str) -> list[tuple[str, str]]:
    scene = make_scene(base_url="https://stats.example.com", trusted_proxies="127.0.0.1")
    path = scene.etc / "caddy" / "Caddyfile"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return [(finding.level, finding.where.removeprefix(str(scene.etc))) for finding in access_logs(scene)]


def test_without_a_proxy_there_is_nothing_to_say(make_scene: MakeScene) -> None:
    assert list(access_logs(make_scene(base_url="https://stats.example.com"))) == []


def server(inside: str, outside: str = "") -> str:
    return f"http {{\n{outside}\nserver {{\n  server_name stats.example.com;\n  {inside}\n}}\n}}\n"


QUIET = "error_log /dev/null;"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (server(QUIET), [("warn", "/nginx/nginx.conf:3")]),
        (server(f"{QUIET} access_log off;"), [("ok", "/nginx/nginx.conf")]),
        (server(f"{QUIET} access_log /var/log/a.log;"), [("warn", "/nginx/nginx.conf:5")]),
        (server(f"{QUIET} access_log /var/log/a.log combined buffer=1k;"), [("warn", "/nginx/nginx.conf:5")]),
        (server(f"{QUIET} access_log /var/log/a.log buffer=1k;"), [("warn", "/nginx/nginx.conf:5")]),
        (server(f"{QUIET} access_log /var/log/a.log masked;", MASKED), [("ok", "/nginx/nginx.conf")]),
        (server(f"{QUIET} access_log /a own;", "log_format own '$http_x_forwarded_for $uri';"), [("warn", "/nginx/nginx.conf:5")]),
        (server(f"{QUIET} access_log /a own;", "log_format own '${remote_addr} $uri';"), [("warn", "/nginx/nginx.conf:5")]),
        (server(f"{QUIET} access_log /a own;", "log_format own '$remote_addr_masked $uri';"), [("ok", "/nginx/nginx.conf")]),
        (server(QUIET, "access_log off;"), [("ok", "/nginx/nginx.conf")]),
        (server(QUIET, "access_log /var/log/a.log;"), [("warn", "/nginx/nginx.conf:2")]),
        (server(f"{QUIET} access_log off;", "access_log /var/log/a.log;"), [("ok", "/nginx/nginx.conf")]),
        (server(f"{QUIET} access_log off; location /x {{ access_log /b; }}"), [("warn", "/nginx/nginx.conf:5")]),
        (server("access_log off;"), [("warn", "/nginx/nginx.conf:3")]),
        (server("access_log off; error_log /var/log/e.log;"), [("warn", "/nginx/nginx.conf:5")]),
        (server("access_log off; error_log /var/log/e.log warn;"), [("warn", "/nginx/nginx.conf:5")]),
        (server("access_log off; error_log /var/log/e.log crit;"), [("ok", "/nginx/nginx.conf")]),
        (server("access_log off;", "error_log /var/log/e.log alert;"), [("ok", "/nginx/nginx.conf")]),
        (server(QUIET).replace("stats.example.com", "other.example"), []),
        (server(f"{QUIET} location / {{ proxy_pass http://127.0.0.1:8000/; }}").replace("stats.", "x."), [("warn", "/nginx/nginx.conf:3")]),
        ("# server { server_name stats.example.com; }", []),
        ('log "server { server_name stats.example.com; }";', []),
    ],
)
def test_nginx_is_judged_by_what_its_log_holds(make_scene: MakeScene, text: str, answer: list[tuple[str, str]]) -> None:
    assert nginx(make_scene, text) == answer


def written(make_scene: MakeScene, files: dict[str, str]) -> list[tuple[str, str]]:
    scene = make_scene(base_url="https://stats.example.com", trusted_proxies="127.0.0.1")
    for name, text in files.items():
        (scene.etc / name).parent.mkdir(parents=True, exist_ok=True)
        (scene.etc / name).write_text(text)
    return [(finding.level, finding.where.removeprefix(str(scene.etc))) for finding in access_logs(scene)]


def test_what_nginx_includes_is_read_and_nothing_else(make_scene: MakeScene) -> None:
    ours = "server {\n server_name stats.example.com;\n include snippets/logs.conf;\n}"
    files = {
        "nginx/nginx.conf": "http {\n include /etc/nginx/conf.d/*.conf;\n include sites-enabled/*;\n include none/*;\n}",
        "nginx/conf.d/formats.conf": "log_format own '$binary_remote_addr';",
        "nginx/sites-available/stats": ours,
        "nginx/sites-enabled/stats": ours,
        "nginx/snippets/logs.conf": f"{QUIET}\naccess_log /a own;",
    }
    assert written(make_scene, files) == [("warn", "/nginx/snippets/logs.conf:2")]
    files["nginx/conf.d/formats.conf"] = "log_format own '$request_method';"
    assert written(make_scene, files) == [("ok", "/nginx/sites-enabled/stats")]


def test_a_file_that_includes_itself_ends(make_scene: MakeScene) -> None:
    text = f"http {{ include nginx.conf; server {{ server_name stats.example.com; {QUIET} access_log off; }} }}"
    assert written(make_scene, {"nginx/nginx.conf": text}) == [("ok", "/nginx/nginx.conf")]


def test_a_line_for_all_servers_is_named_once(make_scene: MakeScene) -> None:
    text = f"access_log /a;\nserver {{ server_name stats.example.com; {QUIET} }}\n" * 2
    assert written(make_scene, {"nginx/nginx.conf": text}) == [("warn", "/nginx/nginx.conf:1"), ("warn", "/nginx/nginx.conf:3")]


def test_what_caddy_imports_is_read(make_scene: MakeScene) -> None:
    files = {"caddy/Caddyfile": "import sites/*\n", "caddy/sites/stats": "stats.example.com {\n  log\n}\n"}
    assert written(make_scene, files) == [("warn", "/caddy/sites/stats:2")]
    files = {"caddy/Caddyfile": "(quiet) {\n" + MASKS + "\n}\nstats.example.com {\n  import quiet\n}\n", "caddy/sites/stats": ""}
    assert written(make_scene, files) == [("ok", "/caddy/Caddyfile")]


def test_blocks_in_blocks_without_end_are_answered() -> None:
    for read in (config_tree.nginx, config_tree.caddy):
        deep = read("a {\n" * 5000 + "}\n" * 5000 + "b {\n}\n")
        assert [directive.name for directive in deep.inner] == ["a", "b"]


MASKS = """log {
        format filter {
            request>remote_ip ip_mask 24 48
            request>client_ip ip_mask 24 48
        }
    }"""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("stats.example.com {\n    reverse_proxy 127.0.0.1:8000\n}\n", [("ok", "/caddy/Caddyfile")]),
        ("stats.example.com {\n    log\n}\n", [("warn", "/caddy/Caddyfile:2")]),
        ("stats.example.com {\n    log {\n        output file /a.log\n    }\n}\n", [("warn", "/caddy/Caddyfile:2")]),
        (f"stats.example.com {{\n    {MASKS}\n}}\n", [("ok", "/caddy/Caddyfile")]),
        (f"stats.example.com {{\n    {MASKS}\n}}\n".replace("request>client_ip ip_mask 24 48", ""), [("warn", "/caddy/Caddyfile:2")]),
        (f"stats.example.com {{\n    {MASKS}\n}}\n".replace("ip_mask 24 48", "hash"), [("warn", "/caddy/Caddyfile:2")]),
        (f"stats.example.com {{\n    {MASKS}\n}}\n".replace("ip_mask 24 48", "delete"), [("ok", "/caddy/Caddyfile")]),
        ("stats.example.com {\n    log {\n        output discard\n    }\n}\n", [("ok", "/caddy/Caddyfile")]),
        ("https://www.example.com, stats.example.com:443 {\n    log\n}\n", [("warn", "/caddy/Caddyfile:2")]),
        ("other.example {\n    log\n}\n", []),
        (":443 {\n    log\n    reverse_proxy localhost:8000\n}\n", [("warn", "/caddy/Caddyfile:2")]),
        ("stats.example.com\n\nlog\nreverse_proxy localhost:8000\n", [("warn", "/caddy/Caddyfile:3")]),
        ("{\n    email me@example.com\n}\nstats.example.com {\n    log # all\n}\n", [("warn", "/caddy/Caddyfile:5")]),
    ],
)
def test_caddy_is_judged_by_what_its_log_holds(make_scene: MakeScene, text: str, answer: list[tuple[str, str]]) -> None:
    assert caddy(make_scene, text) == answer


@given(st.text(alphabet="ab{};#\"'`$\\ \n", max_size=80))
def test_no_text_stops_the_readers_and_no_directive_is_empty(text: str) -> None:
    for read in (config_tree.nginx, config_tree.caddy):
        for directive in read(text).walk():
            assert 1 <= directive.line <= text.count("\n") + 1


def test_lines_and_words_are_those_of_the_file(tmp_path: Path) -> None:
    root = config_tree.nginx("a 'b c'; # no\n\nd {\n  e\n  f;\n}\ng;")
    assert [(d.words, d.line) for d in root.walk()] == [(("a", "b c"), 1), (("d",), 3), (("e", "f"), 4), (("g",), 7)]
