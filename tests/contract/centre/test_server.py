"""The centre as a real process: its port, its end, and a death between commit and receipt."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from timeouts import scaled, until

from laneside.contract.enrolment import EnrolmentCode
from laneside.contract.exchange import EnrolmentReply, EnrolmentRequest, Stored
from laneside.contract.signing import canonical, parse, public_bytes

pytestmark = pytest.mark.process
COMMAND = [sys.executable, "-m", "laneside", "centre"]


@contextmanager
def running(folder, **environment):
    port_file = folder.parent / "port"
    process = subprocess.Popen(
        [*COMMAND, "--data", str(folder), "--port-file", str(port_file)],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        assert until(lambda: port_file.exists() or process.poll() is not None, within_s=30), "it does not listen"
        assert process.poll() is None, "the centre ended before it listened"
        with httpx2.Client(base_url=f"http://127.0.0.1:{int(port_file.read_text())}") as client:
            yield process, client
    finally:
        port_file.unlink(missing_ok=True)
        if process.poll() is None:
            process.kill()
        process.wait(scaled(30))


def test_killed_between_commit_and_receipt_it_holds_one_record(centre, device, rows):
    from datetime import UTC, datetime

    folder = centre.settings.data
    centre.close()
    device.clock.at = datetime.now(UTC)
    upload = device.upload()
    with running(folder, LANESIDE_CENTRE_EXIT_AFTER_COMMIT="1") as (process, client):
        device.client = client
        with pytest.raises(httpx2.RemoteProtocolError):
            device.put_record(upload)
        assert process.wait(scaled(30)) == 86
    assert len(rows("SELECT * FROM records")) == 1
    with running(folder) as (process, client):
        device.client = client
        assert device.receipt(device.put_record(upload)).stored is Stored.EXISTS
        assert len(rows("SELECT * FROM records")) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(scaled(30)) == 0


def test_a_code_printed_by_the_command_enrols_a_device(centre):
    folder = centre.settings.data
    with running(folder) as (_process, client):
        printed = subprocess.run(
            [*COMMAND, "enrol-code", "--data", str(folder)], capture_output=True, text=True, check=True
        )
        code = EnrolmentCode.parse(printed.stdout)
        key = public_bytes(Ed25519PrivateKey.generate())
        request = EnrolmentRequest(code=code.code, name="手持机", device_key=key)
        answer = client.post("/api/v1/enrol", content=canonical(request))
        assert code.pins(parse(answer.content, EnrolmentReply).centre_key)
