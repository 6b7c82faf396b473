"""A dossier of 245 documents and 500 MB: read and judged, and its status told.

Every document has a PDF that states its facts, which the supplier signed, and beside it a scan of which the hash is
taken.
"""

import os
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import yaml

from bench.chart import Figures
from bench.process import ROOT, run_pytest
from toetskader.laboratory.dossier import Maker

DOCUMENTS = 245
MEGABYTES = 500
FACTS = 40
_TEMPLATE = """\
id: verklaring-{number}
kind: declaration
type: passwords
title: "Verklaring {number}"
issuer: {{organisation: "Voorbeeld Software BV", side: supplier, role: "CISO"}}
issued_on: {day}
valid_until: {{+300}}
signatures:
  - {{name: "Anna de Vries", organisation: "Voorbeeld Software BV", side: supplier, on: {day}, how: pdf}}
clauses: [password-manager, password-private]
on_behalf_of: "Voorbeeld Software BV"
details:
"""
_TARGET = {
    "name": "bench",
    "supplier": "Voorbeeld Software BV",
    "component": "Meldingen",
    "gate": 4,
    "profiles": ["haven"],
    "parts": {"dossier": {"folders": ["dossier"], "trust": "trust"}},
}


def measure_dossier(folder: Path) -> Figures:
    """Make the dossier, audit it, and ask for its status."""
    _make(folder)
    before = _cpu()
    run = run_pytest(folder / "reports", f"--target={folder}")
    audited = _cpu() - before
    before, started = _cpu(), time.perf_counter()
    command = [str(Path(sys.executable).with_name("toetskader")), "dossier", "status", str(folder)]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    status = time.perf_counter() - started
    size = sum(path.stat().st_size for path in (folder / "dossier").rglob("*") if path.is_file())
    return [
        ("documenten", f"{DOCUMENTS}, {size / 1e6:.0f} MB"),
        ("audit", f"{audited:.1f} s rekentijd, {run.seconds:.1f} s (doel 6 s rekentijd)"),
        ("piekgeheugen", f"{run.peak_mb:.0f} MB (doel 400 MB)"),
        ("dossier status", f"{status:.1f} s, {_cpu() - before:.1f} s rekentijd"),
    ]


def _make(folder: Path) -> None:
    templates = folder.with_name("templates")
    templates.mkdir(parents=True)
    today = date.today()
    for number in range(DOCUMENTS):
        lines = "".join(f'  fact-{line}: "feit {line} van {number}"\n' for line in range(FACTS))
        day = today - timedelta(days=number + 1)
        text = _TEMPLATE.format(number=number, day=day) + lines
        (templates / f"verklaring-{number}.yaml").write_text(text, encoding="utf-8")
    Maker(today).make([templates], folder)
    scan = os.urandom(MEGABYTES * 1_000_000 // DOCUMENTS)
    for document in (folder / "dossier").iterdir():
        (document / "scan.jpg").write_bytes(scan)
        stated = yaml.safe_load((document / "bewijs.yaml").read_text(encoding="utf-8"))
        stated["files"].append({"path": "scan.jpg", "sha256": sha256(scan).hexdigest()})
        (document / "bewijs.yaml").write_text(yaml.safe_dump(stated, sort_keys=False), encoding="utf-8")
    (folder / "target.yaml").write_text(yaml.safe_dump(_TARGET), encoding="utf-8")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
