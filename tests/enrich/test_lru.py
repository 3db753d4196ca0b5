"""The bounded cache."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.enrich.lru import Bounded, same


def test_a_value_is_computed_once_while_it_is_remembered() -> None:
    asked: list[int] = []
    cache = Bounded[int, int](lambda key: asked.append(key) or key * 2, 10)  # type: ignore[func-returns-value]  # append's None is meant
    assert [cache[3], cache[3], cache[3]] == [6, 6, 6]
    assert asked == [3]


@given(st.lists(st.integers(0, 40)), st.integers(2, 20))
def test_it_answers_like_the_function_and_never_grows_past_its_limit(keys: list[int], entries_max: int) -> None:
    cache = Bounded[int, str](str, entries_max)
    for key in keys:
        assert cache[key] == str(key)
        assert cache.entries <= entries_max


def test_a_key_that_is_asked_for_often_stays() -> None:
    asked: list[int] = []
    cache = Bounded[int, int](lambda key: asked.append(key) or key, 10)  # type: ignore[func-returns-value]  # append's None is meant
    for key in range(1, 200):
        assert (cache[0], cache[key]) == (0, key)
    assert asked.count(0) == 1


def test_a_key_not_worth_keeping_is_computed_each_time() -> None:
    cache = Bounded[str, int](len, 10, lambda key: len(key) < 3)
    assert (cache["abc"], cache["ab"]) == (3, 2)
    assert cache.entries == 1


def test_equal_values_become_one_object() -> None:
    shared = Bounded[tuple[int, ...], tuple[int, ...]](same, 10)
    assert shared[tuple(range(2))] is shared[tuple(range(2))]


def test_forgetting_leaves_nothing() -> None:
    cache = Bounded[int, int](same, 4)
    assert [cache[key] for key in range(9)] == list(range(9))
    cache.forget()
    assert cache.entries == 0


def test_a_cache_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="room"):
        Bounded[int, int](same, 1)
