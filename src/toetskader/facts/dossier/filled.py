"""A form that was filled in, as judgements look at it: it fits its format, and its facts are held to rules."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from toetskader.facts.attempt import NotProven
from toetskader.facts.dossier.documents import Form
from toetskader.facts.dossier.forms import FormFormat, FormSeen
from toetskader.facts.dossier.papers import Look, Paper
from toetskader.facts.dossier.paths import fact
from toetskader.facts.dossier.rules import NoParameter, Rule, Value, breach, is_empty
from toetskader.text import Text

_FORM = "form."


class FilledIn:
    """A form of a dossier. Raises NotProven when its file holds none that can be judged."""

    def __init__(self, look: Look, paper: Paper, formats: Iterable[FormFormat]) -> None:
        self._look = look
        self.paper = paper
        document, seen = paper.document, paper.stated.form
        if not isinstance(document, Form):
            raise TypeError(f"{document.id}: a {document.__struct_config__.tag} is no form")
        self._file = str(PurePosixPath(paper.stated.where).parent / document.form)
        wanted = tuple(formats)
        if seen is None or document.format not in wanted:
            names = ", ".join(wanted)
            raise NotProven(
                Text(
                    f"{paper.name} heeft geen formulier dat te lezen is als {names}.",
                    f"{paper.name} has no form that can be read as {names}.",
                )
            )
        self.seen: FormSeen = seen
        paper.used[f"{_FORM}format"] = None

    def fits(self) -> bool:
        """Tell whether the file fits its format; where it does not is reported."""
        for problem in self.seen.problems:
            self._look.findings.add(
                self.paper.place(problem.place, self._file),
                seen=problem.what,
                expected=Text(
                    f"een bestand volgens het formaat {self.seen.format}", f"a file in the format {self.seen.format}"
                ),
            )
        return not self.seen.problems

    def value(self, path: str) -> Value:
        """Return a fact of the form, which the judgement rests on from now on; None when it does not say it."""
        found = fact(self.seen, path)
        if not is_empty(found):
            self.paper.used[f"{_FORM}{path}"] = None
        return found

    def hold(self, rules: Iterable[Rule]) -> None:
        """Hold facts of the form to rules. What it does not say is not proven; what is otherwise is wrong."""
        for rule in rules:
            try:
                found = breach(rule, self._read, self._look.today)
            except NoParameter as outcome:
                self._look.parameters.require(outcome.name)
                raise
            if found is not None:
                self._look.breached(self.paper, found)

    def answered(self, asked: Iterable[str], *, every: bool) -> None:
        """Ask that questions are answered, and that what does not apply or is explained has its reason.

        Parameters: `asked`, those that must be there; `every`, whether each that is there must have an answer.
        """
        known = {item.id: item for item in self.seen.questions}
        open_ = [name for name in asked if name not in known or not known[name].answered]
        if every:
            open_ += [item.id for item in self.seen.questions if not item.answered and item.id not in open_]
        bare = [item.id for item in self.seen.questions if item.choice in _WITH_REASON and not item.explained]
        if open_:
            self._lacks(open_, "laat deze vragen open", "leaves these questions open")
        if bare:
            self._lacks(bare, "zegt hier niet waarom", "does not say why here")

    def _lacks(self, names: list[str], nl: str, en: str) -> None:
        shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
        self._look.lacks(self.paper, f"{nl}: {shown}", f"{en}: {shown}")

    def _read(self, name: str) -> Value:
        return self._look.given(name) if name.startswith("@") else self.value(name)


_WITH_REASON = frozenset({"explain", "not applicable"})
