"""What a B5 or a B8 says of the debit, code by code as in the spec's table, and the settings of a reader."""

from dataclasses import replace

import pytest

from laneside import rsu
from laneside.errors import CodecError, SettingError
from laneside.rsu import SERIAL, TCP, DebitState, Trade, codes, debit_state, orders, proof_state

OBU = bytes.fromhex("01A2B3C4")
TIME = bytes.fromhex("20240506143015")
TAC = bytes.fromhex("079F3D94")
REGION = bytes.fromhex("B8CACBE0B8CACBE0")
CAPP = bytes.fromhex(
    "AA29006201 0A0B11663878F7010600000000000000B8CA4131323334350000000000000000 00FF000004E2".replace(" ", "")
)
BLOCK = bytes(range(91))


def serial_result(error, tac=TAC):
    return rsu.SerialDebitResult(
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
    return rsu.TcpDebitResult(
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
    return rsu.TcpTacResult(obu_id=OBU, error=error, tac=tac, mac=bytes(4), balance_fen=98750)


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


class TestDebit:
    @pytest.mark.parametrize("error", range(256))
    def test_every_code_and_unknown_for_the_rest(self, error):
        for trade in (Trade.CARD, Trade.CARD_AND_EF04):
            expected = SERIAL_TABLE.get(error, DebitState.UNKNOWN)
            assert debit_state(SERIAL, serial_result(error), trade) is expected
            assert debit_state(TCP, tcp_result(error), trade) is TCP_TABLE.get(error, DebitState.UNKNOWN)

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
    @pytest.mark.parametrize("error", range(256))
    def test_new_dialect(self, error):
        expected = DebitState.DEBITED if error == 0 else DebitState.TAC_UNAVAILABLE
        assert proof_state(TCP, tac_result(error)) is expected

    def test_old_dialect(self):
        assert proof_state(SERIAL, serial_result(0)) is DebitState.DEBITED
        assert proof_state(SERIAL, serial_result(0x35)) is DebitState.UNKNOWN
        assert proof_state(SERIAL, serial_result(0x36)) is DebitState.TAC_UNAVAILABLE
        assert proof_state(SERIAL, serial_result(0x23)) is DebitState.DEBITED_EF04_FAILED
        assert proof_state(SERIAL, serial_result(0x23, bytes(4))) is DebitState.TAC_UNAVAILABLE

    def test_no_tac_is_no_proof(self):
        assert proof_state(TCP, tac_result(0, bytes(4))) is DebitState.TAC_UNAVAILABLE
        assert proof_state(TCP, rsu.ShortReply(number=0xB8, obu_id=OBU, error=3)) is DebitState.TAC_UNAVAILABLE


class TestHeartbeat:
    def test_what_is_one(self):
        parse, reader = rsu.parse, rsu.Direction.FROM_READER
        assert rsu.is_heartbeat(parse(SERIAL, reader, bytes.fromhex("B20000000080")))
        assert rsu.is_heartbeat(parse(SERIAL, reader, bytes.fromhex("B20000000080") + bytes(39)))
        assert rsu.is_heartbeat(parse(TCP, reader, b"\xb1\x00\x00"))

    def test_what_is_none(self):
        parse, reader = rsu.parse, rsu.Direction.FROM_READER
        assert not rsu.is_heartbeat(parse(SERIAL, reader, bytes.fromhex("B201A2B3C480")))
        assert not rsu.is_heartbeat(parse(SERIAL, reader, bytes.fromhex("B30000000080")))
        assert not rsu.is_heartbeat(parse(TCP, reader, bytes.fromhex("BE00")))


class TestOrders:
    def test_trade_numbers_differ_between_the_dialects(self):
        numbers = {trade: (SERIAL.trade_number(trade), TCP.trade_number(trade)) for trade in Trade}
        assert numbers == {Trade.CARD: (0, 2), Trade.EF04: (1, 1), Trade.CARD_AND_EF04: (3, 0)}
        assert replace(SERIAL, lane_mode=3).trade_number(Trade.CARD_AND_EF04) == 2
        assert [SERIAL.trade_of(number) for number in range(5)] == [
            Trade.CARD,
            Trade.EF04,
            Trade.CARD_AND_EF04,
            Trade.CARD_AND_EF04,
            None,
        ]
        assert [TCP.trade_of(number) for number in range(4)] == [Trade.CARD_AND_EF04, Trade.EF04, Trade.CARD, None]

    def order(self, dialect, trade=Trade.CARD_AND_EF04, **other):
        return orders.debit(
            dialect,
            obu_id=OBU,
            region=REGION,
            trade=trade,
            amount_fen=1250,
            purchase_time=TIME,
            capp=CAPP,
            ef04=BLOCK,
            **other,
        )

    def test_a_debit_in_the_old_dialect(self):
        body = self.order(SERIAL).body(SERIAL)
        assert body[:10].hex().upper() == "C601A2B3C403000004E2"
        assert body[10:50] == CAPP[3:]
        assert body[50:].hex().upper() == "20240506143015" + "013A005B" + BLOCK.hex().upper()
        assert self.order(SERIAL, Trade.CARD).body(SERIAL)[-4:] == bytes.fromhex("013A0000")

    def test_a_debit_in_the_new_dialect(self):
        body = self.order(TCP).body(TCP)
        assert len(body) == 159
        assert body[:18].hex().upper() == "C601A2B3C4B8CACBE0B8CACBE000000004E2"
        assert body[18:] == TIME + CAPP + BLOCK

    def test_the_form_of_c6_is_held(self):
        bare = replace(TCP, c6_form=rsu.C6Form.BARE)
        assert len(self.order(bare, Trade.CARD).body(bare)) == 67
        with pytest.raises(CodecError, match="nothing else"):
            self.order(bare)
        longer = replace(TCP, c6_form=rsu.C6Form.SECOND_PART_15)
        assert len(self.order(longer, second_part=bytes(15)).body(longer)) == 174
        with pytest.raises(CodecError, match="this reader takes 174"):
            self.order(longer)

    def test_a_card_without_its_prefix_is_not_sent_over_the_old_dialect(self):
        with pytest.raises(CodecError, match="AA2900"):
            orders.debit(
                SERIAL,
                obu_id=OBU,
                region=REGION,
                trade=Trade.CARD,
                amount_fen=0,
                purchase_time=TIME,
                capp=bytes(43),
                ef04=b"",
            )

    @pytest.mark.parametrize(
        ("settings", "serial", "tcp"),
        [
            ({}, "C101A2B3C4", "C101A2B3C4B8CACBE0B8CACBE0"),
            ({"frame_set": {"factor_in_c1": True}}, "C101A2B3C4B8CACBE0B8CACBE0", "C101A2B3C4B8CACBE0B8CACBE0"),
        ],
    )
    def test_going_on(self, settings, serial, tcp):
        for name, expected in (("serial", serial), ("tcp", tcp)):
            dialect = rsu.dialect_of({"dialect": name, **settings})
            assert orders.go_on(dialect, OBU, REGION).body(dialect).hex().upper() == expected

    def test_the_others(self):
        apdu = bytes.fromhex("008200410811A8F17B1A378D36")
        said = {
            "tac": (orders.ask_tac, (OBU, 0x0123), "C801A2B3C40000000000", "C801A2B3C4012300"),
            "amounts": (orders.clear_amounts, (OBU,), "C901A2B3C401950000", "C901A2B3C400019500500201950050"),
            "challenge": (orders.begin_authorisation, (1,), "CD01", "CA"),
            "authorise": (orders.authorise, (1, apdu), "CF0111A8F17B1A378D36", "CB0100" + apdu.hex().upper()),
        }
        for order, arguments, serial, tcp in said.values():
            assert order(SERIAL, *arguments).body(SERIAL).hex().upper() == serial
            assert order(TCP, *arguments).body(TCP).hex().upper() == tcp
        assert orders.search_again(OBU).body(TCP).hex().upper() == "C201A2B3C401"

    def test_init(self):
        radio = {"unix_time_s": 0x663878F7, "date_time": TIME, "bst_interval": 10, "tx_power": 22}
        clock = "C0663878F720240506143015"
        gantry = rsu.dialect_of({"dialect": "tcp", "frame_set": {"init": "gantry"}})
        expected = {
            SERIAL: "060A160001013A005B",
            TCP: "040A16000901013A005B000000",
            gantry: "040A160001000000",
        }
        for dialect, tail in expected.items():
            assert orders.init(dialect, **radio).body(dialect).hex().upper() == clock + tail


class TestSettings:
    def test_defaults_are_those_of_the_list_of_unknowns(self):
        assert rsu.dialect_of({"dialect": "serial"}) == SERIAL
        assert rsu.dialect_of({"dialect": "tcp"}) == TCP
        assert (SERIAL.lane_mode, TCP.lane_mode) == (6, 4)
        assert (TCP.crc_mode, TCP.b2_form, TCP.c6_form) == ("strict", "antenna-id", 159)
        assert (SERIAL.rsctl_mode, SERIAL.antenna_command, TCP.antenna_command) == ("swap", 0x4C, 0xC4)
        assert (TCP.ef04_offset, TCP.ef04_len, TCP.devtype_swap) == (314, 91, False)
        assert (TCP.timeouts.step_ms, TCP.timeouts.debit_ms) == (1000, 2000)

    def test_each_switch(self):
        dialect = rsu.dialect_of({
            "dialect": "tcp",
            "crc_mode": "log-only",
            "b2_form": "device-type",
            "c6_form": 174,
            "rsctl_mode": "echo",
            "error_table": "serial",
            "lane_mode": 3,
            "devtype_swap": True,
            "ef04_len": 95,
            "frame_set": {"antenna_command": 0x4C, "amounts": False},
            "timeouts": {"debit_ms": 3000},
        })  # fmt: skip
        assert dialect.antenna_command == 0x4C
        assert dialect.c6_form is rsu.C6Form.SECOND_PART_15
        assert [dialect.device_type(number) for number in (1, 2, 3)] == [2, 1, 3]
        assert dialect.timeouts == rsu.Timeouts(step_ms=1000, debit_ms=3000)
        assert 0xC9 not in rsu.kinds(dialect, rsu.Direction.TO_READER)
        assert 0xB9 not in rsu.kinds(dialect, rsu.Direction.FROM_READER)

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {"dialect": "udp"},
            {"dialect": "tcp", "c6_form": 160},
            {"dialect": "tcp", "crc": "strict"},
            {"dialect": "tcp", "lane_mode": 256},
            {"dialect": "tcp", "lane_mode": True},
            {"dialect": "tcp", "devtype_swap": 1},
            {"dialect": "tcp", "frame_set": "lane"},
            {"dialect": "tcp", "timeouts": {"debit_ms": 0}},
        ],
    )
    def test_a_setting_without_meaning(self, wrong):
        with pytest.raises(SettingError, match=r"^rsu\."):
            rsu.dialect_of(wrong)


class TestLabels:
    def labels(self, body, dialect):
        return {row.field: row.label.en for row in rsu.frame_rows(bytes.fromhex(body), dialect) if row.label}

    def test_errors_by_dialect(self):
        assert self.labels("B501A2B3C416", SERIAL)["error"] == "purchase no reply"
        assert self.labels("B501A2B3C414", TCP)["error"] == "EF04 failed, debit ok"
        assert self.labels("B401A2B3C414", TCP)["error"] == "both failed"
        assert self.labels("B501A2B3C477", TCP)["error"] == "unknown 119"

    def test_stops_by_family(self):
        gantry = rsu.dialect_of({"dialect": "tcp", "frame_set": {"init": "gantry"}})
        assert self.labels("C201A2B3C403", TCP)["stop_type"] == "triple beep"
        assert self.labels("C201A2B3C403", gantry)["stop_type"] == "freeze this tag"
        assert self.labels("C201A2B3C408", SERIAL)["stop_type"] == "event report (releases the tag)"

    def test_device_type_and_tag_status(self):
        body = "B201A2B3C4000101" + "B8CACBE0620100010041620123010000000120230101" + "20330101" + "118300"
        swapped = rsu.dialect_of({"dialect": "tcp", "devtype_swap": True})
        assert self.labels(body, TCP)["device_type"] == "dual-chip"
        assert self.labels(body, swapped)["device_type"] == "single-chip"
        assert self.labels(body, TCP)["status"] == "no card, tampered or removed, battery low"
