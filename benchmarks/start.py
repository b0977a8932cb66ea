"""How long one waits: `import sayso`, and `sayso build` on this project's own seeds, against `import datasets`.

    .venv/bin/python benchmarks/start.py

An import is the wall time of a fresh interpreter less that of a bare one.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from timing import Row, best, one_core, show, versions

ROOT = Path(__file__).parent.parent
INPUTS = ("seeds", "annotations", "pyproject.toml", "CHANGELOG.md")


def imports(modules: tuple[str, ...], repeat: int) -> dict[str, float]:
    """Wall seconds that each import adds to a bare interpreter, best of several; they take turns."""
    codes = ["pass", *(f"import {module}" for module in modules)]
    seconds = dict.fromkeys(codes, float("inf"))
    for _ in range(repeat):
        for code in codes:
            before = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            seconds[code] = min(seconds[code], time.perf_counter() - before)
    return {module: seconds[f"import {module}"] - seconds["pass"] for module in modules}


def copied(folder: Path) -> Path:
    """The project's inputs, in a folder where they may be built."""
    for name in INPUTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description="Import and build, against `import datasets`.")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    one_core()
    imported = imports(("sayso", "sayso.package", "datasets"), given.repeat)

    import sayso.package
    from sayso.rows import tokenizer

    # What a build imports when it needs it, the tokenizer's package, is an import too.
    tokenizer()
    with tempfile.TemporaryDirectory() as scratch:
        root = copied(Path(scratch))
        run: Callable[[], object] = lambda: sayso.package.build(root)  # noqa: E731
        first = time.perf_counter()
        assembly = sayso.package.build(root)
        first = time.perf_counter() - first
        warm = best({"build": run}, given.repeat)["build"]
    peer = imported["datasets"]
    times = {
        "import sayso": imported["sayso"],
        "import sayso.package": imported["sayso.package"],
        "build after imports, first": first,
        "build after imports, best (CPU)": warm,
        "import datasets": peer,
    }
    rows: list[Row] = [
        {"what": name, "s": seconds, "share of import datasets": seconds / peer} for name, seconds in times.items()
    ]
    figures = assembly.figures
    facts: Row = {
        "documents": figures.rows["documents"], "sentences": figures.rows["sentences"],
        "rows": figures.rows.total(), **versions("sayso", "datasets", "pyarrow", "spacy"),
    }  # fmt: skip
    show("Start", facts, rows, as_json=given.json)


if __name__ == "__main__":
    main()
