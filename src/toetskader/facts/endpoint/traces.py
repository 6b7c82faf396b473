"""What an error page gives away: stack traces, debug screens, messages of databases, and products with a version.

Each is known by its form: what a frame of a stack, the name of an exception or a message of a database looks like.
"""

import re
from collections.abc import Iterator

from toetskader.patterns import linear

_SOURCE_FILE = (
    r"\.(?:php|phtml|py|rb|pl|pm|js|mjs|cjs|ts|java|kt|scala|groovy|clj|cs|cshtml|fs|vb|go|rs|c|cc|cpp|swift|dart|lua|"
    r"jsp|asp|aspx|cfm|exs?|erl|hs)"
)
_LINE = r"(?:\(\d{1,6}\)|:\d{1,6}\b|\"?[,:]? ?(?:on |at )?line \d{1,6})"
_TRACES = {
    "Python": r"Traceback \(most recent call last\)|File \"[^\"\n]{1,300}\", line \d{1,6}, in ",
    "Java": r"\bat [\w$.<>/@]{3,200}\("
    r"(?:[\w$]{1,80}\.(?:java|kt|scala|groovy)(?::\d{1,6})?|Native Method|Unknown Source)\)",
    "Java exception": r"\b(?:java|javax|jakarta|org\.(?:springframework|apache|hibernate))\.[\w.]{1,120}Exception\b",
    ".NET": r"\bat [\w.`<>]{3,200}\([^()\n]{0,200}\) in [^\n<]{1,200}:line \d{1,6}|\[\w{1,60}Exception(?: \(0x|:)|"
    r"\bat (?:[A-Za-z_][\w`+<>\[\]]*\.)+[\w`<>\[\]+]+\((?:[A-Z][\w.`<>\[\],&]* \w[^()\n]*)?\)",
    "ASP.NET Core": r"An unhandled exception occurred while processing the request\.",
    "IIS": r"\bPhysical Path\b[^\w]{0,60}(?:<[^>\n]{1,40}>|&nbsp;|\s){0,20}[A-Z]:\\",
    "ASP.NET": r"Server Error in '[^'\n]{1,100}' Application|<b>\s{0,5}Stack Trace:\s{0,5}</b>",
    ".NET exception": r"\bSystem\.[\w.]{1,80}Exception(?: \(0x[0-9A-Fa-f]{1,8}\))?:",
    "PHP": r"(?:Fatal error|Warning|Notice|Parse error|Deprecated)(?:</b>)?:\s[^\n]{1,300}? on line (?:<b>)?\d{1,6}",
    "PHP trace": r"Stack trace:\s{1,5}#0 |#\d{1,3} (?:/[^\s(]{1,200}|[A-Z]:\\[^(\n]{1,200}|\[internal function\])"
    r"(?:\(\d{1,6}\))?: [\w\\:>-]{1,200}\(",
    "Node.js": r"\bat [\w.<>\[\] ]{0,100}\(?(?:file://)?(?:/|[A-Z]:\\|node:)[^\s()<>]{1,200}:\d{1,6}:\d{1,6}\)?",
    "Ruby": r"\.rb:\d{1,6}:in [`']",
    "Rust": r"\bthread '[^'\n]{1,100}' panicked at ",
    "Go": r"\bgoroutine \d{1,9} \[running\]|\bpanic: runtime error:",
    "Rails": r"Action Controller: Exception caught|\bRails\.root: (?:<[a-z]{1,10}>)?/",
    "Django debug": r"<code>DEBUG = True</code>|Using the URLconf defined in [\w.<>/]{1,100}",
    "Werkzeug debugger": r"Werkzeug Debugger|The debugger caught an exception in your WSGI application",
    "Whoops": r"<title>Whoops! There was an error|Whoops\\Exception",
    "Symfony": r"Symfony Exception|sf-exceptionreset",
    "Spring": r"Whitelabel Error Page",
    "SQL": r"\bSQLSTATE ?[\[:=(]|\bORA-\d{5}\b|You have an error in your SQL syntax|Unclosed quotation mark after",
}
"""Signs of a stack trace, debug screen or database error that no ordinary text has."""
_MESSAGES = {
    # a name in a namespace, as programs print it before their message
    "exception": r"\b(?:[A-Za-z_][\w$]*(?:\.|\\{1,2}))+[A-Z][\w$]*(?:Exception|Error)"
    r"(?: \(0x[0-9A-Fa-f]{1,8}\)|:|\"|'| --->|[ \r]*\n|\s{1,5}at\s|\s*$)|"
    r"\b[A-Z]\w*(?:::[A-Z]\w*)+(?:Error|Exception|Invalid|NotFound|Undefined\w+)?(?:: | \()|\*\* \([A-Z][\w.]*Error\)",
    "class of exception": r"\b[A-Z][A-Za-z0-9]{2,60}(?:Exception: |(?:Exception|Error|DoesNotExist) at /)|"
    r"\b(?:[A-Z][a-z0-9]{1,30}){2,6}Error: |\bException Type: ?[A-Z]|\bruntime error '[0-9a-f]{8}'",
    # built in: ECMAScript, 20.5, and Python's built-in exceptions, with those of its database API (PEP 249)
    "error": r"\b(?:Type|Reference|Range|URI|Eval|Key|Value|Attribute|Name|Index|Import|ModuleNotFound|ZeroDivision|"
    r"Recursion|Unicode(?:De|En)code|Operational|Programming|Integrity|NoMethod)Error(?:: | \()|"
    r"\b(?:ENOENT|EACCES|EPERM|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EADDRINUSE)\b",
    "source file": rf"(?:(?:/[\w.@+-]+)+|[A-Za-z]:\\(?:[\w.@+ -]+\\)+[\w.@+-]+){_SOURCE_FILE}{_LINE}",
    "SQL": r"\bSQLSTATE\b.{0,3}[0-9A-Z]{5}\b|\bSQLCODE ?[=:] ?-?\d{1,5}|\b(?:ORA|PLS|TNS)-\d{5}\b|"
    r"\bERROR \d{4} \([0-9A-Z]{5}\)|\bMsg \d{1,5}, Level \d{1,2}, State \d|"
    r"(?i:incorrect syntax near|syntax error at or near|error in your sql syntax|syntax error in (?:query|sql))|"
    r"\bnear \"[^\"\n]{1,100}\": syntax error|"
    r"\b(?:Invalid|Unknown|Ambiguous) (?:object|column|table|database)(?: name)? ['\"\[]|"
    r"\bTable '[^'\n]{1,100}' doesn't exist|\bno such (?:table|column): |"
    r"\b(?:relation|column|table|schema|database|role|function|sequence|type) \"?[\w.]{1,100}\"?"
    r"(?: of relation \"[^\"\n]{1,100}\")? does not exist|"
    r"\bDuplicate entry '|\bduplicate key (?:value )?violates|\bE11000 duplicate key error|"
    r"(?i:violates|violation of|conflicted with the) "
    r"(?i:unique|foreign key|not-null|check|primary key|reference|exclusion)|"
    r"\bCannot insert (?:the value NULL|duplicate key)|\bpermission denied for (?:table|relation|schema|sequence)|"
    r"\b(?:Access denied|Login failed|password authentication failed) for user ['\"]|"
    r"\[(?:Microsoft|MySQL|MariaDB|unixODBC|FreeTDS|IBM|Oracle|PostgreSQL)\]\[|\bOLE DB Provider for\b|"
    r"\bConversion failed when converting\b|\bDeadlock found when trying to get lock\b",
    # Where the program stands: the folders of the Filesystem Hierarchy Standard 3.0, and those of what it is made with.
    "path": r"(?:^|[\s\"'(=:\[>])(?:file://)?/(?:(?:etc|opt|root|srv|usr|var|mnt|proc|run|tmp)(?:/[\w.@+-]+){2}|"
    r"home(?:/[\w.@+-]+){3})|\b[A-Z]:\\{1,2}(?:[\w.@+ -]+\\{1,2})+[\w.@+-]+|"
    r"[/\\](?:node_modules|site-packages|dist-packages|WEB-INF)[/\\]\w",
    # Addresses for private use (RFC 1918, 4193) with a port, and names that only resolve within (RFC 6762, ICANN).
    "address": r"\b(?:(?:10|127)(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})"
    r":\d{2,5}\b|\[(?:::1|f[de][0-9a-f]{2}:[0-9a-f:]{1,40})\]:\d{2,5}\b|"
    r"\b(?:[a-z0-9-]+\.)+(?:svc(?:\.cluster\.local\b|:\d{2,5}\b)|cluster\.local\b|(?:internal|local|lan):\d{2,5}\b)",
    # RFC 4511, 4.1.9, as Java, Active Directory, OpenLDAP and Go write it.
    "LDAP": r"\bLDAP: error code \d{1,3}\b|\bLdapErr: DSID-|\bldap_\w{1,40}(?:\(\))?: [A-Z][\w ]{1,60} \(-?\d{1,3}\)|"
    r"\bLDAP Result Code \d{1,3}\b",
    # What other servers than those of the web say first, or of a request that they do not know: RESP, SSH, SMTP, FTP.
    "protocol": r"\A-[A-Z]{2,20} \S|\ASSH-\d\.\d{1,2}-\S|\A220[ -][^\r\n]{1,200}(?:SMTP|FTP)|"
    r"\bover HTTP on the native driver port\b",
    # a name in capitals is none here: a page may say SELECT ONE FROM THE LIST
    "SQL statement": r"\bSELECT\s[^\n<;]{1,300}?\sFROM\s+(?:[\"`\[]|\w*[a-z])|"
    r"\bINSERT\s+INTO\s+[\w\"`\[][^\n;]{0,200}?\bVALUES\s*\(|"
    r"\bUPDATE\s+(?:[\"`\[]|\w*[a-z])[\w\"`.\[\]]*\s+SET\s+\S|\bDELETE\s+FROM\s+[\w\"`.\[\]]{1,100}\s+WHERE\s",
}
"""What programs and databases say of an error. A text can be about it, so only an error page gives it away."""
_TRACE_PATTERNS = {name: linear(pattern) for name, pattern in _TRACES.items()}
_MESSAGE_PATTERNS = {name: linear(pattern) for name, pattern in _MESSAGES.items()}


def traces(text: str, shown: str = "") -> Iterator[str]:
    """Yield the kinds of stack trace, debug screen or database error in a document, with what shows it.

    Parameters: `text`, the document; `shown`, what people read of it, with entities and escapes undone.
    """
    for name, pattern in _TRACE_PATTERNS.items():
        if match := pattern.search(text) or pattern.search(shown):
            yield f"{name}: {match[0]}"


def messages(shown: str, asked: str = "") -> Iterator[str]:
    """Yield what programs and databases said of an error, by kind, with what shows it, but no values of theirs.

    Parameters: `asked`, host and path that were asked for, which a page may repeat.
    """
    found = {name: match[0].strip() for name, pattern in _MESSAGE_PATTERNS.items() if (match := pattern.search(shown))}
    host, _, path = asked.partition("/")
    if host and found.get("address", "") in (host, f"{host}:443", f"{host}:80"):
        found.pop("address", None)
    if path and found.get("path", "").lstrip("\"'(=:[>") in f"/{path}":
        found.pop("path", None)
    if "exception" in found:
        found.pop("class of exception", None)
    yield from (f"{name}: {what}" for name, what in found.items())


_ESCAPES = {"n": "\n", "r": "\n", "t": " ", "/": "/", '"': '"', "\\": "\\"}


_IS_SOURCE = linear(rf"(?:.*[/\\.])?[\w$-]{{1,100}}{_SOURCE_FILE}")


def is_source_file(text: str) -> bool:
    """Tell whether a text is the path of a file with source code."""
    return _IS_SOURCE.fullmatch(text) is not None


def without_escapes(text: str) -> str:
    """Return a text in which escapes of JSON are undone, as traces stand in strings there."""
    return re.sub(r'\\([nrt/"\\])', lambda match: _ESCAPES[match[1]], text)


# By name, where a space comes before the number: there an ordinary text may have any word.
_PRODUCT = linear(
    r"\b(?:nginx|openresty|Apache(?: Tomcat)?|Tomcat|Microsoft-IIS|IIS|PHP|Jetty(?:\(| ?://)?|WildFly|JBoss\w{0,10}|GlassFish|"
    r"WebLogic(?: Server)?|lighttpd|Caddy|gunicorn|uWSGI|Werkzeug|Kestrel|Express|Phusion Passenger|OpenSSL|Varnish|"
    r"HAProxy|Traefik|Envoy|Kong|Squid|Node\.js|Django|Drupal|WordPress)"
    r"[ /:(v]{1,3}\d{1,5}(?:\.\d{1,9}){1,4}"
)
# Any product in the form of RFC 9110, 10.2.4, or with what it is called: `Framework Version:4.7.3062.0`.
_ANY_PRODUCT = linear(
    r"(?:^|[\s>(\[,;])((?:[A-Za-z][\w.+-]{1,40}/v?|(?:[A-Z][\w.]{1,40} ){1,3}Version: ?|"
    r"[A-Z][\w.]{1,40} (?:v\.? ?|[Vv]ersi(?:on|e) ))\d{1,5}(?:\.\d{1,9}){1,4})"
)
# Protocols, what browsers call themselves where a page shows that, and our own name, which pages may repeat.
_NO_PRODUCT = linear(
    r"^(?:HTTPS?|TLS|SSL|SIP|RTSP|Mozilla|AppleWebKit|Chrome|Safari|Firefox|Gecko|Edg|Version|Toetskader)/",
    re.IGNORECASE,
)


def product_versions(shown: str) -> Iterator[str]:
    """Yield products with a version in what people read."""
    yield from (match[0] for match in _PRODUCT.finditer(shown))
    for match in _ANY_PRODUCT.finditer(shown):
        if _NO_PRODUCT.search(match[1]) is None and _PRODUCT.search(match[1]) is None:
            yield match[1]
