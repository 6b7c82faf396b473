"""Settings in texts, in whatever form they are written: what they give away, and what only looks like it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.secrets.comments import without_actions, without_template_comments
from toetskader.facts.secrets.readers import assignments, secrets_in
from toetskader.facts.secrets.yaml_text import yaml_settings

PW = "Zomer-2024fiets"


def found(name: str, text: str) -> list[str]:
    """Return the values that a text gives away."""
    return [item.value for item in secrets_in(name, text)]


GIVEN = {
    "flow mapping": ("app.yaml", f"db: {{host: pg, password: {PW}}}\n"),
    "flow mapping over lines": ("app.yaml", f"db: {{\n  host: pg,\n  password: {PW}\n}}\n"),
    "flow mapping in a file without ending": ("config", f"db: {{host: pg, password: {PW}}}\nx: 1\n"),
    "JSON on a line": ("appsettings.json", json.dumps({"Db": {"Password": PW}})),
    "JSON in a variable": ("SETTINGS", json.dumps({"Db": {"Password": PW}})),
    "a list in JSON": ("SETTINGS", json.dumps([{"name": "API_TOKEN", "value": PW}])),
    "pairs of key and value": ("app.yaml", f"settings:\n- {{key: db.password, value: {PW}}}\n- {{key: x, value: y}}\n"),
    "pairs in JSON": ("SETTINGS", json.dumps([{"value": PW, "key": "api-token"}])),
    "pairs in JSON with tabs": ("SETTINGS", '[\t{"key": "smtp.password", "value": "' + PW + '"}]'),
    "a property of XML": (
        "core-site.xml",
        f"<property>\n <name>fs.secret.key</name>\n <value>{PW}</value>\n</property>\n",
    ),
    "a property of XML without ending": ("site", f"<p><name>db.password</name><value>{PW}</value></p>\n"),
    "JSON with tabs": ("SETTINGS", '{\n\t"db": {\n\t\t"password": "' + PW + '"}}'),
    "JSON in YAML": ("values-prod.yaml", f"config: '{json.dumps({'token': PW})}'\n"),
    "YAML in YAML": ("values-prod.yaml", f"files:\n  app.yml: |\n    db:\n      password: {PW}\n"),
    "INI in YAML": ("values-prod.yaml", f"files:\n  app.ini: |\n    [db]\n    password = {PW}\n"),
    "list": ("values-prod.yaml", f"adminPasswords:\n  - {PW}\n"),
    "below its name": ("values-prod.yaml", f"password:\n  value: {PW}\n"),
    "an alias": ("values-prod.yaml", f"x: &a {PW}\npassword: *a\n"),
    "an anchor": ("values-prod.yaml", f"password: &a {PW}\nx: *a\n"),
    "two documents": ("app.yaml", f"a: 1\n---\npassword: {PW}\n"),
    "a tag": ("app.yaml", f"password: !!str {PW}\n"),
    "INI without ending": ("config", f"[db]\nhost = pg\npassword = {PW}\n"),
    "properties without ending": ("application", f"spring.datasource.password={PW}\n"),
    "name and value": ("redis", f"port 6379\nrequirepass {PW}\n"),
    "name and a word": ("redis", "port 6379\nrequirepass zomer\n"),
    "ACL of Redis": ("users.acl", f"user app on >{PW} ~* +@all\n"),
    "PgBouncer": ("userlist.txt", f'"app" "{PW}"\n'),
    "htpasswd": ("gebruikers", "beheer:$2y$10$abcdefghijklmnopqrstuuJ1mXo0q5rj1jv8\n"),
    "pgpass": ("pgpass", f"db:5432:app:app:{PW}\n"),
    "netrc": ("netrc", f"machine git.example login app password {PW}\n"),
    "HAProxy": ("haproxy.cfg", f"userlist u\n  user app insecure-password {PW}\n"),
    "a table of TOML": ("app.toml", f'db = {{host = "pg", password = "{PW}"}}\n'),
    "XML without ending": ("context", f'<Resource username="u" password="{PW}"/>\n'),
    "Python without ending": ("settings", f"DATABASES = {{'default': {{'PASSWORD': '{PW}'}}}}\n"),
    "LDAP": ("ldap.conf", f"uri ldap://x\nbindpw {PW}\n"),
    "npm": ("npmrc", f"//r.example/:_authToken={PW}\n"),
    "nginx": ("site.conf", f"  auth_token {PW};\n"),
    "a command in a script": ("init.sh", f"#!/bin/sh\nmysql -h db -uroot -p{PW} < /x\n"),
    "a command in a file without ending": ("init", f"set -e\nredis-cli -a {PW} ping\n"),
    "a hash with its scheme": ("gebruikers", "beheer:{SSHA}Zm9vYmFyYmF6cXV4\n"),
    "TOML": ("app.toml", f'[db]\npassword = "{PW}"\n'),
    "a string of TOML over lines": ("app.toml", f'[db]\npassword = """\n{PW}\n"""\nhost = "pg"\n'),
    "a string of TOML on its line": ("app.toml", f'password = """{PW}"""\n'),
    "a string of TOML that goes on": ("config", f"[a]\ntoken = '''\n  {PW} \\\n'''\n"),
    "a string of Python": ("settings.py", f'PASSWORD = """{PW}"""\n'),
    "a variable in a template": (
        "templates/x.yaml",
        f"{{{{- if .a }}}}\nenv:\n  - name: DB_PASSWORD\n    value: {PW}\n  - name: X\n    value: {{{{ .x }}}}\n"
        "{{- end }}\n",
    ),
    "a flow mapping in a template": (
        "templates/x.yaml",
        f"{{{{- with .Values.a }}}}\ndata: {{password: {PW}, x: {{{{ .x }}}}}}\n{{{{- end }}}}\n",
    ),
    "an object of JavaScript": ("config.js", f"module.exports = {{ db: {{ host: 'pg', password: '{PW}' }} }};\n"),
    "an object of TypeScript": ("config.ts", f'const db = {{\n  password: "{PW}",\n}};\n'),
    "a user of MongoDB": ("init", f"db.createUser({{user: 'a', pwd: '{PW}', roles: []}})\n"),
    "a table": ("users.csv", f"user,password,role\nbeheer,{PW},admin\n"),
    "a table with semicolons": ("users.csv", f'"naam";"wachtwoord"\n"beheer";"{PW}"\n'),
    "a table with tabs": ("users.tsv", f"api_token\tfor\n{PW}\tzaken\n"),
    "a template": ("templates/x.yaml", f"data:\n  password: {PW}\n  x: {{{{ .Values.x }}}}\n"),
}


@pytest.mark.parametrize(("name", "text"), GIVEN.values(), ids=GIVEN)
def test_a_secret_is_found_by_what_the_text_says(name: str, text: str) -> None:
    (value,) = found(name, text)
    assert value in (PW, "zomer", "10$abcdefghijklmnopqrstuuJ1mXo0q5rj1jv8", "Zm9vYmFyYmF6cXV4")


HARMLESS = {
    "names of entries": ("values-prod.yaml", "licence: {secretName: '', secretKey: licentie}\n"),
    "references": ("values-prod.yaml", "password: {secretKeyRef: {name: app, key: zaak-4821-db}}\n"),
    "pairs that choose nodes": ("app.yaml", "tolerations:\n- {key: secret-nodes, operator: Equal, value: zwaar}\n"),
    "pairs without a secret": ("app.yaml", f"env:\n- {{key: TITLE, value: {PW}}}\n"),
    "properties of XML": (
        "site.xml",
        "<name>token.expiry</name><value>36</value>\n<name>db.password</name><value>${pw}</value>\n",
    ),
    "members of JavaScript": (
        "config.js",
        "const c = { password: process.env.PW, token: '', secretName: 'app-db', type: 'password', x: `a` };\n"
        "  // password: 'zomer'\n",
    ),
    "a table about passwords": ("regels.csv", "passwordPolicy,length\nstreng,12\n"),
    "a table with less": ("users.csv", "user,password\nbeheer\n,\n"),
    "a comment in TOML": ("app.toml", f'[db]\n# password = "{PW}"\nhost = "pg"\n'),
    "strings of TOML over lines": (
        "app.toml",
        'password = """\n${DB_PASSWORD}\n"""\ntoken = """"""\npasswordFile = """\n/run/pw\n"""\nx = """\nDag\n"""\n',
    ),
    "a comment in PHP": ("config.php", f"<?php\n// $password = '{PW}';\n  # 'password' => '{PW}'\n"),
    "comments of a template": ("templates/_x.tpl", f"{{{{- /*\n  password: {PW}\n*/ -}}}}\nx: 1\n"),
    "prose in a template": ("README.md.gotmpl", f'password: {PW}\n{{{{ template "chart.values" . }}}}\n'),
    "a sentence": ("welkom", "Team: zaken\nPassword: vraag het uw beheerder\n"),
    "more prose": ("welkom", "Dear reader\nYour password: see below\ntoken is sent\n"),
    "a program without ending": (
        "sync",
        "const password = process.env.PW\npassword = read(x)\ntoken: os.environ['T']\n",
    ),
    "a schema of settings": ("app.yaml", "password: {minLength: 12, required: true}\ntokens: {max: 4096}\n"),
    "nothing": ("app.yaml", 'password: ""\ntoken: null\nsecret: ~\napiKey:\n'),
    "a block of comments": ("values-prod.yaml", "extraSecret: |\n  #  sleutel: waarde\n"),
    "nested placeholders": ("app.yaml", "secret: ${APP_SECRET:${OUD_SECRET:}}\ntoken: ${A:${B:${C:-}}}\n"),
    "dates and versions": ("config", "token-service:\n  image: tool:1.2.3\n  since: 2024-01-01\n"),
    "where nginx passes to": ("site.conf", "proxy_pass http://app:8080;\nfastcgi_pass php:9000;\nserver_tokens off;\n"),
    "a script that is given its passwords": (
        "run.sh",
        'password="$(cat /run/pw)"\nmysql -p"$password" -h db\nmysql -p$PW\ntoken=${1:-}\nmkdir -p /a/b1C\n',
    ),
    "templates that read values": (
        "templates/x.yaml",
        '{{- if .Values.a }}\npassword: {{ .Values.p | quote }}\ntoken: "{{ .x }}-Zomer1"\n'
        "ref: {secretName: {{ .y }}, secretKey: licentie}\n{{- end }}\n",
    ),
    "what a schema says": ("templates/crd.yaml", "token:\n  description: |-\n    Reads the\n    token: into.\n"),
    "what is replaced at the start": (
        "server.properties",
        'sasl.jaas.config=x required username="a" password="broker-password-placeholder";\n',
    ),
    "the store of each Java": ("run.sh", "keytool -importcert -keystore cacerts -storepass changeit -noprompt\n"),
    "Redis without password": ("redis.conf", "port 6379\nuser default on nopass ~* +@all\n"),
    "a policy": (
        "app.yaml",
        "passwordPolicy: {minLength: 12}\nsecretStore: kluis-1\ncredentialIssuerConfig: Proxy-1\n",
    ),
    "the way to a setting": ("map.yaml", "token: spec.global.credentials.apiToken\npassword: process.env.Wachtwoord\n"),
    "a source with a name": ("app.yaml", "licenseKey: ${nr-env:LICENSE_KEY}\npassword: ${vault:DB_PASSWORD}\n"),
    "PAM": ("su", "password required pam_unix.so\nauth sufficient pam_rootok.so\n"),
    "an account without password": ("gebruikers", "beheer:x:1000:1000::/home/beheer:/bin/sh\n"),
}


@pytest.mark.parametrize(("name", "text"), HARMLESS.values(), ids=HARMLESS)
def test_what_only_looks_like_one_is_none(name: str, text: str) -> None:
    assert found(name, text) == []


def test_a_default_of_its_own_in_a_placeholder_is_a_value() -> None:
    assert found("app.yaml", "secret: ${APP_SECRET:${OUD_SECRET:zomer}}\n") == ["${APP_SECRET:${OUD_SECRET:zomer}}"]


def test_settings_know_where_they_stand() -> None:
    text = f"# é\ndb: {{host: pg, password: '{PW}'}}\nx: &a \"{PW}\"\ntoken: |\n  # toelichting\n  {PW}\n"
    items = {item.name: item for item in assignments("values.yaml", text)}
    assert {name: item.line for name, item in items.items()} == {"password": 2, "token": 4}
    password, token = items["password"], items["token"]
    assert text[password.start : password.end] == PW
    assert text[token.start : token.start + len(token.value)] == token.value == PW
    assert password.above == "db"
    assert password.around is not None
    assert password.around.entries["host"] == "pg"


HOSTILE = {
    "depth": "[" * 300_000,
    "flow depth": "{a: " * 100_000,
    "block depth": "".join(f"{' ' * n}token:\n" for n in range(1500)),
    "width": "token: x\n" * 60_000,
    "aliases": "a: &a [x]\n" + "b: *a\n" * 40_000,
    "bomb": "a: &a [x,x]\n" + "".join(f"k{n}: &k{n} [*k{n - 1},*k{n - 1}]\n" for n in range(1, 60)),
    "JSON in JSON": json.dumps({"token": json.dumps({"token": json.dumps({"token": "x" * 100_000})})}),
    "blocks in blocks": "".join(f"{' ' * n}token: |\n" for n in range(1500)),
    "quotes": "token: '" * 100_000,
    "accounts": '"a" "b' * 100_000,
    "fields": "a:1:" * 100_000,
    "users": "user x " * 100_000,
    "comments": "{{/* token: x */}}" * 20_000,
}


@pytest.mark.parametrize("name", ["values.yaml", "config", "users.acl"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_end(text: str, name: str) -> None:
    lines = text.count("\n") + 1
    for item in assignments(name, text):
        assert 0 <= item.line <= lines
        assert item.start <= len(text)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "password",
                    "token",
                    ": ",
                    "\n",
                    "  ",
                    "- ",
                    "'",
                    '"',
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    "|",
                    "&a ",
                    "*a",
                    "!x ",
                ),
                *("é", "\t", "# ", "\\", "---\n", "? ", "😀", "x", "\ufeff", "{{", "}}", "=", "Zomer-2024fiets"),
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_any_text_can_be_read_and_places_are_in_it(text: str) -> None:
    for item in yaml_settings(text) or ():
        if item.scalar.start >= 0:
            assert 0 <= item.scalar.start <= item.scalar.end <= len(text)
    for name in ("values.yaml", "config", "app.ini"):
        for setting in assignments(name, text):
            assert 0 <= setting.line <= text.count("\n") + 1
            assert setting.start <= len(text)


def test_the_folder_of_a_file_tells_nothing_of_how_it_is_written() -> None:
    text = "database:\n  password: hunter2hunter2\n"
    assert assignments("charts/db/values.yaml", text) == assignments("values.yaml", text) != ()
    assert assignments("charts/db/db-password.txt", "hunter2hunter2")[0].name == "db-password"
    assert assignments("README.md/db.yaml", text) == assignments("db.yaml", text)


def test_what_stands_in_the_place_of_an_action_keeps_its_lines() -> None:
    text = 'a: {{ include\n  "x" . }}\n{{- end }}\nb: 1\n'
    bare = without_actions(text)
    assert [len(line) for line in bare.split("\n")] == [len(line) for line in text.split("\n")]
    assert bare.split("\n")[3] == "b: 1"
    assert without_template_comments("{{/* a\nb */}}c").split("\n")[1].endswith("c")
