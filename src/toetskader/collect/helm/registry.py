"""A chart from an OCI registry, as Helm stores it there (OCI distribution specification 1.1; HIP-0006)."""

import re
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode
from urllib.request import parse_http_list, parse_keqv_list

import msgspec

from toetskader.collect.fetch.client import Client, Fetched, found
from toetskader.collect.fetch.digest import need_digest
from toetskader.collect.fetch.failure import refused_input
from toetskader.collect.fetch.web_address import WebAddress, read_address
from toetskader.collect.helm.limits import MEGABYTE, Limits
from toetskader.collect.helm.picked import picked_by
from toetskader.collect.helm.picking import is_version
from toetskader.collect.helm.process import HelmProcess
from toetskader.collect.helm.protocol import PickRequest
from toetskader.core.failure import Reason, failed
from toetskader.facts.endpoint.escape import escaped
from toetskader.facts.versions import parse_semver

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.cncf.helm.config.v1+json"
CHART = ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip")
"""Layers that are a packed chart, the second as Helm wrote them before 3.7."""
MOST_MANIFEST_BYTES = 4 * MEGABYTE
MOST_PAGES = 20
_LONGEST_TOKEN = 16_384
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

# The grammar of names, tags and digests (OCI distribution specification 1.1, "Pulling manifests"; image, "Digests").
_NAME = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_NEXT = re.compile(r"<([^<>]{1,4000})>\s*;\s*rel=\"?next\"?")
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A chart in a registry: `at`, the address of the registry's API; `tag` and `digest` are empty when not named."""

    at: WebAddress
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """The name of the chart."""
        return self.repository.rpartition("/")[2]


def read_reference(text: str) -> Reference:
    """Read `oci://host[:port]/path/name[:tag][@digest]`. Raises `Failed`: no such reference.

    Registries on this machine speak plain HTTP; no other is ever asked without TLS.
    """
    rest = text.removeprefix("oci://")
    authority, _, path = rest.partition("/")
    path, at_sign, digest = path.partition("@")
    head, slash, last = path.rpartition("/")
    last, colon, tag = last.partition(":")
    repository = f"{head}{slash}{last}"
    named = text.startswith("oci://") and all(map(_NAME.fullmatch, repository.split("/")))
    fits = (not colon or _TAG.fullmatch(tag)) and (not at_sign or _DIGEST.fullmatch(digest))
    at = read_address(f"https://{authority}/v2/")
    if not named or not fits or at.target != "/v2/":
        raise refused_input(
            nl=f"{escaped(text, 200)!r} is geen verwijzing naar een chart in een registry (oci://host/pad/naam).",
            en=f"{escaped(text, 200)!r} is no reference to a chart in a registry (oci://host/path/name).",
        )
    if at.host == "docker.io":  # what everybody calls Docker Hub is not where its API is
        at = WebAddress("https", "registry-1.docker.io", at.port, at.target)
    if at.host in _LOOPBACK:
        at = read_address(f"http://{authority}/v2/")
    return Reference(at, repository, tag, digest)


class _Descriptor(msgspec.Struct):
    digest: str
    size: int
    mediaType: str = ""  # noqa: N815 - the specification's name


class _Manifest(msgspec.Struct):
    config: _Descriptor
    layers: list[_Descriptor]


class _Tags(msgspec.Struct):
    tags: list[str] | None = None


class _Token(msgspec.Struct):
    token: str = ""
    access_token: str = ""


_Answer = TypeVar("_Answer", bound=msgspec.Struct)


def fetch_from_registry(
    client: Client,
    reference: Reference,
    version: str,
    reader: HelmProcess,
    limits: Limits,
    *,
    said_by: WebAddress | None = None,
) -> tuple[str, bytes]:
    """Fetch a packed chart.

    Parameters: `version`, or a constraint on it, or empty for the tag of the reference, else the highest; `reader`,
    which picks one; `said_by`, the index that names the registry, when the target does not. Returns: its version, and
    the archive. Raises `Failed`.
    """
    return _Pull(client, reference, said_by).chart(version or reference.tag, reader, limits)


class _Pull:
    """The requests for one chart, with the registry's token when it wants one."""

    def __init__(self, client: Client, reference: Reference, said_by: WebAddress | None) -> None:
        self._client = client
        self._reference = reference
        self._said_by = said_by
        self._token = ""

    def chart(self, version: str, reader: HelmProcess, limits: Limits) -> tuple[str, bytes]:
        reference = self._reference
        if reference.tag and version != reference.tag:
            raise refused_input(
                nl=f"de verwijzing noemt {reference.tag} en de versie is {escaped(version, 80)!r}.",
                en=f"the reference names {reference.tag} and the version is {escaped(version, 80)!r}.",
            )
        if not reference.digest and not reference.tag and not is_version(version):
            request = PickRequest(name=reference.name, version=version, tags=self._tags())
            version = picked_by(reader, request, self._client.seconds_left).version
        manifest = self._manifest(reference.digest or version.replace("+", "_"))
        layers = [layer for layer in manifest.layers if layer.mediaType in CHART]
        if manifest.config.mediaType != CONFIG or len(layers) != 1:
            raise refused_input(
                nl=f"{reference.repository} is in de registry geen chart van Helm.",
                en=f"{reference.repository} is no chart of Helm in the registry.",
            )
        return version if is_version(version) else "0.0.0", self._blob(layers[0], limits)

    def _manifest(self, wanted: str) -> _Manifest:
        if not (_TAG.fullmatch(wanted) or _DIGEST.fullmatch(wanted)):
            raise refused_input(
                nl=f"{escaped(wanted, 80)!r} kan in een registry geen versie zijn.",
                en=f"{escaped(wanted, 80)!r} cannot be a version in a registry.",
            )
        answer = found(self._get(f"manifests/{wanted}", MOST_MANIFEST_BYTES, accept=MANIFEST))
        for digest in (self._reference.digest, answer.headers.get("docker-content-digest", "")):
            if digest:
                need_digest(answer.body, digest, str(answer.address))
        return _read(answer, _Manifest)

    def _blob(self, layer: _Descriptor, limits: Limits) -> bytes:
        if not _DIGEST.fullmatch(layer.digest) or not 0 < layer.size <= limits.unpacked_bytes:
            raise failed(
                Reason.TOO_LARGE,
                nl="de chart heeft in de registry geen bruikbare digest, of is te groot.",
                en="the chart has no usable digest in the registry, or is too large.",
            )
        answer = found(self._get(f"blobs/{layer.digest}", layer.size))
        need_digest(answer.body, layer.digest, str(answer.address))
        return answer.body

    def _tags(self) -> tuple[str, ...]:
        """Return the versions that there are, as Helm does: tags that are a whole version, an underscore for a plus."""
        tags: list[str] = []
        address = self._address("tags/list?n=1000")
        for _ in range(MOST_PAGES):
            answer = found(self._authorised(address, MOST_MANIFEST_BYTES, accept="application/json"))
            tags += _read(answer, _Tags).tags or []
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                break
            address = read_address(following[1], address)
            if address.origin != self._reference.at.origin:
                break
        versions = (tag.replace("_", "+") for tag in tags)
        return tuple(version for version in versions if parse_semver(version, allow_v=False))

    def _address(self, rest: str) -> WebAddress:
        return read_address(f"{self._reference.repository}/{rest}", self._reference.at)

    def _get(self, rest: str, most_bytes: int, *, accept: str = "*/*") -> Fetched:
        return self._authorised(self._address(rest), most_bytes, accept=accept)

    def _authorised(self, address: WebAddress, most_bytes: int, *, accept: str) -> Fetched:
        """Ask; when a registry wants a token, get one that everybody gets, and ask once more."""
        answer = self._ask(address, most_bytes, accept)
        if answer.status != 401 or answer.address.origin != address.origin or self._token:
            return answer
        self._token = self._anonymous_token(answer)
        if not self._token:
            return answer
        return self._ask(address, most_bytes, accept)

    def _ask(self, address: WebAddress, most_bytes: int, accept: str) -> Fetched:
        token = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers = {"Accept": accept} | token
        return self._client.get(address, most_bytes=most_bytes, said_by=self._said_by, headers=headers)

    def _anonymous_token(self, answer: Fetched) -> str:
        """Ask the token service that a registry names, as any other place; empty when it names none."""
        scheme, _, rest = answer.headers.get("www-authenticate", "").partition(" ")
        try:
            said = parse_keqv_list(parse_http_list(rest)) if scheme.lower() == "bearer" else {}
        except (ValueError, IndexError):
            said = {}
        if not said.get("realm"):
            return ""
        asked = {"service": said.get("service", ""), "scope": f"repository:{self._reference.repository}:pull"}
        realm = said["realm"]
        address = read_address(
            f"{realm}{'&' if '?' in realm else '?'}{urlencode({k: v for k, v in asked.items() if v})}"
        )
        found_token = _read(self._client.read(address, most_bytes=MEGABYTE, said_by=answer.address), _Token)
        token = found_token.token or found_token.access_token
        if len(token) > _LONGEST_TOKEN or not _TOKEN.fullmatch(token):
            raise refused_input(
                nl=f"{address} gaf geen bruikbaar token.", en=f"{address} gave no token that can be used."
            )
        return token


def _read(answer: Fetched, type_: type[_Answer]) -> _Answer:
    try:
        return msgspec.json.decode(answer.body, type=type_)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise refused_input(
            nl=f"het antwoord van {answer.address} is niet te lezen.",
            en=f"the answer of {answer.address} cannot be read.",
        ) from error
