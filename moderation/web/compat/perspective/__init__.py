"""The Perspective API, v1alpha1: ``comments:analyze`` and ``comments:suggestscore``."""

from moderation.web.compat.perspective.discovery import blueprint as discovery_blueprint
from moderation.web.compat.perspective.errors import write_problem
from moderation.web.compat.perspective.views import admit, blueprint

PATHS = ("/v1alpha1", "/$discovery")

__all__ = ["PATHS", "admit", "blueprint", "discovery_blueprint", "write_problem"]
