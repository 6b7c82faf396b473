"""Facts without secrets: each secret value in them is replaced by a marker.

Every judgement says the same of the facts before and after, which is what `markers` sees to; so a run judges what its
evidence holds. First each secret is found where it stands (`finding`): in a Secret, under a name that says so, or by
its shape. Then the values that were found, if they cannot be mistaken for something else, are replaced wherever else
they occur (`needles`): a password that a template puts into a message, or that is written in base64.

No kind of fact is known here: who collects one says how it is gone through, with a `Hider`.
"""

from toetskader.facts.redaction.hider import Hider, said
from toetskader.facts.redaction.service import MOST_SECRETS, Redaction, TooManySecretsError

__all__ = ["MOST_SECRETS", "Hider", "Redaction", "TooManySecretsError", "said"]
