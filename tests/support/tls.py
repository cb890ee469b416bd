"""A self-signed certificate, and a proxy that terminates TLS before a server as nginx would."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from timeouts import scaled

CERTIFICATE, KEY = "certificate.pem", "key.pem"


def make_certificate(folder: Path, name: str) -> None:
    """Write a certificate for a name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / CERTIFICATE).write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / KEY).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@contextlib.contextmanager
def tls_proxy(folder: Path, port: int) -> Iterator[int]:
    """Serve TLS before a local port and tell it client, scheme and host; the proxy's own port comes back."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    started, stop, found = threading.Event(), asyncio.Event(), []

    carrying: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin to carry, unless the proxy ends: a handshake may be over only then."""
        if stop.is_set():
            writer.transport.abort()
        else:
            carrying.add(asyncio.create_task(_carry(reader, writer, port)))

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
        found.extend([server.sockets[0].getsockname()[1], asyncio.get_running_loop()])
        started.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(scaled(10))
    yield found[0]
    found[1].call_soon_threadsafe(stop.set)
    thread.join(scaled(10))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Carry one request and its answer; every answer ends its connection."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        given = dict(line.split(": ", 1) for line in head[1:])
        host = next(value for name, value in given.items() if name.lower() == "host")
        client = writer.get_extra_info("peername")[0]
        kept = [line for line in head if not line.lower().startswith(("host:", "connection:"))]
        kept += [f"Host: 127.0.0.1:{port}", "Connection: close", f"X-Forwarded-For: {client}"]
        kept += ["X-Forwarded-Proto: https", f"X-Forwarded-Host: {host}"]
        behind, ahead = await asyncio.open_connection("127.0.0.1", port)
        ahead.write(("\r\n".join(kept) + "\r\n\r\n").encode())
        sending = asyncio.create_task(_copy(reader, ahead))
        await _copy(behind, writer)
        sending.cancel()
        ahead.close()
    writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
