"""Judgements on the chart as a whole: that it lints, installs by itself, keeps to its namespace and runs anywhere."""

import re

import msgspec

from toetskader.facts.azure import azure_uses
from toetskader.facts.chart import ChartFiles, Render
from toetskader.facts.documentation import manual_steps
from toetskader.facts.kubernetes.declared import EVERY_KIND
from toetskader.facts.kubernetes.environment import Environment
from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.probes import always_succeeds
from toetskader.facts.kubernetes.served_apis import is_builtin
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.subcharts import enabled_subcharts
from toetskader.facts.unfilled import UNFILLED_KINDS, unfilled
from toetskader.facts.values import Leaf
from toetskader.facts.versions import parse_semver
from toetskader.judging import FilePlace, Findings, Text, check, not_applicable, undetermined


@check("chart.lint")
def test_chart_lints(chart: ChartFiles, findings: Findings) -> None:
    """DDC 7.5: delivered is a Helm chart that `helm lint --strict` accepts, with semantic versions.

    No document asks for a schema of the values; one that is not there, or describes no value, is remarked on.
    """
    for message in chart.lint:
        if message.severity in ("warning", "error"):
            text = " ".join(message.message.split())[:400]
            findings.add(
                FilePlace(message.path),
                seen=text,
                expected=Text("geen meldingen van `helm lint --strict`", "no messages from `helm lint --strict`"),
            )
    for key, expected in (("apiVersion", "v2"), ("type", "application")):
        value = chart.metadata.get(key)
        # Helm reads a chart without type as an application.
        if value != expected and not (key == "type" and value in (None, "")):
            findings.add(FilePlace("Chart.yaml"), seen=f"{key}: {value}", expected=f"{key}: {expected}")
    for key in ("version", "appVersion"):
        value = chart.metadata.get(key)
        if not isinstance(value, str) or parse_semver(value) is None:
            findings.add(
                FilePlace("Chart.yaml"),
                seen=Text(
                    f"{key}: {'niets' if value is None else value}", f"{key}: {'nothing' if value is None else value}"
                ),
                expected=Text(f"{key} als semantische versie", f"{key} as a semantic version"),
            )
    if not any(chart.schema and chart.schema.get(key) for key in _DESCRIBING):
        findings.add(
            FilePlace("values.schema.json"),
            seen=Text("geen schema voor de values", "no schema for the values")
            if chart.schema is None
            else Text("een schema dat geen waarde beschrijft", "a schema that describes no value"),
            expected=Text(
                "een values.schema.json waar de values aan voldoen", "a values.schema.json that the values satisfy"
            ),
            remedy=Text(
                "Lever een values.schema.json mee: Helm wijst dan een verkeerd ingevulde waarde zelf aan.",
                "Ship a values.schema.json: Helm then points out a value that is filled in wrongly.",
            ),
            strength="optional",
        )
    for schema in chart.outside_schemas:
        if not schema.is_remote:
            findings.add(
                FilePlace(schema.path),
                seen=Text(f"een verwijzing naar {schema.reference}", f"a reference to {schema.reference}"),
                expected=Text("een schema dat in de chart zelf staat", "a schema that is in the chart itself"),
                remedy=Text(
                    "Helm zoekt dit op de computer waar het draait: neem dat schema op onder $defs.",
                    "Helm looks for this on the computer that it runs on: include that schema under $defs.",
                ),
            )
    for schema in chart.outside_schemas:
        if schema.is_remote:
            undetermined(
                f"{schema.path} verwijst naar {schema.reference}, dat hier niet wordt opgehaald; of de values daaraan "
                "voldoen, is niet gezien. Neem dat schema op onder $defs.",
                f"{schema.path} refers to {schema.reference}, which is not fetched here; whether the values meet that "
                "was not seen. Include that schema under $defs.",
            )
    if chart.lint_failure is not None:
        nl, en = chart.lint_failure.nl, chart.lint_failure.en
        undetermined(f"`helm lint` gaf geen uitslag: {nl}", f"`helm lint` gave no answer: {en}")
    _require_rendered(chart)


def _require_rendered(chart: ChartFiles) -> None:
    """End when Helm makes nothing of the chart with some values set: what it would deploy was then not seen."""
    for name, message in chart.not_rendered.items():
        undetermined(
            f"Of de chart als geheel uit te rollen is, is niet gezien (waardenset {name}): {message.nl}",
            f"Whether the chart as a whole can be deployed was not seen (values set {name}): {message.en}",
        )


# Keywords of JSON Schema that say something of values.
_DESCRIBING = ("properties", "patternProperties", "$ref", "allOf", "anyOf", "oneOf")


class OperatorParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as the platform's own, not as an operator of the component."""

    # Kinds by `Kind.group`, a star for every kind of a group [proposed].
    allowed: tuple[str, ...] = (
        "SealedSecret.bitnami.com",
        "*.external-secrets.io",
        "HelmRelease.helm.toolkit.fluxcd.io",
        "*.source.toolkit.fluxcd.io",
        "ServiceMonitor.monitoring.coreos.com",
        "PodMonitor.monitoring.coreos.com",
        "PrometheusRule.monitoring.coreos.com",
        "Probe.monitoring.coreos.com",
        "*.apisix.apache.org",
        "*.gateway.networking.k8s.io",
        "Route.route.openshift.io",
        "Certificate.cert-manager.io",
        "CiliumNetworkPolicy.cilium.io",
        "*.projectcalico.org",
        "*.crd.projectcalico.org",
    )


# Helm takes the suffix in any case.
_CRD_FILE = re.compile(r"(?:charts/(?P<subchart>[^/]+)/(?:.*/)?)?crds/[^/].*\.(?i:ya?ml|json)")


@check("chart.no_operators", params=OperatorParams, objects=(EVERY_KIND,))
def test_component_needs_no_operator(
    chart: ChartFiles, objects: Objects, render: Render, params: OperatorParams, findings: Findings
) -> None:
    """DDC 7.5: components that are deployed by means of Kubernetes Operators are not supported.

    So no custom resource definitions, no rights on them, and no custom resources but those of the platform's own
    controllers.
    """
    included = enabled_subcharts(chart.metadata, render.values)
    crds = [path for path in chart.files if _CRD_FILE.fullmatch(path)]
    if not len(objects) and not crds:
        not_applicable("De chart rendert geen objecten.", "The chart renders no objects.")
    for path in crds:
        match = _CRD_FILE.fullmatch(path)
        if match and included.get(match["subchart"] or "", True):
            findings.add(
                FilePlace(path), seen="CustomResourceDefinition", expected=Text("geen map crds/", "no folder crds/")
            )
    for item in objects:
        if item.kind == "CustomResourceDefinition":
            findings.add(
                item,
                seen="CustomResourceDefinition",
                expected=Text("geen eigen soorten objecten", "no kinds of objects of its own"),
            )
        elif not is_builtin(item) and not _is_allowed(item, params.allowed):
            findings.add(
                item,
                seen=f"{item.kind} ({item.api_version})",
                expected=Text(
                    "een gewone Deployment, StatefulSet of Service", "a plain Deployment, StatefulSet or Service"
                ),
            )
    for item in objects.of_kind("Role", "ClusterRole"):
        for rule in item.get("rules").each():
            groups = {node.text() for node in rule.get("apiGroups").each()}
            resources = {(node.text() or "").partition("/")[0] for node in rule.get("resources").each()}
            if groups & {"apiextensions.k8s.io", "*"} and resources & {"customresourcedefinitions", "*"}:
                findings.add(
                    rule,
                    seen=Text("rechten op CustomResourceDefinitions", "rights on CustomResourceDefinitions"),
                    expected=Text("geen zulke rechten", "no such rights"),
                )
            if _lets_control(rule, params.allowed):
                findings.add(
                    rule,
                    seen=Text(
                        "rechten om objecten van een operator te beheren", "rights to control an operator's objects"
                    ),
                    expected=Text("geen zulke rechten", "no such rights"),
                )
    for item in objects.of_kind("ClusterRoleBinding", "RoleBinding"):
        if item.get("roleRef", "name").text() == "cluster-admin":
            findings.add(
                item.get("roleRef", "name"),
                seen="cluster-admin",
                expected=Text("alleen nodige rechten", "needed rights only"),
            )


def _lets_control(rule: Node, allowed: tuple[str, ...]) -> bool:
    """Tell whether a rule lets a controller do its work on custom resources: write their status or finalizers.

    Groups of Kubernetes itself have no dot in their name, or end in `k8s.io`.
    """
    groups = {node.text() or "" for node in rule.get("apiGroups").each()}
    custom = {
        group
        for group in groups
        if "." in group and not group.endswith("k8s.io") and not any(name.endswith(f".{group}") for name in allowed)
    }
    parts = {(node.text() or "").partition("/")[2] for node in rule.get("resources").each()}
    verbs = {node.text() for node in rule.get("verbs").each()}
    return bool(custom and parts & {"status", "finalizers"} and verbs & {"update", "patch", "*"})


def _is_allowed(item: KubernetesObject, allowed: tuple[str, ...]) -> bool:
    return f"{item.kind}.{item.group}" in allowed or f"*.{item.group}" in allowed


_FIXED_NAMESPACE = re.compile(r"^[ \t]*namespace:[ \t]*[\"']?(?P<name>[a-z0-9-]+)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)


@check("chart.own_namespace", objects=(EVERY_KIND,))
def test_everything_lands_in_its_own_namespace(
    chart: ChartFiles, render: Render, objects: Objects, findings: Findings
) -> None:
    """DDC 7.6: a component is deployed in a namespace of its own."""
    if not len(objects):
        not_applicable("De chart rendert geen objecten.", "The chart renders no objects.")
    own = render.namespace
    elsewhere = Text(f"de namespace van de release, {own}", f"the release's namespace, {own}")
    if own == "default":
        findings.add(
            FilePlace("target.yaml"),
            seen="namespace: default",
            expected=Text("een eigen namespace voor de release", "a namespace of its own for the release"),
        )
    for item in objects:
        node = item.get("metadata", "namespace")
        if item.kind == "Namespace" and item.name != own:
            findings.add(item, seen=item.name, expected=Text("geen andere Namespace", "no other Namespace"))
        elif item.namespace and item.namespace != own:
            findings.add(node, seen=item.namespace, expected=elsewhere)
    for item in objects.of_kind("RoleBinding", "ClusterRoleBinding"):
        for subject in item.get("subjects").each():
            name = subject.get("namespace").text()
            if subject.get("kind").text() == "ServiceAccount" and name is not None and name != own:
                findings.add(subject.get("namespace"), seen=name, expected=elsewhere)
    for path, text in chart.files.items():
        if own in text and "namespace:" in text and "templates/" in path and path.endswith((".yaml", ".yml", ".tpl")):
            for match in _FIXED_NAMESPACE.finditer(text):
                # Another name shows in the objects; this one looks right by chance.
                if match["name"] == own:
                    findings.add(
                        FilePlace(path, text.count("\n", 0, match.start()) + 1),
                        seen=match[0].strip(),
                        expected="namespace: {{ .Release.Namespace }}",
                    )


_READ_FIRST = re.compile(
    r"(?:README|INSTALL\w*)(?:\.(?:md|markdown|rst|adoc|txt))?|templates/NOTES\.txt", re.IGNORECASE
)


@check("chart.no_manual_steps")
def test_installation_needs_no_manual_steps(chart: ChartFiles, findings: Findings) -> None:
    """DDC 7.7: all of a component's parts, configuration excepted, are deployed entirely through the Helm chart.

    README and NOTES show it: they ask for no command that changes the cluster or the database. Commands that only
    look are fine, and so are those that make the configuration which the chart asks for: Secrets and ConfigMaps that
    exist, and the namespace. A chart of which Helm makes nothing deploys nothing, whatever its README says.
    """
    read = {path: text for path, text in chart.files.items() if _READ_FIRST.fullmatch(path)}
    if not any("NOTES" not in path.upper() for path in read):
        undetermined(
            "De chart heeft geen README die zegt hoe de installatie gaat; lever README.md mee in de chart.",
            "The chart has no README that says how to install it; ship README.md with the chart.",
        )
    for path, text in read.items():
        for step in manual_steps(text):
            if step.configures:
                findings.saw(
                    f"{path}:{step.line}: {step.command} maakt configuratie, wat is uitgezonderd",
                    f"{path}:{step.line}: {step.command} makes configuration, which is excepted",
                )
                continue
            findings.add(
                FilePlace(path, step.line),
                seen=step.command,
                expected=Text("alleen `helm`-opdrachten", "`helm` commands only"),
                remedy=Text(
                    "Laat de chart dit doen, met een template of een Helm-hook, en haal de opdracht weg.",
                    "Have the chart do this, with a template or a Helm hook, and remove the command.",
                ),
            )
    _require_rendered(chart)


@check("chart.deployment_test", objects=UNFILLED_KINDS)
def test_deployment_can_be_tested(
    workloads: Workloads, objects: Objects, environment: Environment, values: tuple[Leaf, ...], findings: Findings
) -> None:
    """DDC 7.7: a full deployment ends with running containers that have the right parameters and secrets.

    No secret is a placeholder that somebody still must replace. `helm test` shows the rest: the contract does not ask
    for it, so a chart without one is a remark, and a test that cannot fail is a finding.
    """
    if not len(workloads):
        not_applicable("De chart rendert geen workload.", "The chart renders no workload.")
    tests = [item for item in workloads.with_tests if item.object.is_test]
    # One that is told no command runs what its image does.
    if tests and all(always_succeeds(container.command_text) for item in tests for container in item.containers):
        findings.add(
            tests[0],
            seen=Text("een test die altijd slaagt", "a test that always succeeds"),
            expected=Text(
                "een test die het component en zijn bronnen aanroept", "a test that calls the component and its sources"
            ),
        )
    if not tests:
        findings.add(
            FilePlace("templates/tests"),
            seen=Text("geen Pod of Job met `helm.sh/hook: test`", "no Pod or Job with `helm.sh/hook: test`"),
            expected=Text(
                "een test die het component en zijn bronnen aanroept", "a test that calls the component and its sources"
            ),
            strength="recommended",
            remedy=Text(
                "Voeg onder `templates/tests/` een Pod of Job toe met `helm.sh/hook: test` die het component en zijn "
                "bronnen zoals de database aanroept.",
                "Add a Pod or Job with `helm.sh/hook: test` under `templates/tests/` that calls the component and its "
                "sources such as the database.",
            ),
        )
    for place in unfilled(objects, workloads, environment, values):
        findings.add(
            place,
            seen=Text("een plaatshouder in plaats van een geheim", "a placeholder instead of a secret"),
            expected=Text("een waarde uit een bestaand Secret", "a value from an existing Secret"),
            remedy=Text(
                "Haal de plaatshouder weg en verwijs naar een bestaand Secret, met een naam uit de values.",
                "Remove the placeholder and refer to an existing Secret, by a name from the values.",
            ),
        )


@check("chart.portable", objects=(EVERY_KIND,))
def test_chart_runs_on_any_platform(objects: Objects, values: tuple[Leaf, ...], findings: Findings) -> None:
    """DDC 1.1: the municipality can move to another cloud's Kubernetes at any time.

    So nothing in the rendered objects works on Azure only, except what comes from the values, which can be overridden.
    """
    if not len(objects):
        not_applicable("De chart rendert geen objecten.", "The chart renders no objects.")
    uses = [use for item in objects for use in azure_uses(item)]
    if not uses:
        return
    given = [part for leaf in values for part in (leaf.path, leaf.text)]
    for use in uses:
        # The whole of a key, class or host: `managed` does not come from a value named `managedIdentity`.
        whole = re.compile(rf"(?<![\w-]){re.escape(use.what)}(?![\w-])")
        if not any(use.what in part and whole.search(part) for part in given):
            findings.add(
                use.node,
                seen=use.what,
                expected=Text(
                    "een waarde uit values.yaml, standaard leeg", "a value from values.yaml, empty by default"
                ),
            )
