"""Mutants audited beside each other: each waits most of the time, for Helm or for its own servers."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from auditor import Outcome
from mutant import Mutation


@contextmanager
def audited(
    session: pytest.Session, audit: Callable[[Mutation], Outcome], at_once: int
) -> Iterator[Callable[[Mutation], Outcome]]:
    """Audit all mutants that a session selected, in order, and give what a mutant comes to.

    Parameters: `audit`, makes and audits a mutant; `at_once`, how many are audited beside each other.
    """
    with ThreadPoolExecutor(at_once) as workers:
        running: dict[str, Future[Outcome]] = {}

        def outcome(mutant: Mutation) -> Outcome:
            if mutant.name not in running:  # asked for by a test that is about all of them
                running[mutant.name] = workers.submit(audit, mutant)
            return running[mutant.name].result()

        for item in session.items:
            if (spec := getattr(item, "callspec", None)) is not None and "mutant" in spec.params:
                mutant = spec.params["mutant"]
                running[mutant.name] = workers.submit(audit, mutant)
        yield outcome
        workers.shutdown(cancel_futures=True)
