"""security.txt that names nobody, or is to be had by leaving https."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import HOST, SECURITY_TXT, address, answer, file, judge

from toetskader.facts.endpoint.graded import Status
from toetskader.facts.endpoint.security_txt import grade_text, policy_urls

TODAY = date(2026, 3, 2)
URLS = [f"https://{HOST}/.well-known/security.txt"]
REST = "Expires: 2026-06-01T00:00:00Z\n"


def verdict(*contacts: str) -> str:
    text = "".join(f"Contact: {contact}\n" for contact in contacts) + REST
    return judge("http.security_txt", address(security_txt=file(text))).verdict


@pytest.mark.parametrize(
    "contact",
    [
        "mailto:",
        "mailto:@",
        "mailto:melden",
        "MAILTO:melden@",
        "mailto:?subject=lek",
        "mailto:%20",
        "tel:",
        "tel:+",
        "tel:;ext=3",
        "tel:+()-",
        "https://",
        "https:///melden",
        "https://:443/melden",
        "https:",
        "https://?a=b",
        "openpgp4fpr:",
        "xmpp://",
        "https://.",
        "https://-/melden",
        "data:,melden",
        "javascript:void(0)",
        "about:blank",
    ],
)
def test_a_contact_behind_which_there_is_nobody_fails(contact: str) -> None:
    assert verdict(contact) == "fail"


@pytest.mark.parametrize(
    "contact",
    [
        "mailto:security@example.nl",
        "mailto:security%2Bcvd@example.nl?subject=lek",
        "mailto:?to=security@example.nl",
        "mailto:a@example.nl,b@example.nl",
        "tel:+31-30-1234567",
        "tel:112;phone-context=+31",
        "https://example.nl",
        "https://xn--caf-dma.example.nl/melden",
        "signal:+31612345678",
        "https://[2001:db8::1]/melden",
    ],
)
def test_a_contact_that_names_somebody_passes(contact: str) -> None:
    assert verdict(contact) == "pass"


def test_an_empty_contact_beside_a_good_one_is_a_remark() -> None:
    text = f"Contact: mailto:a@example.nl\nContact: tel:\n{REST}"
    remarks = list(grade_text(text, URLS, today=TODAY, longest_days=365))
    assert [remark.status for remark in remarks if remark.code == "nobody"] == [Status.SUFFICIENT]
    assert verdict("mailto:a@example.nl", "tel:") == "pass"
    assert verdict("mailto:a@example.nl", "https://") == "fail"  # no address at all (RFC 9110, 4.2.2)


def test_a_policy_without_a_host_is_no_policy() -> None:
    text = f"Contact: mailto:a@example.nl\n{REST}Policy: https://\n"
    assert policy_urls(text) == []
    assert judge("http.cvd_policy", address(security_txt=file(text), policy=())).verdict == "fail"
    assert judge("http.security_txt", address(security_txt=file(text), policy=())).verdict == "fail"


@pytest.mark.parametrize(
    "to",
    [f"http://{HOST}/security.txt", "http://www.example.nl/.well-known/security.txt", "ftp://example.nl/security.txt"],
)
def test_a_redirect_that_leaves_https_fails(to: str) -> None:
    outcome = judge("http.security_txt", address(security_txt=file(status=302, to=to)))
    assert outcome.verdict == "fail"
    assert to in outcome.findings[0]


def test_a_redirect_to_https_elsewhere_is_not_followed() -> None:
    led = file(status=301, to="https://www.example.nl/.well-known/security.txt")
    assert judge("http.security_txt", address(security_txt=led)).verdict == "undetermined"


def test_what_the_old_place_leads_to_does_not_matter_where_the_right_place_has_nothing() -> None:
    seen = {"security_txt": file(status=404), "legacy_security_txt": file(status=301, to="https://www.example.nl/s")}
    assert judge("http.security_txt", address(**seen)).verdict == "fail"
    assert judge("http.cvd_policy", address(**seen)).verdict == "undetermined"


def test_a_good_file_at_the_old_place_is_not_in_its_place() -> None:
    seen = {"security_txt": file(status=302, to=f"http://{HOST}/s"), "legacy_security_txt": file(SECURITY_TXT)}
    assert judge("http.security_txt", address(**seen)).verdict == "fail"
    assert judge("http.security_txt", address(first=answer(403, blocker="F5"), **seen)).verdict == "undetermined"


@settings(deadline=None)
@given(st.text(alphabet="Contact: mailo@/?=,htps\r\n[]%", max_size=120))
def test_whatever_stands_in_it_is_graded(text: str) -> None:
    list(grade_text(text, URLS, today=TODAY, longest_days=365))
