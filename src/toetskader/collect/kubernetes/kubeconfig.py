"""Kubeconfigs, which may come from a supplier: nothing in one is run, and no file outside its folder is read.

An `exec` or `auth-provider` plugin runs a program of the file's choosing, and `tokenFile: /run/secrets/…` sends a
secret of this machine to a server of the file's choosing (the Kubernetes documentation warns to trust a kubeconfig like
a script). What is left after reading has all its certificates and tokens in itself.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from toetskader.core.bounded import UnfitFileError, read_bounded
from toetskader.core.failure import Failed, Failure, Reason
from toetskader.text import Text
from toetskader.yamlfile import FileError, did_you_mean, joined, read_yaml, shown

_LARGEST_FILE = 1_000_000
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a cluster, safe to hand to any client."""

    server: str
    config: dict[str, Any]
    """A kubeconfig with one context, and nothing in it that runs or refers to a file."""
    token: str
    name: str
    """What it is called in reports: the context, or `in-cluster`."""


def read_kubeconfig(path: Path, context: str | None) -> Access:
    """Read the named context of a kubeconfig, or its current one.

    Raises `Failed`: no such file or context, not a kubeconfig, or it holds what is not trusted.
    """
    try:
        data = read_yaml(path).data
    except FileError as error:
        raise _refused(Text(error.text("nl"), error.text("en"))) from None
    where = path.name
    if not isinstance(data, dict):
        raise _refused(Text(f"{where} is geen kubeconfig.", f"{where} is no kubeconfig."))
    name = context or data.get("current-context")
    if not isinstance(name, str) or not name:
        raise _refused(
            Text(
                f"{where} heeft geen 'current-context'; noem er een bij het doel.",
                f"{where} has no 'current-context'; name one in the target.",
            )
        )
    chosen = _named(data, "contexts", "context", name, where)
    cluster = _named(data, "clusters", "cluster", chosen.get("cluster"), where)
    user = _named(data, "users", "user", chosen.get("user"), where)
    folder = path.resolve().parent
    address = _checked(cluster, user, where)
    token = _text(user, "token") or _file(user, "tokenFile", folder, where).decode("utf-8", "replace").strip()
    safe_cluster: dict[str, Any] = {"server": address.geturl().rstrip("/")}
    safe_user: dict[str, Any] = {"token": token} if token else {}
    _carry(cluster, safe_cluster, "certificate-authority", folder, where)
    if not token:  # the client prefers a token too
        _carry(user, safe_user, "client-certificate", folder, where)
        _carry(user, safe_user, "client-key", folder, where)
    for key in ("tls-server-name", "proxy-url"):
        if _text(cluster, key):
            safe_cluster[key] = cluster[key]
    return Access(safe_cluster["server"], _config(safe_cluster, safe_user), token, name)


def in_cluster() -> Access:
    """Return the access that Kubernetes gives the pod this runs in. Raises `Failed` outside a cluster."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT")
    try:
        token = (_SERVICE_ACCOUNT / "token").read_text().strip()
        authority = (_SERVICE_ACCOUNT / "ca.crt").read_bytes()
    except OSError:
        token, authority = "", b""
    if not host or not port or not token or not authority:
        raise _refused(
            Text(
                "Dit draait niet in een pod met een service account, dus 'in_cluster' kan niet; noem een kubeconfig.",
                "This does not run in a pod with a service account, so 'in_cluster' cannot be; name a kubeconfig.",
            )
        )
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    cluster = {"server": server, "certificate-authority-data": base64.b64encode(authority).decode()}
    return Access(server, _config(cluster, {"token": token}), token, "in-cluster")


def _config(cluster: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "toetskader",
        "contexts": [{"name": "toetskader", "context": {"cluster": "toetskader", "user": "toetskader"}}],
        "clusters": [{"name": "toetskader", "cluster": cluster}],
        "users": [{"name": "toetskader", "user": user}],
    }


def _checked(cluster: dict[str, Any], user: dict[str, Any], where: str) -> SplitResult:
    """Return the server's address. Raises `Failed` for what is not trusted."""
    for key in ("exec", "auth-provider"):
        if user.get(key) is not None:
            raise _refused(
                Text(
                    f"{where} wil met '{key}' een programma starten om een token te krijgen; dat gebeurt hier niet. "
                    "Geef een kubeconfig met een token van een service account, of draai in het cluster.",
                    f"{where} wants to start a program with '{key}' to get a token; that is not done here. Give "
                    "a kubeconfig with a service account's token, or run in the cluster.",
                )
            )
    if any(user.get(key) is not None for key in ("as", "as-uid", "as-groups", "as-user-extra")):
        raise _refused(
            Text(
                f"{where} doet zich met 'as' voor als een ander; geef een kubeconfig van wie er kijkt.",
                f"{where} impersonates somebody with 'as'; give a kubeconfig of whoever looks.",
            )
        )
    if cluster.get("insecure-skip-tls-verify"):
        raise _refused(
            Text(
                f"{where} zet de controle van het certificaat uit ('insecure-skip-tls-verify'): wat er dan antwoordt "
                "kan iedereen zijn. Geef 'certificate-authority-data'.",
                f"{where} turns the check of the certificate off ('insecure-skip-tls-verify'): what answers then can "
                "be anybody. Give 'certificate-authority-data'.",
            )
        )
    address = _address(_text(cluster, "server"))
    if address is None or not (
        address.scheme == "https" or (address.scheme == "http" and address.hostname in _LOOPBACK)
    ):
        raise _refused(
            Text(
                f"{where}: 'server' is geen https-adres; geef het adres van de API-server.",
                f"{where}: 'server' is no https address; give the address of the API server.",
            )
        )
    return address


def _address(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts if parts.hostname and "@" not in parts.netloc else None


def _named(data: dict[str, Any], many: str, one: str, name: object, where: str) -> dict[str, Any]:
    """Return the part of a kubeconfig with this name."""
    entries = data.get(many)
    known: dict[str, dict[str, Any]] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get(one), dict):
            known.setdefault(entry["name"], entry[one])
    if isinstance(name, str) and name in known:
        return known[name]
    called = shown(name if isinstance(name, str) else "")
    message = Text(f"{where} heeft onder '{many}' geen '{called}'.", f"{where} has no '{called}' under '{many}'.")
    raise _refused(joined(message, did_you_mean(called, known)))


def _carry(part: dict[str, Any], safe: dict[str, Any], key: str, folder: Path, where: str) -> None:
    """Copy a certificate or key, from the file it may be in."""
    data = _text(part, f"{key}-data")
    if data:
        try:
            base64.b64decode(data, validate=True)
        except ValueError:
            raise _refused(
                Text(f"{where}: '{key}-data' is geen base64.", f"{where}: '{key}-data' is no base64.")
            ) from None
    else:
        data = base64.b64encode(_file(part, key, folder, where)).decode()
    if data:
        safe[f"{key}-data"] = data


def _file(part: dict[str, Any], key: str, folder: Path, where: str) -> bytes:
    """Read a file that a kubeconfig names; nothing when it names none."""
    name = _text(part, key)
    if not name:
        return b""
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise _refused(
                Text(
                    f"{where} verwijst met '{key}' naar een bestand buiten zijn eigen map; dat wordt niet gelezen. "
                    "Maak er een geheel van: kubectl config view --minify --flatten.",
                    f"{where} refers to a file outside its own folder with '{key}', which is not read. Make it one "
                    "file: kubectl config view --minify --flatten.",
                )
            )
        content = read_bounded(path, _LARGEST_FILE)
    except (OSError, ValueError, UnfitFileError):
        content = b""
    if not content:
        raise _refused(
            Text(
                f"{where}: het bestand onder '{key}' is er niet of is niet te lezen.",
                f"{where}: the file under '{key}' is not there or cannot be read.",
            )
        )
    return content


def _text(part: dict[str, Any], key: str) -> str:
    value = part.get(key)
    return value if isinstance(value, str) else ""


def _refused(message: Text) -> Failed:
    return Failed(Failure(Reason.REFUSED_INPUT, message))
