"""The service of a target file to start from."""

import json
from pathlib import Path

from toetskader.kinds.scaffold import Scaffold, Values, no_remark
from toetskader.text import Text

_PART = Text(
    """\
  saas:
    endpoints:       # een eis is pas gehaald als hij op elk eindpunt gehaald is
{endpoints}
      # - {{url: app.gemeente.example, values: productie}}  # met een chart ernaast: zie docs/saas-toetsen.md
    # municipal_domain: gemeente.example
    # resolver: 192.0.2.53
""",
    """\
  saas:
    endpoints:       # a requirement is met only if it is met on each endpoint
{endpoints}
      # - {{url: app.gemeente.example, values: productie}}  # with a chart beside it: see docs/saas-toetsen.md
    # municipal_domain: gemeente.example
    # resolver: 192.0.2.53
""",
)


def _text(values: Values, _: str, __: Path) -> Text:
    lines = "\n".join(f"      - {json.dumps(endpoint, ensure_ascii=False)}" for endpoint in values)
    return Text(_PART.nl.format(endpoints=lines), _PART.en.format(endpoints=lines))


SCAFFOLD = Scaffold(
    option="endpoint",
    metavar="HOST",
    help="host of https-adres van een dienst; mag vaker",
    many=True,
    profile="saas",
    text=_text,
    remark=no_remark,
)
