"""Targets that mean harm, each with what an auditor must read about it."""

import gzip
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "targets/voorbeeld"

MARK = "<script>alert(1)</script>"
EVIL = f"{MARK}\x1b[31m\u202e"
"""Markup, a terminal sequence and a sign that turns the direction of text."""

_TARGET = """
name: {name}
supplier: "{supplier}"
component: Y
gate: 2
profiles: [haven]
parts:
  chart:
    source: {source}
    release: r
    namespace: n
    kubernetes: "1.35"
    values: {{s: [{values}]}}
parameters: {{trusted_image_locations: [registry.example], third_party_images: []}}
"""
_HEAD = "apiVersion: v2\nname: proef\nversion: 1.2.3\n"
_CONFIG = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: good}\ndata: "
_GOOD = {"templates/a.yaml": f"{_CONFIG}{{a: b}}\n"}
_ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
_DEEP = "[" * 400 + "]" * 400

Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Hostile:
    """A hostile target.

    Attributes: `said`, words of which one stands in the reason of everything that rests on a render; empty for a
    render that succeeds; `whole`, whether nothing of the chart can be seen, its files included (None: that depends on
    which limit it meets first).
    """

    name: str
    said: str
    files: Files = field(default_factory=lambda: _GOOD)
    head: str | None = _HEAD
    values_file: bytes | None = None
    whole: bool | None = False
    archive: Callable[[Path], None] | None = None
    finish: Callable[[Path], None] | None = None

    def write(self, folder: Path) -> None:
        """Write the target's folder."""
        folder.mkdir(parents=True)
        source = "chart" if self.archive is None else "chart.tgz"
        values = "" if self.values_file is None else "values.yaml"
        text = _TARGET.format(name=self.name, supplier=MARK, source=source, values=values)
        (folder / "target.yaml").write_text(text, encoding="utf-8")
        if self.values_file is not None:
            (folder / "values.yaml").write_bytes(self.values_file)
        if self.archive is not None:
            self.archive(folder / "chart.tgz")
            return
        for name, content in {**({} if self.head is None else {"Chart.yaml": self.head}), **self.files}.items():
            path = folder / "chart" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if self.finish is not None:
            self.finish(folder / "chart")


def _template(name: str, said: str, template: str | bytes, **given: object) -> Hostile:
    return Hostile(name, said, {"templates/a.yaml": template}, **given)  # type: ignore[arg-type]


def _packed(*entries: tuple[str, bytes, str]) -> Callable[[Path], None]:
    """Make an archive of (path, type, link target) entries beside Chart.yaml."""

    def write(path: Path) -> None:
        with tarfile.open(path, "w:gz") as archive:
            head = tarfile.TarInfo("proef/Chart.yaml")
            head.size = len(_HEAD)
            archive.addfile(head, io.BytesIO(_HEAD.encode()))
            for name, kind, link in entries:
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = kind, link
                archive.addfile(entry, io.BytesIO())

    return write


def _gigabyte(path: Path) -> None:
    entry = tarfile.TarInfo("proef/zeros")
    entry.size = 1024 * 1024 * 1024
    with gzip.open(path, "wb") as stream:
        stream.write(entry.tobuf())
        stream.write(bytes(4 * 1024 * 1024))  # the rest need not be there to be refused


def _name_that_is_no_text(chart: Path) -> None:
    Path(os.fsdecode(os.fsencode(chart) + b"/fil\xe9.txt")).write_text("x", encoding="utf-8")


def _sibling(chart: Path) -> None:
    """A chart beside the hostile one, which a dependency may be taken from."""
    beside = chart.parent / "beside"
    beside.mkdir()
    (beside / "Chart.yaml").write_text("apiVersion: v2\nname: beside\nversion: 1.0.0\n", encoding="utf-8")


_EVIL_YAML = EVIL.replace("\x1b", "\\e").replace("\u202e", "\\u202e")
_SPOKEN = {
    "templates/a.yaml": f"""
kind: Deployment
apiVersion: apps/v1
metadata: {{name: "{_EVIL_YAML}", labels: {{"{_EVIL_YAML}": "{_EVIL_YAML}"}}}}
spec:
  template:
    metadata: {{labels: {{app: "{_EVIL_YAML}\\0"}}}}
    spec:
      containers:
        - {{name: "{_EVIL_YAML}", image: "{_EVIL_YAML}", env: [{{name: "{_EVIL_YAML}", value: "{_EVIL_YAML}"}}]}}
""",
    f"templates/<img src=x onerror=alert(1)>{EVIL.replace('/', '')}.yaml": (
        f'kind: Service\napiVersion: v1\nmetadata: {{name: "y{_EVIL_YAML}"}}\nspec: {{type: "LoadBalancer"}}\n'
    ),
    "values.yaml": f'a: "{_EVIL_YAML}\\0"\n"{_EVIL_YAML}": {{host: "{_EVIL_YAML}"}}\n',
    "README.md": f"# {EVIL}\0\n",
    "CHANGELOG.md": f"# {EVIL}\n## [1.2.3{EVIL}] - {EVIL}\n### {EVIL}\n- {EVIL}\0\n",
}

# Texts that an expression could need more time for than their length asks, each in many places.
_SLOW = (
    *("a" * 50_000, " " * 50_000, "1" * 1_990, "!" * 50_000, "pass" * 12_000, "goose " * 8_000, "--log" * 10_000),
    *("\\" * 50_000, "-----BEGIN PRIVATE KEY-----" + "Version:" * 6_000, "kubectl " + "-a=b " * 900 + "x"),
    *("x" + " " * 3_900 + "x", "eyJ" * 16_000, "://a:" * 10_000, "a." * 25_000, "<a>" * 16_000, "log db " * 7_000),
)
_SLOW_YAML = [json.dumps(text) for text in _SLOW]
_SLOW_POD = f"""
kind: Deployment
metadata:
  name: slow
  annotations: {{nginx.ingress.kubernetes.io/configuration-snippet: {json.dumps(chr(10) * 50_000)}}}
spec:
  template:
    spec:
      containers:
        - name: a
          image: registry.example/a:1.2.3
          args: [{", ".join(_SLOW_YAML)}]
          env: [{", ".join(f"{{name: PASSWORD_{at}, value: {text}}}" for at, text in enumerate(_SLOW_YAML))}]
"""
_LONG = {
    "docs/a.md": "\n".join(f"- `PASSWORD_{at}`: {text}" for at, text in enumerate(_SLOW)),
    "config/a.yaml": "\n".join(f"password{at}: {text}" for at, text in enumerate(_SLOW)),
    "templates/_slow.tpl": "{{/* */}}" + "\n" * 50_000 + "{{- /* " + "{{/*" * 10_000 + "*/}}",
    "templates/slow.yaml": _SLOW_POD,
    # Every line is one that some expression could stumble over.
    "README.md": "\n".join(
        ["a" * 100_000, " " * 100_000, "`" * 50_000, "[x]: " * 20_000, "# " * 20_000, "1 " * 30_000]
    ),
    "CHANGELOG.md": "## [" * 20_000 + "\n" + "- " * 30_000 + "\n" + "#" * 60_000 + " " * 60_000 + "x\n",
    "values.yaml": f'a: "{"a" * 100_000}"\nb: "{" " * 100_000}"\nurl: "{"://a:" * 20_000}"\nkey: "{"-_" * 50_000}"\n',
    "files/a.env": "PASSWORD" + " " * 50_000 + "=" + "'" * 50_000 + "\n" + "eyJ" * 30_000 + "\n",
    "templates/_b.tpl": "{{/*" + ".Values." * 12_000 + "*/}}",
    "templates/a.yaml": _CONFIG
    + '{a: {{ repeat 50000 "log level " | quote }}, b: {{ repeat 50000 "Host(`a" | quote }}}',
}

HOSTILE = (
    _template("bomb", "memory|seconds", "{{ range until 200000000 }}x{{ end }}", whole=True),
    _template(
        "include",
        "templates call each other without end",
        '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
    ),
    _template(
        "cycle", "memory|recursion|seconds", '{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ print $d }}', whole=True
    ),
    _template("required", "the template stops by itself", 'a: {{ required "geef een waarde voor x" .Values.x }}'),
    _template(
        "fifty-megabytes", "larger than 8 MB|memory|seconds", _CONFIG + '{a: {{ repeat 50000000 "x" }}}', whole=None
    ),
    _template("ten-thousand", "more than 2000 objects", "{{ range until 10000 }}kind: A\n---\n{{ end }}"),
    _template(
        "in-a-list", "more than 2000 objects", "kind: List\nitems:\n{{ range until 9000 }}- {kind: A}\n{{ end }}"
    ),
    _template("alias-template", "excessive aliasing", _ALIASES),
    _template("deep-template", "more than 100 levels", _CONFIG + _DEEP),
    _template("deeper-template", "nested too deeply", "a: " + "[" * 20_000 + "]" * 20_000),
    _template("latin-template", "templates/a.yaml, line 1: not UTF-8", b"a: \xe9\n", whole=True),
    _template("half-a-pair", "no Unicode", 'kind: A\nmetadata: {name: "\\ud800"}\n'),
    _template("infinite", "a number that JSON does not have", _CONFIG + "{a: .inf, b: .nan}"),
    _template("kind-is-a-list", "kind, metadata or items of the wrong type", "kind: [A]\n"),
    Hostile("alias-values", "excessive aliasing", {**_GOOD, "values.yaml": _ALIASES}, whole=True),
    Hostile("alias-values-file", "excessive aliasing", values_file=_ALIASES.encode()),
    Hostile("deep-values", "more than 100 levels", {**_GOOD, "values.yaml": f"hosts: {_DEEP}\n"}, whole=True),
    Hostile("deep-values-file", "more than 100 levels", values_file=f"hosts: {_DEEP}\n".encode()),
    Hostile("deep-schema", "nested|levels|recursion", {**_GOOD, "values.schema.json": f'{{"a": {_DEEP}}}'}, whole=True),
    Hostile("latin-values", "values.yaml, line 1: not UTF-8", {**_GOOD, "values.yaml": b"a: \xe9\n"}, whole=True),
    Hostile("latin-values-file", "values.yaml, line 1: not UTF-8", values_file=b"a: \xe9\n"),
    Hostile("large-values-file", "larger than 5 MB", values_file=b"a: " + b"x" * 6_000_000),
    Hostile("values-are-a-list", "of the wrong type (array)", {**_GOOD, "values.yaml": "[1]"}, whole=True),
    Hostile("latin-name", "is not UTF-8", finish=_name_that_is_no_text, whole=True),
    Hostile("no-head", "Chart.yaml is missing", head=None, whole=True),
    Hostile("empty-head", "name is not valid", head="", whole=True),
    Hostile("head-is-a-list", "of the wrong type (array)", head="[1]", whole=True),
    Hostile("head-of-wrong-types", "of the wrong type", head="apiVersion: v2\nname: [1]\nversion: 3\n", whole=True),
    Hostile("other-kubernetes", "asks for kubeVersion", head=f"{_HEAD}kubeVersion: '>=99'\n"),
    Hostile(
        "schema-of-this-machine",
        "refers to 'file:///etc/passwd'",
        {**_GOOD, "values.schema.json": '{"allOf": [{"\\u0024ref": "file:///etc/passwd"}]}'},
    ),
    Hostile("schema-beside", "refers to 'etc/x'", {**_GOOD, "values.schema.json": '{"$schema": "etc/x"}'}),
    Hostile(
        "dependency-of-this-machine",
        "next to the chart",
        head=f"{_HEAD}dependencies: [{{name: a, version: 1.0.0, repository: 'file:///etc'}}]\n",
    ),
    Hostile(
        "dependency-that-leaves",
        "is no name of a chart",
        head=f"{_HEAD}dependencies: [{{name: ../../../gone, version: 1.0.0, repository: 'file://../beside'}}]\n",
        finish=_sibling,
    ),
    Hostile(
        "lock-of-wrong-types",
        "Chart.lock: YAML of the wrong type",
        {**_GOOD, "Chart.lock": "dependencies: 3\n"},
        whole=True,
    ),
    Hostile(
        "link", "link that leaves the chart", finish=lambda chart: (chart / "a").symlink_to("/etc/passwd"), whole=True
    ),
    Hostile("gigabyte", "larger than 5 MB", archive=_gigabyte, whole=True),
    Hostile("traversal", "leaves the chart", archive=_packed(("proef/../../../gone", tarfile.REGTYPE, "")), whole=True),
    Hostile(
        "packed-link", "link or special file", archive=_packed(("proef/a", tarfile.SYMTYPE, "/etc/passwd")), whole=True
    ),
    Hostile("no-archive", "cannot be read", archive=lambda path: path.write_bytes(b"no archive") and None, whole=True),
    Hostile(
        "many-secrets",
        "more than 500 different secrets",
        {
            "templates/a.yaml": "kind: Secret\nmetadata: {name: a}\nstringData:\n"
            "{{ range $i := until 2000 }}  password{{ $i }}: {{ print $i | sha256sum }}\n{{ end }}"
        },
        whole=True,
    ),
    # What can be rendered must be judged, whatever it says.
    Hostile("spoken", "", _SPOKEN, head=f'apiVersion: v2\nname: proef\nversion: 1.2.3\ndescription: "{_EVIL_YAML}"\n'),
    Hostile("long", "", _LONG),
    _template(
        "binary-secret",
        "",
        'kind: Secret\nmetadata: {name: x}\ndata: {a: "AAECA/8AgA==", b: "not base64", c: 3, d: null}\n',
    ),
    _template(
        "hidden-in-a-list",
        "",
        "kind: List\nitems: [{kind: List, items: [{kind: Deployment, apiVersion: apps/v1, metadata: {name: hidden}, "
        'spec: {template: {spec: {containers: [{name: a, image: "x:latest"}]}}}}]}]\n',
    ),
    Hostile(
        "odd-keys",
        "",
        {**_GOOD, "values.yaml": '"": 1\n".": {replicas: 1}\n"a.b": {"c[": {replicas: 3}}\n1: 2\n"\\\\": {host: x}\n'},
    ),
)


def write_portfolio(folder: Path) -> None:
    """Write all hostile targets, and the golden one between them."""
    for target in HOSTILE:
        target.write(folder / target.name)
    shutil.copytree(GOLDEN, folder / "voorbeeld")
