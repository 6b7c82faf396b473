"""security.txt by RFC 9116; the `sectxt` library reads it, the day is given."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from toetskader.facts.endpoint.escape import escaped, without_query
from toetskader.facts.endpoint.graded import Graded, Remark, Status
from toetskader.facts.endpoint.http import AddressHttp, Answer, FileAnswer
from toetskader.facts.endpoint.page import media
from toetskader.facts.endpoint.urls import host_of
from toetskader.text import Text

LONGEST_FILE = 100_000
"""Bytes that are read."""
MOST_LINES = 1_000
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
# Codes that sectxt derives from the clock; here the day is given.
_BY_THE_CLOCK = frozenset({"expired", "long_expiry"})
_WELL_FORMED = Text("een bestand volgens RFC 9116", "a file as in RFC 9116")


def is_there(file: FileAnswer) -> bool:
    """Tell whether a file was served."""
    return isinstance(file.exchange, Answer) and file.exchange.status == 200


def leads_off_https(file: FileAnswer) -> bool:
    """Tell whether a file is to be had by leaving https, which RFC 9116, 3 does not allow."""
    answer = file.exchange
    return isinstance(answer, Answer) and answer.redirect is not None and answer.redirect.scheme != "https"


def found_file(address: AddressHttp) -> FileAnswer:
    """Return the file that counts: the one where it belongs, else the one at the old place, if there is one."""
    legacy = address.legacy_security_txt
    use_legacy = legacy is not None and is_there(legacy) and not is_there(address.security_txt)
    return legacy if use_legacy and legacy is not None else address.security_txt


def grade_file(address: AddressHttp, *, today: date, longest_days: int) -> Graded:
    """Judge the security.txt of an address that answered: where it is, how it is served, and what it says.

    Parameters: `today`, the day to judge on; `longest_days`, how far ahead `Expires` may be.
    """
    file = found_file(address)
    answer = file.exchange
    if leads_off_https(file) and isinstance(answer, Answer) and answer.redirect is not None:
        seen = Text(f"leidt naar {answer.redirect.location}", f"leads to {answer.redirect.location}")
        expected = Text("https, ook na een omleiding", "https, after a redirect too")
        return Graded((Remark("redirect_no_https", seen, expected),))
    if not isinstance(answer, Answer) or answer.status != 200:
        status = str(answer.status) if isinstance(answer, Answer) else answer.how.value
        code = "no_security_txt_404" if status == "404" else "no_security_txt_other"
        expected = Text("200 op /.well-known/security.txt", "200 at /.well-known/security.txt")
        return Graded((Remark(code, Text(f"antwoord {status}", f"answer {status}"), expected),))
    remarks = list(_served(address, file, answer))
    if any(remark.code in ("no_content_type", "invalid_media") for remark in remarks):
        return Graded(tuple(remarks))  # most likely a web page, of which every line would be wrong
    urls = [hop.url for hop in file.hops[:1]] + [answer.url]
    return Graded((*remarks, *grade_text(file.text, urls, today=today, longest_days=longest_days, utf8=file.utf8)))


def _served(address: AddressHttp, file: FileAnswer, answer: Answer) -> Iterator[Remark]:
    media_type, charset = media(answer.joined("content-type") or "")
    plain = Text("Content-Type: text/plain; charset=utf-8", "Content-Type: text/plain; charset=utf-8")
    if not media_type:
        yield Remark("no_content_type", Text("geen Content-Type", "no Content-Type"), plain)
    elif media_type != "text/plain":
        yield Remark("invalid_media", Text(media_type, media_type), plain)
    elif charset not in ("", "utf-8", "csutf8"):
        yield Remark("invalid_charset", Text(charset, charset), plain)
    if file is not address.security_txt:
        seen = Text("alleen op /security.txt", "only at /security.txt")
        yield Remark("location", seen, Text("/.well-known/security.txt", "/.well-known/security.txt"))
    if not file.complete:
        seen = Text(f"langer dan {LONGEST_FILE} bytes", f"longer than {LONGEST_FILE} bytes")
        yield Remark("too_long", seen, _WELL_FORMED)


def grade_text(text: str, urls: list[str], *, today: date, longest_days: int, utf8: bool = True) -> Iterator[Remark]:
    """Yield what is to be said about the text of a security.txt.

    Parameters: `urls`, where it was asked for and where it was found; `utf8`, False when it had bytes that are none.
    """
    # It loads an OpenPGP library, which few runs need; it has no types.
    import sectxt  # type: ignore[import-untyped]  # noqa: PLC0415

    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        yield Remark("too_long", Text(f"{len(lines)} regels", f"{len(lines)} lines"), _WELL_FORMED)
        return
    if sum(line.rstrip() == _SIGNED for line in lines) > 1:  # the library reads the whole file again for each
        yield Remark("signed_format_issue", Text("twee keer ondertekend", "signed twice"), _WELL_FORMED)
        return
    if not utf8:
        yield Remark("utf8", Text("tekens die geen UTF-8 zijn", "bytes that are no UTF-8"), Text("UTF-8", "UTF-8"))
    parser = sectxt.Parser(text.encode("utf-8", errors="backslashreplace"), urls=urls)
    for error in parser.errors:
        if error["code"] not in _BY_THE_CLOCK:
            yield Remark(error["code"], _complaint(error, lines), _expected(error["code"]))
    yield from _nobody(lines)
    yield from _expiry(expiries(text), today, longest_days)
    for note in (*parser.recommendations, *parser.notifications):
        if note["code"] not in _BY_THE_CLOCK:
            seen = _complaint(note, lines)
            yield Remark(note["code"], seen, _expected(note["code"]), Status.SUFFICIENT)


_EXPECTED = {
    "no_contact": Text("minstens één regel Contact:", "at least one line Contact:"),
    "no_expire": Text("precies één regel Expires:", "exactly one line Expires:"),
    "multi_expire": Text("precies één regel Expires:", "exactly one line Expires:"),
    "invalid_expiry": Text("een tijdstip zoals 2030-01-01T00:00:00Z", "a time such as 2030-01-01T00:00:00Z"),
    "no_canonical_match": Text("een regel Canonical: met dit adres", "a line Canonical: with this address"),
    "invalid_lang": Text("taalcodes zoals nl, en", "language tags such as nl, en"),
    "multi_lang": Text("één regel Preferred-Languages:", "one line Preferred-Languages:"),
    "not_signed": Text("een OpenPGP-handtekening", "an OpenPGP signature"),
    "no_encryption": Text("een regel Encryption: bij een mailadres", "a line Encryption: with a mail address"),
    "no_uri": Text("een URI, zoals mailto: of https:", "a URI, such as mailto: or https:"),
    "no_https": Text("een adres met https", "an address with https"),
}


def _expected(code: str) -> Text:
    return _EXPECTED.get(code, _WELL_FORMED)


# What is wrong, by the library's codes; its own sentences are in English only.
_WRONG = {
    "bom_in_file": Text("begint met een Byte-Order Mark", "begins with a Byte-Order Mark"),
    "data_after_sig": Text("er staat tekst na de handtekening", "there is text after the signature"),
    "empty_key": Text("de naam van het veld ontbreekt", "the field has no name"),
    "empty_value": Text("het veld heeft geen waarde", "the field has no value"),
    "invalid_expiry": Text("geen leesbaar tijdstip", "no time that can be read"),
    "invalid_lang": Text("geen taalcodes", "no language tags"),
    "invalid_line": Text("geen veld met een waarde", "no field with a value"),
    "multi_expire": Text("Expires staat er vaker dan eens", "Expires is there more than once"),
    "multi_lang": Text("Preferred-Languages staat er vaker dan eens", "Preferred-Languages is there more than once"),
    "multiple_csaf_fields": Text("CSAF staat er vaker dan eens", "CSAF is there more than once"),
    "no_canonical": Text("ondertekend, zonder regel Canonical", "signed, without a line Canonical"),
    "no_canonical_match": Text("geen regel Canonical noemt dit adres", "no line Canonical has this address"),
    "no_contact": Text("geen regel Contact", "no line Contact"),
    "no_csaf_file": Text("wijst niet naar een provider-metadata.json", "does not lead to a provider-metadata.json"),
    "no_encryption": Text("een mailadres zonder regel Encryption", "a mail address without a line Encryption"),
    "no_expire": Text("geen regel Expires", "no line Expires"),
    "no_https": Text("een webadres zonder https", "a web address without https"),
    "no_host": Text("een webadres zonder host", "a web address without a host"),
    "no_line_separators": Text("een regel zonder regeleinde", "a line without line ending"),
    "no_space": Text("geen spatie na de dubbele punt", "no space after the colon"),
    "no_uri": Text("de waarde is geen URI", "the value is no URI"),
    "nobody": Text("er staat niemand in", "it names nobody"),
    "not_signed": Text("niet ondertekend", "not signed"),
    "pgp_data_error": Text("geen leesbaar OpenPGP-blok", "no OpenPGP block that can be read"),
    "pgp_error": Text("geen leesbaar OpenPGP-bericht", "no OpenPGP message that can be read"),
    "pgp_signature_error": Text("geen leesbare handtekening", "no signature that can be read"),
    "prec_ws": Text("een spatie voor de dubbele punt", "a space before the colon"),
    "signed_format_issue": Text("tekst voor het begin van het ondertekende deel", "text before the signed part begins"),
    "too_many_line_separators": Text("lege regels na de handtekening", "empty lines after the signature"),
    "unknown_field": Text("een veld dat RFC 9116 niet kent", "a field that RFC 9116 does not have"),
    "utf8": Text("tekens die geen UTF-8 zijn", "bytes that are no UTF-8"),
}


def _complaint(error: Mapping[str, Any], lines: list[str]) -> Text:
    """Say what the library finds wrong and where; a code that is new in its own words."""
    said = str(error["message"])
    return _at_line(error["line"], _WRONG.get(str(error["code"]), Text(said, said)), lines)


def _at_line(number: int | None, wrong: Text, lines: list[str]) -> Text:
    """Say what is wrong and where in the file, with the line."""
    if number is None or not 0 < number <= len(lines):
        return Text(f"het hele bestand: {wrong.nl}", f"the whole file: {wrong.en}")
    line = escaped(lines[number - 1].strip(), 100)
    return Text(f"regel {number}, {wrong.nl}: {line}", f"line {number}, {wrong.en}: {line}")


_NAME = re.compile(r"[A-Za-z-]{1,50}")
_ADDRESS = re.compile(r"[^\s@,]+@[^\s@,]+")
_SOMEBODY = Text(
    "een adres, nummer of pagina waar iemand te bereiken is", "an address, number or page to reach somebody"
)


def _nobody(lines: list[str]) -> Iterator[Remark]:
    """Yield the contacts behind which there is nobody, and web addresses without a host.

    An address of https has a host (RFC 9110, 4.2.1 and 4.2.2). That a contact is a way to report (RFC 9116, 2.5.3) asks
    more than that it is a URI: RFC 6068 lets `mailto:` go without an address. Beside one that does name somebody, an
    empty one is a remark.
    """
    contacts: list[tuple[int, bool]] = []
    for number, line in enumerate(lines, 1):
        name, _, value = (part.strip(" \t\r") for part in line.partition(":"))
        if not value or not _NAME.fullmatch(name):
            continue
        if _lacks_host(value):
            yield Remark("no_host", _at_line(number, _WRONG["no_host"], lines), _SOMEBODY)
        elif name.lower() == "contact":
            contacts.append((number, _reaches(value)))
    weight = Status.SUFFICIENT if any(reaches for _, reaches in contacts) else Status.BAD
    for number, reaches in contacts:
        if not reaches:
            yield Remark("nobody", _at_line(number, _WRONG["nobody"], lines), _SOMEBODY, weight)


def _lacks_host(uri: str) -> bool:
    scheme, _, rest = uri.partition(":")
    if scheme.lower() not in ("http", "https"):
        return False
    try:
        host = urlsplit(f"https:{rest}").hostname or ""
        return not any(char.isalnum() for char in host)
    except ValueError:
        return True


_OF_THE_BROWSER = frozenset({"about", "blob", "data", "file", "javascript"})
"""Schemes of what a browser makes of the address itself (URL, 4.4; RFC 2397; RFC 6694), or has on its own computer."""


def _reaches(uri: str) -> bool:
    """Tell whether a contact's URI names somebody: a mail address (RFC 6068, 2), a number (RFC 3966, 3), or anything.

    What has no scheme is told as such, and is not told twice.
    """
    scheme, colon, rest = uri.partition(":")
    scheme = scheme.lower()
    if scheme == "mailto":
        to, _, headers = rest.partition("?")
        recipients = [to, *(part[3:] for part in headers.split("&") if part.lower().startswith("to="))]
        return any(_ADDRESS.fullmatch(unquote(one).strip()) for listed in recipients for one in listed.split(","))
    if scheme in _OF_THE_BROWSER:
        return False
    if scheme in ("tel", "sms"):
        return re.search(r"[0-9]", rest.partition(";")[0]) is not None
    return not colon or rest.strip("/") != ""


_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[-+]\d{2}:\d{2})", re.IGNORECASE | re.ASCII
)
_EXPIRES = re.compile(r"^expires[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)


def expiries(text: str) -> list[datetime]:
    """Return the moments in `Expires` that can be read (RFC 3339)."""
    found = []
    for match in _EXPIRES.finditer(text):
        moment = _MOMENT.fullmatch(match[1].strip())
        if moment:
            zone = "+00:00" if moment[3] in "Zz" else moment[3]
            try:
                found.append(datetime.fromisoformat(f"{moment[1]}T{moment[2]}{zone}").astimezone(UTC))
            except (ValueError, OverflowError):
                continue  # no such day; the library tells
    return found


def _expiry(found: list[datetime], today: date, longest_days: int) -> Iterator[Remark]:
    start = datetime.combine(today, time(), UTC)
    for moment in found:
        seen = Text(f"Expires: {moment:%Y-%m-%d %H:%M} UTC", f"Expires: {moment:%Y-%m-%d %H:%M} UTC")
        if moment.date() <= today:
            yield Remark("expired", seen, Text("een dag in de toekomst", "a day in the future"))
        elif moment > start + timedelta(days=longest_days + 1):  # the hour of today is not known
            expected = Text(f"hoogstens {longest_days} dagen vooruit", f"at most {longest_days} days ahead")
            yield Remark("long_expiry", seen, expected, Status.SUFFICIENT)


def policy_urls(text: str) -> list[str]:
    """Return the addresses in `Policy` that have a host where they need one, in order, each once."""
    found = re.findall(r"^policy[ \t]*:[ \t]*(\S+)[ \t\r]*$", text, re.IGNORECASE | re.MULTILINE)
    return [url for url in dict.fromkeys(found) if not _lacks_host(url)]


def is_at(url: str, host: str, port: int) -> bool:
    """Tell whether an address is https on this host and port."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and host_of(parts) == host and (parts.port or 443) == port
    except ValueError:
        return False


def shown_url(url: str) -> str:
    """Return an address as it may be kept."""
    return escaped(without_query(url), 300)
