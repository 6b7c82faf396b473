"""The success criteria that the law asks of a website: levels A and AA of WCAG 2.1 (EN 301 549, chapter 9)."""

from collections.abc import Mapping
from types import MappingProxyType

CRITERIA: Mapping[str, str] = MappingProxyType(
    {
        "1.1.1": "non-text-content",
        "1.2.1": "audio-only-and-video-only-prerecorded",
        "1.2.2": "captions-prerecorded",
        "1.2.3": "audio-description-or-media-alternative-prerecorded",
        "1.2.4": "captions-live",
        "1.2.5": "audio-description-prerecorded",
        "1.3.1": "info-and-relationships",
        "1.3.2": "meaningful-sequence",
        "1.3.3": "sensory-characteristics",
        "1.3.4": "orientation",
        "1.3.5": "identify-input-purpose",
        "1.4.1": "use-of-color",
        "1.4.2": "audio-control",
        "1.4.3": "contrast-minimum",
        "1.4.4": "resize-text",
        "1.4.5": "images-of-text",
        "1.4.10": "reflow",
        "1.4.11": "non-text-contrast",
        "1.4.12": "text-spacing",
        "1.4.13": "content-on-hover-or-focus",
        "2.1.1": "keyboard",
        "2.1.2": "no-keyboard-trap",
        "2.1.4": "character-key-shortcuts",
        "2.2.1": "timing-adjustable",
        "2.2.2": "pause-stop-hide",
        "2.3.1": "three-flashes-or-below-threshold",
        "2.4.1": "bypass-blocks",
        "2.4.2": "page-titled",
        "2.4.3": "focus-order",
        "2.4.4": "link-purpose-in-context",
        "2.4.5": "multiple-ways",
        "2.4.6": "headings-and-labels",
        "2.4.7": "focus-visible",
        "2.5.1": "pointer-gestures",
        "2.5.2": "pointer-cancellation",
        "2.5.3": "label-in-name",
        "2.5.4": "motion-actuation",
        "3.1.1": "language-of-page",
        "3.1.2": "language-of-parts",
        "3.2.1": "on-focus",
        "3.2.2": "on-input",
        "3.2.3": "consistent-navigation",
        "3.2.4": "consistent-identification",
        "3.3.1": "error-identification",
        "3.3.2": "labels-or-instructions",
        "3.3.3": "error-suggestion",
        "3.3.4": "error-prevention-legal-financial-data",
        "4.1.1": "parsing",
        "4.1.2": "name-role-value",
        "4.1.3": "status-messages",
    }
)
"""Number → name of its fragment in the Recommendation: 50 in all."""
ALWAYS_MET = frozenset({"4.1.1"})
"""Met by what a browser makes of any page, as the Recommendation says since September 2023; it need not be tested."""
