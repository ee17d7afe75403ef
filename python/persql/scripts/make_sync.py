"""Writes the synchronous client from the asynchronous one. With ``--check``, only says whether it is up to date."""

import re
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src" / "persql"
REPLACEMENTS = [
    (r"import asyncio\n", ""),
    (r"import os\n", "import os\nimport time\n"),
    (r"await asyncio\.sleep\(", "time.sleep("),
    (r"await asyncio\.to_thread\(([\w.]+)\)", r"\1()"),
    (r"\basync def\b", "def"),
    (r"\bawait ", ""),
    (r"\b_*a(enter|exit)__", r"__\1__"),
    (r"\baclose\b", "close"),
    (r"\bAsync(\w+)", r"\1"),
    (r"\bhttpx\.AsyncClient\b", "httpx.Client"),
]


def synchronous(text: str) -> str:
    for pattern, replacement in REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    return f"# Made from _async_client.py by scripts/make_sync.py.\n{text}"


def main() -> int:
    target = FOLDER / "_client.py"
    text = synchronous((FOLDER / "_async_client.py").read_text("utf-8"))
    if "--check" not in sys.argv:
        target.write_text(text, "utf-8")
        return 0
    if target.read_text("utf-8") == text:
        return 0
    print("_client.py is not what _async_client.py makes: run scripts/make_sync.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
