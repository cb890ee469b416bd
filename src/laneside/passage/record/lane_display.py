"""What the lane shows and says at the end of a vehicle (费显, 语音)."""

from __future__ import annotations

from laneside.passage.lane import Conclusion
from laneside.passage.state import PassageState, Priced
from laneside.rules.finding_texts import describe
from laneside.vocab.events import special_event
from laneside.vocab.vehicle import TollClass
from laneside.vocab.words import label, yuan

_PLEASE_WAIT = "请稍候"


def paid_display(state: PassageState) -> Conclusion:
    """Return what a paid vehicle's lane opens, shows and says."""
    stage = Priced.of(state)
    assert stage is not None and state.intent is not None, "a completed passage was priced and debited"
    amount = yuan(stage.quote.fee_fen)
    return Conclusion(
        passage_id=state.passage_id,
        open_barrier=True,
        display=f"{state.intent.plate} {label(TollClass, stage.toll_class).zh} {amount}元",
        voice=f"收费{amount}元，一路平安",
        paid_card_id=state.intent.card_id,
        paid_contract_serial=state.intent.contract_serial or "",
    )


def shut_display(state: PassageState) -> Conclusion:
    """Return what is shown before a barrier that stays shut."""
    return Conclusion(passage_id=state.passage_id, open_barrier=False, display=_stopped_display(state))


def _stopped_display(state: PassageState) -> str:
    """Return the national fee-display text of the first stop; for some the driver is shown nothing."""
    for finding in state.stops:
        if isinstance(finding.code, int):
            text = special_event(finding.code).fee_display_zh
            return "" if text == "/" else text
        return describe(finding).text.zh
    return _PLEASE_WAIT
