"""What goes wrong, as a value and as an exception; and every exception of this project in one tree.

    ToetskaderError          all that the project raises itself
      Failed                 what was to be collected could not be: carries a `Failure`, a reason and a message
        ApiFailed            by an API server, with its status
        Spent                of an address no more is asked: time or handshakes are up
        NoHandshake          by a server that ended the handshake, or did not get through it
      Unreadable             what was handed in is not what its grammar says; raised by a reader, told by who called it
        BadRule              a rule of .helmignore that Helm does not take
        NoManifest           a rendered document that Helm cannot install
        NoTemplate           text that Go's template language does not read
        NotADump             YAML that kubectl does not write
        Unclear              an archive that readers take in different ways
        WireError            bytes that are not TLS
      ProgramError           a program ran, and ended with an error
      Unjudgeable            what was seen does not allow a verdict, which then is 'undetermined'
        Malformed            a place in an object has another type than its API allows
        Missing              the whole fact was not collected: carries its `NotSeen`, as it lies in the evidence
        Undetermined         a judgement itself says that it cannot tell
        Unseen               the fact is there, and the kind of object that is asked for was not seen with it
      Outcome                a judgement ends without a doubt, other than by returning
        Enough               as many findings as are kept
        NotApplicable        the requirement does not apply to what was seen
        NotProven            a dossier does not hold valid proof
        NotShown             this scene leaves off what is judged, so that the other scenes decide
      EvidenceError          stored evidence that is not what was stored, or cannot be read
      FileError              one thing wrong in a file of ours, with its line
      FileErrors             all that is wrong in files of ours
      NoParameter            a rule compares with a parameter that is not given
      NotKeptError           evidence that could not be written
      RegistryError          two checks with one id
      ResultsError           a results.json that cannot be read
      TooManySecretsError    more different secrets than are looked for, so that nothing of it may be kept
      UnreadableCell         a cell of a register that holds what cannot be known
      UndeclaredError        code of ours reads objects of a kind that it does not declare
      UnusableAnswerError    an answer of a web server that is not used
      Unfit                  a row of a workbook that does not say a document
      UnfitFileError         a file that is not read for what it is; `core.bounded` says which
        LinkedFileError      a symbolic link, where these are not followed
        NotRegularFileError  a folder, pipe, device or socket
        TooLargeFileError    more bytes than are read of it
      UsageError             an argument of the command line that leads nowhere

`NotSeen` (`toetskader.facts.attempt`) is no exception: it is a failure with its provenance, which stands where the fact
would have stood. Two are no `Exception`, so that nothing that catches faults takes them for one: `TooLong`, which ends
a judgement, and `Stopped`, which ends collecting.
"""

from enum import StrEnum

import msgspec

from toetskader.text import Text


class Reason(StrEnum):
    """Why something could not be collected."""

    UNREACHABLE = "unreachable"
    DENIED = "denied"
    TIMED_OUT = "timed_out"
    REFUSED_INPUT = "refused_input"
    TOO_LARGE = "too_large"
    TOOL_MISSING = "tool_missing"
    TOOL_FAILED = "tool_failed"
    NOT_COLLECTED = "not_collected"


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """Why there is no answer: a reason, and a sentence that says what, where and what to do."""

    reason: Reason
    message: Text
    pointers: tuple[str, ...] = ()
    """Places in what was handed in that it is about, as JSON pointers, where these are known."""


class ToetskaderError(Exception):
    """Whatever this project raises itself. The tree stands at the top of this module."""


class Failed(ToetskaderError):  # noqa: N818 - nothing is wrong with the program: the world outside said no
    """Something could not be collected. Attribute: `failure`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message.en)
        self.failure = failure

    @property
    def reason(self) -> Reason:
        """Why not."""
        return self.failure.reason

    @property
    def message(self) -> Text:
        """What went wrong, where, and what to do about it."""
        return self.failure.message


class Unreadable(ToetskaderError):  # noqa: N818 - names a state of what was handed in
    """What was handed in is not what its grammar says."""


class Unjudgeable(ToetskaderError):  # noqa: N818 - leads to a verdict
    """What was seen does not allow a verdict."""


class Outcome(ToetskaderError):  # noqa: N818 - a way to end a judgement
    """A judgement ends without a doubt, other than by returning."""


class UsageError(ToetskaderError):
    """An argument that leads nowhere. Attribute: `message`, what is wrong and what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


def failed(reason: Reason, *, nl: str, en: str) -> Failed:
    """Make the exception for one reason and its sentence in both languages."""
    return Failed(Failure(reason, Text(nl=nl, en=en)))
