"""What the files of a dossier may cost, and how that is told."""

import msgspec

from toetskader.core.bounded import MEGABYTE
from toetskader.core.failure import Failed, Reason, failed

GIBIBYTE = 1024**3


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on a dossier, on one file of it, and on the process that reads these."""

    dossier_bytes: int = 1000 * MEGABYTE
    """All files of a dossier together."""
    file_bytes: int = 50 * MEGABYTE
    memory_bytes: int = GIBIBYTE
    """Address space of the process that reads files."""
    processor_s: int = 60
    """Processor time for one file."""
    deadline_s: float = 240.0
    """Wall-clock time for one file: what waits uses no processor time."""
    answer_bytes: int = 64 * MEGABYTE
    """All that is read of one file."""
    pages: int = 500
    signatures: int = 20
    unpacked_bytes: int = 200 * MEGABYTE
    """All members of an archive together, as its directory says."""
    ratio: int = 100
    """How many times smaller an archive may be than its members."""
    members: int = 10_000
    rows: int = 100_000
    columns: int = 200
    cell_bytes: int = 32_768
    """One cell, as UTF-8. A cell of Excel holds 32,767 characters."""
    values: int = 1_000_000
    """Values of a form."""
    depth: int = 40
    """How deep lists and mappings of a form may lie inside each other."""


def damaged(nl: str, en: str) -> Failed:
    """Make the exception for a file that is not what it should be. Parameters: what is wrong, as a clause."""
    return failed(
        Reason.REFUSED_INPUT,
        nl=f"Het bestand is niet te lezen: {nl}. Lever het opnieuw aan.",
        en=f"The file cannot be read: {en}. Supply it again.",
    )


def no_table(nl: str, en: str) -> Failed:
    """Make the exception for a table that is not there as it should be. Parameters: what is wrong, as a clause."""
    return failed(
        Reason.REFUSED_INPUT,
        nl=f"De tabel is niet te lezen: {nl}.",
        en=f"The table cannot be read: {en}.",
    )


def too_large(nl: str, en: str) -> Failed:
    """Make the exception for a file that holds too much. Parameters: what is too much, as a clause."""
    return failed(
        Reason.TOO_LARGE,
        nl=f"Het bestand is te groot: {nl}. Lever een kleiner bestand aan, of deel het op.",
        en=f"The file is too large: {en}. Supply a smaller one, or split it.",
    )


def too_much_memory(most: int) -> Failed:
    """Make the exception for a file that cannot be read within the memory there is."""
    return failed(
        Reason.TOO_LARGE,
        nl=f"Het lezen brak af: het bestand vraagt meer dan {most // MEGABYTE} MB geheugen, of is zo beschadigd dat de "
        "lezer erop stukloopt. Sla het opnieuw op en lever het opnieuw aan.",
        en=f"Reading it broke off: the file needs more than {most // MEGABYTE} MB of memory, or is damaged so that the "
        "reader fails on it. Save it anew and supply it again.",
    )


def too_long(seconds: float) -> Failed:
    """Make the exception for a file that takes too long."""
    return failed(
        Reason.TIMED_OUT,
        nl=f"Het lezen duurde langer dan {seconds:.0f} seconden en is afgebroken. Lever een eenvoudiger bestand aan.",
        en=f"Reading it took more than {seconds:.0f} seconds and was broken off. Supply a simpler file.",
    )


def encrypted() -> Failed:
    """Make the exception for a file that opens with a password only."""
    return failed(
        Reason.REFUSED_INPUT,
        nl="Het bestand is versleuteld en opent alleen met een wachtwoord. Lever het zonder wachtwoord aan.",
        en="The file is encrypted and opens with a password only. Supply it without one.",
    )
