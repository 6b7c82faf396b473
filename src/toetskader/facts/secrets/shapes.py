"""Well-known shapes of keys and tokens, and passwords that a URL, a connection string or a command holds.

Without the library detect-secrets: importing its plugins takes 0.2 s and loads an HTTP client, since they can verify
what they find at its issuer. The shapes below are the issuers' own published prefixes, each guarded by a literal that
must occur, so that a chart of a megabyte takes milliseconds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from toetskader.facts.references import Resolves, looks_generated, placeholder
from toetskader.facts.secrets.comments import in_comment
from toetskader.patterns import Linear, Match, linear
from toetskader.text import Text


@dataclass(frozen=True, slots=True)
class Shape:
    """A form by which a kind of secret is known."""

    name: Text
    literals: tuple[str, ...]
    """One of these occurs in every match; a text without them is not searched."""
    expression: re.Pattern[str] | Linear
    form: str = ""
    """What it looks like with nothing secret in it: `{36}` stands for as many characters. For tokens only."""
    around: tuple[str, str] = ("", "")
    """What stands before and after the secret where it is part of the match only, its group `password`."""

    def filled(self, filler: str, end: str) -> str:
        """Return a text that has this shape and no secret: the form, filled with a word that ends in `end`."""

        def fill(match: re.Match[str]) -> str:
            wanted = int(match[1])
            return (filler * wanted)[: wanted - len(end)] + end

        return _FORM.sub(fill, self.form)


_FORM = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True, slots=True)
class Leak:
    """A place in a text that has the shape of a secret. It does not hold the secret itself."""

    line: int
    shape: Shape
    is_word: bool = False
    """Whether the password in it is a plain word, with a number at its end or not."""


# Neither side may continue: a shape inside a longer base64 text is chance.
_LEFT, _RIGHT = r"(?<![A-Za-z0-9+/_=-])", r"(?![A-Za-z0-9+/_=-])"


def _token(name: str, literals: tuple[str, ...], expression: str, form: str) -> Shape:
    return Shape(Text(name, name), literals, re.compile(f"{_LEFT}(?:{expression}){_RIGHT}", re.ASCII), form)


PRIVATE_KEY = Shape(
    Text("een privésleutel", "a private key"),
    ("PRIVATE KEY",),
    # Key material must follow: documentation shows the header with dots. JSON and YAML may escape the line end.
    linear(
        r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\s|\\n|\\r|(?:Proc-Type|DEK-Info|Version):[^\n\\]*(?:\n|\\[nr]))*[A-Za-z0-9+/]{8}"
    ),
)
# Whether what stands where a password does is a reference, the place decides: `given`.
URL_PASSWORD = Shape(
    Text("een wachtwoord in een URL", "a password in a URL"),
    ("://",),
    # The host may be a reference: `postgres://app:x@$(HOST)/app`.
    linear(r"""://[^\s/:@"'<>{}()]*:(?P<password>[^\s/:@"'`,]+)@(?:[\w\[]|\$[({]|\{\{)"""),
    around=("redacted://REDACTED:", "@REDACTED"),
)
_CONNECTION_PASSWORD = Shape(
    Text("een wachtwoord in een connection string", "a password in a connection string"),
    ("assword=", "ASSWORD=", "wd=", "WD="),
    re.compile(
        r"""(?:(?<=;)|(?<=;[ ])|(?<![\w;.-])(?=\w{1,10}=[^;\n]{1,200};[ ]?[A-Za-z][\w ]{0,40}=))
            (?i:password|pwd)=(?![/.…])(?P<password>[^\s;"'`]{1,200})""",
        re.VERBOSE,
    ),
    around=("REDACTED;Password=", ""),
)
# Pairs with spaces between them, which PostgreSQL's clients take ("Connection Strings", keyword/value).
_PAIRS_PASSWORD = Shape(
    Text("een wachtwoord in een connection string", "a password in a connection string"),
    ("password=",),
    linear(
        r"""\b(?:host|hostaddr|port|dbname|user|sslmode)=[^\s'"`;,&]+(?: [a-z_]+=[^\s'"`;,&]+)* password="""
        r"""(?P<password>[^\s'"`;,&]+)"""
    ),
    around=("host=REDACTED password=", ""),
)
_ORACLE_PASSWORD = Shape(
    Text("een wachtwoord in een URL", "a password in a URL"),
    ("jdbc:oracle:",),
    linear(r"""\bjdbc:oracle:\w+:[^\s/:@"'<>{}()]+/(?P<password>[^\s/@"'`,]+)@(?:[\w\[/(]|\$[({]|\{\{)"""),
    around=("jdbc:oracle:thin:REDACTED/", "@REDACTED"),
)
_COMMAND_PASSWORD = Shape(
    Text("een wachtwoord in een opdracht", "a password in a command"),
    ("curl ",),
    linear(r"""\bcurl\s(?:[^\n|;&]*?\s)?(?:-u|--user)[ =]?["']?[^\s:"'$]+:(?P<password>[^\s"'`]+)"""),
    around=("curl -u REDACTED:", ""),
)
_SQL_PASSWORD = Shape(
    Text("een wachtwoord in SQL", "a password in SQL"),
    ("CREATE ", "create ", "ALTER ", "alter "),
    linear(
        r"(?i:\b(?:create|alter)\s+(?:user|role|login)\b[^;\n]{0,120}?\b(?:password|identified\s+by))\s*=?\s*"
        r"'(?P<password>[^':\s][^'\s]*)'"
    ),
    around=("CREATE USER REDACTED PASSWORD '", "'"),
)
SHAPES = (
    PRIVATE_KEY,
    URL_PASSWORD,
    _CONNECTION_PASSWORD,
    _PAIRS_PASSWORD,
    _ORACLE_PASSWORD,
    _COMMAND_PASSWORD,
    _SQL_PASSWORD,
    _token("AWS access key", ("AKIA", "ASIA"), r"A[KS]IA[A-Z2-7]{16}", "AKIA{16}"),
    _token("GitHub token", ("ghp_", "gho_", "ghs_"), r"gh[pos]_[0-9A-Za-z]{36}", "ghp_{36}"),
    _token("GitHub token", ("github_pat_",), r"github_pat_\w{82}", "github_pat_{82}"),
    _token("GitLab token", ("glpat-", "gldt-", "glrt-"), r"gl(?:pat|dt|rt)-[\w-]{20,64}", "glpat-{20}"),
    _token("Slack token", ("xox",), r"xox[abeoprs]-[0-9A-Za-z-]{10,250}", "xoxb-{20}"),
    _token(
        "Slack webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows)/[\w/]{40,80}",
        "hooks.slack.com/services/{44}",
    ),
    _token("Azure storage key", ("AccountKey=",), r"AccountKey=[A-Za-z0-9+/]{86}==", "AccountKey={86}=="),
    _token("Azure SAS", ("sig=",), r"sig=[A-Za-z0-9%]{43,63}(?:%3[dD]|=)", "sig={43}%3D"),
    _token("Entra client secret", ("Q~",), r"[\w~.]{3}\dQ~[\w~.-]{31,34}", "RED8Q~{34}"),
    _token("Google API key", ("AIza",), r"AIza[\w-]{35}", "AIza{35}"),
    _token("npm token", ("npm_",), r"npm_[A-Za-z0-9]{36}", "npm_{36}"),
    _token("PyPI token", ("pypi-AgEI",), r"pypi-AgEI[\w-]{50,1000}", "pypi-AgEI{50}"),
    _token("Docker Hub token", ("dckr_pat_",), r"dckr_pat_[\w-]{27}", "dckr_pat_{27}"),
    _token("Vault token", ("hvs.",), r"hvs\.[\w-]{24,300}", "hvs.{24}"),
    _token("Stripe key", ("k_live_",), r"[sr]k_live_[0-9a-zA-Z]{24,99}", "sk_live_{24}"),
    _token("SendGrid key", ("SG.",), r"SG\.[\w-]{22}\.[\w-]{43}", "SG.{22}.{43}"),
    _token("age key", ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[0-9A-Z]{58}", "AGE-SECRET-KEY-1{58}"),
    # A digit, or what fills it up at its end, tells base64 from words (`Basic authentication`).
    _token(
        "Authorization header",
        ("Basic", "Bearer"),
        r"(?:Basic[ :]{1,2}(?=[A-Za-z+/]{0,100}[0-9])[A-Za-z0-9+/]{8,400}={0,2}"
        r"|Basic[ :]{1,2}[A-Za-z+/]{6,400}={1,2}"
        r"|Bearer[ :]{1,2}(?=[A-Za-z._~+/-]{0,100}[0-9])[\w.~+/-]{16,4000}={0,2})",
        "Basic RED8{24}",
    ),
    _token("JSON Web Token", ("eyJ",), r"eyJ[\w-]{14,4000}\.eyJ[\w-]{14,8000}\.[\w-]{10,2000}", "eyJ{16}.eyJ{16}.{20}"),
)

_LITERALS = tuple(dict.fromkeys(literal for shape in SHAPES for literal in shape.literals))

# Words that documentation puts where a reader's own value goes. In a README they are no secret, elsewhere they are.
_SAMPLE = re.compile(
    r"example|[:='](?:[\w-]*(?:password|passwd|secret|token)|pass|pwd|pw|xxx+|change-?(?:me|it)|test|dummy|\.\.\.)(?:@|'?\Z)",
    re.IGNORECASE,
)

_PLAIN = re.compile(r"[A-Za-z]{1,16}[0-9]{0,4}")

# A line of dots within key material: what documentation shows of a key.
_CUT_SHORT = re.compile(r"[A-Za-z0-9+/=\s]{0,2000}\n[ \t]*(?:\.{3}|…)[ \t]*\n")


@lru_cache(maxsize=1024)
def leaks(text: str, *, documentation: bool = False) -> tuple[Leak, ...]:
    """Return the places in a text that have the shape of a private key or token.

    Parameters: `documentation` is true for prose (README, NOTES), where samples such as `user:password@host` occur.
    """
    return tuple(_leaks(text, documentation=documentation, resolves=placeholder))


def leaks_at(text: str, resolves: Resolves) -> tuple[Leak, ...]:
    """Return the same for a place that says what is replaced there."""
    return tuple(_leaks(text, documentation=False, resolves=resolves)) if may_leak(text) else ()


@lru_cache(maxsize=256)
def may_leak(text: str) -> bool:
    """Tell quickly whether a text can have the shape of a private key or token anywhere.

    Remembered, because the values sets of a chart have most objects in common.
    """
    return any(map(text.__contains__, _LITERALS))


def _leaks(text: str, *, documentation: bool, resolves: Resolves) -> Iterator[Leak]:
    for shape, match in occurrences(text):
        if shape.around[0] and refers(match["password"], resolves):
            continue
        sample = is_sample(match[0]) or (shape is PRIVATE_KEY and _CUT_SHORT.match(text, match.end()) is not None)
        if not (sample and (documentation or in_comment(text, match.start()))):
            plain = bool(shape.around[0]) and is_plain_word(match["password"])
            yield Leak(text.count("\n", 0, match.start()) + 1, shape, plain)


@lru_cache(maxsize=1024)
def occurrences(text: str) -> tuple[tuple[Shape, re.Match[str] | Match], ...]:
    """Return every match of a shape in a text, samples for a reader too, shape by shape."""
    return tuple(
        (shape, match)
        for shape in SHAPES
        if any(literal in text for literal in shape.literals)
        for match in shape.expression.finditer(text)
    )


_MARKED = re.compile(r"[$<%*#{…]|[^<>{}()]*[<>{}()]")


def refers(password: str, resolves: Resolves) -> bool:
    """Tell whether what stands where a password does is a reference, given what is replaced there.

    In a chart's files, what a template, a format or a reader is to fill in (`%s`, `{{ … }}`, `<password>`) is one.
    """
    if resolves is placeholder:
        return _MARKED.match(password) is not None and not looks_generated(password)
    return resolves(password)


def is_plain_word(password: str) -> bool:
    """Tell whether a password is a plain word, with a number at its end or not, as people make up for a test."""
    return _PLAIN.fullmatch(password) is not None


def is_sample(found: str) -> bool:
    """Tell whether what has the shape of a secret says of itself that it is a sample, as documentation may."""
    return _SAMPLE.search(found) is not None
