"""What the elements of a page make a browser ask for by itself, and where a page sends it on to."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult

from toetskader.facts.endpoint.markup import Tag
from toetskader.facts.endpoint.urls import host_of

# Kinds of link that are fetched (HTML, 4.6.7), and two of Apple's; others, such as canonical and preconnect, are not.
_FETCHED_LINKS = frozenset(
    {
        *("stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest"),
        *("apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"),
    }
)
_SOURCES = {
    "audio": ("src",),
    "embed": ("src",),
    "frame": ("src",),
    "iframe": ("src",),
    "object": ("data",),
    "track": ("src",),
    "video": ("src", "poster"),
    **dict.fromkeys(("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"), ("background",)),
    # SVG
    **dict.fromkeys(("feimage", "use"), ("href", "xlink:href")),
}
"""Attributes by which an element loads something, whatever else it has. HTML reads <image> as <img>."""
_SCRIPT = re.compile(r"(?:application|text)/(?:x-)?(?:ecma|java|j|live)script[0-9.]{0,3}|module", re.IGNORECASE)
MOST_ADDRESSES = 10_000
"""Images of one set, and addresses in one style, that are read."""


def is_run(script: Tag) -> bool:
    """Tell whether a browser runs a script: it does not when its type is that of data (HTML, 4.12.1)."""
    kind = script.attributes.get("type", "").strip()
    return not kind or _SCRIPT.fullmatch(kind) is not None


def loaded(tag: Tag, *, in_picture: bool = False) -> Iterator[str]:  # noqa: PLR0912 - a branch for each kind
    """Yield the addresses that a browser asks for when it meets an element, as they are written.

    Parameters: `in_picture`, whether it stands in a <picture>, of which sources give sets only. Where a form is sent
    counts too: browsers warn of a form that leaves https.
    """
    get = tag.attributes.get
    match tag.name:
        case "img" | "image":
            candidates = list(srcset(get("srcset", "")))
            yield from (address for address, _ in candidates)
            if not any(descriptor in ("", "1x") or descriptor.endswith("w") for _, descriptor in candidates):
                yield get("src", "")  # else one of the set is taken (HTML, 4.8.4.3.7)
            yield from (get("href", ""), get("xlink:href", ""))
        case "source" if in_picture:
            yield from (address for address, _ in srcset(get("srcset", "")))
        case "source":
            yield get("src", "")
        case "script" if is_run(tag):
            yield get("src") or get("href") or get("xlink:href", "")
        case "link":
            kinds = _FETCHED_LINKS & set(get("rel", "").lower().split())
            if kinds and not (kinds == {"stylesheet"} and "disabled" in tag.attributes):
                yield get("href", "")
                yield from (address for address, _ in srcset(get("imagesrcset", "")))
        case "input" if get("type", "").strip().lower() == "image":
            yield from (get("src", ""), get("formaction", ""))
        case "input" | "button":
            yield get("formaction", "")
        case "form" if get("method", "").strip().lower() != "dialog":
            yield get("action", "")
        case "a" | "area" if "href" in tag.attributes:
            yield from get("ping", "").split()
        case "iframe" if "srcdoc" in tag.attributes:
            pass  # its own address is not asked for
        case name:
            yield from (get(attribute, "") for attribute in _SOURCES.get(name, ()))
    if tag.name == "style" and get("type", "").strip().lower() in ("", "text/css"):
        yield from styles(tag.text)
    if get("style"):
        yield from styles(get("style", ""))


_BEFORE = re.compile(r"[\s,]*")
_ADDRESS = re.compile(r"\S+")


def srcset(value: str) -> Iterator[tuple[str, str]]:
    """Yield the images of a set, each with its descriptor (HTML, 4.8.4.3.10): a comma may be part of an address."""
    position = 0
    for _ in range(MOST_ADDRESSES):
        before = _BEFORE.match(value, position)
        match = _ADDRESS.match(value, before.end() if before else position)
        if match is None:
            return
        address, position = match[0], match.end()
        if address.endswith(","):
            yield address.rstrip(","), ""
            continue
        end = value.find(",", position)
        end = len(value) if end < 0 else end
        yield address, value[position:end].strip().lower()
        position = end + 1


# Tokens of CSS Syntax, 4, as far as an address can stand in them; each takes in all that it looks at.
_STYLE_TOKEN = re.compile(
    r"/\*(?:[^*]|\*(?!/))*(?:\*/)?"
    r"|(?<![\w-])url\(\s*(?:\"(?P<double>(?:[^\"\\\n]|\\.)*)\"?|'(?P<single>(?:[^'\\\n]|\\.)*)'?|(?P<bare>(?:[^\s)\"'\\]|\\[0-9a-f]{1,6}\s?|\\.)*))"
    r"|\"(?P<string>(?:[^\"\\\n]|\\.)*)\"?|'(?P<quoted>(?:[^'\\\n]|\\.)*)'?"
    r"|@(?P<at>[\w-]+)|(?P<set>image-set\()|[;{})]",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE | re.DOTALL)
_NAMES = frozenset({"namespace", "document", "-moz-document"})
"""Rules in which an address is a name and is not asked for."""


def styles(css: str) -> Iterator[str]:
    """Yield the addresses that a style sheet, or the style of an element, makes a browser ask for."""
    rule, in_set, count = "", False, 0
    for match in _STYLE_TOKEN.finditer(css):
        kind, address = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if kind == "at":
            rule = address.lower()
        elif kind == "set":
            in_set = True
        elif match[0] in (";", "{", "}"):
            rule, in_set = "", False
        elif match[0] == ")":
            in_set = False
        elif kind in ("double", "single", "bare") or (kind and (rule == "import" or in_set)):
            if rule not in _NAMES:
                yield _ESCAPE.sub(_unescaped, address)
                count += 1
            if count == MOST_ADDRESSES:
                return


def _unescaped(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0x110000 else "\ufffd"


def is_insecure(address: SplitResult) -> bool:
    """Tell whether asking for an address from a page over https is mixed content (Mixed Content, 4.1).

    What stays on the computer itself is not (Secure Contexts, 3.1).
    """
    host = host_of(address)
    if address.scheme != "http" or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


_REFRESH = re.compile(r"\s*\d[\d.]*(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(.*))", re.I | re.S)


def refresh(content: str) -> str:
    """Return the address that <meta http-equiv=refresh> sends a browser on to, or nothing (HTML, 4.2.5.3)."""
    match = _REFRESH.match(content)
    return "" if match is None else (match[1] or match[2] or match[3] or "").strip()
