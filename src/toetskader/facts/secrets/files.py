"""What a file is by its name: prose for people, or a store of keys."""

# File names of stores that hold private keys, unreadable as text.
_KEY_STORES = (".p12", ".pfx", ".jks", ".keystore")
KEY_STORE_SUFFIXES = (*_KEY_STORES, ".kdbx", ".der", ".key")


def is_key_store(name: str) -> bool:
    """Tell whether a file is a store of private keys by its name; a trust store holds certificates of others."""
    return name.lower().endswith(_KEY_STORES) and "trust" not in name.lower()


def is_documentation(path: str) -> bool:
    """Tell whether a file is prose for people."""
    return path.endswith((".md", ".txt", ".rst", ".md.gotmpl"))
