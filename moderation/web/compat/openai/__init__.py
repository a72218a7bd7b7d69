"""OpenAI's moderations endpoint, text only."""

from moderation.web.compat.openai.errors import write_problem
from moderation.web.compat.openai.views import admit, blueprint

PATHS = ("/v1/moderations",)
BATCH_ENDPOINT = f"{blueprint.name}.moderations"

__all__ = ["BATCH_ENDPOINT", "PATHS", "admit", "blueprint", "write_problem"]
