"""What a browser transfers for a page that it has never seen: HTML, style and scripts; the font by itself."""

from __future__ import annotations

import re

import httpx2
from tools.bench.figures import Figure

from laneside.cli.browserless import Browserless

PAGE_TARGET_KB = 120.0
FONT_TARGET_KB = 250.0
_LINKED = re.compile(r'(?:src|href)="(/static/[^"]+)"')


def measure(collector: Browserless, paths: tuple[str, ...]) -> tuple[list[Figure], list[str]]:
    """Weigh pages (logged in where they ask for it) and the font; the font's cache headers come beside."""
    figures, fonts = [], dict[str, httpx2.Response]()
    for path in paths:
        html = _got(collector, path)
        linked = {address: _got(collector, address) for address in sorted(set(_LINKED.findall(html.text)))}
        fonts |= {address: answer for address, answer in linked.items() if address.endswith(".woff2")}
        rest = [answer for address, answer in linked.items() if address not in fonts]
        kilobytes = sum(len(answer.content) for answer in (html, *rest)) / 1e3
        figures.append(
            Figure(
                name=f"first page {path} without the font", unit="kB", samples=[kilobytes], target_max=PAGE_TARGET_KB
            )
        )
    weight = sum(len(answer.content) for answer in fonts.values()) / 1e3
    figures.append(Figure(name=f"font ({len(fonts)} files)", unit="kB", samples=[weight], target_max=FONT_TARGET_KB))
    caching = sorted({f"font cache-control: {answer.headers.get('cache-control')}" for answer in fonts.values()})
    return figures, caching


def _got(collector: Browserless, address: str) -> httpx2.Response:
    """Ask as a browser does, but without compression: the bytes are those of the files."""
    answer = collector.fetch(address, {"accept": "text/html,*/*", "accept-encoding": "identity"})
    answer.raise_for_status()
    if answer.status_code != 200:
        raise OSError(f"{address} came with {answer.status_code}")
    return answer
