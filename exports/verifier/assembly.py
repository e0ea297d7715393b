"""Makes the one file `verify.py` that travels in a package out of the modules of this folder.

A stranger wants one file that needs nothing; we want small modules, each with its own tests. So the modules are put one
after another, and what they import of each other falls away.
"""

import ast
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
PARTS = ("codes.py", "container.py", "signatures.py", "shapes.py", "shown.py", "walk.py", "verify.py")
"""Each needs only what stands before it."""

PAGE = "verify.html"


@cache
def assembled() -> bytes:
    """The stand-alone `verify.py`."""
    imports: set[str] = set()
    bodies, head = [], ""
    for part in PARTS:
        source = (FOLDER / part).read_text(encoding="utf-8")
        lines, tree = source.splitlines(), ast.parse(source)
        head = "\n".join(lines[: tree.body[0].end_lineno])  # the last one's stands at the top
        tops = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        for node in tops:
            if not (isinstance(node, ast.ImportFrom) and str(node.module).startswith(("exports.", "__future__"))):
                imports |= {_one(node, alias) for alias in node.names}
        body = "\n".join(lines[tops[-1].end_lineno :]).strip()
        bodies.append(f"# --- {(ast.get_docstring(tree) or '').splitlines()[0]}\n\n{body}\n")
    top = "from __future__ import annotations\n\n" + "\n".join(sorted(imports))
    return f"{head}\n\n{top}\n\n".encode() + "\n\n".join(bodies).encode()


@cache
def page() -> bytes:
    """The page `verify.html`."""
    return (FOLDER / PAGE).read_bytes()


def _one(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    return f"from {node.module} import {alias.name}" if isinstance(node, ast.ImportFrom) else f"import {alias.name}"
