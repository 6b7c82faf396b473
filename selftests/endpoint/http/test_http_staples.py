"""What a browser makes of the proof of its status that a certificate comes with."""

import sys
from pathlib import Path

import pytest

sys.path.insert(1, str(Path(__file__).parents[1] / "tls"))

from good_tls import address as tls_address
from judged import address, judge

from toetskader.facts.endpoint.tls import Staple, StapleState
from toetskader.text import Text


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (StapleState.REVOKED, "fail"),
        (StapleState.BAD, "pass"),  # of another signer or out of date: that proves nothing
        (StapleState.NONE, "pass"),
        (StapleState.UNKNOWN, "pass"),
        (StapleState.GOOD, "pass"),
    ],
)
def test_a_browser_goes_no_further_with_a_certificate_that_its_own_staple_says_is_revoked(
    state: StapleState, verdict: str
) -> None:
    fact = tls_address(staple=Staple(state=state, reason=Text("Waarom niet.", "Why not.")))
    assert judge("http.standard_browser_security", address(), tls=fact).verdict == verdict


def test_without_a_measurement_of_tls_it_says_nothing() -> None:
    assert judge("http.standard_browser_security", address()).verdict == "pass"
