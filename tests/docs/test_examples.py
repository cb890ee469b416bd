"""What the documents tell people to run runs, and prints what the documents show."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from served_roadside import serving
from timeouts import scaled, until

from laneside.devices.machine import SystemClock
from laneside.virtual.chip_store import RamChipStore
from laneside.virtual.client import RoadsidePanel
from laneside.virtual.world import World

GUIDE = "docs/integrators-guide.md"


def _environment() -> dict[str, str]:
    """Let `laneside` be the one that is tested."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.slow  # each example is a process of its own
def test_console_examples_print_what_is_shown(blocks, tmp_path):
    for block in blocks(GUIDE, "run"):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = example.partition("\n")
            ran = subprocess.run(
                command, shell=True, cwd=tmp_path, env=_environment(), text=True, check=True, timeout=scaled(30),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            assert ran.stdout == shown, command


@pytest.fixture
def roadside():
    """Serve a roadside of this process."""
    with serving(World(store=RamChipStore(), clock=SystemClock(), random_bytes=os.urandom)) as address:
        yield address


def test_the_client_in_a_few_lines_works(blocks, roadside):
    host, port = roadside
    (client,) = blocks(GUIDE, "roadside")
    printed = StringIO()
    with redirect_stdout(printed):
        exec(client, {"HOST": host, "PORT": port})
    assert printed.getvalue() in blocks(GUIDE, "text")


def test_every_request_of_lane_and_panel_is_taken(rows, roadside):
    import json

    from laneside.virtual.client import RoadsideConnection

    host, port = roadside
    requests = [json.loads(row["request"].strip("`")) for row in rows(GUIDE, "request")]
    lane_operations = {"occupy", "waiting", "conclude"}
    seen = set()
    for request in requests:
        first_release = request["op"] == "release" and "release" not in seen
        channel = "lane" if request["op"] in lane_operations or first_release else "panel"
        seen.add(request["op"])
        with RoadsideConnection(host, port, channel=channel, answer_timeout_s=scaled(10)) as wire:
            answer = json.loads(wire.exchange(json.dumps(request).encode()))
        assert answer["ok"] is (request["op"] != "await_held"), (request, answer)
    described = {"occupy", "waiting", "conclude", "release", "vehicles", "place", "state", "picture", "withdraw_card"}
    described |= {"insert_card", "hold", "cut", "withdraw_at", "await_held", "clear_faults", "remove"}
    assert seen == described


def test_every_request_about_the_reader_is_taken_and_there_are_no_others(rows):
    import asyncio
    import json
    import secrets

    from laneside.virtual.integrated import requests as reader_requests
    from laneside.virtual.integrated.reader import IntegratedReader
    from laneside.virtual.integrated.server import ReaderServer
    from laneside.virtual.integrated.settings import TCP_READER
    from laneside.virtual.requests import RequestRefusedError

    def world_of(vehicle: str) -> World:
        world = World(store=RamChipStore(), clock=SystemClock(), random_bytes=secrets.token_bytes)
        world.place(vehicle)
        return world

    requests = [row["reader request"].strip("`") for row in rows(GUIDE, "reader request")]
    (await_held,) = [request for request in requests if "await_held" in request]

    async def asked() -> None:
        reader = IntegratedReader(world_of("car-sm4"), settings=TCP_READER, random_bytes=secrets.token_bytes)
        server = ReaderServer(reader)
        await server.listen("127.0.0.1", 0)
        taking = reader_requests.ReaderRequests(server, other_world=world_of)
        for request in requests:
            if request is not await_held:
                assert (await taking.answer(request.encode()))["ok"]
        with pytest.raises(RequestRefusedError, match="held back"):
            await taking.answer(await_held.replace('"wait_s":5', '"wait_s":0').encode())
        await server.stop()

    with ThreadPoolExecutor(1) as apart:  # a browser of other tests may have a loop running in this thread
        apart.submit(asyncio.run, asked()).result()
    assert {json.loads(request)["op"] for request in requests} == {
        struct.__struct_config__.tag for struct in _structs(reader_requests)
    }


def test_the_roadside_knows_no_other_requests():
    from laneside.virtual import requests

    tags = {struct.__struct_config__.tag for struct in _structs(requests)}
    assert tags == {
        "vehicles", "place", "remove", "state", "picture", "insert_card", "withdraw_card", "hold", "cut", "withdraw_at",
        "await_held", "release", "clear_faults", "occupy", "waiting", "conclude",
    }  # fmt: skip


def _structs(module):
    return [
        value
        for value in vars(module).values()
        if getattr(value, "__struct_config__", None) and value.__struct_config__.tag
    ]


@pytest.mark.process
def test_the_parts_start_separately_as_the_guide_says(blocks, tmp_path):
    (script,) = blocks(GUIDE, "separately")
    ports = {old: str(_free_port()) for old in sorted(set(re.findall(r"\b\d711|8611\b", script)))}
    for old, new in ports.items():
        script = re.sub(rf"\b{old}\b", new, script)
    environment = _environment()
    with ExitStack() as running:
        for line in script.splitlines():
            if line.startswith("export "):
                environment |= dict(pair.split("=", 1) for pair in line.removeprefix("export ").split())
            elif line.endswith(" &"):
                running.callback(_end, _start(line.removesuffix(" &"), tmp_path, environment))
                _await(int(re.search(r"--port (\d+)", line)[1]))
            else:
                subprocess.run(line, shell=True, cwd=tmp_path, env=environment, check=True, timeout=scaled(60))
        _walk(ports, tmp_path)


def _walk(ports: dict[str, str], folder: Path) -> None:
    """Log in and read a vehicle: terminal, centre and roadside have found each other."""
    from datetime import UTC, datetime

    from laneside.cli.browserless import Browserless
    from laneside.cli.once import enable_lanes
    from laneside.clock import BEIJING

    url = f"http://127.0.0.1:{ports['8611']}"
    enable_lanes(url)
    RoadsidePanel("127.0.0.1", int(ports["7711"])).place("car-sm4")
    with Browserless(url) as collector:
        collector.login("620101", "lane-101", work_date=datetime.now(UTC).astimezone(BEIJING).date())
        collector.post("/linkage", lane_hex="62010A0B11")
        assert collector.act("read")["vehicle"]["plate"] == "甘A8K631"
        collector.act("abandon", reason="试")
        collector.act("leave")
    assert (folder / "terminal" / "device" / "identity.json").exists()


def _start(command: str, folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        f"exec {command}", shell=True, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    child.wait(scaled(20))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _await(port: int) -> None:
    assert until(lambda: _listens(port), within_s=30), f"nothing listens on {port}"


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
