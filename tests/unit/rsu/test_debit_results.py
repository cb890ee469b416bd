"""What a B5 or a B8 tells about the debit, code by code as in the spec's table."""

import pytest
from msgspec.structs import replace

from laneside import rsu
from laneside.rsu import SERIAL, TCP, DebitState, Trade, codes, debit_state, proof_state, replies

OBU = bytes.fromhex("01A2B3C4")
TIME = bytes.fromhex("20240506143015")
TAC = bytes.fromhex("079F3D94")


def serial_result(error, tac=TAC):
    return replies.SerialDebitResult(
        obu_id=OBU,
        error=error,
        purchase_time=TIME,
        transaction_number=bytes(4),
        counter=0x0123,
        balance_after_fen=98750,
        tac=tac,
        write_file_time_s=0,
        algorithm_id=0,
        ef04_write_status=0,
    )


def tcp_result(error, tac=TAC):
    return replies.TcpDebitResult(
        obu_id=OBU,
        error=error,
        terminal_number=bytes(6),
        purchase_time=TIME,
        algorithm_id=0,
        key_version=1,
        tac=tac,
        counter=0x0123,
        transaction_number=bytes(4),
        balance_after_fen=98750,
    )


def tac_result(error, tac=TAC):
    return replies.TcpTacResult(obu_id=OBU, error=error, tac=tac, mac=bytes(4), balance_fen=98750)


SERIAL_TABLE = {
    0x00: DebitState.DEBITED,
    0x10: DebitState.NOT_DEBITED,
    0x11: DebitState.NOT_DEBITED,
    0x13: DebitState.NOT_DEBITED,
    0x16: DebitState.UNKNOWN,
    0x17: DebitState.NOT_DEBITED,
    0x19: DebitState.DEBITED_MAC2_FAILED,
    0x22: DebitState.DEBITED_EF04_FAILED,
    0x23: DebitState.DEBITED_EF04_FAILED,
    0x35: DebitState.UNKNOWN,
    0x36: DebitState.UNKNOWN,
}
TCP_TABLE = {
    0x00: DebitState.DEBITED,
    0x01: DebitState.UNKNOWN,
    0x06: DebitState.NOT_DEBITED,
    0x07: DebitState.DEBITED_MAC2_FAILED,
    0x10: DebitState.UNKNOWN,
    0x11: DebitState.NOT_DEBITED,
    0x12: DebitState.NOT_DEBITED,
    0x13: DebitState.NOT_DEBITED,
    0x14: DebitState.DEBITED_EF04_FAILED,
}


def differences(found, table, otherwise):
    """Return the codes whose state is not that of the table: {code in hex: (found, expected)}."""
    expected = {error: table.get(error, otherwise) for error in found}
    return {f"{error:02X}": (found[error], expected[error]) for error in found if found[error] is not expected[error]}


class TestDebit:
    @pytest.mark.parametrize("trade", [Trade.CARD, Trade.CARD_AND_EF04])
    @pytest.mark.parametrize(
        ("dialect", "result", "table"), [(SERIAL, serial_result, SERIAL_TABLE), (TCP, tcp_result, TCP_TABLE)]
    )
    def test_every_code_and_unknown_for_the_rest(self, dialect, result, table, trade):
        found = {error: debit_state(dialect, result(error), trade) for error in range(256)}
        assert differences(found, table, DebitState.UNKNOWN) == {}

    def test_the_tables_name_exactly_these_codes(self):
        assert set(SERIAL_TABLE) == set(codes.SerialDebitError)
        assert set(TCP_TABLE) == set(codes.TcpDebitError)

    @pytest.mark.parametrize("tac", [bytes(4), b"\xff" * 4])
    def test_success_without_a_tac_is_not_known(self, tac):
        assert debit_state(TCP, tcp_result(0, tac), Trade.CARD) is DebitState.UNKNOWN
        assert debit_state(SERIAL, serial_result(0, tac), Trade.CARD) is DebitState.UNKNOWN

    def test_ef04_alone_never_debits(self):
        for error in (0x00, 0x10, 0x14):
            assert debit_state(TCP, tcp_result(error), Trade.EF04) is DebitState.NOT_DEBITED
        assert debit_state(SERIAL, serial_result(0x23), Trade.EF04) is DebitState.NOT_DEBITED

    def test_at_an_entry_ef04_comes_first_so_its_failure_leaves_the_debit_open(self):
        entry = replace(SERIAL, lane_mode=codes.LaneMode.ENTRY)
        assert debit_state(entry, serial_result(0x22), Trade.CARD_AND_EF04) is DebitState.UNKNOWN

    def test_the_error_table_is_a_setting_of_its_own(self):
        odd = rsu.dialect_of({"dialect": "tcp", "error_table": "serial"})
        assert debit_state(odd, tcp_result(0x16), Trade.CARD) is DebitState.UNKNOWN
        assert debit_state(odd, tcp_result(0x10), Trade.CARD) is DebitState.NOT_DEBITED

    def test_a_b5_that_ends_after_its_code(self):
        short = rsu.ShortReply(number=0xB5, obu_id=OBU, error=0x11)
        assert debit_state(TCP, short, Trade.CARD) is DebitState.NOT_DEBITED
        assert debit_state(TCP, replace(short, error=1), Trade.CARD) is DebitState.UNKNOWN


class TestProof:
    def test_new_dialect(self):
        found = {error: proof_state(TCP, tac_result(error)) for error in range(256)}
        assert differences(found, {0: DebitState.DEBITED}, DebitState.TAC_UNAVAILABLE) == {}

    def test_old_dialect(self):
        assert proof_state(SERIAL, serial_result(0)) is DebitState.DEBITED
        assert proof_state(SERIAL, serial_result(0x35)) is DebitState.UNKNOWN
        assert proof_state(SERIAL, serial_result(0x36)) is DebitState.TAC_UNAVAILABLE
        assert proof_state(SERIAL, serial_result(0x23)) is DebitState.DEBITED_EF04_FAILED
        assert proof_state(SERIAL, serial_result(0x23, bytes(4))) is DebitState.TAC_UNAVAILABLE

    def test_no_tac_is_no_proof(self):
        assert proof_state(TCP, tac_result(0, bytes(4))) is DebitState.TAC_UNAVAILABLE
        assert proof_state(TCP, rsu.ShortReply(number=0xB8, obu_id=OBU, error=3)) is DebitState.TAC_UNAVAILABLE
