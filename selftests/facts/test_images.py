"""Image references and where they point."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toetskader.facts.kubernetes.images import is_within, parse_image

DIGEST = "sha256:" + "a" * 64
REFERENCES = {
    "nginx": ("docker.io/library/nginx", None, None),
    "nginx:1.27.0": ("docker.io/library/nginx", "1.27.0", None),
    "docker.io/redis:8.0": ("docker.io/library/redis", "8.0", None),
    "index.docker.io/library/redis": ("docker.io/library/redis", None, None),
    "openzaak/open-zaak:1.30.0": ("docker.io/openzaak/open-zaak", "1.30.0", None),
    "localhost/app": ("localhost/app", None, None),
    "registry:5000/app": ("registry:5000/app", None, None),
    "registry:5000/app:v1": ("registry:5000/app", "v1", None),
    "GHCR.io/acme/app:1": ("ghcr.io/acme/app", "1", None),
    f"ghcr.io/acme/app@{DIGEST}": ("ghcr.io/acme/app", None, DIGEST),
    f"ghcr.io/acme/app:1.2.3@{DIGEST}": ("ghcr.io/acme/app", "1.2.3", DIGEST),
    "ghcr.io/a/b_c__d-e--f.g:x": ("ghcr.io/a/b_c__d-e--f.g", "x", None),
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.items())
def test_a_reference_is_split(text: str, expected: tuple[str, str | None, str | None]) -> None:
    image = parse_image(text)
    assert (image.repository, image.tag, image.digest) == expected
    assert f"{image.owner}/{image.name}" == image.repository


@pytest.mark.parametrize(
    "text",
    ["", ":1.0", "/app", "app:", "app@", "app@sha256:short", "ghcr.io/Acme/app", "ghcr.io/acme/../evil/app", "a b",
     "app:1 0", "ghcr.io//app", "ghcr.io/app/", "-app", "app:1.0\n", "https://ghcr.io/acme/app"],
)  # fmt: skip
def test_what_no_registry_accepts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a|no image"):
        parse_image(text)


LOCATIONS = {
    ("ghcr.io/acme/app", "ghcr.io/acme"): True,
    ("ghcr.io/acme/app", "ghcr.io/acme/"): True,
    ("ghcr.io/acme/app", "https://ghcr.io/acme/"): True,
    ("ghcr.io/acme/app", "GHCR.IO"): True,
    ("ghcr.io/acme/app", "ghcr.io/acme/app"): True,
    ("ghcr.io/acme-evil/app", "ghcr.io/acme"): False,
    ("ghcr.io/acme/app", "ghcr.io/ac"): False,
    ("ghcr.io.evil.example/acme/app", "ghcr.io"): False,
    ("evil.example/ghcr.io/acme/app", "ghcr.io/acme"): False,
    ("docker.io/openzaak/open-zaak", "openzaak"): True,
    ("docker.io/openzaak/open-zaak", "openzaak/"): True,
    ("docker.io/library/redis", "redis"): True,
    ("docker.io/library/redis", "docker.io/openzaak"): False,
    ("docker.io/acme/app", "registry-1.docker.io/acme"): True,
    ("ghcr.io/acme/app", ""): False,
    ("ghcr.io/acme/app", "/"): False,
    ("ghcr.io/acme/app", "https://"): False,
}


@pytest.mark.parametrize(("pair", "expected"), LOCATIONS.items())
def test_locations_hold_whole_segments(pair: tuple[str, str], expected: bool) -> None:
    assert is_within(*pair) is expected


@given(st.text(alphabet="abAB01./:@-_ \nsha256", max_size=40))
@settings(derandomize=True, max_examples=300)
def test_any_text_is_split_or_refused(text: str) -> None:
    try:
        image = parse_image(text)
    except ValueError:
        return
    assert is_within(image.repository, image.repository)
    assert "//" not in image.repository
    assert not any(part in (".", "..") for part in image.repository.split("/"))
