"""A flood of a server, as a process of its own: ``flood.py HOST:PORT POSTERS HALF_OPEN`` until its input is closed.

It prints one line once every connection is open. Posters send the login form with a secret that belongs to its cookie,
each time another name, as fast as they are answered; half-open connections send a part of the headers and no more, and
are opened again where the server closes them.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from itertools import count


async def main(host: str, port: int, posters: int, half_open: int) -> None:
    opened = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(post(host, port, opened)) for _ in range(posters)]
    tasks += [asyncio.create_task(lie_half_open(host, port, opened)) for _ in range(half_open)]
    for _ in tasks:
        await opened.acquire()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()


async def post(host: str, port: int, opened: asyncio.Semaphore) -> None:
    secret = await secret_of(host, port)
    opened.release()
    for number in count():
        body = f"csrf={secret}&name=name-{number}&password=wrong-{number}".encode()
        head = (
            f"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: laneside_centre_door={secret}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(head.encode() + body)
            await reader.read()
            writer.close()


async def secret_of(host: str, port: int) -> str:
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            page = (await reader.read()).decode()
            writer.close()
            found = re.search(r'name="csrf" value="([^"]+)"', page)
            if found is not None:
                return found[1]


async def lie_half_open(host: str, port: int, opened: asyncio.Semaphore) -> None:
    for turn in count():
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            if turn == 0:
                opened.release()
            await reader.read()
            writer.close()
        await asyncio.sleep(10)


if __name__ == "__main__":
    where, many, half = sys.argv[1:]
    name, _, number = where.rpartition(":")
    asyncio.run(main(name, int(number), int(many), int(half)))
