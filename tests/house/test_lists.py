"""Closed lists that must agree with each other: the one list, the types that travel, the settings."""

import inspect
from dataclasses import fields

import pytest

from collector import facts
from collector.event import Acquisition, Device, Drop, Event, Place
from collector.ingest import gate
from collector.settings import SETTINGS, Settings
from collector.visits.change import Change
from collector.visits.machine import Visit


@pytest.mark.parametrize(("group", "kind"), [("acquisition", Acquisition), ("place", Place), ("device", Device)])
def test_a_groups_tuple_has_the_dimensions_of_the_list_in_their_order(group: facts.Group, kind: type[tuple[str, ...]]) -> None:
    assert facts.GROUPS[group] == kind._fields  # type: ignore[attr-defined]


def test_there_is_no_other_group() -> None:
    assert set(facts.GROUPS) == {"acquisition", "place", "device"}


def test_names_are_given_once() -> None:
    for listed in (facts.BY_NAME, facts.BY_API):
        assert len(listed) == len(facts.DIMENSIONS)
    assert len(facts.METRIC_BY_NAME) == len(facts.METRICS)
    assert len({(measure.name, measure.fact) for measure in facts.MEASURES}) == len(facts.MEASURES)


def test_a_change_has_no_field_that_could_hold_a_key_an_address_or_an_agent() -> None:
    """Text and numbers of the one list alone: a field of bytes, or one named after a person's machine, would be new here."""
    assert bytes not in Change.__annotations__.values()
    allowed = {
        "site",
        "minute",
        "day",
        "hour",
        "minute_before",
        "before",
        "after",
        "exit_before",
        "page_counts",
        "events",
        "event",
        "revenue",
    }
    assert set(Change.__struct_fields__) - allowed <= set(facts.BY_NAME) | set(facts.GROUPS)


def test_only_an_event_in_memory_has_the_visitors_key_and_nothing_has_an_address() -> None:
    assert [name for name, kind in inspect.get_annotations(Event).items() if kind is bytes] == ["key"]
    assert not [name for name, kind in inspect.get_annotations(Visit).items() if kind is bytes]


def test_every_setting_is_an_attribute_and_every_attribute_a_setting() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings) if field.name != "origins"]


def test_the_opt_out_is_asked_before_anything_about_a_visitor_is_computed() -> None:
    steps = list(gate.STEPS)
    assert steps.index(gate.opt_out_is_honoured) < min(
        steps.index(step) for step in (gate.address_is_truncated, gate.programs_are_left_out, gate.visitor_becomes_a_key)
    )


def test_the_address_is_truncated_before_it_is_used() -> None:
    steps = list(gate.STEPS)
    assert steps.index(gate.address_is_truncated) < min(
        steps.index(step) for step in (gate.visitor_becomes_a_key, gate.place_and_device_are_looked_up)
    )


def test_drop_reasons_are_words_that_fit_a_header() -> None:
    assert all(reason.value.replace("-", "").isalpha() and reason.value.islower() for reason in Drop)
