from __future__ import annotations

import re
from pathlib import Path


def run_first_program(readme: Path) -> None:
    """Runs the first block of Python."""
    found = re.search(r"^```python\n(.*?)^```", readme.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    exec(found.group(1), {})  # noqa: S102
