"""How much JavaScript the first load of `/app/` brings: the built page's scripts and all that they import statically."""

import gzip
import re
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent.parent / "app" / "pwa" / "static"
BUDGET_BYTES = 60 * 1024
_IN_PAGE = re.compile(r'<(?:script[^>]*\bsrc|link[^>]*rel="modulepreload"[^>]*\bhref)="/static/([^"]+\.js)"')
# After minification: `from"./x.js"` of an import or a re-export, and `import"./x.js"`; `import("./x.js")` is a dynamic one.
_STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\.{1,2}/[^"']+\.js)["']""")


def measure(page: str = "app.html") -> dict[str, Any]:
    """Gzipped bytes of the module graph that the page cannot start without, and of each of its files."""
    found: dict[Path, int] = {}
    waiting = [STATIC / name for name in _IN_PAGE.findall((STATIC / page).read_text("utf-8"))]
    if not waiting:
        raise ValueError(f"{page} has no module script: was the front end built?")
    while waiting:
        path = waiting.pop().resolve()
        if path not in found:
            source = path.read_bytes()
            found[path] = len(gzip.compress(source, 9))
            waiting += [path.parent / name for name in _STATIC_IMPORT.findall(source.decode("utf-8"))]
    total = sum(found.values())
    return {
        "page": page,
        "js_gzip_bytes": total,
        "budget_bytes": BUDGET_BYTES,
        "of_budget": round(total / BUDGET_BYTES, 3),
        "files": {path.name: size for path, size in sorted(found.items(), key=lambda item: -item[1])},
    }
