"""How a text names a relational database: by its address, or by settings of one.

In facts a secret is replaced by a marker, which must tell the same (`facts.redaction.markers`): so what a text says of
a database is told here as a form that a marker can hold.
"""

import re
from functools import lru_cache

from toetskader.patterns import linear

ADDRESS = linear(
    r"jdbc:(?P<kind>\w+)"
    r"|\b(?P<scheme>postgres|postgresql|mysql|mariadb|sqlserver|mssql|oracle|postgis|pgsql|cockroachdb|sqlite3?)"
    r"(?:\+\w+)?://"
    r"|\b(?:Host|Server|Data Source)=[^;\n]{1,200};[^\n]{0,200}\b(?:Database|Initial Catalog)=",
    re.IGNORECASE,
)
"""The address of a relational database, as a URL or a connection string."""
# A setting of one in a file of any form: `database:`, `"dbHost": …`, `spring.datasource.url=…`, `driver: mysql`.
_SETTING = linear(
    r"(?:^|[\s\"'{,.\[])(?:"
    r"(?:db|database|databases|datasource|postgres|postgresql|pgsql|mysql|mariadb|mssql)"
    r"(?:[_.-][\w.-]{0,60}|_?(?:name|host|user|username|pass|password|port|type|engine|driver|url|config|connection))?"
    r"[\"']?[ \t]*[:=]"
    r"|(?:engine|type|driver|dialect|backend|adapter|client|provider|storage|store)[\"']?[ \t]*[:=][ \t]*[\"']?"
    r"(?:postgres|postgresql|pgsql|mysql|mariadb|mssql|sqlserver|sqlite3?)\b)",
    re.IGNORECASE,
)
SETTING = "database: "
"""The form of a text that has settings of a database, and no address."""


@lru_cache(maxsize=1024)
def database_in(text: str) -> str:
    """Return the form of the first database that a text names (`postgresql://`, `jdbc:h2:`); empty for none.

    Any text that starts with a form, as a marker does, gives that form.
    """
    match = ADDRESS.search(text)
    if match and match["kind"]:
        return f"jdbc:{match['kind'].lower()}:"
    if match and match["scheme"]:
        return f"{match['scheme'].lower()}://"
    return SETTING if match or _SETTING.search(text) else ""
