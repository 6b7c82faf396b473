"""Safe reading of a chart before Helm sees it: a directory, or a packed chart, within limits.

Helm follows symbolic links out of a chart directory and unpacks what it is given; so links, devices and paths that
leave the chart are refused first, and sizes are counted while streaming: an archive never costs more than its budget.

Helm reads a packed chart in other ways than a directory: `.helmignore` does not count, and hidden templates do. So it
gets the archive as it is, and what two readers may read in two ways is refused.
"""

import gzip
import hashlib
import io
import os
import re
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from toetskader.collect.helm.ignore import BadRule, IgnoreRules
from toetskader.collect.helm.limits import MEGABYTE, Limits
from toetskader.collect.helm.schemas import Outside, without_outside
from toetskader.collect.helm.tarball import BLOCK, Entry, Tarball, Unclear
from toetskader.core.bounded import TooLargeFileError, UnfitFileError, read_bounded
from toetskader.core.failure import Failed, Failure, Reason, failed
from toetskader.oserrors import why

SCHEMA = "values.schema.json"
IGNORE = ".helmignore"
PACKED = ".tgz"
# Packed subcharts, as `LoadFiles` in Helm's `pkg/chart/v2/loader` finds them; it skips names with `_` or `.` in front.
_PACKED = re.compile(r"(?:charts/(?![_.])[^/]+/)*charts/(?![_.])[^/]+\.tgz")
_SCHEMA_FILE = re.compile(r"(?:charts/[^/]+/)*values\.schema\.json")
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
        """Count the bytes of one file, before they are kept."""
        if size > self.limits.file_bytes:
            raise self.too_large(path)
        self._bytes -= size
        if self._bytes < 0:
            limit = f"{self.limits.unpacked_bytes / MEGABYTE:g} MB"
            raise _too_large(self.what, f"samen meer dan {limit} uitgepakt", f"more than {limit} when unpacked")

    def too_large(self, path: str) -> Failed:
        """Say of one file that it is larger than any may be."""
        limit = f"{self.limits.file_bytes / MEGABYTE:g} MB"
        return _too_large(self.what, f"{path} is groter dan {limit}", f"{path} is larger than {limit}")


class OpenSource:
    """A chart that is safe to hand to Helm. Use as a context manager: leaving it removes what was unpacked.

    Attributes: `directory`, the chart's directory; `packed`, the archive it came in, which Helm loads then; `files`,
    path → text, packed subcharts included under `charts/<name>/`; `binary_files`, the paths that hold no text;
    `digest`, SHA-256 over paths and contents; `outside`, the references in schemas of values to other schemas, each
    with its file. What Helm gets, in `directory` and `packed`, is without these.
    """

    def __init__(
        self, directory: Path, contents: dict[str, bytes], scratch: Path | None, packed: Path | None = None
    ) -> None:
        self.directory = directory
        self.packed = packed
        self._scratch = scratch
        self.files: dict[str, str] = {}
        binary: list[str] = []
        for path, data in sorted(contents.items()):
            text = _text(path, data)
            if text is None:
                binary.append(path)
            else:
                self.files[path] = text
        self.binary_files = tuple(binary)
        self._cut, self.outside = _cut(contents)
        self.digest = _digest(contents)

    @property
    def own_files(self) -> tuple[str, ...]:
        """Paths of the chart's own files, those of its subcharts left out."""
        return tuple(path for path in (*self.files, *self.binary_files) if not path.startswith("charts/"))

    def for_helm(self, path: str) -> str:
        """Return the text of a file as Helm may read it."""
        return self._cut.get(path, self.files[path])

    @property
    def stop(self) -> Failure | None:
        """Why Helm cannot render this chart anywhere else than where it was written; None when nothing shows that."""
        for path, item in self.outside:
            if not item.is_remote:
                return failed(
                    Reason.REFUSED_INPUT,
                    nl=f"{path} verwijst naar {item.reference!r}, buiten de chart. Neem dat schema op onder $defs.",
                    en=f"{path} refers to {item.reference!r}, outside the chart. Include that schema under $defs.",
                ).failure
        return None

    def take_over(self, source: "OpenSource") -> None:
        """Know of the files that came from a chart what was taken out of them for Helm."""
        self.files |= {path: source.files[path] for path in source._cut}
        self._cut |= source._cut
        self.outside += source.outside

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
    Raises `Failed`: nothing there, not a chart, outside the limits, or trying to leave its directory.
    """
    if path.is_dir():
        budget = Budget(limits, path.name)
        own = _read_own(path, budget)
        contents = _with_subcharts(own, budget)
        _need_chart(path, contents)
        if not _cut(contents)[1]:
            return OpenSource(path.resolve(), contents, None)
        return _in_a_copy(path, _without_outside(own, Budget(limits, path.name)), contents, path.name)
    if not path.is_file():
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{path} bestaat niet of is geen gewoon bestand. Wijs een chartmap of een .tgz aan.",
            en=f"{path} does not exist or is no regular file. Point to a chart directory or a .tgz.",
        )
    budget = Budget(limits, path.name)
    packed, own, top = _read_packed_chart(path, budget)
    contents = _with_subcharts(own, budget)
    if _cut(contents)[1]:
        own = _without_outside(own, Budget(limits, path.name))
        packed = _packed(own, top)
    return _in_a_copy(path, own, contents, top, packed)


def open_copy(copy: Path, scratch: Path, limits: Limits, source: OpenSource) -> OpenSource:
    """Open a private copy of a chart, to which files were added.

    Parameters: `copy`, made by `copy_chart` of `source`; `scratch`, the folder to remove in the end.
    Raises `Failed` as `open_source` does.
    """
    budget = Budget(limits, copy.name)
    own = _read_own(copy, budget)
    contents = _with_subcharts(own, budget)
    if _cut(contents)[1]:
        _unpack(_without_outside(own, Budget(limits, copy.name)), copy, copy.name, ignore=True)
    opened = OpenSource(copy, contents, scratch)
    opened.take_over(source)
    return opened


def _in_a_copy(
    path: Path, own: dict[str, bytes], contents: dict[str, bytes], top: str, packed: bytes | None = None
) -> OpenSource:
    """Write what Helm may read of a chart to a private copy.

    Parameters: `own`, the files to write; `contents`, what the chart holds, packed subcharts unpacked; `packed`, the
    archive for Helm, of a chart that came packed. For an archive Helm does not read `.helmignore`.
    """
    scratch = Path(tempfile.mkdtemp(prefix="toetskader-chart-"))
    try:
        directory = scratch / "unpacked" / top
        _unpack(own, directory, path.name, ignore=packed is None)
        if packed is None:
            return OpenSource(directory, contents, scratch)
        copy = scratch / f"chart{PACKED}"
        copy.write_bytes(packed)  # what was looked at: the file that was given may change
        return OpenSource(directory, contents, scratch, copy)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _read_own(root: Path, budget: Budget) -> dict[str, bytes]:
    """Read the files of a chart directory that Helm would load, packed subcharts as they are."""
    rules = IgnoreRules()
    ignore = root / IGNORE
    if ignore.is_file():
        try:
            rules = IgnoreRules(_decode(IGNORE, _read_file(ignore, root, IGNORE, budget)))
        except BadRule as rule:
            raise _refused(
                budget.what,
                f"{IGNORE} bevat het patroon {str(rule)[:80]!r}, dat Helm niet kan lezen",
                f"{IGNORE} holds the pattern {str(rule)[:80]!r}, which Helm cannot read",
            ) from rule
    contents: dict[str, bytes] = {}
    for path, entry in _walk(root, "", rules, budget):
        contents[path] = _read_file(Path(entry.path), root, path, budget)
    return contents


def read_text(path: Path, limits: Limits) -> str:
    """Read one text file that somebody handed over, such as a values file.

    Raises `Failed`: absent, larger than the limit on files, or not UTF-8.
    """
    if not path.is_file():
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{path} bestaat niet of is geen gewoon bestand.",
            en=f"{path} does not exist or is no regular file.",
        )
    return _decode(str(path), _bounded(path, path.name, Budget(limits, path.name)))  # the auditor names it


def _bounded(file: Path, path: str, budget: Budget) -> bytes:
    """Read a file within a budget, following links. Raises `Failed`. Parameters: `path`, what it is called."""
    try:
        data = read_bounded(file, budget.limits.file_bytes, follow=True)
    except TooLargeFileError as error:
        raise budget.too_large(path) from error
    except UnfitFileError as error:
        raise _refused(budget.what, f"{path} {error.text.nl}", f"{path} {error.text.en}") from error
    except OSError as error:
        raise _refused(
            budget.what,
            f"{path} is niet te lezen ({why(error).nl}); controleer de rechten",
            f"{path} cannot be read ({why(error).en}); check its permissions",
        ) from error
    budget.file(path, len(data))
    return data


def contents_for_helm(source: OpenSource) -> dict[str, bytes]:
    """Return the files of an opened chart that Helm would load and nothing else, packed subcharts as they are."""
    ignore = source.files.get(IGNORE, "") if source.packed is None else ""
    # They were counted when the chart was opened.
    unlimited = Limits(entries=sys.maxsize, file_bytes=sys.maxsize, unpacked_bytes=sys.maxsize)
    budget = Budget(unlimited, source.directory.name)
    found = {
        path: _bounded(Path(entry.path), path, budget)
        for path, entry in _walk(source.directory, "", IgnoreRules(ignore), budget)
    }
    return found | ({IGNORE: ignore.encode()} if ignore else {})


def copy_chart(source: OpenSource, target: Path) -> None:
    """Write a private copy of an opened chart, with the files that Helm would load and nothing else.

    Parameters: `target`, a directory that does not exist yet. The supplier's own directory is never written to.
    """
    _unpack(contents_for_helm(source), target, target.name, ignore=True)


def pack_again(source: OpenSource, copy: Path) -> Path:
    """Pack a copy of a chart that came packed, so that Helm reads it as it read the chart; return the archive.

    Parameters: `copy`, made by `copy_chart`; files may have been added to it.
    """
    packed = copy.with_suffix(PACKED)
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(copy, "chart")
        ignore = source.files.get(IGNORE, "").encode()
        if ignore:
            entry = tarfile.TarInfo(f"chart/{IGNORE}")
            entry.size = len(ignore)
            archive.addfile(entry, io.BytesIO(ignore))
    return packed


def check_packed(path: Path, limits: Limits) -> None:
    """Look through a packed chart without keeping it, for instance after it was downloaded.

    Raises `Failed` as `open_source` does.
    """
    budget = Budget(limits, path.name)
    _, contents, _ = _read_packed_chart(path, budget)
    _with_subcharts(contents, budget)


def _read_packed_chart(path: Path, budget: Budget) -> tuple[bytes, dict[str, bytes], str]:
    """Return a packed chart: the archive, its files by path inside the chart, and its top folder."""
    try:
        packed = read_bounded(path, budget.limits.unpacked_bytes, follow=True)  # the auditor names it
    except TooLargeFileError as error:
        limit = f"{budget.limits.unpacked_bytes / MEGABYTE:g} MB"
        raise _too_large(path.name, f"groter dan {limit}", f"larger than {limit}") from error
    contents, top = _read_archive(io.BytesIO(packed), budget, path.name)
    _need_chart(path, contents)
    for name in contents:
        if name.startswith("templates/."):
            raise _refused(
                path.name,
                f"{name} is een verborgen template, die Helm in een map weglaat en in een archief niet; laat hem weg",
                f"{name} is a hidden template, which Helm leaves out in a folder and not in an archive; leave it out",
            )
    return packed, contents, top


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
    return _bounded(file, path, budget)


def _unpack(contents: dict[str, bytes], directory: Path, what: str, *, ignore: bool = False) -> None:
    """Write the files of a chart; its `.helmignore` when `ignore` is set."""
    for path, data in contents.items():
        target = directory / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if ignore or path != IGNORE:
                target.write_bytes(data)
        except OSError as error:  # one entry uses another entry's file as its folder, or a name no file can have
            raise _refused(what, f"{path} kan niet worden uitgepakt", f"{path} cannot be unpacked") from error


def _with_subcharts(contents: dict[str, bytes], budget: Budget, depth: int = 1) -> dict[str, bytes]:
    """Return the files of a chart with those of its packed subcharts, as if their folders lay next to the archives.

    Two that have one folder (two versions of one chart) lie apart: the other in a folder named for its archive.
    """
    found = dict(contents)
    for path in sorted(contents):
        if not _PACKED.fullmatch(path):
            continue
        if depth > budget.limits.packed_depth:
            raise _too_large(
                budget.what,
                f"{path} zit te diep in ingepakte subcharts",
                f"{path} sits too deep inside packed subcharts",
            )
        inner, top = _read_archive(io.BytesIO(contents[path]), budget, path)
        inner = _with_subcharts(inner, budget, depth + 1)
        folder = f"{path.rpartition('/')[0]}/{top}/"
        if any(name.startswith(folder) for name in found):
            folder = f"{path.removesuffix(PACKED)}/"
        found |= {folder + name: data for name, data in inner.items()}
    return found


def _read_archive(packed: IO[bytes], budget: Budget, what: str) -> tuple[dict[str, bytes], str]:
    """Read a `.tgz`: the files by path inside the chart, and its top folder. Never more than the budget allows.

    Source of what Helm makes of names: `LoadArchiveFiles` in its `pkg/chart/loader/archive`.
    """
    reader = _Allowance(packed, what)
    archive = Tarball(reader.read)
    contents: dict[str, bytes] = {}
    first = ""
    try:
        while True:
            reader.allow(HEADER_ALLOWANCE)
            entry = archive.next()
            if entry is None:
                return contents, first
            budget.entry(entry.name)
            if entry.is_folder:  # Helm passes those over, whatever they are called
                continue
            top, path = _place(entry, budget)
            if first and first != top:
                raise _refused(
                    what,
                    f"{entry.name} ligt buiten de ene map {first}/ van de chart",
                    f"{entry.name} lies outside the chart's one folder {first}/",
                )
            first = top
            if path in contents:
                raise _refused(
                    what,
                    f"{entry.name} staat er meer dan eens in; welke geldt, is niet te zeggen",
                    f"{entry.name} is in it more than once; which one counts cannot be told",
                )
            budget.file(entry.name, entry.size)
            reader.allow(entry.size + BLOCK)
            contents[path] = archive.content(entry)
    except Unclear as unclear:
        raise _refused(
            what,
            f"{unclear.text.nl}; maak het archief opnieuw met 'helm package'",
            f"{unclear.text.en}; make the archive again with 'helm package'",
        ) from unclear
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
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


def _place(entry: Entry, budget: Budget) -> tuple[str, str]:
    """Return the top folder of an entry, and its path below that. Raises `Failed` for names that are not plain."""
    name, shown = entry.name, repr(entry.name[:80])
    if "\\" in name and "/" not in name:  # archives made on Windows; Helm reads those as slashes
        name = name.replace("\\", "/")
    top, *parts = name.split("/")
    if not top or ".." in (top, *parts) or top.endswith(":") or (parts and parts[0].endswith(":")):
        raise _refused(
            budget.what,
            f"het archief bevat het pad {shown}, dat de chart verlaat",
            f"the archive holds the path {shown}, which leaves the chart",
        )
    if entry.is_special:
        raise _refused(
            budget.what,
            f"{entry.name[:80]} is een koppeling of bijzonder bestand; neem gewone bestanden op",
            f"{entry.name[:80]} is a link or special file; include regular files",
        )
    if not parts:
        raise _refused(
            budget.what,
            f"{shown} ligt niet in de map van de chart; maak het archief met 'helm package'",
            f"{shown} does not lie in the chart's folder; make the archive with 'helm package'",
        )
    if "\\" in name or not all(parts) or "." in parts:
        raise _refused(
            budget.what,
            f"{shown} is geen gewoon pad; maak het archief met 'helm package'",
            f"{shown} is no plain path; make the archive with 'helm package'",
        )
    return top, "/".join(parts)


def _need_chart(path: Path, contents: dict[str, bytes]) -> None:
    if "Chart.yaml" not in contents:
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{path} is geen Helm-chart: Chart.yaml ontbreekt. Wijs de map aan waarin Chart.yaml staat.",
            en=f"{path} is no Helm chart: Chart.yaml is missing. Point to the folder that holds Chart.yaml.",
        )


def _cut(contents: dict[str, bytes]) -> tuple[dict[str, str], tuple[tuple[str, Outside], ...]]:
    """Return the schemas among some files that refer to others, without that, and what they refer to.

    Raises `Failed`: no JSON that can be read.
    """
    cut: dict[str, str] = {}
    found: list[tuple[str, Outside]] = []
    for path, data in sorted(contents.items()):
        if not _SCHEMA_FILE.fullmatch(path) or not data:
            continue
        try:
            text, outside = without_outside(_decode(path, data))
        except (ValueError, RecursionError) as error:
            raise failed(
                Reason.REFUSED_INPUT,
                nl=f"{path} is geen JSON die te lezen is: {error}",
                en=f"{path} is no readable JSON: {error}",
            ) from error
        if outside:
            cut[path] = text
            found.extend((path, item) for item in outside)
    return cut, tuple(found)


def _without_outside(contents: dict[str, bytes], budget: Budget) -> dict[str, bytes]:
    """Return the files of a chart with no schema that refers to another, in packed subcharts neither."""
    found = dict(contents)
    for path, text in _cut(contents)[0].items():
        found[path] = text.encode()
    for path, data in contents.items():
        if _PACKED.fullmatch(path):
            inner, top = _read_archive(io.BytesIO(data), budget, path)
            changed = _without_outside(inner, budget)
            if changed != inner:
                found[path] = _packed(changed, top)
    return found


def _packed(contents: dict[str, bytes], top: str) -> bytes:
    """Pack the files of a chart below one folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, data in contents.items():
            entry = tarfile.TarInfo(f"{top}/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def _text(path: str, data: bytes) -> str | None:
    """Decode a file; what Helm itself reads as text must be UTF-8, anything else may be binary."""
    name = path.rpartition("/")[2]
    parts = path.split("/")
    if name in {"Chart.yaml", "values.yaml", SCHEMA, IGNORE} or "templates" in parts[:-1]:
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
        raise failed(
            Reason.REFUSED_INPUT,
            nl=f"{path}, regel {line}: geen UTF-8-tekst. Sla het bestand op als UTF-8.",
            en=f"{path}, line {line}: not UTF-8 text. Save the file as UTF-8.",
        ) from error


def _digest(contents: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for path, data in sorted(contents.items()):
        whole.update(f"{path}\0{hashlib.sha256(data).hexdigest()}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _too_large(what: str, nl: str, en: str) -> Failed:
    return failed(
        Reason.TOO_LARGE,
        nl=f"{what} is geweigerd: {nl}. Lever de chart zonder bestanden die er niet in horen.",
        en=f"{what} was refused: {en}. Deliver the chart without files that do not belong in it.",
    )


def _refused(what: str, nl: str, en: str) -> Failed:
    return failed(Reason.REFUSED_INPUT, nl=f"{what} is geweigerd: {nl}.", en=f"{what} was refused: {en}.")
