"""What could not be seen of an endpoint over HTTP: kept while the rest is judged, then the reason for no verdict."""

from toetskader.facts.endpoint.http import AddressHttp, Answer, Exchange, HttpFacts, Unanswered
from toetskader.judging.findings import Findings
from toetskader.judging.outcomes import undetermined
from toetskader.norms.web import WebNorm
from toetskader.text import Text


class Doubts:
    """Collects reasons why no verdict is possible. Call `end` when everything has been judged."""

    def __init__(self, http: HttpFacts, findings: Findings | None = None, norm: WebNorm | None = None) -> None:
        """Begin with the addresses that were not visited.

        Parameters: `findings` and `norm`, where the judgement goes by a norm, to tell of its differences.
        """
        self._http = http
        self._findings = findings
        self._norm = norm
        self._first: Text | None = None
        if http.addresses_unseen is not None:
            unseen = http.addresses_unseen
            self.add(f"{http.host} {unseen.nl}.", f"{http.host} {unseen.en}.")
        if http.addresses_left_out:
            count = len(http.addresses_left_out)
            self.add(
                f"{http.host} heeft meer adressen dan er bezocht worden: {count} zijn niet gezien.",
                f"{http.host} has more addresses than are visited: {count} were not seen.",
            )

    def add(self, nl: str, en: str) -> None:
        """Add a reason, as full sentences. The first is told."""
        if self._first is None:
            self._first = Text(nl, en)

    def answer(self, address: AddressHttp, exchange: Exchange, *, plain: bool = False) -> Answer | None:
        """Return an answer of the site itself; None, with the reason kept, when there is none."""
        place = self._http.plain_place(address) if plain else self._http.place(address)
        place += ", HTTP/2" if exchange is address.http2 else ""
        if isinstance(exchange, Unanswered):
            self.add(f"{place}: {exchange.message.nl}", f"{place}: {exchange.message.en}")
            return None
        if exchange.blocker:
            self._differs("measuring.blocker")
            self.add(
                f"{place}: op {exchange.url} kwam antwoord {exchange.status} van iets dat bezoekers weert "
                f"({exchange.blocker}), niet van de site zelf. Laat het adres van de meting toe en meet opnieuw.",
                f"{place}: {exchange.url} was answered with {exchange.status} by something that keeps visitors out "
                f"({exchange.blocker}), not by the site itself. Let the measuring address through and measure again.",
            )
            return None
        return exchange

    def end(self) -> None:
        """End the judgement as undetermined, if there is a reason for that; failures found stand."""
        if self._findings is not None and any(item.where in self._further_places() for item in self._findings.items):
            self._differs("measuring.addresses")
        if self._first is not None:
            undetermined(self._first.nl, self._first.en)

    def _differs(self, about: str) -> None:
        if self._findings is not None and self._norm is not None:
            self._findings.differs(self._norm.difference(about))

    def _further_places(self) -> set[str]:
        """Return the places on addresses that are not the first of their kind."""
        families = [[item for item in self._http.addresses if item.is_v6 is v6] for v6 in (False, True)]
        further = [item for family in families for item in family[1:]]
        return {place for item in further for place in (self._http.place(item), self._http.plain_place(item))}
