"""Reading the answer of a server that may be anybody's: no more of it than fits, and no longer than was agreed."""

import time

import requests

from toetskader.core.failure import ToetskaderError


class UnusableAnswerError(ToetskaderError):
    """An answer that is not used; the message says why, for people of either language: `HTTP 404`, `> 65535 bytes`."""


def read_answer(response: requests.Response, most: int, *, end: float) -> bytes:
    """Read the content of an answer.

    Parameters: `response`, of a request with `stream=True`; `most`, bytes that it may hold; `end`, the moment on
    `time.monotonic()` by which all of it must be there: the timeout of a request only limits each wait in it. Raises
    UnusableAnswerError for another status than 200 or too many bytes, and requests' own errors.
    """
    if response.status_code != requests.codes.ok:
        raise UnusableAnswerError(f"HTTP {response.status_code}")
    content = b""
    for piece in response.iter_content(16_384):
        content += piece
        if len(content) > most:
            raise UnusableAnswerError(f"> {most} bytes")
        if time.monotonic() > end:
            raise requests.Timeout
    return content
