"""The baseline: the least that Python, Starlette and uvicorn do to serve a page; started as the terminal is."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route


async def hello(_request: Request) -> HTMLResponse:
    """Say hello."""
    return HTMLResponse("<!doctype html><title>hello</title>")


def main(port_file: Path) -> None:
    """Listen on a free loopback port, tell it, serve."""
    app = Starlette(routes=[Route("/login", hello)])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        half = port_file.with_suffix(".half")
        half.write_text(f"{listener.getsockname()[1]}\n", encoding="ascii")
        os.replace(half, port_file)  # noqa: PTH105 - the atomic form by its own name
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
