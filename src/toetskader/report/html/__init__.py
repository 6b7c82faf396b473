"""The report for people: one HTML file that needs nothing else."""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from toetskader.report.html.view import page
from toetskader.report.visible import visible
from toetskader.report.words import day, plural
from toetskader.results.model import Report

__all__ = ["render_html"]


def render_html(report: Report, *, extra_css: str = "", additions: Iterable[str] = ()) -> str:
    """Render `report` as one self-contained page in the language of the run.

    Parameters: `extra_css`, style rules to add after ours; `additions`, pieces of HTML that other pytest plugins add
    (trusted, as they run in the same process). Everything from the report itself is escaped, and its hidden
    characters are made visible. The page forbids itself any request and any script but its own.
    """
    script = _resource("filter.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    shown = page(report)
    return _template().render(
        page=shown,
        day=lambda value: day(value, shown.w),
        plural=plural,
        style=Markup(_style(_resource("style.css") + extra_css)),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        script_digest=digest,
        additions=[Markup(piece) for piece in additions],  # noqa: S704 - trusted, see above
    )


def _style(css: str) -> str:
    # an end tag would close the style element wherever it stands; in CSS the escaped slash means the same
    return css.replace("</", "<\\/")


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _finalize(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _code(text: str) -> Markup:
    """Show what stands between backticks as code, as remedies write it; everything is escaped."""
    pieces = visible(text).split("`")
    if len(pieces) % 2 == 0:  # a backtick without its pair is a backtick
        return escape(visible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else escape(piece) for index, piece in enumerate(pieces)
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader(__name__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    return environment.get_template("page.html.j2")
