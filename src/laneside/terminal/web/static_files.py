"""Style, scripts, font: read once, served under a fingerprint of their content and cached for good."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_FOREVER = "public, max-age=31536000, immutable"


class StaticFiles:
    """All static files of the package in memory (under 400 KB), by their path."""

    def __init__(self) -> None:
        self._files = dict(_walk(files("laneside.terminal") / "static", ""))
        digest = hashlib.sha256()
        for path in sorted(self._files):
            digest.update(path.encode() + b"\0" + self._files[path])
        self.fingerprint = digest.hexdigest()[:12]

    def url(self, path: str) -> str:
        """Return the address of a file; the path must exist."""
        assert path in self._files, path
        return f"/static/{self.fingerprint}/{path}"

    async def serve(self, request: Request) -> Response:
        """Answer ``/static/{fingerprint}/{path}``; an old fingerprint gets the present file, uncached."""
        path = request.path_params["path"]
        content = self._files.get(path)
        suffix = "." + path.rpartition(".")[2]
        if content is None or suffix not in _TYPES:
            return Response(status_code=404)
        current = request.path_params["fingerprint"] == self.fingerprint
        headers = {"cache-control": _FOREVER if current else "no-store"}
        return Response(content, media_type=_TYPES[suffix], headers=headers)


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif "." + entry.name.rpartition(".")[2] in _TYPES:
            found.append((prefix + entry.name, entry.read_bytes()))
    return found
