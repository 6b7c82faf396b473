"""Reading the files of a dossier: hashed here, and read in a child process that is ended when it asks too much."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

import toetskader
from toetskader.collect import frames, guard, stopping
from toetskader.collect.dossier import contents
from toetskader.collect.dossier.formats import format_of
from toetskader.collect.dossier.limits import Limits, too_large, too_long, too_much_memory
from toetskader.collect.dossier.protocol import Request, Start
from toetskader.core.bounded import MEGABYTE, LinkedFileError, UnfitFileError, open_bounded, read_bounded
from toetskader.core.failure import Failed, Reason, failed
from toetskader.facts.dossier.attachments import PlaceAsked, Read, TableAsked
from toetskader.oserrors import why
from toetskader.text import Text

_ROOT_SUFFIXES = frozenset({".pem", ".crt", ".cer"})
_ROOTS_BYTES = MEGABYTE
# A child that closed its output ends by itself; should it not, it is killed.
_ENDS_WITHIN_S = 5.0


class Reader:
    """Reads the files of one dossier. Its child process starts with the first file that needs one.

    Parameters: `roots`, certificates that signatures are trusted by, in DER; `moment`, when they must be trusted;
    `limits`.
    """

    def __init__(self, roots: tuple[bytes, ...], moment: datetime, limits: Limits) -> None:
        self._start_message = Start(limits=limits, roots=roots, moment=moment)
        self._limits = limits
        self._left = limits.dossier_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._decoder: msgspec.json.Decoder[Read] = msgspec.json.Decoder(Read)

    @property
    def pid(self) -> int | None:
        """Process id of the child that runs now, if any."""
        return self._child.pid if self._child else None

    def read(
        self,
        path: Path,
        *,
        named: str,
        places: tuple[PlaceAsked, ...] = (),
        table: TableAsked | None = None,
        form: bool = False,
    ) -> Read:
        """Read a file. What cannot be read has a problem, that says why.

        Parameters: `path`, in the folder of its document; `named`, what that calls it: the way from that folder;
        `places`, what is to be looked up in it; `table`, which table to read; `form`, whether to return what a JSON or
        YAML file holds.
        """
        stopping.go_on()
        request = Request(path=named, format=format_of(b"", named), places=places, table=table, form=form)
        try:
            _refuse_outside(path, named)
            size, digest, content = self._content(path)
        except UnfitFileError as error:
            problem = Text(f"Het bestand {error.text.nl}.", f"The file {error.text.en}.")
            return contents.unread(request, problem)
        except OSError as error:
            reason = why(error)
            problem = Text(f"Het bestand is niet te lezen: {reason.nl}.", f"The file cannot be read: {reason.en}.")
            return contents.unread(request, problem)
        except Failed as stop:
            return contents.unread(request, stop.message)
        if content is None:
            most = self._limits.file_bytes // MEGABYTE
            seen = contents.unread(request, too_large(f"meer dan {most} MB", f"more than {most} MB").message)
        else:
            seen = self._read(replace(request, format=format_of(content, named)), content)
        return replace(seen, attachment=replace(seen.attachment, size=size, sha256=digest))

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    stream.close()

    def _content(self, path: Path) -> tuple[int, str, bytes | None]:
        """Size and SHA-256 of a file, and its content when it is not too large. Raises Failed for a full dossier."""
        with open_bounded(path, self._limits.dossier_bytes) as stream:
            self._left -= os.fstat(stream.fileno()).st_size
            if self._left < 0:
                most = self._limits.dossier_bytes // MEGABYTE
                raise too_large(
                    f"met de bestanden ervoor is het dossier meer dan {most} MB",
                    f"with the files before it the dossier is more than {most} MB",
                )
            content = stream.read(self._limits.file_bytes + 1)
            digest = sha256(content)
            size = len(content)
            if size <= self._limits.file_bytes:
                return size, digest.hexdigest(), content
            while part := stream.read(frames.CHUNK):
                digest.update(part)
                size += len(part)
                stopping.go_on()
            return size, digest.hexdigest(), None

    def _read(self, request: Request, content: bytes) -> Read:
        parsed = request.format in {"pdf", "sheet"} or request.table is not None or request.form
        if not parsed:
            return contents.read(request, content, self._start_message)
        try:
            answer = self._asked(request, content)
        except Failed as stop:
            self.close()
            return contents.unread(request, stop.message)
        except BaseException:
            self.close()
            raise
        return self._decoder.decode(answer)

    def _asked(self, request: Request, content: bytes) -> bytes:
        message = frames.framed(msgspec.json.encode(request)) + frames.framed(content)
        child = self._child
        if child is None:
            child = self._started()
            message = frames.framed(msgspec.json.encode(self._start_message)) + message
        end = time.monotonic() + self._limits.deadline_s

        def look() -> None:
            stopping.go_on()
            if time.monotonic() > end:
                raise too_long(self._limits.deadline_s)

        # JSON takes room for what is said of an answer that is too large.
        answer = frames.exchange(child, message, self._limits.answer_bytes + MEGABYTE, look)
        if answer is frames.Broken.ENDED:
            raise self._why_ended(child)
        if answer is frames.Broken.TOO_LARGE:
            raise too_much_memory(self._limits.memory_bytes)
        return answer

    def _why_ended(self, child: subprocess.Popen[bytes]) -> Failed:
        code, _ = guard.reap(child, time.monotonic() + _ENDS_WITHIN_S)
        if code == -signal.SIGXCPU:
            return too_long(self._limits.processor_s)
        if code < 0:
            return too_much_memory(self._limits.memory_bytes)
        return failed(
            Reason.TOOL_FAILED,
            nl=f"Het programma dat bestanden leest is gestopt (code {code}). Is Toetskader heel geïnstalleerd?",
            en=f"The program that reads files ended (code {code}). Is Toetskader installed completely?",
        )

    def _started(self) -> subprocess.Popen[bytes]:
        # None of our secrets, tokens or proxies; the package must be found where it was, installed or not.
        environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(toetskader.__file__).parents[1]),
        }
        self._child = child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-s", "-m", f"{__package__}.child", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env=environment,
        )
        if sys.platform == "linux" and child.stdin is not None and child.stdout is not None:
            for stream in (child.stdin, child.stdout):
                fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, frames.CHUNK)
        return child


@contextmanager
def open_reader(trust: tuple[Path, ...], moment: datetime, limits: Limits | None = None) -> Iterator[Reader]:
    """Open a reader; its child process ends with the context, or when this process does.

    Parameters: `trust`, files with certificates that signatures are trusted by (PEM or DER), and folders with such
    files; `moment`, at which they must be trusted. Raises Failed for one of these that cannot be read.
    """
    reader = Reader(tuple(root for path in trust for root in _roots(path)), moment, limits or Limits())
    try:
        yield reader
    finally:
        reader.close()


def _refuse_outside(path: Path, named: str) -> None:
    """Raise Failed for a file that is not in the folder of its document: its name leaves that, or a link does."""
    parts = PurePosixPath(named).parts
    if PurePosixPath(named).is_absolute() or ".." in parts or "\\" in named:
        raise failed(
            Reason.REFUSED_INPUT,
            nl="Het bestand staat niet in de map van het document. Zet het daarin.",
            en="The file is not in the folder of its document. Put it there.",
        )
    if any(folder.is_symlink() for folder in list(path.parents)[: len(parts) - 1]):
        raise LinkedFileError


def _roots(path: Path) -> Iterator[bytes]:
    try:
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.suffix.lower() in _ROOT_SUFFIXES)
        else:
            files = [path]
        for file in files:
            content = read_bounded(file, _ROOTS_BYTES, follow=True)  # of whoever audits
            pem = b"-----BEGIN" in content
            found = x509.load_pem_x509_certificates(content) if pem else [x509.load_der_x509_certificate(content)]
            yield from (certificate.public_bytes(Encoding.DER) for certificate in found)
    except ValueError:
        raise _no_root(file.name, Text("is geen certificaat", "is no certificate")) from None
    except UnfitFileError as error:
        raise _no_root(file.name, error.text) from None
    except OSError as error:
        raise _no_root(path.name, why(error)) from None


def _no_root(name: str, reason: Text) -> Failed:
    return failed(
        Reason.REFUSED_INPUT,
        nl=f"Het stamcertificaat {name} is niet te lezen: {reason.nl}. Zet er een certificaat in PEM neer.",
        en=f"The root certificate {name} cannot be read: {reason.en}. Put a certificate in PEM there.",
    )
