"""Values that stand where a real one should be filled in."""

import pytest

from toetskader.facts.placeholders import is_placeholder

VALUES = {
    "changeme": True,
    "CHANGE_ME": True,
    "<your password>": True,
    "your-password-here": True,
    "password": True,
    "secret123": True,
    "admin": True,
    "todo": True,
    "SUPER-SECRET": True,
    "nep-wachtwoord-mail": True,
    "vul hier in": True,
    "": False,
    "Xk29!dlqPz0": False,
    "meldingen-credentials": False,
    "passwordless": False,
    "administration": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.items())
def test_is_placeholder(value: str, expected: bool) -> None:
    assert is_placeholder(value) is expected


def test_a_long_value_is_read_in_time() -> None:
    assert not is_placeholder("your-" + "a" * 1_000_000)
