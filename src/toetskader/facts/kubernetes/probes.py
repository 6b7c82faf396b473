"""What a probe asks of a container."""

import re

from toetskader.facts.kubernetes.node import Node

# Commands that succeed whatever state the application is in.
_ALWAYS_SUCCEEDS = re.compile(
    r"(?:(?:/\S*/)?(?:ba|da|a)?sh\s+-\w*c\s+)?[\"']?(?:(?:/\S*/)?true|:|exit 0|(?:/\S*/)?echo\b[^;&|]*)[\"']?;?"
)


def asks_something(probe: Node) -> bool:
    """Tell whether a probe can fail: it names a port to reach, or a command that does not always succeed.

    Raises `Malformed` for a probe that the API could not read.
    """
    if any(probe.get(handler, "port").text_or_number() for handler in ("httpGet", "tcpSocket", "grpc")):
        return True
    command = " ".join(node.text() or "" for node in probe.get("exec", "command").each()).strip()
    return bool(command) and not always_succeeds(command)


def always_succeeds(command: str) -> bool:
    """Tell whether a command line succeeds whatever state the application is in (`sh -c "exit 0"`)."""
    return _ALWAYS_SUCCEEDS.fullmatch(command.strip()) is not None
