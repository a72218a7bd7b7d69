"""``python -m training``: build the default bundle, retrain, evaluate."""

from __future__ import annotations

import sys

from training.cli import main

if __name__ == "__main__":
    sys.exit(main())
