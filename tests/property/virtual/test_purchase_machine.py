"""Purchases with cuts anywhere, against a model that knows only money: nothing is lost and nothing happens twice."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.memory import RamMemory
from laneside.virtual.chips.profiles import CardProfile, PsamProfile
from laneside.virtual.chips.psam import VirtualPsam

HEX = bytes.fromhex
CARD_NUMBER, REGION = "2219230200000001", "B8CACBE0B8CACBE0"
ISSUE = HEX("B8CACBE062010001 16 50 6201 2219230200000001 20200101 20300101 B8CA41313233343500000000 00 00 01") + bytes(
    7
)
OPENING_BALANCE, TERMINAL, TIME = 3000, "620100001234", "20240506143015"


class PowerCutError(Exception):
    """The power went."""


class CuttingMedium(RamMemory):
    """Lose the power after so many more writes."""

    left: int | None = None

    def write(self, offset: int, data: bytes) -> None:
        if self.left == 0:
            super().write(offset, data[: len(data) // 2])
            raise PowerCutError
        if self.left is not None:
            self.left -= 1
        super().write(offset, data)


class Purchases(RuleBasedStateMachine):
    """One card and one PSAM; the model is the list of debits that happened."""

    def __init__(self) -> None:
        super().__init__()
        self.challenge = 0
        self.memory = CuttingMedium()
        profile = CardProfile(issue_info=ISSUE, balance_fen=OPENING_BALANCE)
        self.card = VirtualCard.personalise(profile, memory=self.memory, random_bytes=self.random_bytes)
        sam = PsamProfile(serial=bytes(10), terminal_number=HEX(TERMINAL), issuer=ISSUE[:8])
        self.sam_memory = CuttingMedium()
        self.sam = VirtualPsam.personalise(sam, memory=self.sam_memory, random_bytes=self.random_bytes)
        self.debits: list[tuple[int, bytes]] = []
        self.proof: str | None = None
        self.numbers: list[str] = []
        self.power()

    def random_bytes(self, count: int) -> bytes:
        self.challenge += 1
        return self.challenge.to_bytes(count, "big")

    def power(self) -> None:
        self.card = VirtualCard.load(self.memory, random_bytes=self.random_bytes)
        self.sam = VirtualPsam.load(self.sam_memory, random_bytes=self.random_bytes)
        self.card.power_on()
        self.sam.power_on()
        self.to_card("00A40000021001")
        self.to_sam("00A4000002DF01")

    def to_card(self, command: str) -> str:
        return self.card.transmit(HEX(command)).hex().upper()

    def to_sam(self, command: str) -> str:
        return self.sam.transmit(HEX(command)).hex().upper()

    def order(self, amount: int, key_index: str, record: str) -> str | None:
        """Go up to `8054` and return it; None where the balance is short."""
        init = self.to_card(f"805003020B{key_index}{amount:08X}{TERMINAL}0F")
        if amount > OPENING_BALANCE - sum(paid for paid, _ in self.debits):
            assert init == "9401"
            return None
        tail = f"{init[18:20]}{init[20:22]}{CARD_NUMBER}{REGION}08"
        answer = self.to_sam(f"8070000024{init[22:30]}{init[8:12]}{amount:08X}09{TIME}{tail}")
        assert answer.endswith("9000")
        self.numbers.append(answer[:8])
        assert self.to_card(f"80DCAAC82B{record}") == "9000"
        return f"805401000F{answer[:8]}{TIME}{answer[8:16]}08"

    @rule(amount=st.integers(0, 1200), key_index=st.sampled_from(["01", "41"]), mark=st.integers(0, 255))
    def buy(self, amount: int, key_index: str, mark: int) -> None:
        record = "AA2900" + f"{mark:02X}" * 40
        order = self.order(amount, key_index, record)
        if order is None:
            return
        answer = self.to_card(order)
        assert answer.endswith("9000")
        assert self.to_sam("8072000004" + answer[8:16]) == "9000"
        self.debits.append((amount, HEX(record)))
        self.proof = answer[8:16] + answer[:8] + "9000"

    @rule(amount=st.integers(0, 1200), key_index=st.sampled_from(["01", "41"]), survives=st.integers(0, 2))
    def buy_and_lose_power(self, amount: int, key_index: str, survives: int) -> None:
        record = "AA2900" + "EE" * 40
        order = self.order(amount, key_index, record)
        if order is None:
            return
        self.memory.left = survives
        try:
            answer = self.to_card(order)
        except PowerCutError:
            answer = ""
        self.memory.left = None
        self.power()
        assert (answer == "") == (survives < 2)
        if answer:
            self.debits.append((amount, HEX(record)))
            self.proof = answer[8:16] + answer[:8] + "9000"

    @rule(bit=st.integers(0, 31))
    def wrong_mac1(self, bit: int) -> None:
        order = self.order(0, "01", "AA2900" + "DD" * 40)
        assert order is not None
        forged = bytearray(HEX(order))
        forged[-5 + bit // 8] ^= 1 << bit % 8
        assert self.card.transmit(bytes(forged)) == HEX("9302")

    @rule()
    def lose_power_between(self) -> None:
        self.order(0, "01", "AA2900" + "CC" * 40)
        self.power()

    @precondition(lambda self: self.debits)
    @rule()
    def prove(self) -> None:
        assert self.to_card(f"805A000902{len(self.debits):04X}08") == self.proof
        assert self.to_card(f"805A000902{len(self.debits) + 1:04X}08") == "9406"

    @invariant()
    def money_counter_record_and_log_agree(self) -> None:
        paid = sum(amount for amount, _ in self.debits)
        assert self.to_card("805C000204") == f"{OPENING_BALANCE - paid:08X}9000"
        if self.debits:
            amount, record = self.debits[-1]
            assert self.card.transmit(HEX("00B201CC2B")) == record + HEX("9000")
            expected = f"{len(self.debits):04X}000000{amount:08X}09{TERMINAL}{TIME}9000"
            assert self.to_card("00B201C417") == expected
        else:
            assert self.to_card("00B201C417") == "6A83"
        assert len(set(self.numbers)) == len(self.numbers)


Purchases.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestPurchases = Purchases.TestCase
