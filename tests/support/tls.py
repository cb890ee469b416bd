"""A self-signed certificate, and a proxy that terminates TLS before a server as nginx would."""

from __future__ import annotations

import contextlib
import socket
import socketserver
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
from timeouts import POLL_S, scaled

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

    class Carrier(socketserver.BaseRequestHandler):
        """One connection."""

        def handle(self) -> None:
            self.request.settimeout(scaled(10))
            with contextlib.suppress(OSError), context.wrap_socket(self.request, server_side=True) as browser:
                _carry(browser, self.client_address[0], port)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Carrier) as server:
        serving = threading.Thread(target=server.serve_forever, args=(POLL_S,))
        serving.start()
        yield server.server_address[1]
        server.shutdown()
        serving.join(scaled(10))


def _carry(browser: ssl.SSLSocket, client: str, port: int) -> None:
    """Carry one request and its answer; every answer ends its connection."""
    given = b""
    while b"\r\n\r\n" not in given:
        data = browser.recv(65536)
        if not data:
            return
        given += data
    head, _, body = given.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    kept = [line for line in lines if not line.lower().startswith(("host:", "connection:"))]
    kept += [f"Host: 127.0.0.1:{port}", "Connection: close", f"X-Forwarded-For: {client}"]
    kept += ["X-Forwarded-Proto: https", f"X-Forwarded-Host: {fields['host']}"]
    while len(body) < int(fields.get("content-length", "0")):
        body += browser.recv(65536)
    with socket.create_connection(("127.0.0.1", port), timeout=scaled(10)) as centre:
        centre.sendall("\r\n".join(kept).encode() + b"\r\n\r\n" + body)
        while data := centre.recv(65536):
            browser.sendall(data)
