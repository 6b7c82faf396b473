"""How we introduce ourselves to those we ask something."""

from importlib.metadata import version

CONTACT = "https://github.com/toetskader/toetskader"
USER_AGENT = f"Toetskader/{version('toetskader')} (+{CONTACT})"
