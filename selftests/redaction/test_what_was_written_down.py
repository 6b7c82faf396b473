"""A secret in what somebody wrote down of a cluster is in no fact: not of rights, of what runs or of a report."""

import shutil
from pathlib import Path

import msgspec
import pytest
from auditor import Auditor, as_a_run
from file_mutants import MUTANTS_FOLDER, Edit

from toetskader.catalogue.models import Part

CANARY = "Zomer-2026-kanarie!"
ANNOTATION = f"kubectl.kubernetes.io/last-applied-configuration: 'password: {CANARY}'"
SECRETS = f"""\
  - apiVersion: v1
    kind: Secret
    metadata: {{name: geheim, namespace: meldingen, annotations: {{{ANNOTATION}}}}}
    stringData: {{password: "{CANARY}"}}
  - apiVersion: v1
    kind: ConfigMap
    metadata: {{name: instellingen, namespace: meldingen}}
    data: {{DB_PASSWORD: "{CANARY}", DSN: "postgres://app:{CANARY}@db/app"}}
"""
LEAKS = {
    "rbac": (
        Edit(
            file="rollen.yaml",
            append=f"""\
  - apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: leverancier-nog-eens
      namespace: meldingen-test
      annotations: {{{ANNOTATION}}}
    roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: leverancier}}
    subjects: [{{kind: Group, name: leverancier, apiGroup: rbac.authorization.k8s.io}}]
""",
        ),
    ),
    "release": (
        Edit(file="draait.yaml", append=SECRETS),
        Edit(
            file="chart/templates/component.yaml",
            append=f"---\napiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData: {{password: '{CANARY}'}}\n",
        ),
    ),
    "cluster": (
        Edit(file="haven.json", replace='"Rationale": "Why."', with_=f'"Rationale": "password={CANARY}"', count=17),
    ),
}
"""Kind of part → edits of its golden target that put a secret into it."""


@pytest.mark.redaction("rbac")
@pytest.mark.redaction("cluster")
@pytest.mark.redaction("release")
@pytest.mark.redaction("namespace")
@pytest.mark.parametrize(
    ("kind", "stored"), [("rbac", "rbac"), ("cluster", "cluster"), ("release", "release"), ("namespace", "release")]
)
def test_no_fact_holds_a_secret(kind: Part, stored: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MUTANTS_FOLDER / stored / "golden", tmp_path / "target"))
    for edit in LEAKS[stored]:
        edit.apply(folder)
    assert any(CANARY in path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())
    auditor = Auditor(kind)
    target = auditor.load(folder)
    facts = as_a_run(auditor, target, auditor.scope(target))
    assert facts
    held = b"".join(msgspec.json.encode(attempt) for attempt in facts.values()).decode("utf-8")
    assert CANARY not in held
    assert [name for name, judged in auditor.audit(folder).items() if CANARY in repr(judged)] == []
