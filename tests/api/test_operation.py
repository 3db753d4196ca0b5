"""Health, metrics and the command line's own door."""

import pytest

from collector.api.operation import exposition
from tests.api.conftest import Api

LOCAL = {"x-footfall-local": "1"}
OPERATOR = {"x-footfall-operator": "1"}


def test_live_answers_while_the_process_does(api: Api) -> None:
    response = api.ask("GET", "/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})


def test_ready_tells_what_is_wrong(api: Api) -> None:
    assert api.ask("GET", "/health/ready").status_code == 200
    api.services.health = lambda: ["The recorder is 40 s behind."]
    for headers, over_tcp in ((LOCAL, False), ({"authorization": "Bearer s3cret"}, True)):
        response = api.ask("GET", "/health/ready", headers=headers, over_tcp=over_tcp)
        assert (response.status_code, response.json()["reasons"]) == (503, ["The recorder is 40 s behind."])


def test_a_stranger_learns_that_something_is_wrong_and_not_what(api: Api) -> None:
    api.services.health = lambda: ["The daily backup failed: /var/lib/footfall/backups is full."]
    for headers, over_tcp in (({}, True), ({}, False), (LOCAL, True), ({"authorization": "Bearer wrong"}, True)):
        response = api.ask("GET", "/health/ready", headers=headers, over_tcp=over_tcp)
        assert (response.status_code, response.json()) == (503, {"status": "not ready"})


def test_metrics_are_for_this_machine_or_the_token(api: Api) -> None:
    api.services.gauges = lambda: [("footfall_events_total", "Events.", {"result": "counted"}, 5.0)]
    assert api.ask("GET", "/metrics", headers=LOCAL, over_tcp=False).text.endswith('footfall_events_total{result="counted"} 5\n')
    assert api.ask("GET", "/metrics", headers={"authorization": "Bearer s3cret"}).status_code == 200
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer "}, {"x-footfall-local": "yes"}):
        assert api.ask("GET", "/metrics", headers=headers, over_tcp=False).status_code == 401


def test_an_empty_metrics_token_opens_nothing(api: Api) -> None:
    object.__setattr__(api.services.settings, "metrics_token", "")
    assert api.ask("GET", "/metrics", headers={"authorization": "Bearer "}).status_code == 401


def test_the_local_header_means_nothing_on_a_tcp_port(api: Api) -> None:
    api.services.actions["backup"] = lambda: {"done": True}
    assert api.ask("GET", "/metrics", headers=LOCAL).status_code == 401
    assert api.ask("POST", "/internal/backup", headers=OPERATOR).status_code == 404


def test_an_action_is_run_for_the_command_line_alone(api: Api) -> None:
    api.services.actions["backup"] = lambda: {"done": True}
    assert api.ask("POST", "/internal/backup", headers=OPERATOR, over_tcp=False).json() == {"done": True}
    for headers in ({}, LOCAL):
        assert api.ask("POST", "/internal/backup", headers=headers, over_tcp=False).status_code == 404
    assert api.ask("POST", "/internal/unknown", headers=OPERATOR, over_tcp=False).json() == {"error": "There is nothing at this address."}


def test_an_action_that_fails_tells_the_operator_why(api: Api) -> None:
    def failing() -> None:
        raise OSError("No space left in data/backups.")

    api.services.actions["backup"] = failing
    response = api.ask("POST", "/internal/backup", headers=OPERATOR, over_tcp=False)
    assert (response.status_code, response.json()) == (500, {"error": "No space left in data/backups."})


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/internal/backup"])
def test_no_answer_may_be_kept(api: Api, path: str) -> None:
    assert api.ask("DELETE", path).headers["cache-control"] == "no-store"


def test_figures_of_one_name_stand_together_and_labels_are_escaped() -> None:
    text = exposition([("a", "A\nhelp.", {}, 1.5), ("b_total", "B.", {"x": 'q"\\\n'}, 2.0), ("a", "A\nhelp.", {"y": "z"}, 3)])
    assert (
        text
        == '# HELP a A\\nhelp.\n# TYPE a gauge\na 1.5\na{y="z"} 3\n# HELP b_total B.\n# TYPE b_total counter\nb_total{x="q\\"\\\\\\n"} 2\n'
    )
