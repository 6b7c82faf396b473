"""Judgements on the headers of the first HTTPS answer, and on what headers and error pages give away."""

from collections.abc import Iterator

from toetskader.facts.endpoint.cookies import flaws
from toetskader.facts.endpoint.csp import grade_csp, has_frame_ancestors, internetnl_passes
from toetskader.facts.endpoint.graded import Remark, Status, told_over_http2
from toetskader.facts.endpoint.headers import (
    grade_compression,
    grade_content_type_options,
    grade_frame_options,
    grade_referrer_policy,
    internetnl_knows_no_policy,
    is_debugging,
    versions_in_header,
)
from toetskader.facts.endpoint.hsts import grade_hsts, internetnl_differs
from toetskader.facts.endpoint.http import AddressHttp, Answer, HttpFacts
from toetskader.judging import EndpointPlace, Findings, Strength, Text, check
from toetskader.judging.doubts import HttpDoubts
from toetskader.norms.web import WebNorm


@check("http.security_headers")
def test_headers_tell_browsers_to_be_careful(http: HttpFacts, norm: WebNorm, findings: Findings) -> None:
    """TA 5.1d and endpoint norm: the headers of the first HTTPS answer, also over HTTP/2, as the norm weighs them."""
    doubts = HttpDoubts(http, findings, norm)
    for address in http.addresses:
        told: tuple[tuple[str, Remark], ...] = ()
        for exchange in address.firsts:
            answer = doubts.answer(address, exchange)
            if answer is None:
                continue
            over_http2 = exchange is address.http2
            for about in () if over_http2 else _read_otherwise_elsewhere(answer, http.host, norm):
                findings.differs(norm.difference(about))
            for name, strength, remark in _remarks(answer, http.host, norm):
                if (name, remark) in told:
                    continue
                only_here = _only_here(name, remark) or ("measuring.browsers" if over_http2 else "")
                findings.add(
                    EndpointPlace(http.place(address), name),
                    seen=told_over_http2(remark.seen) if over_http2 else remark.seen,
                    expected=remark.expected,
                    strength="optional" if remark.status is Status.SUFFICIENT else strength,
                    command=http.curl(address, http2=over_http2),
                    differs=norm.difference(only_here) if only_here else None,
                )
                told = (*told, (name, remark))
        if isinstance(address.first, Answer) and not address.first.blocker:
            _judge_further_cookies(http, address, norm, findings)
    doubts.end()


def _judge_further_cookies(http: HttpFacts, address: AddressHttp, norm: WebNorm, findings: Findings) -> None:
    """Report cookies that only a later answer over HTTPS sets, as after a redirect: there a session often begins."""
    told = {cookie.name for first in address.firsts if isinstance(first, Answer) for cookie in first.cookies}
    for answer in address.answers():
        if any(answer is seen for seen in (*address.firsts, address.plain)) or answer.blocker:
            continue
        for cookie in answer.cookies:
            if cookie.name in told:
                continue
            told.add(cookie.name)
            for remark in flaws(cookie):
                findings.add(
                    EndpointPlace(http.place(address), "Set-Cookie"),
                    seen=remark.seen,
                    expected=remark.expected,
                    strength=norm.cookies,
                    command=_command(http, address, answer),
                    differs=norm.difference("cookies"),
                )


def _read_otherwise_elsewhere(answer: Answer, host: str, norm: WebNorm) -> Iterator[str]:
    """Yield the fields of the norm of whose header internet.nl thinks otherwise."""
    policy = answer.joined("content-security-policy")
    if answer.malformed:
        yield "measuring.malformed"
    if internetnl_differs(answer.values("strict-transport-security"), min_age_s=norm.hsts_min_age_s):
        yield "hsts"
    if has_frame_ancestors(policy) and grade_frame_options(answer.joined("x-frame-options")).remarks:
        yield "x_frame_options.frame_ancestors"
    if internetnl_knows_no_policy(answer.joined("referrer-policy")):
        yield "referrer_policy"
    if internetnl_passes(policy, host=host) and grade_csp(policy, host=host).remarks:
        yield "content_security_policy"


def _only_here(name: str, remark: Remark) -> str:
    """Return the field of the norm that internet.nl does not look at; empty for what it does."""
    return "cookies" if name == "Set-Cookie" else "server_banner" if remark.code == "version" else ""


def _remarks(answer: Answer, host: str, norm: WebNorm) -> Iterator[tuple[str, Strength, Remark]]:
    policy = answer.joined("content-security-policy")
    graded = (
        (
            "Strict-Transport-Security",
            norm.hsts,
            grade_hsts(answer.values("strict-transport-security"), min_age_s=norm.hsts_min_age_s),
        ),
        (
            "X-Content-Type-Options",
            norm.x_content_type_options,
            grade_content_type_options(answer.joined("x-content-type-options")),
        ),
        (
            "X-Frame-Options",
            norm.x_frame_options,
            grade_frame_options(answer.joined("x-frame-options"), frame_ancestors=has_frame_ancestors(policy)),
        ),
        (
            "Referrer-Policy",
            norm.referrer_policy,
            grade_referrer_policy(
                answer.joined("referrer-policy"),
                good=norm.referrer_policies_good,
                sufficient=norm.referrer_policies_sufficient,
            ),
        ),
        ("Content-Security-Policy", norm.content_security_policy, grade_csp(policy, host=host)),
        ("Content-Encoding", norm.compression, grade_compression(answer.joined("content-encoding"))),
    )
    for name, strength, found in graded:
        for remark in found.remarks:
            yield name, strength, remark
    for cookie in answer.cookies:
        for remark in flaws(cookie):
            yield "Set-Cookie", norm.cookies, remark
    for name, version in _versions(answer):
        seen, expected = Text(version, version), Text("geen versienummers", "no version numbers")
        yield name, norm.server_banner, Remark("version", seen, expected)


def _versions(answer: Answer) -> Iterator[tuple[str, str]]:
    for field in answer.fields:
        for version in versions_in_header(field.name, field.value):
            yield field.name, version


@check("http.no_information_leak")
def test_answers_give_nothing_away(http: HttpFacts, findings: Findings) -> None:
    """SLA 10.1: headers and error pages show no versions, stack traces or debugging information."""
    doubts = HttpDoubts(http)
    for address in http.addresses:
        leaks: dict[tuple[str, str], Answer] = {}  # each once, with the first answer that has it
        for answer in address.answers():
            for found in (*_versions(answer), *_debugging(answer)):
                leaks.setdefault(found, answer)
        for (name, leak), answer in leaks.items():
            place = http.plain_place(address) if answer is address.plain else http.place(address)
            findings.add(
                EndpointPlace(place, name),
                seen=leak,
                expected=Text("geen versies of debuginformatie", "no versions or debugging information"),
                command=_command(http, address, answer),
            )
        _report_debugging_page(http, address, findings)
        if doubts.answer(address, address.first) is not None:
            _judge_error_page(http, address, findings, doubts)
    doubts.end()


def _debugging(answer: Answer) -> Iterator[tuple[str, str]]:
    for field in answer.fields:
        if is_debugging(field.name, field.value):
            yield field.name, field.name


def _report_debugging_page(http: HttpFacts, address: AddressHttp, findings: Findings) -> None:
    """Report traces on the document itself. A message or a version may be what its text is about, so that warns."""
    page, answer = address.document, address.last
    if page is None or not isinstance(answer, Answer) or answer.status >= 400:  # then it is judged as an error page
        return
    strengths: tuple[tuple[tuple[str, ...], Strength], ...] = (
        (page.traces, "required"),
        ((*page.messages, *page.versions), "recommended"),
    )
    for shown, strength in strengths:
        for what in shown:
            findings.add(
                EndpointPlace(http.place(address), f"HTTP {answer.status}"),
                seen=what,
                expected=Text("een pagina zonder techniek", "a page without technical details"),
                strength=strength,
                command=_command(http, address, answer),
            )


def _judge_error_page(http: HttpFacts, address: AddressHttp, findings: Findings, doubts: HttpDoubts) -> None:
    answer = doubts.answer(address, address.error)
    if answer is None:
        return
    pages = [(answer, address.error_page)]
    if isinstance(address.last, Answer) and address.last.status >= 400:  # then the page itself is an error page
        pages.append((address.last, address.document))
    for shown, page in pages:
        if page is None:
            continue
        said = page.messages if shown.status >= 400 else ()  # else it is a page, and a text can be about them
        for what in dict.fromkeys((*page.traces, *said, *page.versions)):
            findings.add(
                EndpointPlace(http.place(address), f"HTTP {shown.status}"),
                seen=what,
                expected=Text("een foutpagina zonder techniek", "an error page without technical details"),
                command=_command(http, address, shown),
            )
        if not page.complete:
            doubts.add(
                f"{http.place(address)}: de foutpagina is niet volledig gelezen.",
                f"{http.place(address)}: the error page was not read completely.",
            )
    findings.saw(
        f"{address.where}: status {answer.status} op een pad dat er niet is",
        f"{address.where}: status {answer.status} on a path that is not there",
    )


def _command(http: HttpFacts, address: AddressHttp, answer: Answer) -> str:
    path = "/" + answer.url.partition("://")[2].partition("/")[2]
    return http.curl(address, path.removesuffix("?…"), plain=answer is address.plain, http2=answer is address.http2)
