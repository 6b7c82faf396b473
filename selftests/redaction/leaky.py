"""A target that leaks: a chart and a values file with a secret of every kind, each of them made up and unique.

Secrets are put together from parts, so that no scanner takes this file for a leak.
"""

import base64
import json
from pathlib import Path
from textwrap import dedent, indent

KEY_LINES = ("MIIEvQIBADANBgkqh9w0BAQEFAASCB", "kT8u1Yc3Vb7Nn2Lp9Xr4Sd6Wq5Ez0", "Fg0Hj5KlPo3Iu7Yt1Rew")
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIDopenbaar\n-----END CERTIFICATE-----\n"
BINARY = bytes([0, 255, 254]) + b"BinVulpen7Kast" + bytes([200, 1])

SECRETS = {
    "values.yaml": "Vaas7Q10!Jas5",
    "values.yaml, only digits": "739105528",
    "values.yaml, quoted with escapes": 'Kop9"St\\Dr4Zs!',
    "values.yaml, block": "Mos3V13!Tin9",
    "values.yaml, second line of a block": "Bes8Q14!Gom4",
    "values.yaml, flow": "Jas5X15!Lak7",
    "values.yaml, next line": "Pen6J16!Rok3",
    "values.yaml, list": "Wol2V17!Sok8",
    "values.yaml, variable": "Tin9Q18!Tas5",
    "values.yaml, comment": "Gom4X19!Vla2",
    "values set": "Lak7J20!Wal6",
    "values set, block": "Rok3V21!Zak9",
    "values set, by path": "Sok8Q22!Dop4",
    "template, variable": "Tas5X23!Fee7",
    "template, argument": "Vla2J24!Hap3",
    "template, argument apart": "Wal6V25!Kik8",
    "template, default": "Zak9Q26!Lus5",
    "template, Secret": "Dop4X27!Map2",
    "template, Secret data": "Fee7J28!Nis6",
    "template, Secret without a telling name": "Hap3V29!Oor9",
    "template, config file": "Kik8Q30!Pit4",
    "template, config file in JSON": "Lus5X31!Rib7",
    "template, annotation": "Map2J32!Sap3",
    "template, probe": "Nis6V33!Tol8",
    "URL": "Oor9Q34!Urn5",
    "URL in values": "Pit4X35!Vos2",
    "docker config": "Rib7J36!Wei6",
    "README, token": "gh" + "p_" + "q7Wd" * 9,
    "README, command": "Tol8Q38!Zon4",
    "CHANGELOG, token": "xo" + "xb-" + "731958204617-qmwnebrvtcyx",
    "NOTES": "Vos2J40!Dal3",
    "JSON Web Token": "ey" + "Jzb21lIjoiaGVhZGVyMDEi.ey" + "Jzb21lIjoicGF5bG9hZDAx.c2lnbmF0dXJlMDEyMzQ1",
    "schema": "Yak9Q42!Vaas7",
    "ci values": "Zon4X43!Kop9",
}
"""Where it stands → secret. Keys and binary data are in `KEY_LINES` and `BINARY`."""


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


DOCKER_AUTH = b64(f"robot:{SECRETS['docker config']}")


def private_key() -> str:
    label = "PRIVATE " + "KEY"
    return "\n".join((f"-----BEGIN {label}-----", *KEY_LINES, f"-----END {label}-----", ""))


def write_target(folder: Path) -> Path:
    """Write the target and return its file."""
    for path, text in _files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder / "target.yaml"


def _files() -> dict[str, str]:
    s = SECRETS
    docker = json.dumps({"auths": {"r.example": {"auth": DOCKER_AUTH}}})
    return {
        "target.yaml": dedent(f"""\
            name: lek
            supplier: Lek BV
            component: Lekregister
            gate: 4
            profiles: [haven]
            parts:
              chart:
                source: chart
                release: lek
                namespace: lek
                kubernetes: "1.35"
                values:
                  standaard: []
                  gemeente:
                    files: [gemeente.yaml]
                    set: {{extra.apiToken: "{s["values set, by path"]}"}}
            """),
        "gemeente.yaml": dedent(f"""\
            database:
              password: {s["values set"]}
            tls:
              privateKey: |
            {indent(private_key(), "    ").replace(chr(10), chr(10) + " " * 12)}
              clientSecret: >-
                {s["values set, block"]}
            """),
        "chart/Chart.yaml": "apiVersion: v2\nname: lek\nversion: 1.0.0\nappVersion: 1.0.0\ntype: application\n",
        "chart/values.yaml": _values(),
        "chart/values.schema.json": json.dumps(
            {
                "type": "object",
                "properties": {"beheer": {"properties": {"adminPassword": {"type": "string", "default": s["schema"]}}}},
            },
            indent=2,
        ),
        "chart/ci/lint-values.yaml": f"auth:\n  token: {s['ci values']}\n",
        "chart/README.md": dedent(f"""\
            # Lek
            Haal de chart op met {s["README, token"]}:

                helm install lek . --set database.password={s["README, command"]}
            """),
        "chart/CHANGELOG.md": dedent(f"""\
            # Changelog
            ## [1.0.0] - 2026-01-01
            ### Added
            - Meldingen, met {s["CHANGELOG, token"]}
            """),
        "chart/templates/NOTES.txt": dedent(f"""\
            Meld aan als beheer met password={s["NOTES"]}
            Het wachtwoord van de database is {{{{ .Values.database.password }}}}.
            """),
        "chart/templates/secrets.yaml": _secrets(docker),
        "chart/templates/config.yaml": _config(),
        "chart/templates/deployment.yaml": _deployment(),
    }


def _values() -> str:
    s = SECRETS
    escaped = s["values.yaml, quoted with escapes"].replace("\\", "\\\\").replace('"', '\\"')
    return dedent(f"""\
        image: registry.example/lek:1.0.0
        database:
          user: lekgebruiker
          password: {s["values.yaml"]}  # standaard
          # password: {s["values.yaml, comment"]}
          pin:
            secret: {s["values.yaml, only digits"]}
        escaped:
          password: "{escaped}"
        block:
          secretKey: |
            {s["values.yaml, block"]}
            {s["values.yaml, second line of a block"]}
        flow: {{username: lek, password: "{s["values.yaml, flow"]}", tls: true}}
        next:
          passphrase:
            {s["values.yaml, next line"]}
        list:
          accessToken:
            - {s["values.yaml, list"]}
        extra: {{}}
        extraEnv:
          - name: SMTP_PASSWORD
            value: {s["values.yaml, variable"]}
        broker: amqp://lek:{s["URL in values"]}@mq:5672/lek
        """)


def _secrets(docker: str) -> str:
    s = SECRETS
    return dedent(f"""\
        apiVersion: v1
        kind: Secret
        metadata: {{name: lek}}
        stringData:
          DB_PASSWORD: {{{{ .Values.database.password | quote }}}}
          SMTP: {s["template, Secret"]}
          iets: {s["template, Secret without a telling name"]}
          escaped: {{{{ .Values.escaped.password | quote }}}}
          block: {{{{ .Values.block.secretKey | quote }}}}
          extra: {{{{ .Values.extra.apiToken | default "" | quote }}}}
        data:
          ander: {b64(s["template, Secret data"])}
          binair: {b64(BINARY)}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {{name: lek-tls}}
        type: kubernetes.io/tls
        data:
          tls.crt: {b64(CERTIFICATE)}
          tls.key: {b64(private_key())}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {{name: lek-register}}
        type: kubernetes.io/dockerconfigjson
        data:
          .dockerconfigjson: {b64(docker)}
        """)


def _config() -> str:
    s = SECRETS
    return dedent(f"""\
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: lek
          annotations:
            gebruik: "curl -H 'Authorization: Basic {b64("lek:" + s["template, annotation"])}' http://lek"
        data:
          LOG_LEVEL: info
          JWT_VOORBEELD: {s["JSON Web Token"]}
          BROKER: {{{{ .Values.broker }}}}
          MQ_URL: amqps://lek:{s["URL"]}@mq.example:5671/
          application.properties: |
            server.port=8080
            spring.mail.password={s["template, config file"]}
            flow={{{{ .Values.flow.password }}}}
          app.json: |
            {{"smtp": {{"host": "mail", "password": "{s["template, config file in JSON"]}"}}}}
          sleutel.pem: |
        {indent(private_key(), "    ").replace(chr(10), chr(10) + " " * 8)}
        """)


def _deployment() -> str:
    s = SECRETS
    return dedent(f"""\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: lek}}
        spec:
          selector: {{matchLabels: {{app: lek}}}}
          template:
            metadata: {{labels: {{app: lek}}}}
            spec:
              containers:
                - name: lek
                  image: {{{{ .Values.image }}}}
                  args: ["--api-token={s["template, argument"]}", "--password", "{s["template, argument apart"]}"]
                  livenessProbe:
                    httpGet:
                      path: /
                      port: 8080
                      httpHeaders: [{{name: Authorization, value: "Basic {b64("p:" + s["template, probe"])}"}}]
                  env:
                    - name: ADMIN_PASSWORD
                      value: "{s["template, variable"]}"
                    - name: SESSION_SECRET
                      value: {{{{ .Values.session_secret | default "{s["template, default"]}" | quote }}}}
                    - name: PASSPHRASE
                      value: {{{{ .Values.next.passphrase | quote }}}}
                    {{{{- toYaml .Values.extraEnv | nindent 12 }}}}
                  envFrom: [{{secretRef: {{name: lek}}}}]
        """)
