"""Makes a dossier from templates: dates filled in, files made and signed, their hashes and places written down.

A template is a document as it stands in `bewijs.yaml`, without `files` and `places`, in which `{-30}` is the day that
is judged minus thirty and `{+365}` a year ahead. Beside it stands what the document holds besides: `<name>.csv`, the
rows of a register, or `<name>.json`, a form; the same dates are filled in there. What else belongs to it stands in a
folder `<name>`. All else that it states is written into a PDF, a line a fact, which whoever signs with `how: pdf`
signs.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from toetskader.laboratory.papers import Authority, Signatory, pdf, signed
from toetskader.yamlfile import read_yaml

_DAY = re.compile(r"\{([+-][0-9]+)\}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTHS = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
           "november", "december")  # fmt: skip
_LINES = 40
"""Facts on a page."""
_NOT_TOLD = frozenset(
    {"id", "kind", "type", "title", "language", "signatures", "columns", "personal", "key", "table", "run"}
)
"""What a document states and its PDF does not: how we file it, who signed, and where its rows stand."""


class Maker:
    """Makes documents for one day. Parameters: `today`, the day that is judged."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._moment = datetime.combine(today, time(9), UTC)
        self.authority = Authority(self._moment)
        self._signers: dict[str, Signatory] = {}

    def make(self, templates: Sequence[Path], folder: Path) -> None:
        """Make a whole dossier: a folder for each template, and the roots in `trust`.

        Parameters: `templates`, folders with these; one in a later folder stands in the place of one of its name.
        """
        shutil.rmtree(folder, ignore_errors=True)
        chosen = {template.name: template for place in templates for template in sorted(place.glob("*.yaml"))}
        for template in chosen.values():
            self.document(template, folder / "dossier")
        trust = folder / "trust"
        trust.mkdir(parents=True, exist_ok=True)
        (trust / "laboratorium.pem").write_bytes(self.authority.pem)

    def document(self, template: Path, dossier: Path) -> None:
        """Make one document of a dossier."""
        is_card = template.stem == "kaart"
        folder = dossier if is_card else dossier / template.stem
        folder.mkdir(parents=True, exist_ok=True)
        document = folder / ("kaart.yaml" if is_card else "bewijs.yaml")
        document.write_text(self._dated(template.read_text(encoding="utf-8")), encoding="utf-8")
        stated = read_yaml(document).data
        paper = "kaart.pdf" if is_card else "document.pdf"
        told = list(_told(stated))
        pages = [told[start : start + _LINES] for start in range(0, len(told), _LINES)]
        content = pdf([[stated["title"], *(line for _, line in page)] for page in pages])
        for signature in stated.get("signatures", ()):
            if signature["how"] == "pdf":
                on = datetime.combine(date.fromisoformat(signature["on"]), time(9), UTC)
                content = signed(content, self._signer(signature["organisation"]), on)
        files = {paper: content}
        for name in (stated.get("table"), stated.get("form")):
            if name:
                source = template.with_suffix(Path(name).suffix)
                files[name] = self._dated(source.read_text(encoding="utf-8")).encode()
        for attached in sorted(template.with_suffix("").glob("*")):
            files[attached.name] = attached.read_bytes()
        for name, body in files.items():
            (folder / name).write_bytes(body)
        stated["files"] = [{"path": name, "sha256": sha256(body).hexdigest()} for name, body in files.items()]
        stated["places"] = [
            {"fact": path, "page": number, "text": line} for number, page in enumerate(pages, 1) for path, line in page
        ]
        text = yaml.safe_dump(stated, allow_unicode=True, sort_keys=False)
        document.write_text(text, encoding="utf-8")

    def _dated(self, text: str) -> str:
        return _DAY.sub(lambda found: (self._today + timedelta(days=int(found[1]))).isoformat(), text)

    def _signer(self, organisation: str) -> Signatory:
        if organisation not in self._signers:
            self._signers[organisation] = self.authority.issue(organisation)
        return self._signers[organisation]


def _told(stated: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each fact of a document: its path, and the line of the PDF that says it."""
    for name, value in stated.items():
        if name not in _NOT_TOLD:
            yield from _facts(name, value)


def _facts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _facts(f"{path}.{name}", below)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _facts(f"{path}.{number}", item)
    else:
        yield path, f"{path.replace('_', ' ')}: {_written(value)}"


def _written(value: Any) -> str:
    """Write a value as people do."""
    if isinstance(value, str) and _ISO.fullmatch(value):
        day = date.fromisoformat(value)
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value)
