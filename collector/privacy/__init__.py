"""Truncation, visitor keys, salts and opt-out signals: the only places that touch what could identify someone."""
