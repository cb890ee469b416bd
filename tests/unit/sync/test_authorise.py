"""The terminal's side of a PSAM's authorisation: asked every 5 s, only what the pinned centre signed is handed on."""

from __future__ import annotations

import json

import httpx2
import msgspec
import pytest
from msgspec.structs import replace

from laneside.contract.authorisation import PsamAuthorisationReply, authorisation_bytes
from laneside.contract.exchange import Refusal
from laneside.contract.signing import canonical
from laneside.reader.port import PsamAuthorisation, PsamChallenge
from laneside.sync.authorise import AGAIN_S, RETRY_S, PsamAuthoriser
from laneside.sync.job import StepOutcome

CHALLENGE = PsamChallenge(
    terminal_number=bytes.fromhex("620100001234"),
    serial=bytes.fromhex("62010123456789ABCDEF"),
    version=5,
    key_type=1,
    area=bytes.fromhex("B8CACBE0B8CACBE0"),
    random=bytes.fromhex("0102030405060708"),
)
INSTRUCTION = "008200410811A8F17B1A378D36"


class HandSam:
    """A PSAM by hand: what it wants, what it was given, what it says."""

    def __init__(self):
        self.wants = CHALLENGE
        self.given = []
        self.says = PsamAuthorisation(sw=0x9000)

    def authorisation_request(self):
        return self.wants

    def authorise(self, instruction):
        self.given.append(instruction.hex().upper())
        if self.says.authorised:
            self.wants = None
        return self.says


class Desk:
    """The centre's answers to authorisation requests; everything else is the memory centre's."""

    def __init__(self, centre):
        self.centre = centre
        self.asked, self.results = [], []
        self.forge = None
        self.instead = None
        centre.says = self.answer

    def answer(self, request):
        if not request.url.path.startswith("/api/v1/psam-authorisations"):
            return None
        if self.instead is not None:
            return self.instead(request)
        terminal_id = self.centre.checked(request)
        body = json.loads(request.content)
        if request.url.path.endswith("/result"):
            self.results.append((request.url.path.split("/")[-2], body["sw"]))
            return httpx2.Response(200, content=request.content)
        self.asked.append(body)
        reply = PsamAuthorisationReply(
            terminal_id=terminal_id, psam_number=body["psamNo"], random=body["random"], list_number="000000000007",
            instruction=INSTRUCTION,
        )  # fmt: skip
        reply = msgspec.structs.replace(reply, signature=self.centre.key.sign(authorisation_bytes(reply)))
        return httpx2.Response(201, content=canonical(reply if self.forge is None else self.forge(reply)))


@pytest.fixture
def desk(centre):
    return Desk(centre)


@pytest.fixture
def sam():
    return HandSam()


@pytest.fixture
def piece(sam, remote):
    return PsamAuthoriser(sam, remote, lane_id=lambda: "G00306200100102010011")


def test_a_challenge_goes_up_and_the_answer_goes_down_and_the_result_up(desk, sam, piece):
    step = piece.step()
    assert (step.outcome, step.subject, step.wait_s) == (StepOutcome.DONE, "000000000007", RETRY_S)
    assert desk.asked == [
        {
            "terminalNo": "620100001234",
            "psamNo": "62010123456789ABCDEF",
            "psamVersion": "05",
            "keyType": "01",
            "areaCode": "B8CACBE0B8CACBE0",
            "random": "0102030405060708",
            "laneId": "G00306200100102010011",
        }
    ]
    assert sam.given == [INSTRUCTION]
    assert desk.results == [("000000000007", "9000")]
    assert piece.step().outcome is StepOutcome.IDLE
    assert len(desk.asked) == 1


def test_it_asks_every_five_seconds_while_the_centre_is_down(desk, sam, piece):
    def down(_request):
        raise httpx2.ConnectError("no way")

    desk.instead = down
    assert [(step.outcome, step.wait_s) for step in (piece.step(), piece.step(), piece.step())] == [
        (StepOutcome.FAILED, RETRY_S)
    ] * 3
    assert sam.given == []
    assert "no way" in piece.trouble
    desk.instead = None
    assert piece.step().outcome is StepOutcome.DONE
    assert piece.trouble == ""


def test_a_refusal_is_told_and_tried_again(desk, sam, piece):
    refusal = Refusal(code="psam-signer-off", text="中心未配置PSAM授权服务")
    desk.instead = lambda _request: httpx2.Response(403, content=canonical(refusal))
    step = piece.step()
    assert (step.outcome, step.wait_s) == (StepOutcome.FAILED, RETRY_S)
    assert step.trouble == "psam-signer-off: 中心未配置PSAM授权服务"
    assert sam.given == []


@pytest.mark.parametrize(
    "forge",
    [
        lambda reply: msgspec.structs.replace(reply, instruction="0082004108" + "00" * 8),
        lambda reply: msgspec.structs.replace(reply, random="FF" * 8),
        lambda reply: msgspec.structs.replace(reply, signature=b"\x00" * 64),
        lambda reply: msgspec.structs.replace(reply, signature=b""),
    ],
)
def test_nothing_that_the_pinned_centre_did_not_sign_reaches_the_psam(desk, sam, piece, forge):
    desk.forge = forge
    assert piece.step().outcome is StepOutcome.FAILED
    assert sam.given == []


@pytest.mark.parametrize("name", ["terminal_id", "psam_number", "random"])
def test_an_answer_to_another_question_is_not_handed_on(desk, centre, sam, piece, name):
    def other(reply):
        changed = msgspec.structs.replace(reply, **{name: "62010123456789ABCD00"}, signature=b"")
        return msgspec.structs.replace(changed, signature=centre.key.sign(authorisation_bytes(changed)))

    desk.forge = other
    assert piece.step().outcome is StepOutcome.FAILED
    assert sam.given == []


def test_a_session_that_came_between_is_followed_at_once(desk, sam, piece):
    sam.says = PsamAuthorisation(sw=None, detail="the challenge is over")
    assert piece.step().wait_s == AGAIN_S
    assert desk.results == [("000000000007", "")]


def test_a_psam_that_refuses_is_spared_before_its_last_tries(desk, sam, piece):
    for left in range(14, -1, -1):
        sam.says = PsamAuthorisation(sw=0x63C0 | left)
        piece.step()
    assert len(sam.given) == 10, "five tries stay"
    assert "tries left: 5" in piece.trouble
    sam.wants = replace(CHALLENGE, serial=bytes(10))
    sam.says = PsamAuthorisation(sw=0x9000)
    assert piece.step().outcome is StepOutcome.DONE, "another PSAM has tries of its own"


def test_a_result_that_could_not_be_told_is_told_later(desk, sam, piece):
    answer = desk.answer

    def lose_results(request):
        if request.url.path.endswith("/result"):
            raise httpx2.ReadTimeout("lost")
        desk.instead = None
        try:
            return answer(request)
        finally:
            desk.instead = lose_results

    desk.instead = lose_results
    assert piece.step().outcome is StepOutcome.DONE
    assert desk.results == []
    desk.instead = None
    assert piece.step().outcome is StepOutcome.IDLE
    assert desk.results == [("000000000007", "9000")]
