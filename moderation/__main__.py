"""``python -m moderation``: the command, where its script is not on the path."""

from __future__ import annotations

from moderation.cli import main

main()
