"""An annex of measures beside what is served: each header and version of TLS, on every address."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from auditor import ROOT
from looking import TODAY, Bench, day, stated

from toetskader.facts.attempt import Provenance
from toetskader.facts.dossier.annexes import is_served, versions_in
from toetskader.facts.endpoint.http import AddressHttp, Answer, FileAnswer, HeaderField, How, HttpFacts, Unanswered
from toetskader.facts.endpoint.tls import (
    AddressTls,
    Aspect,
    ClientAuthentication,
    ClientCertificate,
    Staple,
    StapleState,
    TlsFacts,
    Version,
)
from toetskader.facts.endpoint.tls import Answer as Tls
from toetskader.judging import Undetermined
from toetskader.judging.registry import load_checks
from toetskader.text import Text

CHECK = load_checks(ROOT / "tests")["register.matches"]
HSTS = ("Strict-Transport-Security", "header", "max-age=31536000", "ja", None)
COLUMNS = {name: name for name in ("measure", "kind", "value", "applied", "exception")}
SEEN = Provenance(at=datetime(2026, 11, 22, tzinfo=UTC), by="test", source="app.example.nl")
NONE = Unanswered(url="https://app.example.nl/", how=How.TIMED_OUT, message=Text("Te traag.", "Too slow."))


def served(**headers: str) -> HttpFacts:
    """Return what an endpoint serves with these headers, on one address."""
    fields = tuple(HeaderField(name=name.replace("_", "-"), value=value) for name, value in headers.items())
    return facts(Answer(url="https://app.example.nl/", status=200, protocol="HTTP/1.1", fields=fields))


def facts(first: Answer | Unanswered) -> HttpFacts:
    address = AddressHttp(
        address="192.0.2.1", plain=NONE, first=first, error=NONE, security_txt=FileAnswer(exchange=NONE)
    )
    return HttpFacts(host="app.example.nl", port=443, http_port=80, path="/", addresses=(address,), provenance=SEEN)


def spoken(**versions: Tls) -> TlsFacts:
    """Return what an endpoint speaks, on one address: `tls_1_2=Tls.YES`."""
    unknown = Aspect(answer=Tls.UNKNOWN)
    seen = tuple(
        Version(name=f"TLS {name[4:].replace('_', '.')}", accepted=answer) for name, answer in versions.items()
    )
    address = AddressTls(
        address="192.0.2.1",
        reachable=True,
        versions=seen,
        secure_renegotiation=unknown,
        client_renegotiation=unknown,
        compression=unknown,
        early_data=unknown,
        extended_master_secret=unknown,
        staple=Staple(state=StapleState.NONE),
        client_authentication=ClientAuthentication(state=ClientCertificate.NONE),
    )
    return TlsFacts(provenance=SEEN, commands=(), host="app.example.nl", port=443, addresses=(address,))


def judged(*rows: tuple[Any, ...], http: dict[str, Any] | None = None, tls: dict[str, Any] | None = None) -> Bench:
    annex = stated("register", "tls-annex", as_of=day(-5), table="bijlage.csv", columns=COLUMNS, rows=rows)
    bench = Bench(annex)
    assert CHECK.params is not None
    CHECK.function(
        papers=bench.papers,
        http_of_every_saas=http,
        tls_of_every_saas=tls,
        findings=bench.findings,
        params=msgspec.convert({"document": "register:tls-annex"}, CHECK.params),
        parameters=bench.parameters,
        today=TODAY,
    )
    return bench


def strength(bench: Bench) -> int:
    return min(worth.strength for worth in [bench.findings.worth] if worth is not None)


def test_what_is_served_as_the_annex_says_is_confirmed() -> None:
    bench = judged(HSTS, http={"app": served(strict_transport_security="max-age=63072000; includeSubDomains")})
    assert (bench.wrong, bench.lacking, strength(bench)) == ([], "", 4)


def test_what_is_served_otherwise_contradicts_the_annex() -> None:
    short = served(strict_transport_security="max-age=86400")
    assert judged(HSTS, http={"app": short, "api": served()}).wrong == ["value", "value"]


def test_without_endpoints_it_rests_on_the_list() -> None:
    bench = judged(HSTS)
    assert (bench.wrong, bench.lacking) == ([], "")
    assert strength(bench) < 4


@pytest.mark.parametrize("unseen", [Undetermined(Text("Te traag.", "Too slow.")), facts(NONE)])
def test_what_was_not_seen_confirms_nothing(unseen: Any) -> None:
    good = served(strict_transport_security="max-age=31536000")
    bench = judged(HSTS, http={"app": good, "api": unseen})
    assert (bench.wrong, bench.lacking) == ([], "")
    assert strength(bench) < 4


def test_a_measure_that_is_excepted_is_not_compared() -> None:
    excepted = ("Server", "header", "afwezig", "nee", "UITZ-1")
    assert judged(HSTS, excepted).wrong == []
    assert judged(HSTS, (*excepted[:4], None)).wrong == ["applied"]
    assert "does not say value" in judged((*HSTS[:2], None, "ja", None)).lacking


def test_versions_of_tls_beside_those_of_the_annex() -> None:
    annex = ("Versies", "tls", "TLS 1.2, TLS 1.3", "ja", None)
    good = spoken(tls_1_1=Tls.NO, tls_1_2=Tls.YES, tls_1_3=Tls.YES)
    assert strength(judged(annex, tls={"app": good})) == 4
    assert judged(annex, tls={"app": good, "api": spoken(tls_1_1=Tls.YES)}).wrong == ["value"]
    assert strength(judged(annex, tls={"app": spoken(tls_1_1=Tls.UNKNOWN, tls_1_2=Tls.YES)})) < 4
    assert "names no versions" in judged((*annex[:2], "modern", "ja", None), tls={"app": good}).lacking


@pytest.mark.parametrize(
    ("header", "wanted", "value"),
    [
        ("Strict-Transport-Security", "max-age=31536000", 'MAX-AGE="31536000"'),
        ("Strict-Transport-Security", "max-age=100;includeSubDomains", "includesubdomains; max-age=200"),
        ("X-Frame-Options", "deny", "DENY"),
        ("Content-Security-Policy", "default-src 'self'", "frame-ancestors 'none'; default-src  'self'"),
        ("Referrer-Policy", "aanwezig", "no-referrer"),
        ("Server", "afwezig", None),
    ],
)
def test_headers_that_are_as_wanted(header: str, wanted: str, value: str | None) -> None:
    assert is_served(header, wanted, value)


@pytest.mark.parametrize(
    ("header", "wanted", "value"),
    [
        ("Strict-Transport-Security", "max-age=31536000", "max-age=3153600"),
        ("Strict-Transport-Security", "max-age=31536000", "max-age=lang"),
        ("Strict-Transport-Security", "max-age=100; includeSubDomains", "max-age=200"),
        ("Cache-Control", "max-age=0", "max-age=600"),
        ("X-Frame-Options", "DENY", "SAMEORIGIN"),
        ("Content-Security-Policy", "default-src 'self'", "default-src 'self' *"),
        ("Referrer-Policy", "aanwezig", None),
        ("Server", "afwezig", "nginx"),
    ],
)
def test_headers_that_are_otherwise(header: str, wanted: str, value: str | None) -> None:
    assert not is_served(header, wanted, value)


@pytest.mark.parametrize("text", ["TLS 1.2, TLS 1.3", "tlsv1.2 en TLSv1.3", "TLS1.3/TLS1.2"])
def test_versions_however_they_are_written(text: str) -> None:
    assert versions_in(text) == {"TLS 1.2", "TLS 1.3"}


@pytest.mark.parametrize("text", ["", "modern", "1.2", "TLS"])
def test_what_names_no_version(text: str) -> None:
    assert not versions_in(text)
