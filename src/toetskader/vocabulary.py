"""Words that requirements and facts share: what an endpoint is for, and which environment it is."""

from typing import Literal

Role = Literal["application", "portal", "api", "website"]
Environment = Literal["production", "acceptance", "test"]
