"""What a file of a chart is: prose for people, input of tests and lint jobs, a store of keys."""

import re

# File names of stores that hold private keys, unreadable as text.
_KEY_STORES = (".p12", ".pfx", ".jks", ".keystore")
KEY_STORE_SUFFIXES = (*_KEY_STORES, ".kdbx", ".der", ".key")
_TEMPLATED = (".gotmpl", ".tpl", ".tmpl")
_PROSE = (".md", ".markdown", ".txt", ".rst", ".adoc")
# A schema describes values, and shows their form; Helm fills nothing in from it.
_SCHEMA = re.compile(r"(?:charts/[^/]+/)*(?:values\.schema\.json|crds/.+)")
# `ct lint` renders with each `ci/*-values.yaml` of a chart (helm/chart-testing); Helm itself reads no `tests/` there.
_LINT = re.compile(r"(?:charts/[^/]+/)*(?:ci|examples?|samples?|voorbeelden)/.+")
_TESTS = re.compile(r"(?:charts/[^/]+/)*(?:unit)?tests?/.+")


def is_key_store(name: str) -> bool:
    """Tell whether a file is a store of private keys by its name; a trust store holds certificates of others."""
    return name.lower().endswith(_KEY_STORES) and "trust" not in name.lower()


def is_documentation(path: str) -> bool:
    """Tell whether a file is prose for people, also as the template of it (`README.md.gotmpl`)."""
    name = path.lower()
    for suffix in _TEMPLATED:
        name = name.removesuffix(suffix)
    return name.endswith(_PROSE)


def is_schema(path: str) -> bool:
    """Tell whether a file describes values or objects: the schema of the values, a CustomResourceDefinition."""
    return _SCHEMA.fullmatch(path) is not None


def is_lint_input(path: str) -> bool:
    """Tell whether a file only lets a lint job render the chart, or a subchart in it, or shows how to use it."""
    return _LINT.fullmatch(path) is not None


def is_test_suite(path: str, text: str) -> bool:
    """Tell whether a file is of a suite that tests the templates (helm-unittest), with values that are made up."""
    if "/templates/" in f"/{path}":
        return False
    return _TESTS.fullmatch(path) is not None or ("\ntests:" in f"\n{text}" and "asserts:" in text)
