"""The centre under attack by strangers: terminals upload as ever, and nothing is held for long."""

import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.contract.centre.test_server import running
from timeouts import scaled

pytestmark = pytest.mark.process
FLOOD = Path(__file__).parents[2] / "support" / "flood.py"
POSTERS, HALF_OPEN, UPLOADS = 60, 1150, 12


def test_uploads_stay_under_a_second_while_strangers_flood_the_login(centre, device):
    from datetime import UTC, datetime

    centre.close()
    with running(centre.settings.data) as (_process, client):
        where = urlsplit(str(client.base_url))
        device.client = client
        command = [sys.executable, str(FLOOD), f"127.0.0.1:{where.port}", str(POSTERS), str(HALF_OPEN)]
        flood = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert flood.stdout.readline() == b"open\n"
            taken = []
            for _ in range(UPLOADS):
                device.clock.at = datetime.now(UTC)
                upload = device.upload()
                begun = time.monotonic()
                device.receipt(device.put_record(upload))
                taken.append(time.monotonic() - begun)
            assert flood.poll() is None
        finally:
            flood.communicate(timeout=scaled(20))
    assert max(taken) < scaled(1), f"uploads took {sorted(taken)} s"
