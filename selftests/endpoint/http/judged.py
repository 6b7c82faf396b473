"""Facts made by hand, and the verdict of one check on them."""

import inspect
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml
from http_lab import HOST

import tests.test_headers
import tests.test_http
import tests.test_pages
import tests.test_security_txt
from toetskader.core.failure import Reason
from toetskader.facts.attempt import NotSeen, Provenance
from toetskader.facts.endpoint.cookies import read_cookie
from toetskader.facts.endpoint.http import (
    AddressHttp,
    Answer,
    FileAnswer,
    HeaderField,
    How,
    HttpFacts,
    Redirect,
    Unanswered,
)
from toetskader.facts.endpoint.names import Endpoint
from toetskader.facts.endpoint.page import examine
from toetskader.facts.endpoint.tls import TlsFacts
from toetskader.judging.check import Check, check_of
from toetskader.judging.findings import Findings
from toetskader.judging.outcomes import NotApplicable, Parameters, Undetermined
from toetskader.norms.web import WebNorm
from toetskader.text import Text

TODAY = date(2026, 3, 2)
TENANT = "0f0e0d0c-0b0a-0908-0706-050403020100"
NORM = msgspec.convert(
    yaml.safe_load(
        (Path(__file__).parents[3] / "policies" / "norms" / "internetnl-web-2025.yaml").read_text(encoding="utf-8")
    ),
    WebNorm,
)
MODULES = (tests.test_http, tests.test_headers, tests.test_pages, tests.test_security_txt)
CHECKS: dict[str, Check] = {
    found.id: found for module in MODULES for name in vars(module) if (found := check_of(getattr(module, name)))
}
GOOD = {
    "strict-transport-security": "max-age=31536000",
    "content-security-policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
SECURITY_TXT = f"Contact: mailto:a@example.nl\nExpires: 2026-06-01T00:00:00Z\nPolicy: https://{HOST}/cvd\n"


TLS_NOT_SEEN = NotSeen(
    reason=Reason.UNREACHABLE,
    message=Text("Niet gemeten.", "Not measured."),
    provenance=Provenance(at=datetime(2026, 3, 2, tzinfo=UTC), by="test", source=HOST),
)


class _Given(msgspec.Struct):
    entra_tenant: str | None = TENANT


@dataclass(frozen=True)
class Outcome:
    verdict: str
    findings: tuple[str, ...]
    """`strength place: seen`."""
    reason: str
    differences: frozenset[str] = frozenset()
    """What the norm's deliberate differences that were told are about."""


_BY_NOTE = {item.note: item.about for item in NORM.differences}


def judge(
    id_: str,
    *addresses: AddressHttp,
    endpoint: Endpoint | None = None,
    params: dict[str, Any] | None = None,
    tenant: str | None = TENANT,
    tls: TlsFacts | NotSeen = TLS_NOT_SEEN,
    **facts: Any,
) -> Outcome:
    """Apply one check."""
    check, findings = CHECKS[id_], Findings()
    given: dict[str, Any] = {
        "http": http(*addresses, **facts),
        "tls": tls,
        "endpoint": endpoint or Endpoint(host=HOST),
        "norm": NORM,
        "today": TODAY,
        "parameters": Parameters(_Given(tenant)),
        "findings": findings,
    }
    if check.params is not None:
        given["params"] = msgspec.convert(params or {}, check.params)
    verdict, reason = "pass", ""
    try:
        check.function(**{name: given[name] for name in inspect.signature(check.function).parameters})
    except NotApplicable as outcome:
        verdict, reason = "not_applicable", outcome.reason.en
    except Undetermined as outcome:
        verdict, reason = "undetermined", outcome.reason.en
    shown = tuple(
        f"{item.strength} {item.path}: {item.seen.en if isinstance(item.seen, Text) else item.seen}"
        for item in findings.items
    )
    differences = frozenset(_BY_NOTE[note] for note in findings.differences)
    return Outcome("fail" if findings.fail else verdict, shown, reason, differences)


def http(*addresses: AddressHttp, **changes: Any) -> HttpFacts:
    return HttpFacts(
        **{
            "host": HOST,
            "port": 443,
            "http_port": 80,
            "path": "/",
            "addresses": addresses or (address(),),
            "provenance": Provenance(at=datetime(2026, 3, 2, tzinfo=UTC), by="test", source=HOST),
            **changes,
        }
    )


def address(**changes: Any) -> AddressHttp:
    """Return what a good site answers on one address, with changes."""
    return AddressHttp(
        **{
            "address": "192.0.2.1",
            "plain": answer(301, to=f"https://{HOST}/"),
            "first": answer(),
            "document": page("<p>Welkom"),
            "load_ms": 200,
            "error": answer(404),
            "error_page": page("<p>Niet gevonden"),
            "security_txt": file(),
            "policy": (answer(),),
            **changes,
        }
    )


def answer(
    status: int = 200, *, to: str = "", cookies: tuple[str, ...] = (), blocker: str = "", **headers: str | None
) -> Answer:
    """Return an answer with good headers; one that is given as None is left out."""
    named = {**GOOD, **{name.replace("_", "-"): value for name, value in headers.items()}}
    fields = tuple(HeaderField(name=name, value=value) for name, value in named.items() if value is not None)
    return Answer(
        url=f"https://{HOST}/",
        status=status,
        protocol="HTTP/1.1",
        fields=fields,
        cookies=tuple(read for cookie in cookies if (read := read_cookie(cookie)) is not None),
        redirect=redirect(to) if to else None,
        blocker=blocker,
    )


def redirect(to: str) -> Redirect:
    bare, _, query = to.partition("?")
    scheme, _, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    names = tuple(part.partition("=")[0] for part in query.split("&") if part)
    return Redirect(location=bare, scheme=scheme, host=host, port=443, path=slash + path, parameters=names)


def no_answer(how: How, *, connected: bool = False) -> Unanswered:
    return Unanswered(url=f"https://{HOST}/", how=how, message=Text("geen", "none"), connected=connected)


def page(html: str, content_type: str = "text/html", **settings: Any) -> Any:
    return examine(html.encode(), content_type, url=f"https://{HOST}/", **settings)


def file(
    text: str = SECURITY_TXT, status: int = 200, content_type: str | None = "text/plain", to: str = ""
) -> FileAnswer:
    return FileAnswer(exchange=answer(status, to=to, content_type=content_type), text=text if status == 200 else "")
