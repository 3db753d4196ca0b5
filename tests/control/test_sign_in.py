"""A sign-in link works once, for half an hour; a session ends when idle, when old and when ended."""

from concurrent.futures import ThreadPoolExecutor

from collector.control.database import Control
from collector.control.sign_in import IDLE_NOTED_EACH_S, SESSION_IDLE_S, SESSION_LIFE_S, TOKEN_LIFE_S
from tests.control.conftest import NOW_S


def signed_in(control: Control) -> str:
    session = control.use_sign_in(control.new_sign_in(NOW_S), NOW_S)
    assert session is not None
    return session


def test_a_token_opens_one_session(control: Control) -> None:
    token = control.new_sign_in(NOW_S)
    session = control.use_sign_in(token, NOW_S)
    assert session is not None and session != token
    assert control.use_sign_in(token, NOW_S) is None
    assert control.session(session, NOW_S)


def test_of_fifty_parallel_tries_one_succeeds(control: Control) -> None:
    token = control.new_sign_in(NOW_S)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: control.use_sign_in(token, NOW_S), range(50)))
    assert sum(answer is not None for answer in answers) == 1


def test_a_token_dies_of_age(control: Control) -> None:
    token = control.new_sign_in(NOW_S)
    assert control.use_sign_in(token, NOW_S + TOKEN_LIFE_S) is None
    assert control.use_sign_in(token, NOW_S + TOKEN_LIFE_S - 1) is not None


def test_what_is_no_secret_opens_nothing(control: Control) -> None:
    token = control.new_sign_in(NOW_S)
    for wrong in ("", token[:-1], token + "=", "\ud800", "'; DROP TABLE tokens; --"):
        assert control.use_sign_in(wrong, NOW_S) is None
        assert not control.session(wrong, NOW_S)
    assert not control.session(token, NOW_S), "a token is no session"


def test_signing_in_anew_ends_the_session_before_and_no_other(control: Control) -> None:
    before, other = signed_in(control), signed_in(control)
    assert control.use_sign_in("no token", NOW_S, before) is None
    assert control.session(before, NOW_S), "what did not sign in ends nothing"
    session = control.use_sign_in(control.new_sign_in(NOW_S), NOW_S, before)
    assert session is not None
    assert [control.session(one, NOW_S) for one in (before, other, session)] == [False, True, True]


def test_signing_out_everywhere_leaves_no_session_and_no_link(control: Control) -> None:
    sessions, token = [signed_in(control), signed_in(control)], control.new_sign_in(NOW_S)
    control.end_all_sessions()
    assert not any(control.session(session, NOW_S) for session in sessions)
    assert control.use_sign_in(token, NOW_S) is None
    assert control.session(signed_in(control), NOW_S), "a new link is good"


def test_a_session_idles_out(control: Control) -> None:
    session = signed_in(control)
    assert not control.session(session, NOW_S + SESSION_IDLE_S)
    assert control.session(session, NOW_S + SESSION_IDLE_S - 1)
    assert control.session(session, NOW_S + 2 * SESSION_IDLE_S - 2), "its use put the end off"


def test_a_session_in_use_ends_at_its_absolute_age(control: Control) -> None:
    session = signed_in(control)
    step = SESSION_IDLE_S // 2
    assert all(control.session(session, now) for now in range(NOW_S, NOW_S + SESSION_LIFE_S, step))
    assert not control.session(session, NOW_S + SESSION_LIFE_S)


def test_last_use_is_noted_once_a_minute(control: Control) -> None:
    session = signed_in(control)
    assert control.session(session, NOW_S + IDLE_NOTED_EACH_S - 1)
    assert not control.session(session, NOW_S + SESSION_IDLE_S), "a use within the first minute is not written"


def test_an_ended_session_is_gone(control: Control) -> None:
    session, other = signed_in(control), signed_in(control)
    control.end_session(session)
    assert not control.session(session, NOW_S)
    assert control.session(other, NOW_S)


def test_ended_tokens_and_sessions_are_forgotten(control: Control) -> None:
    session = signed_in(control)
    control.new_sign_in(NOW_S + SESSION_LIFE_S)
    assert not control.session(session, NOW_S), "its row is gone, not only past its end"
