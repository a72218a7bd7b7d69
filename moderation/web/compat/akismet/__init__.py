"""Akismet's API, version 1.1."""

from moderation.web.compat.akismet.errors import write_problem
from moderation.web.compat.akismet.views import admit, blueprint

PATHS = ("/1.1",)

__all__ = ["PATHS", "admit", "blueprint", "write_problem"]
