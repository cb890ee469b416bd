"""Files that survive a power loss, and the centre's key."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.centre.storage.durable import key_in


def test_the_key_is_made_once_and_is_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "centre.key"
    made = key_in(path, lambda size: b"k" * size)
    assert made.private_bytes_raw() == b"k" * 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert key_in(path, lambda size: b"other" * size).private_bytes_raw() == b"k" * 32
    assert isinstance(made, Ed25519PrivateKey)
