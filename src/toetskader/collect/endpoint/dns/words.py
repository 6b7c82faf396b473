"""Names and values of the domain name system as text that is safe to show."""

import dns.name


def name_text(name: dns.name.Name) -> str:
    """Return a name in lower case without a dot at the end; what is not printable is escaped."""
    return name.canonicalize().to_text(omit_final_dot=True)


def ascii_text(value: bytes, most: int = 512) -> str:
    """Return bytes as text, with what is not printable ASCII escaped, cut after `most` bytes."""
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\{byte:03d}" for byte in value[:most])
    return text if len(value) <= most else f"{text}… (+{len(value) - most})"
