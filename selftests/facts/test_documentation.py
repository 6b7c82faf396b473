"""What a chart's documentation describes and asks to run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.documentation import documents, manual_steps, says_at_start, undescribed

DESCRIBED = {
    "| `LOG_LEVEL` | lowest level | info |": True,
    "| key | LOG_LEVEL | lowest level |": True,
    "LOG_LEVEL | lowest level": True,
    "- `LOG_LEVEL`: lowest level": True,
    "* LOG_LEVEL - lowest level": True,
    "- LOG_LEVEL\n  lowest level": True,
    "### LOG_LEVEL\n\nThe lowest level.": True,
    "`LOG_LEVEL`: lowest level": True,
    "| LOG_LEVEL | 1 |": False,
    "- LOG_LEVEL": False,
    "- LOG_LEVEL_WORKER: level": False,
    "- DEBUG: see LOG_LEVEL": False,
    "Set LOG_LEVEL as you like.": False,
    "```\n| LOG_LEVEL | level |\n```": False,
    "### LOG_LEVEL\n### DEBUG": False,
    "": False,
}


@pytest.mark.parametrize(("text", "described"), DESCRIBED.items())
def test_described(text: str, described: bool) -> None:
    assert undescribed(["LOG_LEVEL"], [text]) == (() if described else ("LOG_LEVEL",))


def test_documents() -> None:
    files = {
        "README.md": True,
        "docs/configuration.md": True,
        "charts/redis/README.md": True,
        "CHANGELOG.md": False,
        "templates/NOTES.txt": False,
        "values.yaml": False,
        "notes/other.md": False,
    }
    assert {path: path in documents(dict.fromkeys(files, "")) for path in files} == files


STEPS = {
    "```\nkubectl apply -f crd.yaml\n```": "kubectl apply",
    "$ kubectl -n ns create secret generic x --from-literal=a=b": "kubectl -n ns",
    "kubectl create namespace x && helm install x": "kubectl create",
    "cat x | kubectl apply -f -": "kubectl apply",
    "Run `kubectl patch deploy x` first.": "kubectl patch deploy"[:13],
    "kubectl exec -n x deploy/web -- ./manage.py migrate": "kubectl exec -n",
    "```\npsql -h db -c 'create extension x'\n```": "psql -",
    "```\npython manage.py createsuperuser\n```": "python manage.py createsuperuser",
    "kubectl get pods": "",
    "kubectl logs -f deploy/x": "",
    "kubectl port-forward svc/x 8080": "",
    "kubectl describe pod create-1": "",
    "There is no need to run `kubectl apply -f x`.": "",
    "kubectl create secret generic x --dry-run=client -o yaml | kubeseal": "",
    "psql is a client.": "",
    "```\n# kubectl apply is done by the chart\n```": "",
    "# Uninstalling\n```\nkubectl delete pvc x\nkubectl patch x\n```": "",
    "# Troubleshooting\n## Database\nkubectl edit cm x": "",
    "# Troubleshooting\n# Install\nkubectl edit cm x": "kubectl edit",
    "helm install x chart": "",
}


CONFIGURES = {
    "```\nkubectl create secret generic db --from-literal=password=x\n```": True,
    "```\nkubectl -n app create secret tls web --cert=a --key=b\n```": True,
    "```\nkubectl create secret docker-registry pull \\\n  --docker-server=x\n```": True,
    "```\n$ kubectl create configmap settings --from-file=x\n```": True,
    "```\nkubectl create ns app\n```": True,
    "```\noc create namespace app\n```": True,
    "```\nkubectl label namespace app team=x\n```": True,
    "```\nkubectl patch secret/db -p x\n```": True,
    "```\nkubectl apply -n app -f ca-secret.yaml\n```": True,
    "```\nkubectl apply -f secrets/db.yaml,config-map.yaml\n```": True,
    "```\nkubectl apply -f - <<EOF\napiVersion: v1\nkind: Secret\nEOF\n```": True,
    "```yaml\nkind: Secret\n```\n```\nkubectl apply -f db.yaml\n```": True,
    "```\ncat <<EOF | kubectl apply -f -\nkind: Secret\nEOF\n```": True,
    "```\nkubectl apply -f - <<EOF\nkind: SealedSecret\nEOF\n```": True,
    "```\ncat <<EOF | kubectl apply -f -\nkind: SecretStore\nEOF\n```": False,
    "```\naz keyvault secret set --name x\n```": True,
    "```\nkubectl create deployment web --image=x\n```": False,
    "```\nkubectl create serviceaccount web\n```": False,
    "```\nkubectl apply -f deployment.yaml\n```": False,
    "```\nkubectl apply -f secret.yaml -f deployment.yaml\n```": False,
    "```\nkubectl apply -f https://x.example/secret-store.yaml\n```": False,
    "```\nkubectl apply -f secrets-operator.yaml\n```": False,
    "```\nkubectl apply -k secrets\n```": False,
    "```\nkubectl apply -f - <<EOF\nkind: Secret\n---\nkind: Job\nEOF\n```": False,
    "```yaml\nkind: Secret\n---\nkind: Deployment\n```\n```\nkubectl apply -f all.yaml\n```": False,
    "```yaml\nkind: Secret\n```\n# Then\n```\nkubectl apply -f db.yaml\n```": False,
    "```\nkubectl set env deploy/web A=secret\n```": False,
    "```\nkubectl cp secret web:/tmp\n```": False,
    "```\naz postgres server create --name secret\n```": False,
}


@pytest.mark.parametrize(("text", "configures"), CONFIGURES.items())
def test_making_configuration_is_told_apart(text: str, *, configures: bool) -> None:
    assert [step.configures for step in manual_steps(text)] == [configures]


def test_every_command_of_a_line_counts() -> None:
    text = "```\nkubectl create ns app && kubectl create deployment web --image=x\n```"
    assert [(step.command, step.configures) for step in manual_steps(text)] == [
        ("kubectl create", True),
        ("kubectl create", False),
    ]


def test_a_dry_run_that_goes_on_below_is_none() -> None:
    text = "```\nkubectl create secret generic db \\\n  --dry-run=client -o yaml | kubectl apply -f -\n```"
    assert manual_steps(text) == ()


@pytest.mark.parametrize(("text", "command"), STEPS.items())
def test_manual_steps(text: str, command: str) -> None:
    assert [step.command for step in manual_steps(text)] == [command] * bool(command)


def test_a_step_has_its_line() -> None:
    assert [step.line for step in manual_steps("# Install\n\n```\nkubectl apply -f x\n```\n")] == [4]


AT_START = {
    "The application runs its migrations automatically.": True,
    "Migraties draaien bij het starten van de container.": True,
    "Migrations are not run at start.": False,
    "See the migration guide | look at the startup of the pod": False,
    "Starts automatically.": False,
}


@pytest.mark.parametrize(("text", "said"), AT_START.items())
def test_says_at_start(text: str, said: bool) -> None:
    assert says_at_start(text, "migrati") is said


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["|", "`", "- ", "# ", "\n", "```", "kubectl ", "apply", " -n x", "A_B", ": ", "psql -"]))
)
def test_any_text_is_read(parts: list[str]) -> None:
    text = "".join(parts)
    assert all(0 < step.line <= text.count("\n") + 1 for step in manual_steps(text))
    assert set(undescribed(["A_B"], [text])) <= {"A_B"}


def test_hostile_lines_are_read_in_time() -> None:
    text = "kubectl " + "-n a " * 900 + "\n- " + "a" * 19_000 + " " + "|" * 10_000
    assert manual_steps(text) == ()
    assert undescribed(["A_B"], [text]) == ("A_B",)
