"""Which workloads and pods of a namespace are the supplier's component: those that the target's selector chooses.

All else in the namespace is read whole, whatever the selector says: a policy, route or Service of somebody else can
bear on the component.
"""

from collections.abc import Mapping

from toetskader.facts.attempt import Unseen
from toetskader.facts.kubernetes.label_selector import label_selector, selector_keys
from toetskader.facts.kubernetes.live import Live
from toetskader.text import Text


class Component:
    """The component, by a label selector. Without one all of the namespace is. Raises ValueError for what is none."""

    def __init__(self, selector: str = "") -> None:
        self.selector = selector
        self.is_chosen_by = label_selector(selector)
        """Tells whether labels fit the selector."""
        self._keys = selector_keys(selector)

    @classmethod
    def of(cls, live: Live) -> "Component":
        """Return the component that a target means. Raises `Unseen` when its selector is none."""
        try:
            return cls(live.selector)
        except ValueError as error:
            reason = Text(f"'selector' van het doel: {error}", f"'selector' of the target: {error}")
            raise Unseen("Pod", reason) from None

    def may_hold(self, *labels: Mapping[str, str]) -> bool:
        """Tell whether something is of the component, or bears no label that says otherwise.

        Only what has another value for a label of the selector belongs to somebody else. Without that label nobody
        knows, and what is the component's must not escape by leaving a label out.

        Parameters: `labels`, of each object that can tell, such as a workload and its pods.
        """
        return any(map(self.is_chosen_by, labels)) or not any(self._keys & each.keys() for each in labels)
