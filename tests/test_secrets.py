"""Judgements on secrets: none in the chart, and those that pods use come from elsewhere."""

import re
from collections.abc import Iterator

from toetskader.facts.chart import ChartFiles
from toetskader.facts.command_secrets import in_list, in_text
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.kubernetes.literals import (
    LITERAL_KINDS,
    Literal,
    binary_literals,
    command_texts,
    commands,
    embedded,
    headers,
    literals,
    options,
)
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.secret_uses import (
    SECRET_NAMES,
    SECRET_USES,
    filled_entries,
    made_by_controllers,
    secret_names,
    secret_uses,
    uses_secret_store,
)
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.references import Resolves, placeholder
from toetskader.facts.secrets.comments import PROSE
from toetskader.facts.secrets.documents import settings
from toetskader.facts.secrets.encoded import SHORTEST, holds_private_key, may_hold_pem, texts_within
from toetskader.facts.secrets.files import (
    KEY_STORE_SUFFIXES,
    is_documentation,
    is_lint_input,
    is_schema,
    is_test_suite,
)
from toetskader.facts.secrets.lines import Assignment
from toetskader.facts.secrets.names import names_secret_variable
from toetskader.facts.secrets.readers import secrets_in
from toetskader.facts.secrets.shapes import PRIVATE_KEY, leaks, leaks_at, may_leak
from toetskader.facts.secrets.values import (
    gives_secret,
    is_literal,
    is_made_up,
    is_told_apart,
    looks_chosen,
    names_known_secret,
)
from toetskader.judging import FilePlace, Findings, Text, check, not_applicable, undetermined

_EXISTING_SECRET = re.compile(r"\.Values\.[\w.]{0,100}existing\w{0,40}secret", re.IGNORECASE)
_A_VALUE = Text("een geheime waarde (niet getoond)", "a secret value (not shown)")
_NO_VALUE = Text("geen waarde, of een verwijzing naar een bestaand Secret", "no value, or a reference to a Secret")
_BY_REFERENCE = Text(
    "een verwijzing naar een Secret (secretKeyRef, secretRef of een volume)",
    "a reference to a Secret (secretKeyRef, secretRef or a volume)",
)


@check("secrets.none_in_chart", objects=(EVERY_KIND,))
def test_chart_holds_no_secrets(chart: ChartFiles, objects: Objects, workloads: Workloads, findings: Findings) -> None:
    """DDC 7.5: no secret keys in the chart; norm workloads, 'Secrets in a chart'.

    Helm tests count: their secrets stand in the chart like any other. A password that a template makes up
    (`randAlphaNum`) is seen as the Secret it ends in.
    """
    _files_hold_none(chart, objects.derived(secret_names), findings)
    for secret in objects.of_kind("Secret", group=""):
        filled = filled_entries(secret)
        if filled:
            keys = ", ".join(node.path.partition(".")[2] for node in filled)
            findings.add(
                secret.get("stringData") if secret.get("stringData") else secret.get("data"),
                seen=Text(f"een Secret met waarden voor {keys}", f"a Secret with values for {keys}"),
                expected=Text(
                    "geen waarden: een SealedSecret, of een bestaand Secret bij naam",
                    "no values: a SealedSecret, or an existing Secret by name",
                ),
            )
    for place in _literals(workloads, objects):
        findings.add(place, seen=_A_VALUE, expected=_BY_REFERENCE)
    for item in objects:
        for place in _annotations(item):
            findings.add(place, seen=_A_VALUE, expected=_NO_VALUE)
        if (item.kind, item.group) == ("ConfigMap", ""):  # its other entries are literals
            _shapes(item.get("binaryData"), item, findings)
        elif (item.kind, item.group) not in (("Secret", ""), ("SealedSecret", "bitnami.com")):
            _shapes(item.root, item, findings)


def _files_hold_none(chart: ChartFiles, names: frozenset[str], findings: Findings) -> None:
    """Report what the chart's files hold, then what only the parsed values show (`{password: x}` on one line)."""
    seen: set[tuple[str, str]] = set()
    for path, text in sorted(chart.files.items()):
        for leak in leaks(text, documentation=_shows_samples(path, text)):
            if leak.is_word and (is_lint_input(path) or is_test_suite(path, text)):  # made up, to render with
                continue
            findings.add(FilePlace(path, leak.line), seen=leak.shape.name, expected=_NO_VALUE)
        for line in _given_in_file(path, text, names):
            seen.add((line.name, line.value))
            findings.add(FilePlace(path, line.line), seen=_under(line.name), expected=_NO_VALUE)
    for name, node, above, around in settings(Node(chart.values, "", FilePlace("values.yaml"))):
        if (name, str(node.value)) in seen or names_known_secret(name, node.value, names):
            continue
        if gives_secret(name, node.value, in_values=True, above=above, around=around):
            findings.add(node, seen=_under(name), expected=_NO_VALUE)
        elif _in_base64(node, placeholder):
            findings.add(node, seen=_A_VALUE, expected=_NO_VALUE)
    for path in chart.binary_files:
        if path.lower().endswith(KEY_STORE_SUFFIXES):
            findings.add(
                FilePlace(path),
                seen=Text("een bestand waarin sleutels worden bewaard", "a file of a kind that keys are kept in"),
                expected=Text("geen sleutels in de chart", "no keys in the chart"),
            )


def _shows_samples(path: str, text: str) -> bool:
    """Tell whether a file shows the form of values, or has made-up ones: prose, a schema, the input of tests."""
    return is_documentation(path) or is_schema(path) or is_lint_input(path) or is_test_suite(path, text)


def _given_in_file(path: str, text: str, names: frozenset[str]) -> Iterator[Assignment]:
    """Yield the settings in a file that give a secret away. Parameters: `names` of the Secrets that the scene has."""
    if is_schema(path):
        return
    lint, suite = is_lint_input(path), is_test_suite(path, text)
    for line in secrets_in(path, text):
        made_up = (lint or suite) and is_made_up(line.value)
        if made_up or (suite and not looks_chosen(line.value)) or names_known_secret(line.name, line.value, names):
            continue
        yield line


def _under(name: str) -> Text:
    return Text(f"een waarde voor {name} (niet getoond)", f"a value for {name} (not shown)")


@check("secrets.by_reference", objects=(*SECRET_NAMES, *LITERAL_KINDS))
def test_containers_get_secrets_by_reference(workloads: Workloads, objects: Objects, findings: Findings) -> None:
    """DDC 7.16: passwords, tokens and keys stand in the cluster's secret store, so never literally in pod or ConfigMap.

    Names decide, and for URLs the password in them. Helm tests count (norm: workloads).
    """
    found = False
    for place in _literals(workloads, objects):
        found = True
        findings.add(place, seen=_A_VALUE, expected=_BY_REFERENCE)
    config = {(item.namespace, item.name): item for item in objects.of_kind("ConfigMap")}
    for container in workloads.containers(tests=True):
        for entry in container.env():
            reference = entry.get("valueFrom", "configMapKeyRef")
            if not reference or not names_secret_variable(entry.get("name").text() or ""):
                continue
            found = True
            key = reference.get("key").text() or ""
            holder = config.get((container.workload.namespace, reference.get("name").text() or ""))
            if holder is None or gives_secret(entry.get("name").text() or "", holder.get("data", key).value):
                findings.add(
                    reference,
                    seen=Text(f"ConfigMap, sleutel {key}", f"ConfigMap, key {key}"),
                    expected=_BY_REFERENCE,
                )
    if not found and not uses_secret_store(workloads):
        not_applicable(
            "De pods krijgen geen geheimen: geen verwijzing naar een Secret en geen instelling die er een noemt.",
            "The pods are given no secrets: no reference to a Secret and no setting that names one.",
        )


def _literals(workloads: Workloads, objects: Objects) -> Iterator[Node]:
    """Yield the places in pods and ConfigMaps that hold a secret literally."""
    names = objects.derived(secret_names)
    for literal in (*literals(workloads, objects, tests=True), *binary_literals(workloads, objects)):
        if names_known_secret(literal.name, literal.node.value, names):
            continue
        if (
            gives_secret(literal.name, literal.node.value, resolves=literal.resolves, around=literal.around)
            or leaks_at(literal.text, literal.resolves)
            or any(gives_secret(one.name, one.node.value, resolves=one.resolves) for one in embedded(literal))
            or _in_base64(literal.node, literal.in_file)
        ):
            yield literal.node
        else:
            yield from _literal_lines(literal)
    for option in (*options(workloads, tests=True), *headers(workloads, tests=True)):
        if gives_secret(option.name, option.node.value, resolves=option.resolves):
            yield option.node
    of_probes = (Literal("", item.node) for item in headers(workloads, tests=True))
    for argument in (*command_texts(workloads, tests=True), *of_probes):
        if (
            leaks(str(argument.node.value))
            or any(_is_set(one) for one in embedded(argument))
            or _in_base64(argument.node, argument.in_file)
        ):
            yield argument.node
        else:
            yield from _literal_lines(argument)
    for line in commands(workloads, tests=True):
        yield from _given_to_a_program(line)


def _in_base64(node: Node, resolves: Resolves) -> bool:
    """Tell whether a text holds another in base64 that gives a secret away, such as a whole file of settings."""
    if not isinstance(node.value, str) or len(node.value) < SHORTEST:
        return False
    return any(
        leaks_at(plain, resolves)
        or any(_is_set(one) for one in embedded(Literal("", Node(plain, node.path, node.owner))))
        or any(secrets_in("", plain, resolves))
        for plain in texts_within(node.value)
    )


def _annotations(item: KubernetesObject) -> Iterator[Node]:
    """Yield the annotations whose text gives a secret away, of an object and of what it is a template of.

    By what is in them: the name of one (`…/auth-secret`) is that of a Secret, or of a setting of a controller.
    """
    for name, place, *_ in settings(item.root, above="annotations"):
        if not isinstance(place.value, str) or name in PROSE:
            continue
        if (
            any(secrets_in("", place.value))
            or any(_is_set(one) for one in embedded(Literal("", place)))
            or _in_base64(place, placeholder)
        ):
            yield place


def _is_set(literal: Literal) -> bool:
    """Tell whether an argument gives a secret to a setting in it (`psql 'host=db password=…'`)."""
    # A shell or a program puts something in the place of what has one of these.
    if not frozenset("$`{<%").isdisjoint(literal.text):
        return False
    return gives_secret(literal.name, literal.node.value, in_values=True)


def _given_to_a_program(line: tuple[Node, ...]) -> Iterator[Node]:
    """Yield the parts of a command line that hold a password, by what programs take (`mysql -p…`)."""
    parts = [node.value for node in line]
    found = [(index, str(parts[index])[start:]) for index, start in in_list(parts)]
    found += [(index, text[slice(*span)]) for index, text in enumerate(map(str, parts)) for span in in_text(text)]
    yield from (line[index] for index, password in found if is_literal(password) and not password.startswith("$"))


def _literal_lines(literal: Literal) -> Iterator[Node]:
    """Yield the lines of a configuration file in a ConfigMap that hold a secret."""
    if is_told_apart(literal.name, literal.text, literal.around):
        return
    for line in secrets_in(literal.name, literal.text, literal.in_file):
        yield Node(None, f"{literal.node.path}, {line.name}", literal.node.owner)


def _shapes(part: Node, item: KubernetesObject, findings: Findings) -> None:
    """Report texts in a part of an object that have the shape of a key or token; of keys in base64, too."""
    if not part or not (may_leak(item.haystack) or may_hold_pem(item.haystack)):
        return
    for name, place, *_ in settings(part):
        if not isinstance(place.value, str):
            continue
        shapes = [leak.shape for leak in leaks(place.value, documentation=name in PROSE)]
        if PRIVATE_KEY not in shapes and holds_private_key(place.value):
            shapes.append(PRIVATE_KEY)
        for shape in shapes:
            findings.add(place, seen=shape.name, expected=_NO_VALUE)


@check("secrets.sealed_or_existing", objects=(*SECRET_USES, *SECRET_NAMES, *LITERAL_KINDS))
def test_secrets_of_pods_are_sealed_or_exist_already(
    workloads: Workloads, objects: Objects, chart: ChartFiles, findings: Findings
) -> None:
    """DDC 7.16: secrets are read from Sealed Secrets at deployment.

    A Secret that pods use is made by a controller from an object in the chart (SealedSecret, ExternalSecret), or is
    not in the chart at all, so that a SealedSecret elsewhere can supply it; that its name is fixed does not hinder
    that. One that the chart itself writes leaves Sealed Secrets no part. A pass is an indication: whether the
    SealedSecret is there shows in the repository and the namespace.
    """
    made = made_by_controllers(objects)
    rendered = {(item.namespace, item.name): item for item in objects.of_kind("Secret", group="")}
    uses = {(use.namespace, use.name): use for item in workloads.with_tests for use in secret_uses(item, objects)}
    written = {key: use for key, use in uses.items() if key in rendered and key not in made}
    empty = [
        use.name
        for key, use in written.items()
        if not filled_entries(rendered[key]) and _can_name_existing_secret(chart, rendered[key].source)
    ]
    for key, use in written.items():
        if use.name in empty or _left_to_the_cluster(rendered[key]):
            continue
        findings.add(
            use.node,
            seen=Text(
                f"Secret {use.name}, dat de chart zelf schrijft ({rendered[key].source})",
                f"Secret {use.name}, which the chart itself writes ({rendered[key].source})",
            ),
            expected=Text("een SealedSecret, of een bestaand Secret", "a SealedSecret, or an existing Secret"),
            remedy=Text(
                "Laat een waarde zoals existingSecret de naam geven en render dit Secret dan niet, of lever een "
                "SealedSecret.",
                "Let a value such as existingSecret give the name and do not render this Secret then, or supply a "
                "SealedSecret.",
            ),
        )
    if empty and not findings:
        undetermined(
            f"In deze waardenset schrijft de chart zelf {', '.join(empty)}, zonder inhoud. Voeg een waardenset toe die "
            "het bestaande Secret noemt (zoals existingSecret), dan is te zien of de chart dat gebruikt.",
            f"In this values set the chart itself writes {', '.join(empty)}, without content. Add a values set that "
            "names the existing Secret (such as existingSecret), to show whether the chart uses that.",
        )
    if uses:
        return
    for place in _literals(workloads, objects):
        expected = Text("een waarde uit een SealedSecret", "a value from a SealedSecret")
        findings.add(place, seen=_A_VALUE, expected=expected)
    if not findings and not uses_secret_store(workloads):
        not_applicable("De pods gebruiken geen Secrets.", "The pods use no Secrets.")


def _can_name_existing_secret(chart: ChartFiles, template: str) -> bool:
    """Tell whether the templates beside one that writes a Secret read a value that names an existing Secret.

    Templates, not values: Helm drops `existingSecret: null`, and a subchart's `existingSecret` does not serve here.
    """
    folder = template.partition("/")[2].rpartition("/")[0] + "/"
    return any(
        _EXISTING_SECRET.search(text) is not None for path, text in chart.files.items() if path.startswith(folder)
    )


def _left_to_the_cluster(secret: KubernetesObject) -> bool:
    """Tell whether a controller fills the Secret: Kubernetes does so for the token of a service account."""
    return secret.get("type").text() == "kubernetes.io/service-account-token" and not filled_entries(secret)
