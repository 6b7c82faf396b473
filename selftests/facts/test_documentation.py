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
