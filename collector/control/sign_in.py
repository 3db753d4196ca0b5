"""The rules of signing in: one-time tokens become sessions, and sessions end. Functions over an open transaction.

A token is used by one UPDATE that only matches an unused one, so of any number of parallel tries one succeeds.
"""

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from collector.control import secret
from collector.control.schema import sessions, tokens

TOKEN_LIFE_S = 30 * 60
SESSION_IDLE_S = 12 * 3600
SESSION_LIFE_S = 7 * 86400
# A session's last use is noted at most this often: one write a minute, not one a request.
IDLE_NOTED_EACH_S = 60
SIGN_IN = "sign-in"


def issue(connection: Connection, now_s: int) -> str:
    """A new one-time token. Ended tokens and sessions are forgotten on the way."""
    connection.execute(delete(tokens).where(tokens.c.expires <= now_s))
    connection.execute(delete(sessions).where(or_(sessions.c.expires <= now_s, sessions.c.idle <= now_s)))
    token = secret.new()
    connection.execute(insert(tokens).values(hash=secret.digest(token), purpose=SIGN_IN, expires=now_s + TOKEN_LIFE_S, used=None))
    return token


def redeem(connection: Connection, token: str, now_s: int) -> str | None:
    """A new session's secret for a live, unused token, else None. The token is used up."""
    unused = (tokens.c.hash == secret.digest(token), tokens.c.purpose == SIGN_IN, tokens.c.used.is_(None), tokens.c.expires > now_s)
    if connection.execute(update(tokens).where(*unused).values(used=now_s)).rowcount != 1:
        return None
    session = secret.new()
    values = {"hash": secret.digest(session), "created": now_s, "expires": now_s + SESSION_LIFE_S, "idle": now_s + SESSION_IDLE_S}
    connection.execute(insert(sessions).values(values))
    return session


def idle_until(connection: Connection, session: str, now_s: int) -> int | None:
    """When a live session ends unless it is used again (seconds since 1970 UTC), or None if there is no such session."""
    live = (sessions.c.hash == secret.digest(session), sessions.c.expires > now_s, sessions.c.idle > now_s)
    return connection.scalar(select(sessions.c.idle).where(*live))


def touch(connection: Connection, session: str, now_s: int) -> None:
    """Put a session's idle end off."""
    connection.execute(update(sessions).where(sessions.c.hash == secret.digest(session)).values(idle=now_s + SESSION_IDLE_S))


def end(connection: Connection, session: str) -> None:
    """Forget a session."""
    connection.execute(delete(sessions).where(sessions.c.hash == secret.digest(session)))


def end_all(connection: Connection) -> None:
    """Forget every session, and every token: one that was not used yet would open another."""
    connection.execute(delete(sessions))
    connection.execute(delete(tokens).where(tokens.c.purpose == SIGN_IN))
