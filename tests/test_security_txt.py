"""Judgements on security.txt and the policy for reporting vulnerabilities that it names."""

from datetime import date

import msgspec

from toetskader.facts.endpoint.graded import Status
from toetskader.facts.endpoint.http import AddressHttp, Answer, FileAnswer, How, HttpFacts
from toetskader.facts.endpoint.security_txt import (
    found_file,
    grade_file,
    is_there,
    leads_off_https,
    policy_urls,
)
from toetskader.judging import EndpointPlace, Findings, Text, check
from toetskader.judging.doubts import HttpDoubts
from toetskader.norms.web import WebNorm

_PATH = "/.well-known/security.txt"
_ONLY_HERE = {
    "no_host": "security_txt.nobody",
    "nobody": "security_txt.nobody",
    "redirect_no_https": "security_txt.https",
}
"""Remarks that internet.nl does not make, and the note in the norm."""
_NO_FILE = Text("geen security.txt", "no security.txt")


class SecurityTxt(msgspec.Struct, forbid_unknown_fields=True):
    """How heavily security.txt weighs."""

    demanded: bool = True
    """True when the contract itself demands it, so that it is required whatever the norm says."""


@check("http.security_txt", params=SecurityTxt)
def test_security_txt_is_in_order(
    http: HttpFacts, norm: WebNorm, params: SecurityTxt, today: date, findings: Findings
) -> None:
    """SLA 10.1 and 11.2, RFC 9116: security.txt where it belongs, with Contact and an Expires in the future."""
    doubts = HttpDoubts(http, findings, norm)
    for address in http.addresses:
        if not _answered(http, address, doubts):
            if _leads_elsewhere(address):
                findings.differs(norm.difference("security_txt.elsewhere"))
            elif isinstance(address.first, Answer) and not address.first.blocker:
                findings.differs(norm.difference("security_txt.unreachable"))
            continue
        graded = grade_file(address, today=today, longest_days=norm.security_txt_longest_days)
        for remark in graded.remarks:
            required = "required" if params.demanded else norm.security_txt
            sufficient = remark.status is Status.SUFFICIENT
            heavier = "security_txt.demanded" if required != norm.security_txt else ""
            differs = "" if sufficient else _ONLY_HERE.get(remark.code, heavier)
            findings.add(
                EndpointPlace(http.place(address), _PATH),
                seen=remark.seen,
                expected=remark.expected,
                strength="optional" if sufficient else required,
                command=http.curl(address, _PATH),
                differs=norm.difference(differs) if differs else None,
            )
        findings.saw(f"{address.where}: {_summary(address)}", f"{address.where}: {_summary(address)}")
    doubts.end()


def _summary(address: AddressHttp) -> str:
    file = found_file(address)
    if not is_there(file):
        return f"{_PATH} –"
    expires = [line for line in file.text.splitlines() if line.lower().startswith("expires")]
    return f"{_PATH} {expires[0] if expires else ''}".strip()


def _answered(http: HttpFacts, address: AddressHttp, doubts: HttpDoubts, *, legacy: bool = False) -> bool:
    """Tell whether the site itself said what it has; a redirect to elsewhere is not followed, so it did not.

    Parameters: `legacy`, whether what is at the old place matters as well.
    """
    if doubts.answer(address, address.first) is None:
        return False
    for file in address.files if legacy else (address.security_txt,):
        answer = doubts.answer(address, file.exchange)
        if answer is None:
            return False
        if answer.redirect is not None and (legacy or not leads_off_https(file)):
            _doubt_redirect(http, address, answer, doubts)
            return False
        if is_there(file):
            return True
    return True


def _leads_elsewhere(address: AddressHttp) -> bool:
    """Tell whether the file stands behind a redirect that was not followed."""
    return any(isinstance(file.exchange, Answer) and file.exchange.redirect is not None for file in address.files)


def _doubt_redirect(http: HttpFacts, address: AddressHttp, answer: Answer, doubts: HttpDoubts) -> None:
    target = answer.redirect.location if answer.redirect is not None else ""
    doubts.add(
        f"{http.place(address)}: security.txt leidt naar {target}, wat niet gevolgd is. Bekijk het daar zelf.",
        f"{http.place(address)}: security.txt leads to {target}, which was not followed. Look at it there by hand.",
    )


@check("http.cvd_policy")
def test_policy_for_vulnerabilities_can_be_read(http: HttpFacts, findings: Findings) -> None:
    """SLA 10.1: security.txt names the policy for reporting vulnerabilities, and it is there."""
    doubts = HttpDoubts(http)
    for address in http.addresses:
        if not _answered(http, address, doubts, legacy=True):
            continue
        file = found_file(address)
        if _names_no_policy(file):
            seen = Text("geen regel Policy", "no line Policy") if is_there(file) else _NO_FILE
            _report(http, address, seen, findings)
            continue
        _judge_policies(http, address, file, findings, doubts)
    doubts.end()


def _names_no_policy(file: FileAnswer) -> bool:
    return not is_there(file) or not policy_urls(file.text)


def _judge_policies(
    http: HttpFacts, address: AddressHttp, file: FileAnswer, findings: Findings, doubts: HttpDoubts
) -> None:
    for url, exchange in zip(policy_urls(file.text), address.policy, strict=False):
        if not isinstance(exchange, Answer) and exchange.how is How.NOT_ASKED:
            doubts.add(
                f"{http.place(address)}: het beleid staat op een ander adres ({exchange.url}) en is niet opgevraagd. "
                "Bekijk het zelf.",
                f"{http.place(address)}: the policy is at another address ({exchange.url}) and was not asked for. "
                "Look at it by hand.",
            )
            continue
        answer = doubts.answer(address, exchange)
        if answer is None:
            continue
        if answer.status == 200:
            findings.saw(f"{address.where}: {answer.url} 200", f"{address.where}: {answer.url} 200")
        elif answer.redirect is not None:
            _doubt_redirect(http, address, answer, doubts)
        else:
            seen = Text(f"{url}: status {answer.status}", f"{url}: status {answer.status}")
            _report(http, address, seen, findings)


def _report(http: HttpFacts, address: AddressHttp, seen: Text, findings: Findings) -> None:
    findings.add(
        EndpointPlace(http.place(address), "Policy"),
        seen=seen,
        expected=Text("een beleid dat te lezen is, in security.txt genoemd", "a policy, named in security.txt"),
        command=http.curl(address, _PATH),
    )
