"""What a chart has made by something else once it runs, so that the chart does not show it.

A custom resource means whatever its controller makes of it: a HelmRelease installs another chart. Of what follows from
it nothing can be said but for the kinds that are known to configure something only, and those that run the pod template
they hold; any other kind is a doubt, also one that nobody knows yet. Something of the component that may make pods
itself, and what changes pods as they are made, are doubts too.
"""

import re
from collections.abc import Iterator

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.served_apis import builtin_groups, is_builtin
from toetskader.facts.kubernetes.workloads import POD_KINDS
from toetskader.text import Text

# Kinds by `Kind.group`, a star for every kind of a group. What each of them makes is in the documentation of its
# project: secrets, certificates, routes, network rules, targets of monitoring, but never pods of the chart's choice.
_CONFIGURES = frozenset(
    {
        # Secrets
        "SealedSecret.bitnami.com",
        "*.external-secrets.io",
        "*.generators.external-secrets.io",
        "SecretProviderClass.secrets-store.csi.x-k8s.io",
        "AzureKeyVaultSecret.spv.no",
        "*.secrets.hashicorp.com",
        "OnePasswordItem.onepassword.com",
        "AzureIdentity.aadpodidentity.k8s.io",
        "AzureIdentityBinding.aadpodidentity.k8s.io",
        # Certificates
        "*.cert-manager.io",
        "Bundle.trust.cert-manager.io",
        # Routes and what they pass
        "*.gateway.networking.k8s.io",
        "*.networking.istio.io",
        "*.security.istio.io",
        "*.telemetry.istio.io",
        "*.apisix.apache.org",
        "*.traefik.io",
        "*.traefik.containo.us",
        "*.configuration.konghq.com",
        "*.projectcontour.io",
        "*.k8s.nginx.org",
        "*.getambassador.io",
        "Route.route.openshift.io",
        "BackendTrafficPolicy.gateway.envoyproxy.io",
        "ClientTrafficPolicy.gateway.envoyproxy.io",
        "SecurityPolicy.gateway.envoyproxy.io",
        "Backend.gateway.envoyproxy.io",
        "HTTPRouteFilter.gateway.envoyproxy.io",
        "BackendConfig.cloud.google.com",
        "FrontendConfig.networking.gke.io",
        "ManagedCertificate.networking.gke.io",
        "DNSEndpoint.externaldns.k8s.io",
        # Network rules
        "*.policy.networking.k8s.io",
        "*.cilium.io",
        "*.projectcalico.org",
        "*.crd.projectcalico.org",
        "*.crd.antrea.io",
        "*.metallb.io",
        # Scaling and disruption
        "ScaledObject.keda.sh",
        "TriggerAuthentication.keda.sh",
        "ClusterTriggerAuthentication.keda.sh",
        "VerticalPodAutoscaler.autoscaling.k8s.io",
        # Monitoring and logs
        "ServiceMonitor.monitoring.coreos.com",
        "PodMonitor.monitoring.coreos.com",
        "PrometheusRule.monitoring.coreos.com",
        "Probe.monitoring.coreos.com",
        "ScrapeConfig.monitoring.coreos.com",
        "AlertmanagerConfig.monitoring.coreos.com",
        "PodMonitoring.monitoring.googleapis.com",
        "GrafanaDashboard.grafana.integreatly.org",
        "GrafanaDatasource.grafana.integreatly.org",
        "GrafanaFolder.grafana.integreatly.org",
        "Flow.logging.banzaicloud.io",
        "Output.logging.banzaicloud.io",
        # What Flux fetches from and reports to; it applies nothing by itself
        "*.source.toolkit.fluxcd.io",
        "*.notification.toolkit.fluxcd.io",
        "ImagePolicy.image.toolkit.fluxcd.io",
        "ImageRepository.image.toolkit.fluxcd.io",
        "AppProject.argoproj.io",
        # Storage
        "*.snapshot.storage.k8s.io",
        # Queues, topics and users in what somebody else runs
        "KafkaTopic.kafka.strimzi.io",
        "KafkaUser.kafka.strimzi.io",
        "Queue.rabbitmq.com",
        "Exchange.rabbitmq.com",
        "Binding.rabbitmq.com",
        "User.rabbitmq.com",
        "Permission.rabbitmq.com",
        "Vhost.rabbitmq.com",
        # Rights and descriptions
        "SecurityContextConstraints.security.openshift.io",
        "ImageStream.image.openshift.io",
        "Application.app.k8s.io",
        "PolicyException.kyverno.io",
        "*.constraints.gatekeeper.sh",
    }
)
_RUNS_ITS_TEMPLATE = frozenset(
    {
        "Rollout.argoproj.io",
        "DeploymentConfig.apps.openshift.io",
        "Service.serving.knative.dev",
        "Configuration.serving.knative.dev",
        "CloneSet.apps.kruise.io",
        "DaemonSet.apps.kruise.io",
        "StatefulSet.apps.kruise.io",
    }
)
"""Kinds that run pods of the template they hold, and nothing else: those are judged as workloads."""

_CHANGES_PODS = frozenset({"MutatingWebhookConfiguration", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"})
_POD_GROUPS = frozenset({"", "apps", "batch", "*"})
_CONTROLLED = frozenset(
    {"replicationcontrollers", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs", "*"}
)
_CHANGING = frozenset({"create", "update", "patch", "*"})
_CREATING = frozenset({"create", "*"})
"""Of a pod little can be changed once it is there, and members of a database cluster mark their own pods."""
_INDIRECT = {
    "pods/ephemeralcontainers": _CHANGING,
    "serviceaccounts/token": _CREATING,
    "nodes/proxy": _CREATING,
    "mutatingwebhookconfigurations": _CHANGING,
    "mutatingadmissionpolicies": _CHANGING,
}
"""Resources with which pods are made or changed, or the rights of another account are had."""
_OVER_RIGHTS = frozenset({"bind", "escalate", "impersonate"})
_OF_RIGHTS = frozenset({"", "*", "rbac.authorization.k8s.io", "authentication.k8s.io"})
_ROLES = ("Role", "ClusterRole")
_OF_ACCOUNTS = re.compile(r"system:(?:serviceaccounts?(?::|$)|authenticated$)")
_ROLES_THAT_READ = frozenset(
    {
        *("view", "system:auth-delegator", "extension-apiserver-authentication-reader", "system:discovery"),
        *("system:basic-user", "system:public-info-viewer", "system:monitoring", "system:metrics-reader"),
        *("system:aggregated-metrics-reader", "system:service-account-issuer-discovery"),
    }
)
"""Roles that every cluster has, or the metrics server brings, and that change nothing."""
_ROLES_THAT_MAKE = frozenset({"cluster-admin", "admin", "edit"})
"""Of the roles that every cluster has, those that may make workloads (Kubernetes, *User-facing roles*)."""


def is_known_under_some_group(kind: str) -> bool:
    """Tell whether a kind is known (`is_known`) whatever its group: where a template works that out."""
    return any(name.partition(".")[0] == kind for name in _CONFIGURES | _RUNS_ITS_TEMPLATE)


def known_custom_kinds() -> frozenset[str]:
    """Return the kinds of custom resources of which it is known what follows, without their groups."""
    return frozenset(name.partition(".")[0] for name in _CONFIGURES | _RUNS_ITS_TEMPLATE) - {"*"}


def may_run_pods(kind: str, group: str) -> bool:
    """Tell whether pods may come of an object, by its kind: a workload, or a custom resource not known to make none."""
    if group in builtin_groups():
        return kind in POD_KINDS or kind == "PodTemplate"
    return not is_known(kind, group) or f"{kind}.{group}" in _RUNS_ITS_TEMPLATE


def unseen(objects: Objects) -> tuple[Text, ...]:
    """Return why a render does not show all that will run: full sentences that name the object and its template."""
    return tuple(_reasons(objects))


def _reasons(objects: Objects) -> Iterator[Text]:
    own = {item.get("spec", "group").text() or "" for item in objects if item.kind == "CustomResourceDefinition"}
    roles = {(item.kind, item.name) for item in objects if item.kind in _ROLES}
    for item in objects:
        if item.kind in _CHANGES_PODS and is_builtin(item) and _may_change_pods(item):
            yield _sentence(item, "verandert pods als ze gemaakt worden", "changes pods as they are made")
        elif item.kind == "PodTemplate" and is_builtin(item):
            yield _sentence(
                item, "is een sjabloon waarvan iets anders pods maakt", "is what something else makes pods of"
            )
        elif not is_builtin(item) and (not is_known(item.kind, item.group) or _runs_what_is_elsewhere(item, objects)):
            yield _sentence(
                item,
                "laat een controller maken wat de chart niet toont",
                "has a controller make what the chart does not show",
            )
        elif item.group == "rbac.authorization.k8s.io" and _may_make_pods(item, own):
            yield _sentence(
                item, "geeft het recht om zelf workloads te maken", "gives the right to make workloads by itself"
            )
        elif item.group == "rbac.authorization.k8s.io" and _refers_outside(item, roles):
            yield _sentence(item, "geeft rechten die de chart niet toont", "gives rights that the chart does not show")


def _sentence(item: KubernetesObject, nl: str, en: str) -> Text:
    where = f"{item.where} ({item.source})" if item.source else item.where
    return Text(
        f"{where} {nl}; neem op in de chart wat er draait, of laat dat apart toetsen.",
        f"{where} {en}; put what runs into the chart, or have that audited by itself.",
    )


def is_known(kind: str, group: str) -> bool:
    """Tell whether of a kind of custom resource it is known what follows: nothing that runs, or its own template."""
    name, whole = f"{kind}.{group}", f"*.{group}"
    return name in _CONFIGURES or whole in _CONFIGURES or name in _RUNS_ITS_TEMPLATE


def _runs_what_is_elsewhere(item: KubernetesObject, objects: Objects) -> bool:
    """Tell whether a kind that runs a template has none of its own, and refers to none in the chart.

    A Rollout can take that of a Deployment (Argo Rollouts, `workloadRef`).
    """
    if f"{item.kind}.{item.group}" not in _RUNS_ITS_TEMPLATE or item.get("spec", "template"):
        return False
    reference = item.get("spec", "workloadRef")
    kind, name = reference.get("kind").text(), reference.get("name").text()
    return not (kind and name and objects.find(kind, name, item.namespace))


_WITH_PODS = _CONTROLLED | {"pods", "podtemplates"}


def _may_change_pods(item: KubernetesObject) -> bool:
    """Tell whether what changes objects as they are made is asked for pods, or for what pods are made of.

    By its rules (Kubernetes, `RuleWithOperations`): groups and resources, in which a star is every one, also before or
    after a slash. Where rules do not show, it may be asked for anything.
    """
    if item.kind == "MutatingWebhookConfiguration":
        parts = [hook.get("rules") for hook in item.get("webhooks").each()]
    else:
        parts = [item.get("spec", "matchConstraints", "resourceRules")]
    if not parts or any(not part for part in parts):
        return True
    return any(
        _texts(rule.get("apiGroups")) & _POD_GROUPS
        and any(resource.partition("/")[0] in _WITH_PODS for resource in _texts(rule.get("resources")))
        for part in parts
        for rule in part.each()
    )


def _may_make_pods(item: KubernetesObject, own: set[str]) -> bool:
    if item.kind in _ROLES:
        return any(_makes_pods(rule, own) for rule in item.get("rules").each())
    return item.get("roleRef", "name").text() in _ROLES_THAT_MAKE and _is_for_pods(item)


def _refers_outside(item: KubernetesObject, roles: set[tuple[str, str]]) -> bool:
    """Tell whether rights come from elsewhere: a role that is not in the chart, or one that gathers other roles."""
    if item.kind in _ROLES:
        return bool(item.get("aggregationRule"))
    role = (item.get("roleRef", "kind").text() or "", item.get("roleRef", "name").text() or "")
    return role not in roles and role[1] not in _ROLES_THAT_MAKE | _ROLES_THAT_READ and _is_for_pods(item)


def _is_for_pods(item: KubernetesObject) -> bool:
    """Tell whether a binding is for service accounts, also by their groups or user names (Kubernetes, *RBAC*)."""
    return any(
        subject.get("kind").text() == "ServiceAccount" or _OF_ACCOUNTS.match(subject.get("name").text() or "")
        for subject in item.get("subjects").each()
    )


def _makes_pods(rule: Node, own: set[str]) -> bool:
    """Tell whether a rule lets pods be made. Of the chart's `own` definitions nothing but itself makes anything."""
    groups, resources, verbs = (_texts(rule.get(key)) for key in ("apiGroups", "resources", "verbs"))
    changes, creates = bool(verbs & _CHANGING), bool(verbs & _CREATING)
    return (
        bool(groups & _POD_GROUPS and resources & _CONTROLLED and changes)
        or bool(groups & _POD_GROUPS and "pods" in resources and creates)
        or any(resource in resources and verbs & wanted for resource, wanted in _INDIRECT.items())
        or bool(verbs & _OVER_RIGHTS and groups & _OF_RIGHTS)
        or (changes and any(_is_unknown(group, name) for group in groups - own for name in resources))
    )


def _is_unknown(group: str, resource: str) -> bool:
    """Tell whether a resource is one of which something else may make pods, as of the objects in a chart."""
    if group in builtin_groups() or group == "*" or "/" in resource:
        return False
    kinds = {known.partition(".")[0].lower() for known in _CONFIGURES if known.partition(".")[2] == group}
    plurals = {form for kind in kinds for form in (kind, f"{kind}s", f"{kind}es", f"{kind[:-1]}ies")}
    return "*" not in kinds and resource not in plurals


def _texts(node: Node) -> set[str]:
    return {entry.text() or "" for entry in node.each()}
