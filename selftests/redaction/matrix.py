"""A chart with a canary in every place, in every form: places × forms, made from the two tables below.

A canary of `FORMS` is a secret that the chart's own Secret makes known; in each place it stands in another form. A
canary of `ALONE` is a secret by nothing but the place where it stands.
"""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

Form = Callable[[str], str]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS: dict[str, Form] = {
    "as it is": str,
    "base64": b64,
    "base64 without padding": lambda text: b64(text).rstrip("="),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 amid other text": lambda text: b64(f"gebruiker:{text}:rol"),
    "base64 twice": lambda text: b64(b64(text)),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal in capitals": lambda text: text.encode().hex().upper(),
    "for a URL": lambda text: quote(text, safe=""),
    "in capitals": str.upper,
    "small": str.lower,
    "backwards": lambda text: text[::-1],
    "cut": lambda text: text[:10],
    "in JSON": lambda text: json.dumps({"zin": text}).replace('"', "'"),
}


def canary(place: str, form: str) -> str:
    """Return the secret of a cell: what a person makes up, not what a generator does."""
    number = list(PLACES).index(place) * len(FORMS) + list(FORMS).index(form)
    return f"Kaas!{number:03d}_Markt{number:03d}Zo"


PLACES: dict[str, str] = {
    "values": "chart/values.yaml",
    "variable": "env",
    "argument": "args",
    "command": "command",
    "header of a probe": "header",
    "path of a probe": "path",
    "annotation": "annotation",
    "annotation of an Ingress": "ingress",
    "ConfigMap": "entry",
    "file of a ConfigMap": "file",
    "default of a CRD": "crd",
    "hook": "hook",
    "subchart": "subchart",
    "notes": "notes",
    "template": "template",
    "documentation": "chart/README.md",
    "release notes": "chart/CHANGELOG.md",
    "schema": "schema",
}


def cells() -> Iterator[tuple[str, str, str]]:
    """Yield place, form and canary of every cell."""
    return ((place, form, canary(place, form)) for place in PLACES for form in FORMS)


def shown(place: str) -> dict[str, str]:
    """Return form → what stands in a place."""
    return {form: FORMS[form](canary(place, form)) for form in FORMS}


_ALONE = (
    *("Secret stringData", "Secret data", "Secret data under a name", "Secret list", "Secret list data"),
    *("last applied stringData", "last applied data", "binary data", "variable", "variable $", "variable <>"),
    *("variable __", "variable op", "variable existing", "values", "values set", "values set by path", "option"),
    *("option apart", "-p attached", "mysql", "redis-cli", "sshpass", "docker login", "keytool", "image", "init image"),
    *("url", "jdbc", "connection string", "properties", "xml", "requirepass", "netrc", "pgpass", "basic header"),
    *("docker config", "json in a variable", "said in notes", "said in an annotation", "Secret in JSON in a ConfigMap"),
    *("hook variable", "subchart value", "values of a list", "default of a template", "curl"),
)


def alone(where: str) -> str:
    """Return the secret of a place that makes it one."""
    number = _ALONE.index(where)
    return f"Brood{number:02d}Boter!{number:02d}"


def all_alone() -> dict[str, str]:
    """Return place → canary."""
    return {where: alone(where) for where in _ALONE}


PIN = "739184"
"""A secret too short to look for, which the notes repeat."""


def write_target(folder: Path) -> Path:
    """Write the target and return its file."""
    for path, text in _files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder / "target.yaml"


def _q(text: str) -> str:
    return json.dumps(text)


def _lines(place: str, *, indent: int = 0, name: str = "regel") -> str:
    """Return what stands in a place as entries of a mapping."""
    return "".join(f"{' ' * indent}{name}{at}: {_q(text)}\n" for at, text in enumerate(shown(place).values()))


def _list(place: str) -> str:
    return ", ".join(_q(text) for text in shown(place).values())


def _env(place: str) -> str:
    return ", ".join(f"{{name: ZIN{at}, value: {_q(text)}}}" for at, text in enumerate(shown(place).values()))


def _files() -> dict[str, str]:
    a = alone
    known = "".join(f"  k{at}: {_q(text)}\n" for at, (_, _, text) in enumerate(cells()))
    applied = json.dumps(
        {"apiVersion": "v1", "kind": "Secret", "data": {"a": b64(a("last applied data"))}}
        | {"stringData": {"b": a("last applied stringData")}}
    )
    in_json = json.dumps(
        {"apiVersion": "v1", "kind": "Secret", "stringData": {"x": a("Secret in JSON in a ConfigMap")}}
    )
    docker = json.dumps({"auths": {"r.example": {"auth": b64(f"robot:{a('docker config')}")}}})
    shell = (
        f"mysql -uroot -p{a('mysql')} -h db; redis-cli -a {a('redis-cli')} ping; sshpass -p {a('sshpass')} ssh x; "
        f"echo {a('docker login')} | docker login -u x --password-stdin; keytool -list -storepass {a('keytool')}; "
        f"curl -u beheer:{a('curl')} http://x"
    )
    return {
        "target.yaml": (
            "name: matrix\nsupplier: Matrix BV\ncomponent: Matrixregister\ngate: 4\n"
            "profiles: [haven]\nparts:\n  chart:\n"
            '    source: chart\n    release: matrix\n    namespace: matrix\n    kubernetes: "1.35"\n    values:\n'
            "      standaard: []\n      gemeente:\n        files: [gemeente.yaml]\n"
            f"        set: {{extra.apiToken: {_q(a('values set by path'))}}}\n"
            "      stuk:\n        set: {stop: true}\n"
        ),
        "gemeente.yaml": f"database:\n  password: {_q(a('values set'))}\n",
        "chart/Chart.yaml": (
            "apiVersion: v2\nname: matrix\nversion: 1.0.0\nappVersion: 1.0.0\ntype: application\n"
            "dependencies: [{name: deel, version: 1.0.0}]\n"
        ),
        "chart/values.yaml": (
            f"stop: false\nextra: {{}}\nauth:\n  password: {_q(a('values'))}\n  pin: {{secret: {PIN}}}\n"
            f"  tokens: [{{token: {_q(a('values of a list'))}}}]\ndeel:\n  adminPassword: {_q(a('subchart value'))}\n"
            f"zinnen:\n{_lines('values', indent=2)}"
        ),
        "chart/values.schema.json": json.dumps(
            {
                "properties": {
                    f"zin{at}": {"type": "string", "description": text, "default": text}
                    for at, text in enumerate(shown("schema").values())
                }
            }
        ),
        "chart/README.md": "# Matrix\n" + "".join(f"Regel {text} einde.\n" for text in shown("documentation").values()),
        "chart/CHANGELOG.md": "# Changelog\n## [1.0.0] - 2026-01-01\n### Added\n"
        + "".join(f"- Regel {text} einde\n" for text in shown("release notes").values()),
        "chart/templates/NOTES.txt": (
            f"Het wachtwoord is {a('said in notes')}\nDe code: {{{{ .Values.auth.pin.secret }}}}\n"
            + "".join(f"Regel {text} einde.\n" for text in shown("notes").values())
        ),
        "chart/templates/stop.yaml": (
            "{{ if .Values.stop }}{{ fail (print "
            + " ".join(_q(text) for text in [*shown("notes").values(), *all_alone().values()])
            + ") }}{{ end }}\n"
        ),
        "chart/templates/secrets.yaml": (
            f"apiVersion: v1\nkind: Secret\nmetadata: {{name: bekend}}\nstringData:\n{known}"
            f"  anders: {_q(a('Secret stringData'))}\ndata:\n  iets: {b64(a('Secret data'))}\n"
            f"  wachtwoord: {b64(a('Secret data under a name'))}\n  .dockerconfigjson: {b64(docker)}\n---\n"
            f"apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {{name: lijst}}\n"
            f"  stringData: {{a: {_q(a('Secret list'))}}}\n  data: {{b: {b64(a('Secret list data'))}}}\n"
        ),
        "chart/templates/config.yaml": (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: zinnen\n  annotations:\n"
            f"    uitleg: {_q('wachtwoord is ' + a('said in an annotation'))}\n"
            f"    kubectl.kubernetes.io/last-applied-configuration: {_q(applied)}\n"
            f"{_lines('annotation', indent=4, name='zin.example/r')}"
            f"data:\n{_lines('ConfigMap', indent=2)}  object.json: {_q(in_json)}\n"
            "  app.properties: |\n"
            f"    spring.mail.password={a('properties')}\n    requirepass {a('requirepass')}\n"
            f"    machine h login l password {a('netrc')}\n    db:5432:app:beheer:{a('pgpass')}\n"
            f"    <password>{a('xml')}</password>\n"
            + "".join(f"    zin{at}={text}\n" for at, text in enumerate(shown("file of a ConfigMap").values()))
            + f"binaryData: {{k.p12: {b64(a('binary data'))}}}\n"
        ),
        "chart/templates/ingress.yaml": (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: in\n  annotations:\n"
            f"{_lines('annotation of an Ingress', indent=4, name='nginx.ingress.kubernetes.io/r')}"
            "spec: {rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: x, "
            "port: {number: 80}}}}]}}]}\n"
        ),
        "chart/templates/deployment.yaml": _deployment(shell),
        "chart/templates/hook.yaml": (
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: hook, annotations: {helm.sh/hook: post-install}}\n"
            "spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'r.example/a:1', env: ["
            f"{{name: HOOK_PASSWORD, value: {_q(a('hook variable'))}}}, {_env('hook')}]}}]}}}}}}\n"
        ),
        "chart/templates/zinnen.yaml": "".join(f"# Regel {text} einde\n" for text in shown("template").values())
        + f"{{{{/* {{}} */}}}}{{{{ $password := .Values.password | default {_q(a('default of a template'))} }}}}\n",
        "chart/crds/crd.yaml": (
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ks.zin.example}\n"
            "spec: {group: zin.example, names: {kind: K, plural: ks}, scope: Namespaced, versions: [{name: v1, "
            "served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {"
            + ", ".join(
                f"z{at}: {{type: string, default: {_q(text)}}}"
                for at, text in enumerate(shown("default of a CRD").values())
            )
            + "}}}}]}\n"
        ),
        "chart/charts/deel/Chart.yaml": "apiVersion: v2\nname: deel\nversion: 1.0.0\n",
        "chart/charts/deel/values.yaml": f"adminPassword: ''\n{_lines('subchart')}",
        "chart/charts/deel/templates/c.yaml": (
            f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: deel}}\ndata:\n{_lines('subchart', indent=2)}"
            "  ADMIN_PASSWORD: {{ .Values.adminPassword | quote }}\n"
        ),
    }


def _deployment(shell: str) -> str:
    a = alone
    headers = ", ".join(
        f"{{name: X-Zin{at}, value: {_q(text)}}}" for at, text in enumerate(shown("header of a probe").values())
    )
    path = "/?z=" + "&z=".join(shown("path of a probe").values())
    variables = {
        "DB_PASSWORD": a("variable"),
        "DB_PASSWORD2": f"${a('variable $')}",
        "DB_PASSWORD3": f"<{a('variable <>')}>",
        "DB_PASSWORD4": f"__{a('variable __')}__",
        "DB_PASSWORD5": f"op://{a('variable op')}",
        "EXISTING_PASSWORD": a("variable existing"),
        "URL": f"postgres://app:{a('url')}@db/x",
        "JDBC": f"jdbc:postgresql://db/x?user=a&password={a('jdbc')}",
        "DSN": f"Server=db;User Id=sa;Password={a('connection string')};Encrypt=true",
        "CFG": json.dumps({"password": a("json in a variable")}),
        "KOP": f"Authorization: Basic {b64('u:' + a('basic header'))}",
    }
    env = ", ".join(f"{{name: {name}, value: {_q(value)}}}" for name, value in variables.items())
    return (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  selector: {matchLabels: {app: a}}\n"
        "  template:\n    metadata: {labels: {app: a}}\n    spec:\n      initContainers:\n        - name: init\n"
        f'          image: "u:{a("init image")}@r.example/x:1"\n          command: [sh, -c, {_q(shell)}]\n'
        "      containers:\n        - name: app\n"
        f'          image: "https://u:{a("image")}@r.example/app:1"\n'
        f"          command: [app, {_list('command')}]\n"
        f'          args: ["--db-token={a("option")}", --password, {_q(a("option apart"))}, '
        f"{_q('-p' + a('-p attached'))}, "
        f"{_list('argument')}]\n"
        f"          livenessProbe: {{httpGet: {{port: 80, path: {_q(path)}, httpHeaders: [{headers}]}}}}\n"
        f"          env: [{env}, {_env('variable')}]\n"
    )
