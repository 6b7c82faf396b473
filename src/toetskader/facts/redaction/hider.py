"""What takes secrets out of the parts of a fact; each kind of fact says how it is gone through with one."""

from typing import Any, Protocol

from toetskader.text import Text


class Hider(Protocol):
    """Hides secrets in texts and trees. What it is given stays as it is; what holds no secret comes back itself."""

    def file(self, path: str, text: str, *, in_base64: bool = True) -> str:
        """Return a file without secrets.

        Parameters: `path`, whose ending tells how it is written; `in_base64`, whether secrets that stand elsewhere too
        are looked for in base64, which takes long.
        """

    def text(self, name: str, text: str) -> str:
        """Return a text without secrets. Parameters: `name` that it goes by, which may say that it is one."""

    def notes(self, text: str) -> str:
        """Return a text for people, that no judgement reads word by word, also without secrets of a single word."""

    def message(self, text: str) -> str:
        """Return what a program said, of which the middle may be cut out (` … `)."""

    def tree(self, root: dict[str, Any], *, schema: bool = False) -> dict[str, Any]:
        """Return mappings and lists without secrets.

        Parameters: `schema`, whether it is a JSON schema, whose `default` goes by the name of its property.
        """

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return a Kubernetes object without secrets: of a Secret all entries are, whatever their names."""


def said(hider: Hider, words: Text) -> Text:
    """Return what a program said, in both languages, without secrets."""
    return Text(hider.message(words.nl), hider.message(words.en))
