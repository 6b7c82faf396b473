"""Safe reading of a chart before Helm sees it: a directory, or a packed chart that is unpacked here, within limits.

Helm follows symbolic links out of a chart directory and unpacks what it is given; so links, devices and paths that
leave the chart are refused first, and sizes are counted while streaming: an archive never costs more than its budget.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import stat
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Self

from toetskader.collect.helm.ignore import IgnoreRules
from toetskader.collect.helm.limits import MEGABYTE, Limits, Refused, refused
from toetskader.facts.attempt import Reason

SCHEMA = "values.schema.json"
PACKED = (".tgz", ".tar.gz")
# What one archive header may take: the paths and attributes of a single entry, never file content.
HEADER_ALLOWANCE = MEGABYTE
CHUNK = 64 * 1024


class Budget:
    """What is left of the limits while the files of one chart are read."""

    def __init__(self, limits: Limits, what: str) -> None:
        self.limits = limits
        self.what = what
        self._bytes = limits.unpacked_bytes
        self._entries = limits.entries

    def entry(self, path: str) -> None:
        """Count one file or directory, and look at its path."""
        self._entries -= 1
        if self._entries < 0:
            raise _too_large(
                self.what,
                f"meer dan {self.limits.entries} bestanden en mappen",
                f"more than {self.limits.entries} files and directories",
            )
        if len(path) > self.limits.path_length or path.count("/") >= self.limits.path_depth:
            raise _too_large(
                self.what, f"een te lang of te diep pad ({path[:60]}…)", f"a path too long or too deep ({path[:60]}…)"
            )
        try:
            path.encode()
        except UnicodeEncodeError as error:  # the bytes that are no UTF-8 came in as surrogates
            shown = path.encode("ascii", "backslashreplace").decode()
            raise _refused(
                self.what,
                f"de bestandsnaam {shown} is geen UTF-8; geef het bestand een andere naam",
                f"the file name {shown} is not UTF-8; give the file another name",
            ) from error

    def file(self, path: str, size: int) -> None:
        """Count the bytes of one file, before they are read."""
        if size > self.limits.file_bytes:
            limit = f"{self.limits.file_bytes / MEGABYTE:g} MB"
            raise _too_large(self.what, f"{path} is groter dan {limit}", f"{path} is larger than {limit}")
        self._bytes -= size
        if self._bytes < 0:
            limit = f"{self.limits.unpacked_bytes / MEGABYTE:g} MB"
            raise _too_large(self.what, f"samen meer dan {limit} uitgepakt", f"more than {limit} when unpacked")


class OpenSource:
    """A chart that is safe to hand to Helm. Use as a context manager: leaving it removes what was unpacked.

    Attributes: `directory`, the chart's directory; `files`, path → text, packed subcharts included under
    `charts/<name>/`; `binary_files`, the paths that hold no text; `digest`, SHA-256 over paths and contents.
    """

    def __init__(self, directory: Path, contents: dict[str, bytes], scratch: Path | None) -> None:
        self.directory = directory
        self._scratch = scratch
        self.files: dict[str, str] = {}
        binary: list[str] = []
        for path, data in sorted(contents.items()):
            text = _text(path, data)
            if text is None:
                binary.append(path)
            else:
                self.files[path] = text
            if text and path.rpartition("/")[2] == SCHEMA:
                _check_schema(path, text)
        self.binary_files = tuple(binary)
        self.digest = _digest(contents)

    def close(self) -> None:
        """Remove the private copy, when there is one."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_source(path: Path, limits: Limits) -> OpenSource:
    """Open a chart directory or a packed chart.

    Parameters: `path`, directory or `.tgz`; `limits`, the bounds on sizes, counts and paths.
    Raises `Refused`: nothing there, not a chart, outside the limits, or trying to leave its directory.
    """
    if path.is_dir():
        contents = read_directory(path, limits)
        _need_chart(path, contents)
        return OpenSource(path.resolve(), contents, None)
    if not path.is_file():
        raise refused(
            Reason.REFUSED_INPUT,
            nl=f"{path} bestaat niet of is geen gewoon bestand. Wijs een chartmap of een .tgz aan.",
            en=f"{path} does not exist or is no regular file. Point to a chart directory or a .tgz.",
        )
    scratch = Path(tempfile.mkdtemp(prefix="toetskader-chart-"))
    try:
        contents = {}
        top = _unpack_into(scratch, path, Budget(limits, path.name), contents)
        _need_chart(path, contents)
        return OpenSource(scratch / top, contents, scratch)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def read_directory(root: Path, limits: Limits) -> dict[str, bytes]:
    """Read the files of a chart directory that Helm would load, packed subcharts unpacked in memory.

    Raises `Refused`: a link that leaves the chart or points to a directory, a device, or more than the limits allow.
    """
    budget = Budget(limits, root.name)
    rules = IgnoreRules()
    ignore = root / ".helmignore"
    if ignore.is_file():
        rules = IgnoreRules(_decode(".helmignore", _read_file(ignore, root, ".helmignore", budget)))
    contents: dict[str, bytes] = {}
    for path, entry in _walk(root, "", rules, budget):
        data = _read_file(Path(entry.path), root, path, budget)
        _keep(path, data, budget, contents)
    return contents


def read_text(path: Path, limits: Limits) -> str:
    """Read one text file that somebody handed over, such as a values file.

    Raises `Refused`: absent, larger than the limit on files, or not UTF-8.
    """
    if not path.is_file():
        raise refused(
            Reason.REFUSED_INPUT,
            nl=f"{path} bestaat niet of is geen gewoon bestand.",
            en=f"{path} does not exist or is no regular file.",
        )
    with path.open("rb") as stream:
        data = stream.read(limits.file_bytes + 1)
    Budget(limits, path.name).file(path.name, len(data))
    return _decode(str(path), data)


def copy_chart(source: OpenSource, target: Path) -> None:
    """Write a private copy of an opened chart, with the files that Helm would load and nothing else.

    Parameters: `target`, a directory that does not exist yet. The supplier's own directory is never written to.
    """
    ignore = source.files.get(".helmignore", "")
    unlimited = Budget(Limits(entries=sys.maxsize), target.name)
    for path, entry in _walk(source.directory, "", IgnoreRules(ignore), unlimited):
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(entry.path, file)
    if ignore:
        (target / ".helmignore").write_text(ignore, encoding="utf-8")


def check_packed(path: Path, limits: Limits) -> None:
    """Look through a packed chart without keeping it, for instance after it was downloaded.

    Raises `Refused` as `open_source` does.
    """
    budget = Budget(limits, path.name)
    contents: dict[str, bytes] = {}

    def keep(name: str, data: bytes) -> None:
        _keep(name.partition("/")[2], data, budget, contents)

    with path.open("rb") as stream:
        _read_archive(stream, budget, keep, path.name)
    _need_chart(path, contents)


def _walk(root: Path, prefix: str, rules: IgnoreRules, budget: Budget) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    with os.scandir(root / prefix) as entries:
        for entry in sorted(entries, key=lambda item: item.name):
            path = prefix + entry.name
            directory = entry.is_dir(follow_symlinks=True)
            if rules.ignores(path, directory=directory):
                continue
            budget.entry(path)
            if not directory:
                yield path, entry
            elif entry.is_symlink():
                raise _refused(
                    budget.what,
                    f"{path} is een symbolische koppeling naar een map; neem de map zelf op",
                    f"{path} is a symbolic link to a directory; include the directory itself",
                )
            else:
                yield from _walk(root, path + "/", rules, budget)


def _read_file(file: Path, root: Path, path: str, budget: Budget) -> bytes:
    if file.is_symlink() and not file.resolve().is_relative_to(root.resolve()):
        raise _refused(
            budget.what,
            f"{path} is een symbolische koppeling naar buiten de chart; neem het bestand zelf op",
            f"{path} is a symbolic link that leaves the chart; include the file itself",
        )
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _refused(budget.what, f"{path} is geen gewoon bestand", f"{path} is no regular file")
        budget.file(path, status.st_size)
        with file.open("rb") as stream:
            return stream.read(status.st_size)
    except OSError as error:
        raise _refused(
            budget.what,
            f"{path} is niet te lezen ({error.strerror}); controleer de rechten",
            f"{path} cannot be read ({error.strerror}); check its permissions",
        ) from error


def _unpack_into(scratch: Path, archive: Path, budget: Budget, contents: dict[str, bytes]) -> str:
    """Unpack an archive below `scratch`, and return the name of its one top folder."""
    tops: set[str] = set()

    def keep(name: str, data: bytes) -> None:
        top, _, path = name.partition("/")
        tops.add(top)
        target = scratch / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as error:  # one entry uses another entry's file as its folder, or a name no file can have
            raise _refused(budget.what, f"{name} kan niet worden uitgepakt", f"{name} cannot be unpacked") from error
        _keep(path, data, budget, contents)

    with archive.open("rb") as stream:
        _read_archive(stream, budget, keep, archive.name)
    return tops.pop() if tops else ""


def _keep(path: str, data: bytes, budget: Budget, contents: dict[str, bytes], depth: int = 1) -> None:
    contents[path] = data
    if _is_packed_subchart(path):
        _read_packed(path, data, budget, contents, depth)


def _read_packed(path: str, data: bytes, budget: Budget, contents: dict[str, bytes], depth: int) -> None:
    """Add the files of a packed subchart, as if its folder lay next to it: Helm unpacks it too."""
    if depth > budget.limits.packed_depth:
        raise _too_large(
            budget.what,
            f"{path} zit te diep in ingepakte subcharts",
            f"{path} sits too deep inside packed subcharts",
        )
    folder = path.rpartition("/")[0]

    def keep(name: str, inner: bytes) -> None:
        _keep(f"{folder}/{name}", inner, budget, contents, depth + 1)

    _read_archive(io.BytesIO(data), budget, keep, path)


def _read_archive(packed: IO[bytes], budget: Budget, keep: Callable[[str, bytes], None], what: str) -> None:
    """Stream a `.tgz`; call `keep` with name and content of each file. Never reads more than the budget allows."""
    reader = _Allowance(packed, what)
    top = ""
    try:
        with tarfile.open(fileobj=reader, mode="r|", errorlevel=2, encoding="utf-8", errors="strict") as archive:
            while True:
                reader.allow(HEADER_ALLOWANCE)
                member = archive.next()
                if member is None:
                    break
                name = _safe_name(member, budget)
                budget.entry(name)
                first = name.partition("/")[0]
                if top and first != top:
                    raise _refused(
                        what,
                        f"{name} ligt buiten de ene map {top}/ van de chart",
                        f"{name} lies outside the chart's one folder {top}/",
                    )
                top = first
                if member.isdir():
                    continue
                budget.file(name, member.size)
                reader.allow(member.size + HEADER_ALLOWANCE)
                stream = archive.extractfile(member)
                keep(name, stream.read() if stream else b"")
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, ValueError) as error:
        raise _refused(
            what,
            f"het archief is niet te lezen ({error}); maak het opnieuw met 'helm package'",
            f"the archive cannot be read ({error}); make it again with 'helm package'",
        ) from error


class _Allowance(io.RawIOBase):
    """Unzips a stream, and stops when more is asked than the part that is being read may take.

    The tar reader takes headers of any size into memory; this is what keeps a forged header small.
    """

    def __init__(self, packed: IO[bytes], what: str) -> None:
        super().__init__()
        self._stream = gzip.GzipFile(fileobj=packed, mode="rb")
        self._what = what
        self._left = HEADER_ALLOWANCE

    def allow(self, size: int) -> None:
        """Set what may be read from here on."""
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        self._left -= size
        if size < 0 or self._left < 0:
            raise _too_large(self._what, "een kop van meer dan 1 MB", "a header of more than 1 MB")
        return self._stream.read(size)


def _safe_name(member: tarfile.TarInfo, budget: Budget) -> str:
    # Archives made on Windows may hold backslashes; Helm reads those as slashes.
    name = member.name.replace("\\", "/")
    path = PurePosixPath(name)
    parts = [part for part in path.parts if part != "."]
    if path.is_absolute() or ".." in parts or (parts and parts[0].endswith(":")) or "\0" in name:
        raise _refused(
            budget.what,
            f"het archief bevat het pad {name[:80]!r}, dat de chart verlaat",
            f"the archive holds the path {name[:80]!r}, which leaves the chart",
        )
    if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE}:
        raise _refused(
            budget.what,
            f"{name[:80]} is een koppeling of bijzonder bestand; neem gewone bestanden op",
            f"{name[:80]} is a link or special file; include regular files",
        )
    if not member.isdir() and len(parts) < 2:
        raise _refused(
            budget.what,
            f"{name[:80]!r} ligt niet in de map van de chart; maak het archief met 'helm package'",
            f"{name[:80]!r} does not lie in the chart's folder; make the archive with 'helm package'",
        )
    return "/".join(parts)


def _is_packed_subchart(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name.endswith(PACKED) and folder.rpartition("/")[2] == "charts"


def _need_chart(path: Path, contents: dict[str, bytes]) -> None:
    if "Chart.yaml" not in contents:
        raise refused(
            Reason.REFUSED_INPUT,
            nl=f"{path} is geen Helm-chart: Chart.yaml ontbreekt. Wijs de map aan waarin Chart.yaml staat.",
            en=f"{path} is no Helm chart: Chart.yaml is missing. Point to the folder that holds Chart.yaml.",
        )


def _check_schema(path: str, text: str) -> None:
    """Refuse a schema that names another one: Helm would read any file of this machine for it, or any address."""
    try:
        other = _other_schema(text)
    except (ValueError, RecursionError) as error:
        raise refused(
            Reason.REFUSED_INPUT,
            nl=f"{path} is geen JSON die te lezen is: {error}",
            en=f"{path} is no readable JSON: {error}",
        ) from error
    if other:
        raise refused(
            Reason.REFUSED_INPUT,
            nl=f"{path} verwijst naar {other[:200]!r}, buiten de chart. Neem dat schema op onder $defs.",
            en=f"{path} refers to {other[:200]!r}, outside the chart. Include that schema under $defs.",
        )


@lru_cache(maxsize=16)
def _other_schema(text: str) -> str | None:
    """Return what a schema refers to outside itself, if anything. Remembered: many charts carry the same subchart."""
    stack = [json.loads(text)]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            stack.extend(value.values())
            for key, allowed in _REFERENCES.items():
                other = value.get(key)
                if isinstance(other, str) and not other.startswith(allowed):
                    return other
    return None


# Keywords of JSON Schema that load another schema, with how a value begins that loads none.
_REFERENCES = {
    "$ref": ("#",),
    "$dynamicRef": ("#",),
    "$recursiveRef": ("#",),
    "$schema": ("http://json-schema.org/", "https://json-schema.org/"),
}


def _text(path: str, data: bytes) -> str | None:
    """Decode a file; what Helm itself reads as text must be UTF-8, anything else may be binary."""
    name = path.rpartition("/")[2]
    parts = path.split("/")
    if name in {"Chart.yaml", "values.yaml", SCHEMA, ".helmignore"} or "templates" in parts[:-1]:
        return _decode(path, data)
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _decode(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refused(
            Reason.REFUSED_INPUT,
            nl=f"{path}, regel {line}: geen UTF-8-tekst. Sla het bestand op als UTF-8.",
            en=f"{path}, line {line}: not UTF-8 text. Save the file as UTF-8.",
        ) from error


def _digest(contents: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for path, data in sorted(contents.items()):
        whole.update(f"{path}\0{hashlib.sha256(data).hexdigest()}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _too_large(what: str, nl: str, en: str) -> Refused:
    return refused(
        Reason.TOO_LARGE,
        nl=f"{what} is geweigerd: {nl}. Lever de chart zonder bestanden die er niet in horen.",
        en=f"{what} was refused: {en}. Deliver the chart without files that do not belong in it.",
    )


def _refused(what: str, nl: str, en: str) -> Refused:
    return refused(Reason.REFUSED_INPUT, nl=f"{what} is geweigerd: {nl}.", en=f"{what} was refused: {en}.")
