"""The trade that the fixed lane left open: what the card shows of it, as an intent (virtual-and-defaults 6)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from laneside.card.outcome import Intent
from laneside.card.user_card import PresentedCard
from laneside.clock import from_beijing_digits
from laneside.codec.bcd import purchase_time
from laneside.codec.card import CappRecord, WalletLogRecord
from laneside.errors import CodecError
from laneside.passage.lane import WaitingTrade
from laneside.passage.state import Priced, WithPair


def open_trade_of(stage: WithPair) -> WaitingTrade | None:
    """Return the fixed lane's open trade, if it is one of the card that is here."""
    trade, card = stage.read.waiting.open_trade, stage.presented.card
    if trade is None or card is None:
        return None
    return trade if trade.card_id == card.card_id else None


def intent_of_trade(
    stage: Priced, trade: WaitingTrade, *, record_id: str, has_log: bool, write_tag: bool
) -> Intent | None:
    """Make the intent of another's purchase from what the lane says and what the card shows of it.

    None where the card does not show this trade. ``has_log``: the reader can tell 0018.
    """
    card, tag = stage.presented.card, stage.presented.tag
    if card is None:
        return None
    evidence = _evidence_of_trade(card, trade, has_log=has_log)
    if evidence is None:
        return None
    return Intent(
        record_id=record_id,
        plate=stage.picture.plate,
        taken_over=True,
        card_id=card.card_id,
        contract_serial=stage.presented.contract_serial,
        mac_id=None if tag is None else tag.mac_id,
        counter=evidence.counter,
        balance_before_fen=card.balance_fen + trade.amount_fen,
        amount_fen=trade.amount_fen,
        capp_before=b"",
        capp_after=card.capp,
        write_tag=write_tag and tag is not None,
        terminal_number=evidence.terminal_number,
        transaction_number=bytes.fromhex(trade.transaction_number) or None,
        purchase_time=evidence.purchase_time,
        mac1=None,
        algorithm=None,
        key_index=None,
        key_version=None,
    )


class _Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the card shows of another's purchase. ``counter`` is N, None where only 0019 shows it."""

    terminal_number: bytes
    purchase_time: bytes
    counter: int | None


def _evidence_of_trade(card: PresentedCard, trade: WaitingTrade, *, has_log: bool) -> _Evidence | None:
    """Find the lane's trade on the card: in 0018, or in 0019 where the reader can't tell 0018; None if it is not there.

    0019 is written together with the debit (spec/recovery.md fact 1), so its second and its amount are evidence.
    """
    if has_log:
        log = card.log
        if log is None or not _same_trade(log, trade):
            return None
        return _Evidence(terminal_number=log.terminal_number, purchase_time=log.purchase_time, counter=log.counter - 1)
    at = from_beijing_digits(trade.sent_at)
    if not _is_written_in(card.capp, trade, at):
        return None
    number = bytes.fromhex(trade.terminal_number)
    return _Evidence(terminal_number=number, purchase_time=purchase_time(at), counter=None)


def _same_trade(log: WalletLogRecord, trade: WaitingTrade) -> bool:
    same_terminal = log.terminal_number.hex().upper() == trade.terminal_number.upper()
    return same_terminal and log.amount_fen == trade.amount_fen and log.counter > 0


def _is_written_in(capp: bytes, trade: WaitingTrade, at: datetime) -> bool:
    try:
        written = CappRecord.from_bytes(capp)
    except CodecError:
        return False
    return (written.unix_time_s, written.accumulated_fen) == (int(at.timestamp()), trade.amount_fen)
