"""Facts of a document are found by each of the names that they have, and paths of one fact are told to be the same."""

from datetime import date

import pytest

from toetskader.facts.dossier.documents import Agreement, Clause, Policy, Term, Topic
from toetskader.facts.dossier.envelope import Issuer, Period
from toetskader.facts.dossier.paths import fact, one_name

ISSUER = Issuer(organisation="Voorbeeld", side="supplier")
POLICY = Policy(
    id="p",
    type="ta",
    title="P",
    issuer=ISSUER,
    issued_on=date(2026, 1, 2),
    period=Period(first=date(2025, 1, 1), last=date(2025, 12, 31)),
    topics=(Topic(topic="roles", ref="2.1"), Topic(topic="0", ref="3")),
    values={"rto_hours": 16},
)
AGREEMENT = Agreement(
    id="a",
    type="sla",
    title="A",
    issuer=ISSUER,
    issued_on=date(2026, 1, 2),
    term=Term(first=date(2026, 1, 1), last=date(2027, 1, 1)),
    clauses=(Clause(topic="audit", ref="7.2"),),
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("period.to", date(2025, 12, 31)),
        ("period.last", date(2025, 12, 31)),
        ("period.from", date(2025, 1, 1)),
        ("topics.roles", "2.1"),
        ("topics.1", "3"),
        ("topics.9", None),
        ("topics", ("2.1", "3")),
        ("values.rto_hours", 16),
        ("values.rpo_hours", None),
        ("nothing.at.all", None),
    ],
)
def test_a_fact_is_found_by_each_of_its_names(path: str, value: object) -> None:
    assert fact(POLICY, path) == value


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("term.until", "term.last"),
        ("term.last", "term.last"),
        ("clauses.audit", "clauses.0"),
        ("clauses.audit.ref", "clauses.0.ref"),
        ("clauses.0.ref", "clauses.0.ref"),
        ("clauses.00", "clauses.0"),
        ("clauses.exit", "clauses.exit"),
        ("issuer.person", "issuer.person"),
        ("nothing.at.all", "nothing.at.all"),
    ],
)
def test_paths_of_one_fact_have_one_name(path: str, name: str) -> None:
    assert one_name(AGREEMENT, path) == name
