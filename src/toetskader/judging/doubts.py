"""What could not be seen: kept while the rest is judged, then the reason for no verdict."""

from toetskader.facts.endpoint.http import AddressHttp, Answer, Exchange, HttpFacts, Unanswered
from toetskader.judging.findings import Findings
from toetskader.judging.outcomes import undetermined
from toetskader.norms.web import WebNorm
from toetskader.text import Text


class Doubts:
    """Collects reasons why no verdict is possible. Call `end` when everything has been judged: failures found stand."""

    def __init__(self) -> None:
        self._reasons: dict[Text, None] = {}

    def add(self, nl: str, en: str) -> None:
        """Add a reason, as full sentences."""
        self.keep(Text(nl, en))

    def keep(self, reason: Text) -> None:
        """Add a reason that was put into words before. What was added already is told once."""
        self._reasons[reason] = None

    def end(self) -> None:
        """End the judgement as undetermined, if there is a reason for that."""
        if self._reasons:
            told = self.told(tuple(self._reasons))
            undetermined(told.nl, told.en)

    def told(self, reasons: tuple[Text, ...]) -> Text:
        """Return what is said of all reasons together: each of them, in the order in which they came up."""
        return Text(" ".join(reason.nl for reason in reasons), " ".join(reason.en for reason in reasons))


class HttpDoubts(Doubts):
    """What could not be seen of an endpoint over HTTP. The first reason is told."""

    def __init__(self, http: HttpFacts, findings: Findings | None = None, norm: WebNorm | None = None) -> None:
        """Begin with the addresses that were not visited.

        Parameters: `findings` and `norm`, where the judgement goes by a norm, to tell of its differences.
        """
        super().__init__()
        self._http = http
        self._findings = findings
        self._norm = norm
        if http.addresses_unseen is not None:
            unseen = http.addresses_unseen
            self.add(f"{http.host} {unseen.nl}.", f"{http.host} {unseen.en}.")
        if http.addresses_left_out:
            count = len(http.addresses_left_out)
            self.add(
                f"{http.host} heeft meer adressen dan er bezocht worden: {count} zijn niet gezien.",
                f"{http.host} has more addresses than are visited: {count} were not seen.",
            )

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
        """Tell how the norm differs where a further address decided, and end as any doubts do."""
        if self._findings is not None and any(item.where in self._further_places() for item in self._findings.items):
            self._differs("measuring.addresses")
        super().end()

    def told(self, reasons: tuple[Text, ...]) -> Text:
        """Return the first reason."""
        return reasons[0]

    def _differs(self, about: str) -> None:
        if self._findings is not None and self._norm is not None:
            self._findings.differs(self._norm.difference(about))

    def _further_places(self) -> set[str]:
        """Return the places on addresses that are not the first of their kind."""
        families = [[item for item in self._http.addresses if item.is_v6 is v6] for v6 in (False, True)]
        further = [item for family in families for item in family[1:]]
        return {place for item in further for place in (self._http.place(item), self._http.plain_place(item))}
