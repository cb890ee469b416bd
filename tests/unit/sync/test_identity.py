"""Enrolment: the device's own key, the centre's pinned one, and what a cut in between leaves."""

from __future__ import annotations

import stat

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from laneside.contract.enrolment import EnrolmentCode
from laneside.contract.exchange import EnrolmentReply, EnrolmentRequest, Refusal
from laneside.contract.signing import canonical, parse
from laneside.errors import CentreUnreachableError, ContractError, SettingError, SignatureError
from laneside.sync.identity import Identity, enrol


class Desk:
    """The centre's side of enrolment: it takes a code once, and again from the same key."""

    def __init__(self, centre):
        self.centre = centre
        self.code = EnrolmentCode.draw(random=b"12345678", centre_key=centre.public_key)
        self.key = None
        self.lose_reply = False
        self.given_key = centre.public_key

    def __call__(self, request):
        assert (request.method, request.url.path) == ("POST", "/api/v1/enrol")
        asked = parse(request.content, EnrolmentRequest)
        if asked.code != self.code.code or self.key not in {None, asked.device_key}:
            return httpx2.Response(403, content=canonical(Refusal(code="enrolment-code", text="已使用")))
        self.key = asked.device_key
        if self.lose_reply:
            raise httpx2.ReadTimeout("cut")
        reply = EnrolmentReply(terminal_id="T9", slot=3, station_hex="62010A0B", centre_key=self.given_key)
        return httpx2.Response(201, content=canonical(reply))


@pytest.fixture
def desk(centre):
    centre.trouble = Desk(centre)
    return centre.trouble


class Randomness:
    def __init__(self):
        self.drawn = 0

    def __call__(self, count):
        self.drawn += 1
        return bytes([self.drawn]) * count


def test_an_enrolled_terminal_signs_with_the_key_that_the_centre_got(link, folder, desk, centre):
    identity = enrol(link, folder, code=desk.code, name="手持机 1", random_bytes=Randomness())
    assert (identity.terminal_id, identity.slot, identity.station_hex) == ("T9", 3, "62010A0B")
    assert identity.centre_key == centre.public_key
    Ed25519PublicKey.from_public_bytes(desk.key).verify(identity.sign(b"message"), b"message")


def test_the_identity_is_the_same_after_a_restart_and_for_its_owner_alone(link, folder, desk, tmp_path):
    identity = enrol(link, folder, code=desk.code, name="1", random_bytes=Randomness())
    again = Identity.load(folder)
    assert again is not None
    assert again.sign(b"x") == identity.sign(b"x")
    assert (again.terminal_id, again.slot, again.centre_key) == ("T9", 3, identity.centre_key)
    assert folder.names() == ("identity.json",)
    assert stat.S_IMODE((tmp_path / "device" / "identity.json").stat().st_mode) == 0o600


def test_after_a_lost_reply_the_same_code_is_asked_with_the_same_key(link, folder, desk):
    randomness = Randomness()
    desk.lose_reply = True
    with pytest.raises(CentreUnreachableError):
        enrol(link, folder, code=desk.code, name="1", random_bytes=randomness)
    assert Identity.load(folder) is None
    desk.lose_reply = False
    identity = enrol(link, folder, code=desk.code, name="1", random_bytes=randomness)
    assert isinstance(identity, Identity)
    assert randomness.drawn == 1


def test_a_code_that_is_used_up_is_a_refusal_with_the_centres_words(link, folder, desk):
    enrol(link, folder, code=desk.code, name="1", random_bytes=Randomness())
    folder.remove("identity.json")
    refused = enrol(link, folder, code=desk.code, name="2", random_bytes=lambda count: b"\x77" * count)
    assert refused == Refusal(code="enrolment-code", text="已使用")
    assert Identity.load(folder) is None


def test_another_code_gets_another_key(link, folder, desk, centre):
    randomness = Randomness()
    other = EnrolmentCode.draw(random=b"abcdefgh", centre_key=centre.public_key)
    assert isinstance(enrol(link, folder, code=other, name="1", random_bytes=randomness), Refusal)
    enrol(link, folder, code=desk.code, name="1", random_bytes=randomness)
    assert desk.key == Ed25519PrivateKey.from_private_bytes(b"\x02" * 32).public_key().public_bytes_raw()


def test_a_centre_with_another_key_than_the_codes_is_not_believed(link, folder, desk):
    desk.given_key = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32).public_key().public_bytes_raw()
    with pytest.raises(SignatureError, match="enrolment code"):
        enrol(link, folder, code=desk.code, name="1", random_bytes=Randomness())
    assert Identity.load(folder) is None


def test_a_damaged_identity_says_so(folder):
    folder.write("identity.json", b'{"half":')
    with pytest.raises(ContractError):
        Identity.load(folder)


@pytest.mark.parametrize(
    "change", [{"terminal_id": ""}, {"terminal_id": "T\n1"}, {"slot": 100}, {"station_hex": "62"}, {"centre_key": b""}]
)
def test_an_identity_that_no_centre_may_give_can_not_exist(identity, change):
    fields = {name: getattr(identity, name) for name in ("terminal_id", "slot", "station_hex", "centre_key", "key")}
    with pytest.raises(SettingError):
        Identity(**(fields | change))


def test_the_key_is_not_in_the_identitys_text(identity):
    assert "key=<" not in repr(identity)
    assert (b"\x02" * 32).hex() not in repr(identity)
