"""The embedded dossiers: the flawed twin is audited as the golden one is."""

import yaml
from auditor import ROOT


def test_the_flawed_twin_differs_in_its_documents_only() -> None:
    golden, flawed = (
        yaml.safe_load((ROOT / f"targets/{name}/target.yaml").read_text(encoding="utf-8"))
        for name in ("voorbeeld-dossier", "voorbeeld-dossier-gebrekkig")
    )
    assert {key: value for key, value in golden.items() if key not in ("name", "parts")} == {
        key: value for key, value in flawed.items() if key not in ("name", "parts")
    }
    assert golden["parts"]["chart"] == flawed["parts"]["chart"]


def test_every_document_of_the_flawed_twin_stands_in_the_place_of_a_golden_one() -> None:
    names = [path.name for path in (ROOT / "targets/voorbeeld-dossier-gebrekkig/documenten").iterdir()]
    assert names
    assert all((ROOT / "targets/voorbeeld-dossier/documenten" / name).is_file() for name in names)
