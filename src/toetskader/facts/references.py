"""References: texts that something replaces by a value, and what does so at the place where they stand.

A text that only looks like a reference is a value: Kubernetes gives `$NAME` to a container as it is.

| place | what is replaced there | by |
|---|---|---|
| `env[].value` | `$(NAME)`, NAME given before it in the same container or by `envFrom` | Kubernetes, EnvVar `value` |
| `command`, `args` | `$(NAME)`, any variable of the container | Kubernetes, Container `command` |
| the text of `sh -c` | `$NAME`, `${NAME}`, `$(command)`, not within single quotes | the shell, POSIX 2.6 |
| a ConfigMap's entry read as a variable | nothing | |
| a file from a ConfigMap | a variable's name in any of these forms, given to a container that mounts it | its program |
| a variable of a pod with a secrets webhook's or injector's annotation | that program's own form | that program |
| an entry of a Secret | nothing, but the forms of a program that the object's annotations name | that program |
| files of a chart | what is put there for a reader or a pipeline to replace | nobody yet |

Sources: Kubernetes API reference v1.35, EnvVar and Container; documentation of Bank-Vaults (mutating webhook), of the
1Password operator (`operator.1password.io/inject`), of Vault's agent injector and of Argo CD's Vault plug-in.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from toetskader.patterns import linear

Resolves = Callable[[str], bool]
"""Tells whether a whole value is a reference that is replaced at some place."""

_FORMS = re.compile(
    r"""\$\{(?:env[:.])?(?P<braces>[\w.-]+)(?::-?)?\}  # with a default value it would be a literal
      | \$\((?P<parentheses>[^()]*)\)                  # $(NAME) of Kubernetes, $(command) of a shell
      | \$(?P<dollar>\w+) | %%?(?P<percent>\w+)%%? | \#\{(?P<hash>[^{}]*)\}\# | __(?P<underscores>\w+)__
      | <(?P<angles>[^<>]*)>                           # <path:…> of Argo CD's Vault plug-in, <fill this in>
      | (?P<sops>ENC\[[A-Z0-9_]+,data:[^\]]*(?:\][^\]]*){0,3}\])
      | (?:ref\+[a-z]+|secretref\+[a-z]+|op|file|akvs?)://(?P<address>\S*) | (?:vault|env|file):(?P<scheme>\S*)
      | \{\{[ ]*(?:\.Env\.|env[ ]+["']?)(?P<template>\w+)["']?[ ]*\}\}
    """,
    re.VERBOSE,
)
# The length of the session key, then ciphertext: what kubeseal writes is of no use to anybody.
_SEALED = re.compile(r"Ag[A-D][A-Za-z0-9+/]{90,}={0,2}")
# What a program that starts before replaces, as it says of itself: `controller-password-placeholder`.
_TO_REPLACE = linear(r"[a-z]{1,40}(?:-[a-z]{1,40}){0,6}-placeholder(?:-[0-9]{1,4})?")
_MASK = re.compile(r"[*…]+")
_PLAIN_PATH = linear(
    r"(?:\.{0,2}|~)(?:/[a-z]{1,40}(?:[-_.][a-z0-9]{1,40}){0,8})+/?"
    r"|(?:/[\w.-]{1,60}){0,8}/?[\w-]{1,60}\.(?:key|pem|crt|cer|p12|pfx|jks|json|ya?ml|txt|conf|env)"
)
_WAY = linear(
    r"(?:[A-Za-z_]{1,60}\.){2,8}[a-z]{1,60}[A-Z][a-z]+[A-Za-z]{0,60}"
    r"|[a-z_]{1,60}(?:\.[a-z_]{1,60}){1,8}\.[A-Z][A-Za-z]{1,60}"
)
_PATH = re.compile(r"(?:file:(?://)?)?(?P<path>/[\w./-]*)")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_UPPER = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_SHELL = re.compile(r"\$\w+|\$\{\w+(?::-)?\}|\$\([^()]*\)|`[^`]*`")


def inner(text: str) -> str | None:
    """Return what stands within the marks of a reference, such as the name of a variable; None for another text."""
    match = _FORMS.fullmatch(text)
    return match[match.lastgroup or 0] if match else None


_NESTED = re.compile(r"\$\{(?:env[:.])?(?P<name>[A-Za-z_][\w.-]*):?-?")
_DEEPEST = 8


def nested(text: str) -> tuple[str, ...]:
    """Return the names in a placeholder of which the default is empty, or another: `${A:${B:}}` (Spring, Compose).

    Nothing for another text, and for one with a default of its own.
    """
    names: list[str] = []
    while text and len(names) < _DEEPEST:
        if names and names[-1].islower() and _UPPER.fullmatch(text):  # `${vault:DB_PASSWORD}`: where it comes from
            return (*names, text)
        within = inner(text)
        if within is not None:
            return (*names, within)
        match = _NESTED.match(text)
        if match is None or not text.endswith("}"):
            return ()
        names.append(match["name"])
        text = text[match.end() : -1]
    return tuple(names) if not text else ()


def nothing(text: str) -> bool:
    """Tell whether a value is a reference where nothing is replaced: never, but what is sealed is of no use anyhow."""
    return _SEALED.fullmatch(text) is not None


def placeholder(text: str) -> bool:
    """Tell whether a value in a chart's own file stands there for a reader or a pipeline to replace.

    What looks made by a generator within the marks is a value: no variable is called so.
    """
    if _TO_REPLACE.fullmatch(text):
        return True
    if _SEALED.fullmatch(text) or _MASK.fullmatch(text) or is_plain_path(text) or _is_way(text):
        return True
    names = nested(text.rstrip(".,;") if text.startswith("<") else text)
    return bool(names) and (text.startswith("ENC[") or not any(map(looks_generated, names)))


def _is_way(text: str) -> bool:
    """Tell whether a text is the way to a setting, or the name of a class: `spec.global.credentials.apiKey`."""
    return text.count(".") > 1 and _WAY.fullmatch(text) is not None and not looks_generated(text)


def is_plain_path(text: str) -> bool:
    """Tell whether a text is the path of a file in plain words: `/run/secrets/db-password`, `tls.key`."""
    return ("/" in text or "." in text) and _PLAIN_PATH.fullmatch(text) is not None and not looks_generated(text)


def in_shell(text: str) -> bool:
    """Tell whether a text is as a whole what a shell replaces, outside single quotes: `$NAME`, `$(command)`."""
    return _SHELL.fullmatch(text) is not None and not looks_generated(text[1:])


@dataclass(frozen=True)
class Replaced:
    """What is replaced in one container, or in a file that it reads."""

    variables: frozenset[str] = frozenset()
    """Names that `$(NAME)` is replaced for."""
    maybe_more: bool = False
    """Whether variables come from a Secret that cannot be seen: then names such as variables have are believed."""
    mounts: tuple[str, ...] = ()
    """Folders that are mounted: what lies there is a file."""
    in_shell: bool = False
    any_form: bool = False
    """Whether a program that knows the variables replaces them in whatever form it has."""
    programs: frozenset[str] = frozenset()
    """How the references start of the programs that the pod names."""
    commands: str = ""
    """What the containers run: a placeholder that stands there, too, is replaced by what does so."""

    def __call__(self, text: str) -> bool:
        """Tell whether a whole value is a reference that is replaced here."""
        if nothing(text) or any(text.startswith(start) for start in self.programs):
            return True
        path = _PATH.fullmatch(text)
        if path and any(_lies_below(path["path"], mount) for mount in self.mounts):
            return True
        if self.in_shell and in_shell(text):
            return True
        name = inner(text)
        if self.any_form and _TO_REPLACE.fullmatch(text):
            return True
        if self.any_form and text.endswith((":}", ":-}", "}}")):
            # A program that knows the form puts nothing in its place, when no variable of these names is there.
            names = nested(text)
            if names and all(_UPPER.fullmatch(one) and not looks_generated(one) for one in names):
                return True
        if name is None or not _NAME.fullmatch(name):
            return False
        if not text.startswith("$(") and not self.any_form:
            return False
        if name in self.variables or (self.maybe_more and _UPPER.fullmatch(name) and not looks_generated(name)):
            return True
        return self.any_form and len(text) > 4 and text in self.commands


def _lies_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


# Annotation → how the references start that the program it addresses replaces in variables and Secrets.
_ADDRESSED = (
    ("vault.security.banzaicloud.io/", ("vault:", ">>vault:", "${vault:")),
    ("secrets-webhook.security.bank-vaults.io/", ("vault:", ">>vault:", "${vault:")),
    ("operator.1password.io/inject", ("op://",)),
    ("avp.kubernetes.io/", ("<",)),
)
_AGENT = "vault.hashicorp.com/agent-inject"
_AGENT_FOLDER = "vault.hashicorp.com/secret-volume-path"


def programs(annotations: Mapping[str, object]) -> frozenset[str]:
    """Return how the references start that the programs named in annotations replace."""
    return frozenset(
        start for prefix, starts in _ADDRESSED if any(key.startswith(prefix) for key in annotations) for start in starts
    )


def injected_folders(annotations: Mapping[str, object]) -> tuple[str, ...]:
    """Return the folders that Vault's agent injector mounts, by a pod's annotations."""
    if str(annotations.get(_AGENT)).lower() != "true":
        return ()
    return (str(annotations.get(_AGENT_FOLDER) or "/vault/secrets"),)


_RUN = re.compile(r"[A-Za-z0-9]{10,128}")
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


_LONE = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9]{14,64}(?![A-Za-z0-9+/])")
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{1,60}-----[^-]{0,40000}")


def generated(text: str) -> Iterator[re.Match[str]]:
    """Yield where a text has a token that looks generated and stands by itself, not within PEM or other long base64."""
    found = [match for match in _LONE.finditer(text) if not match[0].isalpha() and looks_generated(match[0])]
    if found:
        blocks = [match.span() for match in _PEM.finditer(text)] if "-----BEGIN " in text else []
        yield from (match for match in found if not any(start <= match.start() < end for start, end in blocks))


def looks_generated(text: str) -> bool:
    """Tell whether a text has a part that looks made by a generator: upper case, lower case and digits by turns.

    Words, names in camel case, versions, UUIDs and digests in hexadecimal have fewer turns, or one case.
    """
    for run in _RUN.findall(text):
        classes = any(map(str.isupper, run)) + any(map(str.islower, run)) + any(map(str.isdigit, run))
        if classes == 3 and (len(_PIECE.findall(run)) - 1) * 20 >= 7 * (len(run) - 1):
            return True
    return False
