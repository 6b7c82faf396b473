"""What a run has learnt of the addresses it contacts, over all its collectors: who answered, and who keeps us off.

A measurement can change what is measured: many handshakes in a row may trip a limit, and from then on every connection
is refused, those of other collectors too. That is no fault of the service, so what one collector knows the others use.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from toetskader.text import Text


class Contacts:
    """Keeps what happened at addresses. Shared by all threads of a run."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._scanning: dict[str, int] = defaultdict(int)
        self._scanned: set[str] = set()
        self._kept_off: set[str] = set()
        self._answered: set[tuple[str, int]] = set()

    @contextmanager
    def scanning(self, *addresses: str) -> Iterator[None]:
        """Say that addresses are scanned for as long as this lasts."""
        with self._changed:
            for address in addresses:
                self._scanning[address] += 1
        try:
            yield
        finally:
            with self._changed:
                self._scanned.update(addresses)
                for address in addresses:
                    self._scanning[address] -= 1
                self._changed.notify_all()

    def answered(self, address: str, port: int) -> None:
        """Say that a service answered, so that it works, and that nothing keeps us off (any more)."""
        with self._changed:
            self._answered.add((address, port))
            self._kept_off.discard(address)

    def kept_off(self, address: str) -> None:
        """Say that a scan ended with an address that takes no more of what it took before."""
        with self._changed:
            self._kept_off.add(address)

    def why_silent(self, address: str, port: int) -> Text | None:
        """Return why silence of a service may be due to this run, or None when nothing of the run explains it.

        Waits until scans of the address that are going on have ended, as they tell.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._scanning[address])
            if address in self._kept_off:
                return _KEPT_OFF
            if address in self._scanned and (address, port) in self._answered:
                return _ANSWERED_BEFORE
        return None


_REMEDY = Text(
    "waarschijnlijk houdt een limiet of firewall ons sindsdien tegen. Laat het adres van de meting toe; meet opnieuw.",
    "probably a limit or firewall has kept us off since. Let the measuring address through and measure again.",
)
_KEPT_OFF = Text(
    f"onze eigen TLS-meting van dit adres werd op het eind geweigerd; {_REMEDY.nl}",
    f"our own TLS measurement of this address was refused in the end; {_REMEDY.en}",
)
_ANSWERED_BEFORE = Text(
    f"vóór onze eigen TLS-meting van dit adres kwam er wel antwoord; {_REMEDY.nl}",
    f"before our own TLS measurement of this address there was an answer; {_REMEDY.en}",
)
