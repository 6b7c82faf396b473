"""Archives byte by byte: what no packer writes, and some reader may still take."""

import gzip
from collections.abc import Iterable

BLOCK = 512
CHART = b"apiVersion: v2\nname: proef\nversion: 1.2.3\n"
EVIL = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: evil}\n"
FIELDS = {
    "name": (0, 100),
    "mode": (100, 108),
    "size": (124, 136),
    "checksum": (148, 156),
    "type": (156, 157),
    "magic": (257, 265),
    "prefix": (345, 500),
    "trailer": (508, 512),
}


def header(name: bytes, length: int, *, error: int = 0, **fields: bytes) -> bytes:
    """Return the header of a file; `fields` stand in it as they are, `error` is added to the checksum."""
    block = bytearray(BLOCK)
    known = {"name": name, "mode": b"0000644\0", "size": b"%011o\0" % length, "type": b"0", "magic": b"ustar\x0000"}
    for field, value in (known | fields).items():
        start, end = FIELDS[field]
        block[start : start + len(value)] = value
        assert len(value) <= end - start
    total = sum(block) + 8 * ord(" ") + error
    block[148:156] = b"%06o\0 " % total
    return bytes(block)


def entry(name: bytes, data: bytes = b"", **fields: bytes) -> bytes:
    """Return a file with its content."""
    return header(name, len(data), **fields) + padded(data)


def padded(data: bytes) -> bytes:
    """Fill up to whole blocks."""
    return data + bytes(-len(data) % BLOCK)


def record(key: bytes, value: bytes) -> bytes:
    """Return a record of a pax header."""
    rest = b" " + key + b"=" + value + b"\n"
    size = len(rest) + 1
    while len(b"%d" % size) + len(rest) != size:
        size += 1
    return b"%d" % size + rest


def pax(*records: bytes, kind: bytes = b"x") -> bytes:
    """Return a pax header for the next entry; with kind `g` for all that follow."""
    return entry(b"PaxHeader", b"".join(records), type=kind)


def long_name(name: bytes) -> bytes:
    """Return GNU's header for a long name."""
    return entry(b"././@LongLink", name + b"\0", type=b"L", magic=b"ustar  \0")


def packed(*parts: bytes, end: bytes = bytes(2 * BLOCK), head: Iterable[bytes] = (b"proef/Chart.yaml",)) -> bytes:
    """Return a packed chart with these parts behind its Chart.yaml."""
    tar = b"".join(entry(name, CHART) for name in head) + b"".join(parts) + end
    return gzip.compress(tar, mtime=0)
