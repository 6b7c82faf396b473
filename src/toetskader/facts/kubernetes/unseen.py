"""What a chart has made by something else once it runs, so that the chart does not show it.

A custom resource means whatever its controller makes of it: a HelmRelease installs another chart. Of what follows from
it nothing can be said but for the kinds that are known to configure something only, and those that run the pod template
they hold; any other kind is a doubt, also one that nobody knows yet. Something of the component that may make pods
itself, and what changes pods as they are made, are doubts too.
"""

from collections.abc import Iterator

from toetskader.facts.kubernetes.node import Node
from toetskader.facts.kubernetes.objects import KubernetesObject, Objects
from toetskader.facts.kubernetes.served_apis import is_builtin
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
_ROLES_THAT_MAKE = frozenset({"cluster-admin", "admin", "edit"})
"""Of the roles that every cluster has, those that may make workloads (Kubernetes, *User-facing roles*)."""


def unseen(objects: Objects) -> tuple[Text, ...]:
    """Return why a render does not show all that will run: full sentences that name the object and its template."""
    return tuple(_reasons(objects))


def _reasons(objects: Objects) -> Iterator[Text]:
    for item in objects:
        if item.kind in _CHANGES_PODS and is_builtin(item):
            yield _sentence(item, "verandert pods als ze gemaakt worden", "changes pods as they are made")
        elif not is_builtin(item) and not _is_known(item):
            yield _sentence(
                item,
                "laat een controller maken wat de chart niet toont",
                "has a controller make what the chart does not show",
            )
        elif item.group == "rbac.authorization.k8s.io" and _may_make_pods(item):
            yield _sentence(
                item, "geeft het recht om zelf workloads te maken", "gives the right to make workloads by itself"
            )


def _sentence(item: KubernetesObject, nl: str, en: str) -> Text:
    where = f"{item.where} ({item.source})" if item.source else item.where
    return Text(
        f"{where} {nl}; neem op in de chart wat er draait, of laat dat apart toetsen.",
        f"{where} {en}; put what runs into the chart, or have that audited by itself.",
    )


def _is_known(item: KubernetesObject) -> bool:
    name, whole = f"{item.kind}.{item.group}", f"*.{item.group}"
    return name in _CONFIGURES or whole in _CONFIGURES or name in _RUNS_ITS_TEMPLATE


def _may_make_pods(item: KubernetesObject) -> bool:
    if item.kind in ("Role", "ClusterRole"):
        return any(map(_makes_pods, item.get("rules").each()))
    return item.get("roleRef", "name").text() in _ROLES_THAT_MAKE and any(
        subject.get("kind").text() == "ServiceAccount" for subject in item.get("subjects").each()
    )


def _makes_pods(rule: Node) -> bool:
    groups, resources, verbs = (_texts(rule.get(key)) for key in ("apiGroups", "resources", "verbs"))
    return bool(groups & _POD_GROUPS) and (
        bool(resources & _CONTROLLED and verbs & _CHANGING) or bool("pods" in resources and verbs & _CREATING)
    )


def _texts(node: Node) -> set[str]:
    return {entry.text() or "" for entry in node.each()}
