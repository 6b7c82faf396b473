"""The chart of a target file to start from."""

import json
import os
import re
from pathlib import Path

from toetskader.kinds.scaffold import Scaffold, Values
from toetskader.text import Text

_PART = Text(
    """\
  chart:
    source: {chart}  # map, .tgz, oci://… of de sleutels repository, name en version
    release: {release}
    namespace: {release}
    kubernetes: "1.35"
    values:          # waardensets: een eis is pas gehaald als hij met elke set gehaald is
      standaard: []
      # productie: [values/productie.yaml]
  # namespace:       # wat er draait, en of dat is wat de chart levert: zie docs/beheerders.md
  #   - {{environment: production, namespace: {release}, kubeconfig: kubeconfig, values: productie}}
""",
    """\
  chart:
    source: {chart}  # directory, .tgz, oci://… or the keys repository, name and version
    release: {release}
    namespace: {release}
    kubernetes: "1.35"
    values:          # values sets: a requirement is met only if it is met with each
      standaard: []
      # productie: [values/productie.yaml]
  # namespace:       # what runs, and whether that is what the chart delivers: see docs/beheerders.md
  #   - {{environment: production, namespace: {release}, kubeconfig: kubeconfig, values: productie}}
""",
)


def _text(values: Values, name: str, folder: Path) -> Text:
    (given,) = values
    source = given if "://" in given else os.path.relpath(given, folder)
    filled = {
        "chart": json.dumps(source, ensure_ascii=False),
        "release": json.dumps(re.sub("[^a-z0-9-]", "-", name)[:53].strip("-")),
    }
    return Text(_PART.nl.format(**filled), _PART.en.format(**filled))


def _remark(values: Values) -> Text | None:
    (given,) = values
    if "://" in given or Path(given).exists():
        return None
    return Text(
        f"{given} bestaat niet; verbeter source in het doelbestand", f"{given} does not exist; mend source in the file"
    )


SCAFFOLD = Scaffold(
    option="chart",
    metavar="PAD",
    help="map of .tgz met de chart, of oci://…",
    many=False,
    profile="haven",
    text=_text,
    remark=_remark,
)
