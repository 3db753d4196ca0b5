"""What every test runs under: properties are tried on the same examples each time, on fresh ones with `--hypothesis-profile=explore`."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=2_000)
settings.load_profile("same")
