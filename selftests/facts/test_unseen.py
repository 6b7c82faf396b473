"""What something else makes of a chart's objects is a doubt that names them; what only configures is none."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.unseen import unseen

MAKES = [
    "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease}",
    "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization}",
    "{apiVersion: argoproj.io/v1alpha1, kind: Application}",
    "{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet}",
    "{apiVersion: argoproj.io/v1alpha1, kind: Workflow}",
    "{apiVersion: helm.cattle.io/v1, kind: HelmChart}",
    "{apiVersion: helm.crossplane.io/v1beta1, kind: Release}",
    "{apiVersion: kubernetes.crossplane.io/v1alpha2, kind: Object}",
    "{apiVersion: kappctrl.k14s.io/v1alpha1, kind: App}",
    "{apiVersion: operators.coreos.com/v1alpha1, kind: Subscription}",
    "{apiVersion: cluster.x-k8s.io/v1beta1, kind: ClusterClass}",
    "{apiVersion: kyverno.io/v1, kind: ClusterPolicy}",
    "{apiVersion: keda.sh/v1alpha1, kind: ScaledJob}",
    "{apiVersion: monitoring.coreos.com/v1, kind: Prometheus}",
    "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster}",
    "{apiVersion: evil.example/v1, kind: ServiceMonitor}",
    "{apiVersion: evil.example/v1, kind: Deployment, spec: {template: {spec: {containers: [{name: a, image: b}]}}}}",
    "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, spec: {template: {spec: {containers: []}}}}",
    "{apiVersion: v1, kind: PodTemplate, template: {spec: {containers: [{name: a, image: b}]}}}",
    "{apiVersion: sparkoperator.k8s.io/v1beta2, kind: SparkApplication, spec: {driver: {image: a}}}",
    "{apiVersion: tekton.dev/v1, kind: Pipeline, spec: {tasks: []}}",
    "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, spec: {workloadRef: {kind: Deployment, name: elders}}}",
    "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, spec: {replicas: 2}}",
    "{apiVersion: serving.knative.dev/v1, kind: Service, spec: {traffic: []}}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicy}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,"
    " webhooks: [{rules: [{apiGroups: [''], resources: [pods]}]}]}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,"
    " webhooks: [{rules: [{apiGroups: [apps], resources: ['deployments/*']}]}]}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,"
    " webhooks: [{rules: [{apiGroups: ['*'], resources: ['*/*']}]}]}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,"
    " webhooks: [{rules: [{apiGroups: [acme.example], resources: [things]}]}, {name: b}]}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicy,"
    " spec: {matchConstraints: {resourceRules: [{apiGroups: [''], resources: [pods]}]}}}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [''], resources: [pods], verbs: [create]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,"
    " rules: [{apiGroups: [batch], resources: [jobs], verbs: [get, patch]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, roleRef: {name: edit},"
    " subjects: [{kind: ServiceAccount, name: default}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [helm.toolkit.fluxcd.io], resources: [helmreleases], verbs: [create]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [argoproj.io], resources: [applications], verbs: ['*']}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [batch.volcano.sh], resources: [jobs], verbs: [patch]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [''], resources: [pods/ephemeralcontainers], verbs: [patch]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,"
    " rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,"
    " rules: [{apiGroups: [''], resources: [users], verbs: [impersonate]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,"
    " rules: [{apiGroups: ['*'], resources: [mutatingwebhookconfigurations], verbs: [create]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,"
    " aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding,"
    " roleRef: {kind: ClusterRole, name: deployer},"
    " subjects: [{kind: ServiceAccount, name: default}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding,"
    " roleRef: {kind: ClusterRole, name: 'system:controller:deployment-controller'},"
    " subjects: [{kind: ServiceAccount, name: default}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding,"
    " roleRef: {kind: ClusterRole, name: edit},"
    " subjects: [{kind: Group, name: 'system:serviceaccounts:app'}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding,"
    " roleRef: {kind: ClusterRole, name: edit},"
    " subjects: [{kind: User, name: 'system:serviceaccount:app:default'}]}",
]
CONFIGURES = [
    "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, spec: {template: {}}}",
    "{apiVersion: external-secrets.io/v1, kind: ExternalSecret}",
    "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor}",
    "{apiVersion: cert-manager.io/v1, kind: Certificate}",
    "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute}",
    "{apiVersion: apisix.apache.org/v2, kind: ApisixRoute}",
    "{apiVersion: traefik.io/v1alpha1, kind: Middleware}",
    "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject}",
    "{apiVersion: spv.no/v1, kind: AzureKeyVaultSecret}",
    "{apiVersion: source.toolkit.fluxcd.io/v1, kind: HelmRepository}",
    "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, spec: {template: {spec: {containers: [{name: a, image: b}]}}}}",
    "{apiVersion: batch/v1, kind: CronJob}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,"
    " webhooks: [{rules: [{apiGroups: [acme.example], resources: ['*']}]}]}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,"
    " webhooks: [{rules: [{apiGroups: [''], resources: [configmaps, secrets]}]}]}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,"
    " webhooks: [{rules: [{apiGroups: [cert-manager.io], resources: [certificaterequests]}]}]}",
    "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicy,"
    " spec: {matchConstraints: {resourceRules: [{apiGroups: [acme.example], resources: [things]}]}}}",
    "{apiVersion: v1, kind: ConfigMap}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [''], resources: [pods], verbs: [get, list, patch]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [''], resources: [configmaps], verbs: [create]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, roleRef: {name: view},"
    " subjects: [{kind: ServiceAccount, name: default}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, roleRef: {name: edit},"
    " subjects: [{kind: Group, name: beheerders}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create, update]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [monitoring.coreos.com], resources: [servicemonitors], verbs: [create]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [cert-manager.io], resources: [certificates], verbs: ['*']}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [argoproj.io], resources: [applications], verbs: [get, list, watch]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role,"
    " rules: [{apiGroups: [''], resources: [pods/exec], verbs: [create]}]}",
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding,"
    " roleRef: {kind: ClusterRole, name: 'system:auth-delegator'},"
    " subjects: [{kind: ServiceAccount, name: default}]}",
]


@pytest.mark.parametrize("text", MAKES)
def test_what_makes_more_than_it_shows_is_named(text: str) -> None:
    (reason,) = unseen(objects(text.replace("kind:", "metadata: {name: x}, kind:", 1)))
    assert "/x (t.yaml) " in reason.nl
    assert reason.nl != reason.en


@pytest.mark.parametrize("text", CONFIGURES)
def test_what_only_configures_leaves_nothing_open(text: str) -> None:
    assert unseen(objects(text.replace("kind:", "metadata: {name: x}, kind:", 1))) == ()


def test_a_rollout_of_a_deployment_in_the_chart_leaves_nothing_open() -> None:
    rollout = "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: x}, spec: {workloadRef: %s}}\n---\n"
    deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {}}}}"
    assert unseen(objects(rollout % "{kind: Deployment, name: web}" + deployment)) == ()
    assert unseen(objects(rollout % "{kind: Deployment, name: api}" + deployment)) != ()
