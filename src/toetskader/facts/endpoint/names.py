"""An endpoint as the target names it: where it is, what it is for and whose domain it is under."""

from typing import Annotated

import msgspec
from msgspec import Meta

from toetskader.vocabulary import Environment, Role

SceneName = Annotated[str, Meta(pattern=r"^[a-z0-9_][a-z0-9._-]*$(?!\n)", max_length=260)]
"""A host name, and its port: it becomes part of a file name."""

HTTPS = 443
HTTP = 80


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, tag="endpoint"):
    """One address on the internet that a supplier offers."""

    host: str
    """Host name in lower case ASCII, without a dot at the end."""
    port: int = HTTPS
    http_port: int = HTTP
    """Port on which plain HTTP would be offered."""
    path: str = "/"
    role: Role = "application"
    environment: Environment = "production"
    municipal_domain: str = ""
    """Domain of the municipality; empty when the target names none."""
    allow_private: bool = False
    """True for an audit inside a private network: its addresses may be private ones."""

    @property
    def scene(self) -> str:
        """Name of its scene: the host, with the port when that is another than usual."""
        return self.host if self.port == HTTPS else f"{self.host}_{self.port}"

    @property
    def authority(self) -> str:
        """Host and port as a URL writes them."""
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address that a browser is given."""
        return f"https://{self.authority}{self.path}"

    @property
    def is_municipal(self) -> bool:
        """True when its name lies under the municipality's domain."""
        return bool(self.municipal_domain) and self.host.endswith(f".{self.municipal_domain}")


class Endpoints(msgspec.Struct, frozen=True, kw_only=True, tag="endpoints"):
    """All endpoints of a target, and where their names lead."""

    endpoints: tuple[Endpoint, ...]
    addresses: dict[str, tuple[str, ...]]
    """Scene → addresses of its host; a host whose addresses could not be seen is not in it."""
