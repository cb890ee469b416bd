"""The messages that a virtual reader sends in the old dialect (spec/rsu-frames.md 2.3, 2.4) and the new one (3.3, 3.4).

``unix_time_s`` is the reader's own clock, as C0 has set it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from laneside.rsu import B2Form, Message, Opaque, ShortReply
from laneside.rsu.codes import (
    CardAlgorithm,
    DeviceType,
    SerialAmountsError,
    SerialCardError,
    SerialDebitError,
    SerialPsamError,
    SerialReaderStatus,
    SerialTagError,
    SerialVehicleError,
    TcpCardError,
    TcpDebitError,
    TcpPsamError,
    TcpReaderStatus,
    TcpTacError,
)
from laneside.rsu.fields import EF04_LENGTHS
from laneside.rsu.replies import (
    Challenge,
    PsamChannel,
    SerialAmounts,
    SerialCard,
    SerialDebitResult,
    SerialPsamChallenge,
    SerialPsamResult,
    SerialStatus,
    SerialTacResult,
    SerialTag,
    TcpAmounts,
    TcpCard,
    TcpDebitResult,
    TcpPsamChallenges,
    TcpPsamResult,
    TcpStatus,
    TcpTacResult,
    TcpTag,
    Vehicle,
)
from laneside.virtual.integrated.chip_jobs import SHORT_ISSUE_LENGTH, CardRead, Ef04Read, PsamInfo, Trouble, VehicleRead
from laneside.virtual.integrated.field import TagSeen
from laneside.virtual.integrated.purchase import DebitStep, TacProof, TradeResult, Written
from laneside.virtual.integrated.settings import ReaderSettings, TearDown


class PairContents(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a B4 may carry."""

    vehicle: VehicleRead
    card: CardRead
    ef04: Ef04Read
    ef04_offset: int
    ef04_length: int


class AmountsResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a C9 ended: what was read, and what went wrong in reading and writing."""

    listed: bytes = b""
    read: Trouble | None = None
    write: Trouble | None = None

    @property
    def trouble(self) -> Trouble | None:
        """What went wrong first."""
        return self.read or self.write


_NO_TAG: Final = bytes(4)
_PSAM_2017: Final = 0x05
_FAILED: Final = 1
_DEBIT_ERRORS: Final = {
    DebitStep.INIT_NO_REPLY: SerialDebitError.INIT_NO_REPLY,
    DebitStep.INIT_REFUSED: SerialDebitError.INIT_FAILED,
    DebitStep.MAC1_FAILED: SerialDebitError.MAC1_FAILED,
    DebitStep.PURCHASE_NO_REPLY: SerialDebitError.PURCHASE_NO_REPLY,
    DebitStep.PURCHASE_REFUSED: SerialDebitError.PURCHASE_FAILED,
    DebitStep.MAC2_FAILED: SerialDebitError.MAC2_FAILED,
}
_WRITE_ERRORS: Final = {
    Written.NO_REPLY: SerialDebitError.EF04_NO_REPLY,
    Written.REFUSED: SerialDebitError.EF04_FAILED,
}
_VEHICLE_ERRORS: Final = {
    Trouble.NO_REPLY: SerialVehicleError.NO_REPLY,
    Trouble.PSAM_NOT_AUTHORISED: SerialVehicleError.PSAM_NOT_AUTHORISED,
}


class SerialReplies:
    """The messages of the old dialect."""

    def __init__(self, settings: ReaderSettings) -> None:
        self._settings = settings

    def status(self, psam: PsamInfo, *, searching: bool) -> Message:  # noqa: ARG002 - only the new dialect carries it.
        """Return B0. PsamAuth is a fixed 1 for a PSAM of version 5 and above, as 2.3 says of this reader."""
        return SerialStatus(
            status=SerialReaderStatus.OK if psam.readable else SerialReaderStatus.PSAM_READ_FAILED,
            psam_channel=self._settings.psam_channel,
            psam_version=psam.version,
            psam_authorised=int(psam.version & 0x0F >= _PSAM_2017),
            terminal_number=psam.terminal_number,
            algorithm_id=CardAlgorithm.SM4 if psam.knows_sm4 else CardAlgorithm.TDES,
            maker_id=self._settings.maker_id,
            rsu_id=self._settings.rsu_id,
            version=self._settings.version,
        )

    def heartbeat(self, psam: PsamInfo, *, searching: bool) -> Message:  # noqa: ARG002 - B2 carries neither.
        """Return B2 without a tag, with error 80."""
        return ShortReply(number=0xB2, obu_id=_NO_TAG, error=SerialTagError.HEARTBEAT)

    def tag(self, seen: TagSeen) -> Message:
        """Return B2."""
        return SerialTag(
            obu_id=seen.obu_id,
            error=0,
            system=seen.system[:26],
            cpu_card_id=seen.card_id,
            equipment_version=self._settings.equipment_version,
            obu_status=bytes((seen.presence.status, 0)),
        )

    def vehicle(self, seen: TagSeen, vehicle: VehicleRead, ef04: Ef04Read | None) -> Message:  # noqa: ARG002 - no EF04 here.
        """Return B3."""
        error = 0
        if vehicle.trouble is not None:
            error = _VEHICLE_ERRORS.get(vehicle.trouble, SerialVehicleError.NOT_DECRYPTED)
            if self._settings.short_errors:
                return ShortReply(number=0xB3, obu_id=seen.obu_id, error=error)
        return Vehicle(obu_id=seen.obu_id, error=error, vehicle=vehicle.file)

    def card(self, seen: TagSeen, pair: PairContents) -> Message:
        """Return B4."""
        error = _serial_card_error(pair.card, pair.ef04)
        if self._settings.short_errors and error == SerialCardError.NO_REPLY:
            return ShortReply(number=0xB4, obu_id=seen.obu_id, error=error)
        ef04_failed = pair.ef04.trouble is not None
        return SerialCard(
            obu_id=seen.obu_id,
            error=error,
            card_status=0 if pair.card.trouble is None else _FAILED,
            balance_fen=pair.card.balance_fen,
            issue=pair.card.issue[:SHORT_ISSUE_LENGTH],
            capp=pair.card.capp,
            ef04_status=_FAILED if ef04_failed else 0,
            ef04_offset=pair.ef04_offset,
            ef04_length=pair.ef04_length,
            ef04=pair.ef04.data,
        )

    def result(self, obu_id: bytes, trade: TradeResult, *, unix_time_s: int) -> Message:
        """Return B5."""
        error = _DEBIT_ERRORS.get(trade.debit, _WRITE_ERRORS.get(trade.written, SerialDebitError.OK))
        return SerialDebitResult(
            obu_id=obu_id,
            error=error,
            purchase_time=trade.purchase_time,
            transaction_number=trade.transaction_number,
            counter=trade.counter,
            balance_after_fen=trade.balance_after_fen,
            tac=trade.tac,
            write_file_time_s=unix_time_s,
            algorithm_id=trade.algorithm_id,
            ef04_write_status=_write_status(trade.written),
        )

    def tac(self, obu_id: bytes, proof: TacProof, trade: TradeResult, written: Written, *, unix_time_s: int) -> Message:
        """Return the answer to C8, with the fields of B5; as B5 or B8 by a setting (spec/unknowns.md 43)."""
        kind = SerialTacResult if self._settings.tac_reply == SerialTacResult.COMMAND else SerialDebitResult
        return kind(
            obu_id=obu_id,
            error=_tac_error(proof, written),
            purchase_time=trade.purchase_time,
            transaction_number=trade.transaction_number,
            counter=trade.counter,
            balance_after_fen=proof.balance_fen,
            tac=proof.tac,
            write_file_time_s=unix_time_s,
            algorithm_id=trade.algorithm_id,
            ef04_write_status=_write_status(written),
        )

    def amounts(self, obu_id: bytes, result: AmountsResult) -> Message:
        """Return B9."""
        error = {None: SerialAmountsError.OK, Trouble.NO_REPLY: SerialAmountsError.NO_REPLY}.get(
            result.trouble, SerialAmountsError.EF04_FAILED
        )
        return SerialAmounts(obu_id=obu_id, error=error, amounts=result.listed)

    def challenge(self, psam: PsamInfo, random: bytes | None) -> Message:
        """Return BD."""
        return SerialPsamChallenge(
            error=SerialPsamError.OK if random else SerialPsamError.INIT_FAILED,
            serial=psam.serial,
            version=psam.version,
            area=psam.area[:4],
            random=random or bytes(8),
        )

    def authorised(self, channel: int, status_word: bytes) -> Message:  # noqa: ARG002 - BF names no channel.
        """Return BF."""
        granted = status_word == b"\x90\x00"
        return SerialPsamResult(
            error=SerialPsamError.OK if granted else SerialPsamError.AUTHORISATION_FAILED,
            status_word=status_word.ljust(2, b"\x00"),
        )


def _serial_card_error(card: CardRead, ef04: Ef04Read) -> int:
    match card.trouble, ef04.trouble:
        case Trouble.NO_REPLY, _:
            return SerialCardError.NO_REPLY
        case None, None:
            return SerialCardError.OK
        case None, Trouble.NO_REPLY:
            return SerialCardError.EF04_NO_REPLY
        case None, _:
            return SerialCardError.EF04_FAILED
        case _:
            return SerialCardError.CAPP_FAILED


def _tac_error(proof: TacProof, written: Written) -> int:
    if not proof.answered:
        return SerialDebitError.TAC_NO_REPLY
    return _WRITE_ERRORS.get(written, SerialDebitError.OK) if proof.found else SerialDebitError.TAC_FAILED


def _write_status(written: Written) -> int:
    return 0 if written in {Written.DONE, Written.NOT_ASKED} else _FAILED


_HEARTBEAT: Final = 0xB1
_NO_ANTENNA: Final = 0xFF
_CARD_FIRST: Final = {
    DebitStep.INIT_NO_REPLY: TcpDebitError.NO_REPLY,
    DebitStep.INIT_REFUSED: TcpDebitError.DEBIT_FAILED,
    DebitStep.MAC1_FAILED: TcpDebitError.MAC1_FAILED,
    DebitStep.PURCHASE_NO_REPLY: TcpDebitError.NO_REPLY,
    DebitStep.PURCHASE_REFUSED: TcpDebitError.DEBIT_FAILED,
    DebitStep.MAC2_FAILED: TcpDebitError.MAC2_FAILED,
}
_DECRYPTION: Final = {
    Trouble.PSAM_NOT_AUTHORISED: TcpCardError.DECRYPT,
    Trouble.NOT_DECRYPTED: TcpCardError.DECRYPT,
    Trouble.CHECK_CODE: TcpCardError.CHECK_CODE,
}


class TcpReplies:
    """The messages of the new dialect."""

    def __init__(self, settings: ReaderSettings) -> None:
        self._settings = settings

    def status(self, psam: PsamInfo, *, searching: bool) -> Message:
        """Return B0 with one PSAM."""
        settings = self._settings
        channel = PsamChannel(
            channel=settings.psam_channel,
            version=psam.version,
            authorised=0 if psam.authorised else _FAILED,
            terminal_number=psam.terminal_number,
        )
        return TcpStatus(
            status=TcpReaderStatus.OK if psam.readable else TcpReaderStatus.PSAM_RESET,
            psams=(channel,),
            algorithm_id=CardAlgorithm.SM4 if psam.knows_sm4 else CardAlgorithm.TDES,
            maker_id=settings.maker_id,
            rsu_id=settings.rsu_id,
            version=settings.version,
            work_status=int(searching),
            interface_version=settings.interface_version,
        )

    def heartbeat(self, psam: PsamInfo, *, searching: bool) -> Message:
        """Return B1 in the lane form, whose widths are open: PSAM channel, lock, authorisation; two antennas (V)."""
        channel = bytes((self._settings.psam_channel, 0, 0 if psam.authorised else _FAILED))
        antennas = bytes((0 if searching else _FAILED, _NO_ANTENNA))
        return Opaque(number=_HEARTBEAT, data=channel + antennas)

    def tag(self, seen: TagSeen) -> Message:
        """Return B2, whole or with one of antenna id and device type."""
        settings = self._settings
        keeps = settings.dialect.b2_form
        device = settings.dialect.device_type(DeviceType.DUAL_CHIP)
        installed = seen.system[26]
        return TcpTag(
            obu_id=seen.obu_id,
            error=0,
            antenna_id=None if settings.b2_short and keeps is B2Form.DEVICE_TYPE else settings.antenna_id,
            device_type=None if settings.b2_short and keeps is B2Form.ANTENNA_ID else device,
            system=seen.system[:26],
            equipment_version=settings.equipment_version,
            status=seen.presence.status,
            tear_down=installed if settings.tear_down is TearDown.EF01 else int(installed & 0x0F != 1),
        )

    def vehicle(self, seen: TagSeen, vehicle: VehicleRead, ef04: Ef04Read | None) -> Message:
        """Return B3; the spec gives it no codes, those of B4 are taken (V)."""
        error = _vehicle_error(vehicle)
        if error and self._settings.short_errors:
            return ShortReply(number=0xB3, obu_id=seen.obu_id, error=error)
        carried = b"" if ef04 is None else _filled(ef04.data, self._settings.dialect.ef04_len)
        return Vehicle(obu_id=seen.obu_id, error=error, vehicle=vehicle.file, ef04=carried)

    def card(self, seen: TagSeen, pair: PairContents) -> Message:
        """Return B4; zeros where nothing could be read."""
        error = _tcp_card_error(pair)
        if error == TcpCardError.NO_REPLY and self._settings.short_errors:
            return ShortReply(number=0xB4, obu_id=seen.obu_id, error=error)
        return TcpCard(
            obu_id=seen.obu_id,
            error=error,
            vehicle=pair.vehicle.file,
            balance_fen=pair.card.balance_fen,
            ef04=_filled(pair.ef04.data, pair.ef04_length),
            issue=pair.card.issue,
            capp=pair.card.capp,
        )

    def result(self, obu_id: bytes, trade: TradeResult, *, unix_time_s: int) -> Message:  # noqa: ARG002 - no such field here.
        """Return B5."""
        return TcpDebitResult(
            obu_id=obu_id,
            error=_debit_error(trade),
            terminal_number=trade.terminal_number,
            purchase_time=trade.purchase_time,
            algorithm_id=trade.algorithm_id,
            key_version=trade.key_version,
            tac=trade.tac,
            counter=trade.counter,
            transaction_number=trade.transaction_number,
            balance_after_fen=trade.balance_after_fen,
        )

    def tac(self, obu_id: bytes, proof: TacProof, trade: TradeResult, written: Written, *, unix_time_s: int) -> Message:  # noqa: ARG002 - this B8 carries neither debit nor time.
        """Return B8. 04 means a TAC without EF04, 05 neither (V)."""
        match proof.found, written.failed:
            case True, True:
                error = TcpTacError.OTHER_4
            case True, False:
                error = TcpTacError.OK
            case False, True:
                error = TcpTacError.OTHER_5
            case _:
                error = TcpTacError.TAC_FAILED
        return TcpTacResult(obu_id=obu_id, error=error, tac=proof.tac, mac=proof.mac2, balance_fen=proof.balance_fen)

    def amounts(self, obu_id: bytes, result: AmountsResult) -> Message:
        """Return B9."""
        width = self._settings.dialect.frame_set.amounts_length_size
        return TcpAmounts(
            obu_id=obu_id,
            error=0 if result.trouble is None else _FAILED,
            read_status=0 if result.read is None else _FAILED,
            write_status=0 if result.write is None else _FAILED,
            listed=len(result.listed).to_bytes(width, "big") + result.listed,
        )

    def challenge(self, psam: PsamInfo, random: bytes | None) -> Message:
        """Return BA; zeros for a PSAM that gives no challenge (V)."""
        return TcpPsamChallenges(
            psams=(
                Challenge(
                    channel=self._settings.psam_channel,
                    terminal_number=psam.terminal_number,
                    serial=psam.serial,
                    version=psam.version,
                    key_type=psam.key_type,
                    area=psam.area,
                    random=random or bytes(8),
                ),
            )
        )

    def authorised(self, channel: int, status_word: bytes) -> Message:
        """Return BB."""
        granted = status_word == b"\x90\x00"
        return TcpPsamResult(
            channel=channel,
            error=TcpPsamError.OK if granted else TcpPsamError.FAILED,
            status_word=status_word.ljust(2, b"\x00"),
        )


def _filled(data: bytes, length: int) -> bytes:
    """Cut or fill EF04 to the length that a B4 or B3 must have."""
    wanted = length if length in EF04_LENGTHS else EF04_LENGTHS[0]
    return data[:wanted].ljust(wanted, b"\x00")


def _vehicle_error(vehicle: VehicleRead) -> int:
    if vehicle.trouble is None:
        return TcpCardError.OK
    return _DECRYPTION.get(vehicle.trouble, TcpCardError.NO_REPLY)


def _tcp_card_error(pair: PairContents) -> int:
    """Return one code: decryption first, then no reply from both, then card and EF04."""
    if pair.vehicle.trouble is not None:
        return _vehicle_error(pair.vehicle)
    return _files_error(pair.card, pair.ef04)


def _files_error(card: CardRead, ef04: Ef04Read) -> int:
    if (card.trouble, ef04.trouble) == (Trouble.NO_REPLY, Trouble.NO_REPLY):
        return TcpCardError.NO_REPLY
    match card.trouble:
        case None:
            good, bad = TcpCardError.OK, TcpCardError.EF04_FAILED
        case Trouble.ABSENT:
            good, bad = TcpCardError.NO_CARD, TcpCardError.NO_CARD_EF04_FAILED
        case _:
            good, bad = TcpCardError.CARD_FAILED, TcpCardError.BOTH_FAILED
    return good if ef04.trouble is None else bad


def _debit_error(trade: TradeResult) -> int:
    if trade.debit is DebitStep.NOT_ASKED:
        return _write_only_error(trade.written)
    if trade.debit is DebitStep.NOT_TRIED:
        return TcpDebitError.NO_REPLY if trade.written is Written.NO_REPLY else TcpDebitError.BOTH_FAILED
    if trade.debit is DebitStep.DONE:
        return TcpDebitError.EF04_FAILED_DEBIT_OK if trade.written.failed else TcpDebitError.OK
    error = _CARD_FIRST[trade.debit]
    if error == TcpDebitError.DEBIT_FAILED and trade.written is Written.DONE:
        return TcpDebitError.DEBIT_FAILED_EF04_OK
    return error


def _write_only_error(written: Written) -> int:
    """Return the code of a C6 that did not ask for the card."""
    match written:
        case Written.NO_REPLY:
            return TcpDebitError.NO_REPLY
        case Written.REFUSED:
            return TcpDebitError.EF04_FAILED
        case Written.NOT_ASKED | Written.NOT_TRIED | Written.DONE:
            return TcpDebitError.OK


Replies = SerialReplies | TcpReplies
