"""What error pages give away, and ordinary texts that give nothing away."""

import pytest
from judged import address, answer, judge

from toetskader.facts.endpoint.http import Page
from toetskader.facts.endpoint.page import examine


def page(html: str, content_type: str = "text/html") -> Page:
    return examine(html.encode(), content_type, url="https://app.example.nl/start/")


@pytest.mark.parametrize(
    "text",
    [
        'Traceback (most recent call last):\n  File "x.py"',
        "Exception in thread\n\tat nl.example.App.run(App.java:12)",
        "org.springframework.web.NestedServletException: x",
        "at Foo.Bar(String x) in C:\\src\\a.cs:line 12",
        "<h1>Server Error in '/' Application.</h1>",
        "<b>Fatal error</b>:  Uncaught x in <b>/var/www/a.php</b> on line <b>3</b>",
        "TypeError: x\n    at Object.&lt;anonymous&gt; x\n    at main (/app/server.js:10:3)",
        "app/models/a.rb:12:in `show'",
        "goroutine 1 [running]:",
        "<p>An unhandled exception occurred while processing the request.</p>",
        "<th>Physical Path</th><td>&nbsp;&nbsp;&nbsp;C:\\inetpub\\wwwroot\\zaken</td>",
        "Physical Path   D:\\sites\\zaken",
        "<code>DEBUG = True</code>",
        "SQLSTATE[42S02]",
        "ORA-00942: table",
        "<pre>   at Zaken.Web.Startup.Main()",
        "<pre>  at Npgsql.NpgsqlConnector.Open(NpgsqlTimeout timeout, Boolean async)",
        "Caused by: x\n\tat java.base/java.lang.Thread.run(Unknown Source)",
        "<p>#1 /var/www/html/vendor/app.php(12): App\\Kernel->handle(",
        "panic: runtime error: index out of range",
        "TypeError: x<br> &nbsp; &nbsp;at /app/src/index.js:10:5",
    ],
)
def test_traces(text: str) -> None:
    assert page(text).traces != ()


@pytest.mark.parametrize(
    "text",
    [
        "at Utrecht.Centraal (noord)",
        "Let op: Notice: zie artikel 3.1",
        "Meet us at Utrecht (near the station): 12:30:00",
        "at 12:30 (see /info)",
        "Java 17",
        "Stack traces",
    ],
)
def test_no_traces(text: str) -> None:
    assert page(text).traces == ()


SAID = [
    "org.postgresql.util.PSQLException: ERROR: relation &quot;zaken&quot; does not exist",
    "nl.gemeente.zaken.ZaakNietGevondenException: 12",
    "Zaken.Data.OpslagException (0x80004005): x",
    "Fout: ArgumentException: parameter",
    "django.db.utils.ProgrammingError: x",
    "TypeError: Cannot read properties of undefined",
    "in /srv/app/views/zaak.py:31",
    "C:\\inetpub\\zaken\\Default.aspx:line 12",
    "Incorrect syntax near the keyword 'from'.",
    "ERROR: syntax error at or near &quot;;&quot;",
    "Unknown column 'bsn' in 'field list'",
    "Table 'zaken.gebruiker' doesn&#39;t exist",
    "no such table: zaak",
    "Violation of PRIMARY KEY constraint 'PK_Zaak'",
    "DB2 SQL Error: SQLCODE=-204, SQLSTATE=42704",
    "[Microsoft][ODBC Driver 17 for SQL Server]",
    "ERROR 1045 (28000): Access denied",
    "TNS-12541: no listener",
    "E11000 duplicate key error collection: zaken",
    "ActionController::RoutingError (No route matches [GET] &quot;/x&quot;)",
    "PG::UndefinedTable: ERROR: x",
    "<span>Illuminate\\Database\\QueryException</span>\n<p>x",
    "ZaakDoesNotExist at /zaken/3/",
    "MongoServerError: E1",
    "PrismaClientInitializationError: Can't reach database server",
    "SequelizeConnectionRefusedError: connect",
    "Microsoft VBScript runtime error &#39;800a000d&#39;",
    "/default.asp, line 12",
    "connect ECONNREFUSED 10.0.0.5:5432",
    "** (Phoenix.Router.NoRouteError) no route found",
    "SELECT naam, bsn FROM personen WHERE id = 3",
    "dial tcp 10.0.4.17:5432: i/o timeout",
    "Could not connect to https://[fd12:3456:789a::1]:8443/",
    "lookup zaken-db.productie.svc.cluster.local: no such host",
    "upstream zaken.productie.svc:8080 did not answer",
    "http://zoeken.internal:9200/zaken is not there",
    "could not open /var/lib/zaken/uploads",
    "Directory index forbidden: /srv/www/zaken/",
    "file:///opt/zaken/config.toml is missing",
    "Template D:\\sites\\zaken\\views\\index not found",
    "Cannot find module /app/node_modules/express",
    "[LDAP: error code 49 - 80090308: LdapErr: DSID-0C090447]",
    "ldap_bind(): Invalid credentials (49)",
    'LDAP Result Code 32 "No Such Object"',
    "File lib/zaak/router.ex:41: Zaak.Router.call/2 in /app/lib/zaak/router.ex:41",
    "runtime error: /usr/local/openresty/zaak.lua:12: attempt to index a nil value",
]


@pytest.mark.parametrize("said", SAID)
def test_what_programs_and_databases_say_is_given_away_by_an_error_page(said: str) -> None:
    error = page(f"<h1>Fout</h1><p>{said}")
    assert error.messages != ()
    assert judge("http.no_information_leak", address(error=answer(500), error_page=error)).verdict == "fail"


@pytest.mark.parametrize(
    "text",
    [
        "De pagina bestaat niet. Ga naar de startpagina.",
        "The relation between the table and the chair does not exist",
        "Selecteer een zaak uit de lijst; update uw gegevens en kies verwijderen.",
        "Select an item from the list where you want it",
        "Foutmelding: de waarde is onbekend. Error: not found",
        "Uitzondering: geen. Exception handling is our business",
        "<script>throw new Sys.ArgumentException('a: b')</script>Niet gevonden",
        "<style>/* SELECT x FROM y */</style>Niet gevonden",
        "Access denied. Login failed.",
        "NetworkError bij het laden; FormError. ServerError 500: probeer het later",
        "Error at the counter. Exception: none. Op onze site: /zaken, lijn 12",
        "PLEASE SELECT A PAGE FROM THE MENU, OR UPDATE YOUR SET OF KEYS",
        "Zie wet art. 3::4 en Ruimte::Tijd",
        "Bel 030-1234567 of mail info@example.nl:12",
        "Zie /zaken/tmp/nieuw of /home/nieuws/agenda, of /api/v1.2/zaken",
        "Uw adres is 10.1.2.3 en dat van ons 192.168.1.4. Om 10:30:15",
        "Zie app.example.nl:8443/start/ of https://app.example.nl:8443",
        "De map /var of /etc zegt u niets. C:\\ ook niet",
        "Ga naar www.lokaal.nl, mail x@intern.local of zie de LDAP-pagina",
        "Versie van 12.05.2026, WCAG versie 2 en Artikel 3.4.5",
    ],
)
def test_an_ordinary_error_page_gives_nothing_away(text: str) -> None:
    error = page(text)
    assert (error.traces, error.messages, error.versions) == ((), (), ())
    assert judge("http.no_information_leak", address(error=answer(500), error_page=error)).verdict == "pass"


def test_a_message_on_a_page_of_the_site_is_a_remark() -> None:
    outcome = judge("http.no_information_leak", address(document=page("<p>Foutcode ORA-12541 &amp; no such table: x")))
    assert outcome.verdict == "fail"
    outcome = judge("http.no_information_leak", address(document=page("<p>SQLCODE=-204 betekent: no such table: x")))
    assert (outcome.verdict, len(outcome.findings)) == ("pass", 1)


def test_values_in_a_message_are_not_kept() -> None:
    assert "jan@" not in repr(page("Duplicate entry 'jan@example.nl' for key 'mail'"))
    assert "12345" not in repr(page("SELECT naam FROM personen WHERE bsn = 12345"))


def test_traces_in_json_are_read() -> None:
    trace = r'{"trace":"x\n\tat nl.voorbeeld.Zaak.toon(Zaak.java:12)\n","path":"/a"}'
    assert page(trace, "application/problem+json").traces != ()
    assert page('{"exception":"App\\\\Http\\\\ZaakException","line":3}', "application/json").messages != ()
    assert page('{"title":"Not Found","status":404}', "application/problem+json").messages == ()


BANNERS = [
    '{"name":"es-0","cluster_name":"zaken","version":{"number":"8.13.0","build_hash":"09df99"},"tagline":"x"}',
    '{"couchdb":"Welcome","version":"3.3.3","git_sha":"40afbcfc7","vendor":{"name":"x"}}',
    '{"major":"1","minor":"29","gitVersion":"v1.29.1","gitCommit":"bc401b91f2782410b3fb3f9acf43a995c4de90d2"}',
    '{"app":"zaken","version":"1.4.2","build":{"x":1},"buildDate":"2026-01-02"}',
]
FRAMES = [
    '{"message":"x","file":"/app/Http/Kernel.php","line":12}',
    '{"trace":[{"file":"src/zaak.ts","line":3}]}',
    '{"stackTrace":[{"methodName":"toon","fileName":"Zaak.java","lineNumber":31,"className":"nl.Zaak"}]}',
    '{"frames":[{"function":"main.handle","module":"main","lineno":9}]}',
]


@pytest.mark.parametrize("body", [*BANNERS, *FRAMES])
@pytest.mark.parametrize("status", [200, 404])
def test_what_a_program_was_built_from_and_a_frame_in_json_are_given_away(body: str, status: int) -> None:
    seen = page(body, "application/json")
    assert seen.traces != ()
    shown = address(error=answer(404), error_page=seen) if status == 404 else address(document=seen)
    assert judge("http.no_information_leak", shown).verdict == "fail"


@pytest.mark.parametrize(
    "body",
    [
        '{"error":"not found","server":{"name":"zoek","version":"2.7"}}',
        '{"error":"not found","version":"8.13.0"}',
        '{"status":404,"serverVersion":"v16.2.1-ee"}',
        '{"fault":"x","by":"nginx/1.18.0"}',
        '{"tagline":"x","version":{"number":"2.11.1","x":"y"}}',
    ],
)
def test_versions_in_json_are_given_away_by_an_error_and_a_remark_elsewhere(body: str) -> None:
    seen = page(body, "application/json")
    assert seen.versions != ()
    assert judge("http.no_information_leak", address(error=answer(404), error_page=seen)).verdict == "fail"
    assert judge("http.no_information_leak", address(document=seen)).verdict == "pass"


@pytest.mark.parametrize(
    "body",
    [
        '{"type":"about:blank","title":"Not Found","status":404,"detail":"Zaak 3.1.2 is er niet"}',
        '{"timestamp":"2026-01-02T03:04:05Z","status":404,"error":"Not Found","path":"/api/v1.2/x"}',
        '{"jsonapi":{"version":"1.1.0"},"errors":[{"status":"404"}]}',
        '{"apiVersion":"v1","kind":"Status","code":404}',
        '{"api_version":"2.3.1","error":"niet gevonden"}',
        '{"message":"ongeldige invoer","line":3,"file":"invoer.json"}',
        '{"errors":[{"message":"x","locations":[{"line":1,"column":2}],"path":["zaak"]}]}',
        '{"version":"2.7","error":"x"}',
        '{"versions":["1.2.3"],"schema":{"version":"1.2.3"}}',
        '{"openapi":"3.0.3","info":{"title":"Zaken","version":"1.4.2","commit":"abc"}}',
        "[" * 5000,
        "null",
    ],
)
def test_an_answer_in_json_without_technique_gives_nothing_away(body: str) -> None:
    seen = page(body, "application/json")
    assert (seen.traces, seen.messages, seen.versions) == ((), (), ())


@pytest.mark.parametrize(
    "body",
    [
        "-ERR unknown command 'GET', with args beginning with: ",
        "-NOAUTH Authentication required.",
        "SSH-2.0-OpenSSH_9.6",
        "220 mail.example.nl ESMTP Postfix",
        "It looks like you are trying to access MongoDB over HTTP on the native driver port.",
    ],
)
def test_the_answer_of_another_protocol_shows_what_runs_there(body: str) -> None:
    assert page(body, "text/plain").messages != ()
    assert page(body, "application/octet-stream").messages != ()


def test_what_was_asked_for_may_be_repeated() -> None:
    said = examine(b"http://127.0.0.1:8443/var/zaken/x", "text/plain", url="https://127.0.0.1:8443/var/zaken/x")
    assert said.messages == ()


@pytest.mark.parametrize(
    ("html", "versions"),
    [
        ("<hr><center>nginx/1.18.0</center>", ("nginx/1.18.0",)),
        ("<address>Apache/2.4.41 (Ubuntu) Server at x Port 443</address>", ("Apache/2.4.41",)),
        ("<meta name=generator content='WordPress 6.1'>", ("WordPress 6.1",)),
        ("<h3>Apache Tomcat/9.0.30</h3>", ("Apache Tomcat/9.0.30",)),
        ("<p>Powered by Zaaksuite/3.2.1", ("Zaaksuite/3.2.1",)),
        ("<p>Powered by Zaaksuite v3.2", ("Zaaksuite v3.2",)),
        ("<p>Zaaksuite versie 3.2.1", ("Zaaksuite versie 3.2.1",)),
        ("<b>Microsoft .NET Framework Version:</b>4.0.30319", ("Framework Version:4.0.30319",)),
        ("<meta name=generator content='Hugo'><p>Versie 2 van het formulier", ()),
        ("<p>WCAG 2.1 en artikel 3.4.5 van 29.11.2026, zie 10.0.0.1", ()),
        ("<p>HTTP/1.1 404. U gebruikt Mozilla/5.0 Chrome/120.0 of Toetskader/1.2", ()),
        ("<a href='/app/3.2.1/x'>x</a><script>a='lib/1.2.3'</script>", ()),
    ],
)
def test_versions_of_products(html: str, versions: tuple[str, ...]) -> None:
    assert page(html).versions == versions
