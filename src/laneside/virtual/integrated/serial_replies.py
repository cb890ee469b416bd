"""The messages of a virtual reader in the old dialect (spec/rsu-frames.md 2.3, 2.4)."""

from __future__ import annotations

from typing import Final

from laneside.rsu import Message, ShortReply
from laneside.rsu.codes import (
    CardAlgorithm,
    SerialAmountsError,
    SerialCardError,
    SerialDebitError,
    SerialPsamError,
    SerialReaderStatus,
    SerialTagError,
    SerialVehicleError,
)
from laneside.rsu.replies import (
    SerialAmounts,
    SerialCard,
    SerialDebitResult,
    SerialPsamChallenge,
    SerialPsamResult,
    SerialStatus,
    SerialTacResult,
    SerialTag,
    Vehicle,
)
from laneside.virtual.integrated.chip_jobs import SHORT_ISSUE_LENGTH, CardRead, Ef04Read, PsamInfo, Trouble, VehicleRead
from laneside.virtual.integrated.field import TagSeen
from laneside.virtual.integrated.purchase import Debit, TacProof, TradeResult, Written
from laneside.virtual.integrated.replies import AmountsResult, PairRead
from laneside.virtual.integrated.settings import ReaderSettings

_NO_TAG: Final = bytes(4)
_PSAM_2017: Final = 0x05
_FAILED: Final = 1
_DEBIT_ERRORS: Final = {
    Debit.INIT_NO_REPLY: SerialDebitError.INIT_NO_REPLY,
    Debit.INIT_REFUSED: SerialDebitError.INIT_FAILED,
    Debit.MAC1_FAILED: SerialDebitError.MAC1_FAILED,
    Debit.PURCHASE_NO_REPLY: SerialDebitError.PURCHASE_NO_REPLY,
    Debit.PURCHASE_REFUSED: SerialDebitError.PURCHASE_FAILED,
    Debit.MAC2_FAILED: SerialDebitError.MAC2_FAILED,
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

    def card(self, seen: TagSeen, pair: PairRead) -> Message:
        """Return B4."""
        error = _card_error(pair.card, pair.ef04)
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


def _card_error(card: CardRead, ef04: Ef04Read) -> int:
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
