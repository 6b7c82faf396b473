"""What a chart may cost, and what is answered when it asks for more."""

import msgspec

MEGABYTE = 1024 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on one chart."""

    deadline_s: float = 30.0
    """Wall-clock time for one request to Helm: load, lint and all renders."""
    fetch_deadline_s: float = 20.0
    """Wall-clock time for one download of a chart or dependency."""
    memory_bytes: int = 1500 * MEGABYTE
    """Resident memory of the process that runs Helm."""
    output_bytes: int = 32 * MEGABYTE
    """One answer of that process: the renders of all values sets together."""
    render_bytes: int = 8 * MEGABYTE
    """Rendered text of one values set. Helm itself cannot store a release of more than about 1 MB packed; the largest
    real chart seen renders to 1.4 MB."""
    objects: int = 2_000
    """Objects of one values set. Which of them select or cover each other is looked at pair by pair."""
    unpacked_bytes: int = 32 * MEGABYTE
    """All files of a chart together, packed subcharts unpacked. Helm's own limit is 100 MB; but all text is searched
    for secrets, and the largest real chart seen, with twenty packed subcharts, has 12 MB."""
    file_bytes: int = 5 * MEGABYTE
    """One file, as in Helm's own archive loader."""
    entries: int = 20_000
    path_length: int = 512
    path_depth: int = 24
    packed_depth: int = 4
    """How deep packed subcharts may sit inside packed subcharts."""
    nesting: int = 100
    """How deep mappings and lists may lie inside each other, in what Helm read or rendered. The deepest real ones,
    schemas of custom resources, stay below 60; every walk through the data may count on this."""
