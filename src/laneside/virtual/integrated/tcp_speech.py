"""What a virtual reader says in the new dialect (spec/rsu-frames.md 3.3, 3.4)."""

from __future__ import annotations

from typing import Final

from laneside.rsu import (
    B2Form,
    Challenge,
    Message,
    Opaque,
    PsamChannel,
    ShortReply,
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
from laneside.rsu.codes import (
    CardAlgorithm,
    DeviceType,
    TcpCardError,
    TcpDebitError,
    TcpPsamError,
    TcpReaderStatus,
    TcpTacError,
)
from laneside.rsu.fields import EF04_LENGTHS
from laneside.virtual.integrated.reading import CardRead, Ef04Read, Trouble, VehicleRead
from laneside.virtual.integrated.sam import SamFacts
from laneside.virtual.integrated.settings import ReaderSettings, TearDown
from laneside.virtual.integrated.speech import AmountsDone, PairRead, TagSeen
from laneside.virtual.integrated.trading import Debit, Done, Proof, Written

_HEARTBEAT: Final = 0xB1
_NO_ANTENNA: Final = 0xFF
_FAILED: Final = 1
_CARD_FIRST: Final = {
    Debit.INIT_NO_REPLY: TcpDebitError.NO_REPLY,
    Debit.INIT_REFUSED: TcpDebitError.DEBIT_FAILED,
    Debit.MAC1_FAILED: TcpDebitError.MAC1_FAILED,
    Debit.PURCHASE_NO_REPLY: TcpDebitError.NO_REPLY,
    Debit.PURCHASE_REFUSED: TcpDebitError.DEBIT_FAILED,
    Debit.MAC2_FAILED: TcpDebitError.MAC2_FAILED,
}
_DECRYPTION: Final = {
    Trouble.PSAM_NOT_AUTHORISED: TcpCardError.DECRYPT,
    Trouble.NOT_DECRYPTED: TcpCardError.DECRYPT,
    Trouble.CHECK_CODE: TcpCardError.CHECK_CODE,
}


class TcpSpeech:
    """The messages of the new dialect."""

    def __init__(self, settings: ReaderSettings) -> None:
        self._settings = settings

    def status(self, sam: SamFacts, *, searching: bool) -> Message:
        """Say B0 with one PSAM."""
        settings = self._settings
        channel = PsamChannel(
            channel=settings.psam_channel,
            version=sam.version,
            authorised=0 if sam.authorised else _FAILED,
            terminal_number=sam.terminal_number,
        )
        return TcpStatus(
            status=TcpReaderStatus.OK if sam.readable else TcpReaderStatus.PSAM_RESET,
            psams=(channel,),
            algorithm_id=CardAlgorithm.SM4 if sam.knows_sm4 else CardAlgorithm.TDES,
            maker_id=settings.maker_id,
            rsu_id=settings.rsu_id,
            version=settings.version,
            work_status=int(searching),
            interface_version=settings.interface_version,
        )

    def heartbeat(self, sam: SamFacts, *, searching: bool) -> Message:
        """Say B1 in the lane form, whose widths are open: PSAM channel, lock, authorisation; antennas 1 and 2 (V)."""
        psam = bytes((self._settings.psam_channel, 0, 0 if sam.authorised else _FAILED))
        return Opaque(number=_HEARTBEAT, data=psam + bytes((0 if searching else _FAILED, _NO_ANTENNA)))

    def tag(self, seen: TagSeen) -> Message:
        """Say B2, whole or with one of antenna id and device type."""
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
        """Say B3; the spec gives it no codes, those of B4 are taken (V)."""
        error = _vehicle_error(vehicle)
        if error and self._settings.short_errors:
            return ShortReply(number=0xB3, obu_id=seen.obu_id, error=error)
        carried = b"" if ef04 is None else _filled(ef04.data, self._settings.dialect.ef04_len)
        return Vehicle(obu_id=seen.obu_id, error=error, vehicle=vehicle.file, ef04=carried)

    def card(self, seen: TagSeen, pair: PairRead) -> Message:
        """Say B4; zeros stand where nothing could be read."""
        error = _card_error(pair)
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

    def result(self, obu_id: bytes, done: Done, *, unix_time_s: int) -> Message:  # noqa: ARG002 - no such field here.
        """Say B5."""
        return TcpDebitResult(
            obu_id=obu_id,
            error=_debit_error(done),
            terminal_number=done.terminal_number,
            purchase_time=done.purchase_time,
            algorithm_id=done.algorithm_id,
            key_version=done.key_version,
            tac=done.tac,
            counter=done.counter,
            transaction_number=done.transaction_number,
            balance_after_fen=done.balance_after_fen,
        )

    def tac(self, obu_id: bytes, proof: Proof, done: Done, written: Written, *, unix_time_s: int) -> Message:  # noqa: ARG002 - the new dialect's B8 tells nothing of the debit or the time.
        """Say B8. 04 stands for a TAC without EF04, 05 for neither (V)."""
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

    def amounts(self, obu_id: bytes, done: AmountsDone) -> Message:
        """Say B9."""
        width = self._settings.dialect.frame_set.amounts_length_size
        return TcpAmounts(
            obu_id=obu_id,
            error=0 if done.trouble is None else _FAILED,
            read_status=0 if done.read is None else _FAILED,
            write_status=0 if done.write is None else _FAILED,
            listed=len(done.listed).to_bytes(width, "big") + done.listed,
        )

    def challenge(self, sam: SamFacts, random: bytes | None) -> Message:
        """Say BA; a PSAM that gives no challenge shows zeros (V)."""
        return TcpPsamChallenges(
            psams=(
                Challenge(
                    channel=self._settings.psam_channel,
                    terminal_number=sam.terminal_number,
                    serial=sam.serial,
                    version=sam.version,
                    key_type=sam.key_type,
                    area=sam.area,
                    random=random or bytes(8),
                ),
            )
        )

    def authorised(self, channel: int, status_word: bytes) -> Message:
        """Say BB."""
        granted = status_word == b"\x90\x00"
        return TcpPsamResult(
            channel=channel,
            error=TcpPsamError.OK if granted else TcpPsamError.FAILED,
            status_word=status_word.ljust(2, b"\x00"),
        )


def _filled(data: bytes, length: int) -> bytes:
    """Give a B4 or B3 the size that it must have."""
    wanted = length if length in EF04_LENGTHS else EF04_LENGTHS[0]
    return data[:wanted].ljust(wanted, b"\x00")


def _vehicle_error(vehicle: VehicleRead) -> int:
    if vehicle.trouble is None:
        return TcpCardError.OK
    return _DECRYPTION.get(vehicle.trouble, TcpCardError.NO_REPLY)


def _card_error(pair: PairRead) -> int:
    """Choose one code: no reply at all, then decryption, then card and EF04."""
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


def _debit_error(done: Done) -> int:
    if done.debit is Debit.NOT_ASKED:
        return _write_only_error(done.written)
    if done.debit is Debit.NOT_TRIED:
        return TcpDebitError.NO_REPLY if done.written is Written.NO_REPLY else TcpDebitError.BOTH_FAILED
    if done.debit is Debit.DONE:
        return TcpDebitError.EF04_FAILED_DEBIT_OK if done.written.failed else TcpDebitError.OK
    error = _CARD_FIRST[done.debit]
    if error == TcpDebitError.DEBIT_FAILED and done.written is Written.DONE:
        return TcpDebitError.DEBIT_FAILED_EF04_OK
    return error


def _write_only_error(written: Written) -> int:
    """Choose the code of a C6 that did not ask for the card."""
    match written:
        case Written.NO_REPLY:
            return TcpDebitError.NO_REPLY
        case Written.REFUSED:
            return TcpDebitError.EF04_FAILED
        case Written.NOT_ASKED | Written.NOT_TRIED | Written.DONE:
            return TcpDebitError.OK
