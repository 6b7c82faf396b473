"""Which module reads which format."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from toetskader.collect.dossier.form_formats import (
    accessibility_statement,
    answers,
    dpia,
    iama,
    publiccode,
    sboms,
    wcag_em,
)
from toetskader.facts.dossier.forms import FormFormat, FormSeen

READERS: Mapping[FormFormat, Callable[[Any], FormSeen]] = MappingProxyType(
    {
        "answers": answers.read,
        "accessibility-statement": accessibility_statement.read,
        "cyclonedx": sboms.cyclonedx,
        "dpia": dpia.read,
        "iama": iama.read,
        "publiccode": publiccode.read,
        "spdx": sboms.spdx,
        "wcag-em": wcag_em.read,
    }
)


def form_seen(form: FormFormat, data: Any) -> FormSeen:
    """Return what is kept of a form. Parameters: `data`, what its file holds, as Python's own types."""
    return READERS[form](data)
