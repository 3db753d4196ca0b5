"""Secrets that are shown once and kept only as a hash."""

import hashlib
import secrets

SECRET_BYTES = 32  # 256 bits: past guessing, so a fast hash is enough and no salt is needed


def new() -> str:
    """A fresh secret of 43 URL-safe characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256 in hex. Any text is answered, lone surrogates too."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
