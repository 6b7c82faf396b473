"""A tiny project in a temporary folder, and real pytest runs on it."""

import itertools
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTEST_INI = """\
[pytest]
testpaths = tests
addopts = --assert=plain -p no:logging --strict-markers --strict-config
xfail_strict = true
"""

CONFTEST = """\
import os

import pytest

pytest_plugins = ["toetskader.plugin", "toetskader.plugin.html"]


@pytest.fixture
def expected_mood():
    return "good"


@pytest.fixture(autouse="UNASKED" in os.environ)
def unasked():
    return "a check does not ask for this one"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    # Loses a test, as a faulty plugin would.
    return True if os.environ.get("LOSE") and os.environ["LOSE"] in item.nodeid else None
"""

# What the chart renders decides the verdicts: `mood` is good or bad, `broken` makes a check fall over.
CHECKS = """\
import os

import msgspec

from toetskader.judging import Findings, Text, check, not_applicable, undetermined


class Wanted(msgspec.Struct):
    least: int = 1


@check("tiny.rendered", params=Wanted, objects=("every kind",))
def test_something_is_rendered(objects, findings, params):
    if os.environ.get("CRASH"):
        os._exit(7)
    assert len(list(objects)) >= params.least


@check("tiny.never")
def test_it_never_applies(chart):
    not_applicable("Deze chart doet hier niets mee.", "This chart does nothing of the kind.")


@check("tiny.mood", objects=("ConfigMap",))
def test_mood_is_good(objects, findings, expected_mood):
    for item in objects.of_kind("ConfigMap"):
        mood = item.get("data", "mood")
        if mood.text() != expected_mood:
            findings.add(mood, seen=mood.value, expected=expected_mood,
                         remedy=Text("Zet mood op good.", "Set mood to good."))


@check("tiny.mail", objects=("ConfigMap",))
def test_mail_goes_through_the_host(objects, parameters):
    parameters.require("mail_host")


@check("tiny.whole", objects=("ConfigMap",))
def test_nothing_is_broken(objects):
    for item in objects.of_kind("ConfigMap"):
        if item.get("data", "broken").text() == "yes":
            raise ValueError("secret-in-the-message")
"""

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
    "values.yaml": "mood: good\nbroken: 'no'\n",
    "templates/map.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  mood: {{ .Values.mood | quote }}
  broken: {{ .Values.broken | quote }}
""",
}


def requirement(id_: str, check: str, **over: Any) -> dict[str, Any]:
    """A requirement as a policy file holds it; its level is the number in the middle of its id."""
    return {
        "id": id_,
        "section": "1",
        "lines": "1-2",
        "kind": "kwaliteitseis",
        "level": int(id_.split("-")[1]),
        "level_origin": "source",
        "profile": "haven",
        "addressee": "supplier",
        "mode": "hard",
        "verify": "automatic",
        "measured_on": {"chart": "proof"},
        "check": check,
        "title": {"nl": f"Eis {id_}", "en": f"Requirement {id_}"},
        "remedy": {"nl": f"Herstel {id_}.", "en": f"Mend {id_}."},
        **over,
    }


REQUIREMENTS = [
    requirement("TST-1-01", "tiny.rendered", params={"least": 1}),
    requirement("TST-1-02", "tiny.never"),
    requirement("TST-2-01", "tiny.mood"),
    requirement("TST-2-02", "tiny.mail"),
    requirement("TST-2-03", "tiny.mood", mode="best-effort/option"),
    requirement("TST-2-04", "tiny.whole", measured_on={"chart": "indication", "namespace": "proof"}),
    requirement("TST-3-01", "tiny.mood"),
    requirement("TST-4-01", "tiny.mood"),
    # not looked at, each for a reason of its own
    requirement("TST-2-91", "rbac.can_i", measured_on={"rbac": "proof"}),
    requirement("TST-2-92", "tiny.mood", addressee="municipality"),
    requirement("TST-3-93", "tiny.mood", profile="saas"),
]

DEVIATION = {
    "id": "AFW-1",
    "requirements": ["TST-2-01"],
    "reason": "Volgende versie.",
    "risk": "Somberheid.",
    "mitigation": "Koffie.",
    "owner": "Productmanager",
    "approved_by": "CISO",
    "approved_on": "2026-01-02",
    "expires": "2026-12-31",
}


@dataclass(frozen=True)
class Run:
    """A finished run: what it returned, said and wrote."""

    code: int
    out: str
    error: str
    results: dict[str, Any]

    def verdicts(self, target: str = "") -> dict[str, str]:
        """Requirement → verdict of one target, or of the only one."""
        return {row["requirement"]: row["verdict"] for row in self.results["results"] if target in ("", row["target"])}

    def row(self, requirement: str, target: str = "") -> dict[str, Any]:
        """The result of one requirement."""
        rows = self.results["results"]
        return next(r for r in rows if r["requirement"] == requirement and target in ("", r["target"]))

    def summary(self, target: str) -> dict[str, Any]:
        """The summary of a target."""
        found: dict[str, Any] = next(item for item in self.results["targets"] if item["target"] == target)
        return found

    def line(self, start: str) -> str:
        """The first line of the output that starts like this."""
        return next(line for line in self.out.splitlines() if line.startswith(start))

    @property
    def text(self) -> str:
        """The output on one line: messages are wrapped to the width of the terminal."""
        return " ".join(self.out.split())


class Project:
    """A folder with checks, policies, targets and the plugin.

    Parameters: `root`, the folder; `forks`, the process of forks.py that runs pytest.
    """

    def __init__(self, root: Path, forks: subprocess.Popen[str]) -> None:
        self.root = root
        self._forks = forks
        self._numbers = itertools.count()
        self.write("pytest.ini", PYTEST_INI)
        self.write("conftest.py", CONFTEST)
        self.write("tests/__init__.py", "")
        self.write("tests/test_tiny.py", CHECKS)
        text = {"nl": "Klein", "en": "Tiny"}
        self.yaml(
            "policies/sources.yaml",
            {"sources": [{"id": "TST", "title": text, "owner": "gemeente", "version": "1", "file": "tst.txt"}]},
        )
        self.yaml("policies/planned-checks.yaml", {"checks": [{"id": "rbac.can_i", "part": "rbac", "title": text}]})
        for name, labels in (("haven", ["haven", "all"]), ("saas", ["saas"])):
            self.yaml(
                f"policies/profiles/{name}.yaml",
                {"id": name, "title": text, "sources": ["TST"], "profiles": labels, "addressee": "supplier"},
            )
        self.yaml("policies/tst/1.yaml", {"source": "TST", "chapter": "1", "title": text, "requirements": REQUIREMENTS})
        self.target("voorbeeld", gate=4, parameters={"mail_host": "mail.example"})

    def write(self, name: str, text: str) -> Path:
        """Write a file below the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def yaml(self, name: str, content: Mapping[str, Any]) -> Path:
        """Write a YAML file: JSON is YAML, a key to a line so that line numbers mean something."""
        return self.write(name, json.dumps(content, indent=1))

    def target(
        self, name: str, *, values: Mapping[str, str] | None = None, deviations: Any = None, **over: Any
    ) -> Path:
        """Write a target with a chart of its own; `values` go into its values set `productie`."""
        for file, text in CHART.items():
            self.write(f"targets/{name}/chart/{file}", text)
        self.yaml(f"targets/{name}/productie.yaml", values or {})
        content = {
            "name": name,
            "supplier": "Klein BV",
            "component": "Kaartje",
            "gate": 3,
            "profiles": ["haven"],
            "parts": {
                "chart": {
                    "source": "chart",
                    "release": "tiny",
                    "namespace": "tiny",
                    "kubernetes": "1.35",
                    "values": {"standaard": [], "productie": ["productie.yaml"]},
                }
            },
            **over,
        }
        if deviations is not None:
            self.yaml(f"targets/{name}/afwijkingen.yaml", {"deviations": deviations})
            content["deviations"] = "afwijkingen.yaml"
        return self.yaml(f"targets/{name}/target.yaml", content)

    def run(self, *args: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Run:
        """Run pytest here or in another folder, without colours, on a wide terminal."""
        given = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PY_COLORS"))}
        wanted = {**given, "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        before = self.reports()
        code, out, error = self._pytest(args, wanted, cwd or self.root)
        made = sorted(self.reports() - before)
        results = json.loads((made[-1] / "results.json").read_text()) if made else {}
        return Run(code, out, error, results)

    def _pytest(self, args: Sequence[str], env: Mapping[str, str], cwd: Path) -> tuple[int, str, str]:
        said = self.root / f"said-{next(self._numbers)}"
        request = {"args": args, "cwd": str(cwd), "env": env, "out": str(said)}
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._forks.stdin.write(json.dumps(request) + "\n")
        self._forks.stdin.flush()
        code = int(self._forks.stdout.readline())
        texts = [path.read_text(encoding="utf-8") for path in (Path(f"{said}.out"), Path(f"{said}.err"))]
        return code, texts[0], texts[1]

    def reports(self) -> set[Path]:
        """The folders of all runs so far."""
        return {path for path in (self.root / "reports").glob("*/*") if not path.is_symlink()}


def without_moments(text: str) -> str:
    """Results or evidence without what differs from run to run: times and durations, and checksums of these."""
    text = re.sub(r'"(started|finished|duration_s|at|exit_code)": ?("[^"]*"|[0-9.e-]+)', "", text)
    return re.sub(r'"[0-9a-f]{64}"', "", text)
