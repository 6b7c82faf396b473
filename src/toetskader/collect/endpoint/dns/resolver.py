"""Questions to a resolver: each asked once in a run, by any number of threads."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from toetskader.collect.endpoint.dns.transport import SILENT, Carrier, Plain, query_for
from toetskader.core.failure import Failure, Reason
from toetskader.text import Text

MOST_KEPT = 200_000
"""Records that are kept of all answers in a run, some tens of megabytes; beyond it questions are asked again."""
REST_S = 15.0
"""Seconds for which a resolver that gave no answer at all, or a question without answer, is left alone."""

Key = tuple[dns.name.Name, dns.rdatatype.RdataType]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a resolver said to one question, sorted out. Nothing in it is trusted."""

    name: dns.name.Name
    type: dns.rdatatype.RdataType
    nxdomain: bool
    answer: Mapping[Key, dns.rrset.RRset] = field(repr=False)
    authority: Mapping[Key, dns.rrset.RRset] = field(repr=False)
    signatures: Mapping[Key, tuple[dns.rrset.RRset, ...]] = field(repr=False)
    """RRSIG records by owner and the type they cover."""

    @property
    def size(self) -> int:
        """How many records it holds."""
        sections = (self.answer.values(), self.authority.values(), *self.signatures.values())
        return 1 + sum(len(rrset) for section in sections for rrset in section)

    @property
    def records(self) -> dns.rrset.RRset | None:
        """The records that were asked for, when the name itself has them."""
        return self.answer.get((self.name, self.type))

    @property
    def alias(self) -> dns.rrset.RRset | None:
        """The CNAME record at the name, when it is an alias."""
        return None if self.records is not None else self.answer.get((self.name, dns.rdatatype.CNAME))


class Resolver:
    """Asks, remembers, and gives up on a resolver that is silent. Shared by all threads of a run."""

    def __init__(self, carriers: tuple[Carrier, ...], *, timeout_s: float) -> None:
        self._carriers = carriers
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._asked: dict[Key, Future[Reply | Failure]] = {}
        self._silent: tuple[float, Failure] | None = None
        self._last_answer = -REST_S
        self._failed: dict[Key, float] = {}
        self._kept = 0

    @property
    def where(self) -> str:
        """The resolver, for people."""
        return ", ".join(carrier.where for carrier in self._carriers)

    @property
    def plain_address(self) -> tuple[str, int] | None:
        """Address and port of a resolver that is asked over UDP and TCP."""
        first = self._carriers[0] if self._carriers else None
        return (first.address, first.port) if isinstance(first, Plain) else None

    def ask(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> Reply | Failure:
        """Return the answer to a question, or why there is none. A question is asked once in a run.

        A question without answer is asked again after a while: another endpoint of the run may have more luck.
        """
        key = (name.canonicalize(), type_)
        with self._lock:
            known = self._asked.get(key)
            if known is not None and self._failed.get(key, time.monotonic()) <= time.monotonic() - REST_S:
                del self._failed[key]
                known = None
            if known is None:
                mine: Future[Reply | Failure] = Future()
                self._asked[key] = mine
        if known is not None:
            return known.result()
        try:
            reply = self._ask(*key)
        except BaseException as error:
            mine.set_exception(error)
            raise
        mine.set_result(reply)
        with self._lock:
            if isinstance(reply, Failure):
                self._failed[key] = time.monotonic()
                return reply
            self._kept += reply.size
            if self._kept > MOST_KEPT:
                self._kept -= reply.size
                self._asked.pop(key, None)
        return reply

    def _ask(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> Reply | Failure:
        start = time.monotonic()
        with self._lock:
            if self._silent is not None:
                since, why = self._silent
                if start - since < REST_S:
                    return why
        failure: Failure | None = None
        for carrier in self._carriers:
            answer = carrier.ask(query_for(name, type_), self._timeout_s)
            if not isinstance(answer, Failure):
                with self._lock:
                    self._silent = None
                    self._last_answer = time.monotonic()
                reply = _sorted_out(answer, name, type_, carrier.where)
                if isinstance(reply, Reply):
                    return reply
                failure = reply
            else:
                failure = answer
        if failure is None:
            failure = Failure(Reason.UNREACHABLE, Text("er is geen resolver", "there is no resolver"))
        with self._lock:
            # One zone without working name servers keeps a resolver busy for long; that says nothing of other zones.
            if failure.reason in SILENT and start - self._last_answer > REST_S:
                self._silent = (time.monotonic(), failure)
        return failure


def _sorted_out(
    message: dns.message.Message, name: dns.name.Name, type_: dns.rdatatype.RdataType, where: str
) -> Reply | Failure:
    code = message.rcode()
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        said = dns.rcode.to_text(code)
        return Failure(Reason.TOOL_FAILED, Text(f"{where} antwoordde {said}", f"{where} answered {said}"))
    if not message.flags & (dns.flags.RA | dns.flags.AA):
        return Failure(
            Reason.REFUSED_INPUT,
            Text(
                f"{where} zoekt niet voor anderen (geen resolver)", f"{where} does not look up for others (no resolver)"
            ),
        )
    answer: dict[Key, dns.rrset.RRset] = {}
    authority: dict[Key, dns.rrset.RRset] = {}
    signatures: dict[Key, tuple[dns.rrset.RRset, ...]] = {}
    for section, into in ((message.answer, answer), (message.authority, authority)):
        for rrset in section:
            if rrset.rdclass != dns.rdataclass.IN:
                continue
            owner = rrset.name.canonicalize()
            if rrset.rdtype == dns.rdatatype.RRSIG:
                key = (owner, rrset.covers)
                signatures[key] = (*signatures.get(key, ()), rrset)
            else:
                into.setdefault((owner, rrset.rdtype), rrset)
    return Reply(name, type_, code == dns.rcode.NXDOMAIN, answer, authority, signatures)
