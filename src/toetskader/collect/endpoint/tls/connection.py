"""Connections to one address: each with a deadline, all of them counted, a few at a time."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from threading import Lock

from toetskader.collect.endpoint.gate import Gate
from toetskader.collect.endpoint.tls.messages import Flight, FlightReader, Offer, WireError, client_hello, ssl2_hello
from toetskader.collect.endpoint.tls.registry import ALERTS, Version
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.text import Text

MOST_HANDSHAKES = 150
"""Handshakes with one address; a well-configured server needs less than fifty."""
MOST_SILENCES = 6
"""Answers in a row that may not come in time, before an address is given up; two when it never answered at all."""
LEAST_PATIENCE_S = 3.0
PATIENCE = 20
"""Times the slowest answer so far that a next one may take."""


class Ended(Enum):
    """How an exchange ended."""

    HELLO = "hello"
    """The server chose something."""
    ALERT = "alert"
    CLOSED = "closed"
    """The connection was closed or reset before an answer."""
    SILENT = "silent"
    """No whole answer before the deadline."""
    NOT_TLS = "not_tls"
    """The answer is not TLS, or not within limits."""
    NO_CONNECTION = "no_connection"


@dataclass(slots=True)
class Reply:
    """What came of one hello."""

    ended: Ended
    flight: Flight = field(default_factory=Flight)
    detail: str = ""
    """What was wrong, in English."""
    start: bytes = b""
    """First bytes of an answer that is not TLS."""

    @property
    def refused(self) -> bool:
        """True when the server said that it will not: by an alert, or by closing."""
        return self.ended in (Ended.ALERT, Ended.CLOSED)

    @property
    def wrong_version(self) -> bool:
        """True when it said that the version is the reason."""
        return self.flight.alert == 70

    def text(self) -> Text:
        """Say in plain words how it ended."""
        match self.ended:
            case Ended.HELLO:
                return Text("De server antwoordde.", "The server answered.")
            case Ended.ALERT:
                name = ALERTS.get(self.flight.alert or 0, str(self.flight.alert))
                return Text(f"De server weigerde met alert {name}.", f"The server refused with alert {name}.")
            case Ended.CLOSED:
                return Text(
                    "De server verbrak de verbinding zonder antwoord op de ClientHello.",
                    "The server closed the connection without an answer to the ClientHello.",
                )
            case Ended.SILENT:
                return Text(
                    "De server gaf niet op tijd een volledig antwoord op de ClientHello.",
                    "The server gave no whole answer to the ClientHello in time.",
                )
            case Ended.NOT_TLS:
                return Text(
                    f"Het antwoord is geen geldige TLS: {self.detail}.", f"The answer is no valid TLS: {self.detail}."
                )
            case Ended.NO_CONNECTION:
                return Text(
                    f"Er kwam geen verbinding tot stand ({self.detail}).", f"There was no connection ({self.detail})."
                )


class Spent(Failed):
    """No more can be asked of this address: the line of questions ends, and not the run."""


OUT_OF_TIME = Failure(
    Reason.TIMED_OUT,
    Text(
        "De tijd voor dit adres was op; meet later opnieuw.",
        "Time for this address was up; measure again later.",
    ),
)
OUT_OF_HANDSHAKES = Failure(
    Reason.TOO_LARGE,
    Text(
        f"Na {MOST_HANDSHAKES} handshakes is niet verder gevraagd.",
        f"After {MOST_HANDSHAKES} handshakes no more was asked.",
    ),
)
SILENT = Failure(
    Reason.TIMED_OUT,
    Text(
        "De server gaf herhaaldelijk niet op tijd antwoord; er is niet verder gevraagd.",
        "The server repeatedly gave no answer in time; no more was asked.",
    ),
)


class DeadlineSocket:
    """A socket of which all waits together end at a moment, however slowly bytes come.

    It has what the engine of sslyze asks of a socket.
    """

    def __init__(self, inner: socket.socket, until: float) -> None:
        self._inner = inner
        self._until = until

    def recv(self, size: int) -> bytes:
        """Read what is there, at most `size` bytes. Raises TimeoutError at the deadline."""
        self._arm()
        return self._inner.recv(size)

    def send(self, data: bytes) -> int:
        """Write all of it, as the engine does not look at how much was written."""
        self._arm()
        self._inner.sendall(data)
        return len(data)

    def shorten(self, seconds: float) -> None:
        """Let all waits from here on end within so many seconds, if that is sooner."""
        self._until = min(self._until, time.monotonic() + seconds)

    def close(self) -> None:
        """Close it, whatever state it is in."""
        self._inner.close()

    def _arm(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._inner.settimeout(left)


class Line:
    """All exchanges with one address: counts handshakes and keeps the deadlines. Shared by threads."""

    def __init__(self, address: str, port: int, server_name: str, gate: Gate, *, wait_s: float, until: float) -> None:
        """Parameters: `wait_s`, longest wait for one exchange; `until`, moment (monotonic) at which all ends."""
        self.address = address
        self.port = port
        self.server_name = server_name
        self._gate = gate
        self._wait_s = wait_s
        self._until = until
        self._lock = Lock()
        self._silences = 0
        self._slowest = 0.0
        self._given_up: Failure | None = None
        self.handshakes = 0

    @contextmanager
    def socket(self) -> Iterator[DeadlineSocket]:
        """Connect, for one handshake. Raises OSError when that fails, `Spent` when no more may be asked."""
        with self._gate.to(self.address):
            now = time.monotonic()
            with self._lock:
                if self._given_up is not None:
                    raise Spent(self._given_up)
                if now >= self._until:
                    raise Spent(OUT_OF_TIME)
                if self.handshakes >= MOST_HANDSHAKES:
                    raise Spent(OUT_OF_HANDSHAKES)
                self.handshakes += 1
            until = min(self._until, now + self._patience())
            raw = socket.create_connection((self.address, self.port), timeout=until - now)
            try:
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                yield DeadlineSocket(raw, until)
            finally:
                raw.close()

    @property
    def left(self) -> int:
        """Handshakes that may still be started."""
        return MOST_HANDSHAKES - self.handshakes

    def _patience(self) -> float:
        """Return how long to wait: a server that answers soon is not waited for long when it does not."""
        return min(self._wait_s, max(LEAST_PATIENCE_S, PATIENCE * self._slowest)) if self._slowest else self._wait_s

    def ask(self, offer: Offer) -> Reply:
        """Send a hello and read the answer. Raises `Spent`; every other end is in the reply."""
        reply = self._exchange(offer)
        with self._lock:
            self._silences = self._silences + 1 if reply.ended is Ended.SILENT else 0
            if self._silences >= (MOST_SILENCES if self._slowest else 2):
                self._given_up = SILENT
        return reply

    def _exchange(self, offer: Offer) -> Reply:
        reader = FlightReader(offer.version)
        hello = ssl2_hello() if offer.version is Version.SSL2 else client_hello(offer)
        try:
            with self.socket() as connection:
                started = time.monotonic()
                reply = _read(connection, reader, hello)
                if reply.ended is Ended.HELLO:
                    self._slowest = max(self._slowest, time.monotonic() - started)
                return reply
        except OSError as error:
            if isinstance(error, TimeoutError):
                return Reply(Ended.NO_CONNECTION, detail="time-out")
            return Reply(Ended.NO_CONNECTION, detail=(error.strerror or type(error).__name__).lower())


def _read(connection: DeadlineSocket, reader: FlightReader, hello: bytes) -> Reply:
    """Send a hello over a connection and read what comes back."""
    flight = reader.flight
    try:
        connection.send(hello)
        while True:
            data = connection.recv(16384)
            if not data or reader.feed(data):
                break
    except WireError as error:
        if not flight.answered:
            return Reply(Ended.NOT_TLS, flight, str(error), reader.first_bytes)
        return Reply(Ended.HELLO, flight, str(error))
    except TimeoutError:
        # What was chosen is known all the same; only a server that says nothing is silent.
        return Reply(Ended.HELLO if flight.answered else Ended.SILENT, flight, "the answer stopped half-way")
    except OSError:
        return Reply(Ended.HELLO if flight.answered else Ended.CLOSED, flight, "the connection was reset")
    if flight.answered:
        return Reply(Ended.HELLO, flight, "" if flight.done else "the answer stopped half-way")
    return Reply(Ended.ALERT if flight.alert is not None else Ended.CLOSED, flight)
