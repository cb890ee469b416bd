"""What the lane shows and says at the end of a vehicle (费显, 语音)."""

from __future__ import annotations

from laneside.passage.facts import recall
from laneside.passage.lane import Conclusion
from laneside.passage.state import PassageState
from laneside.passage.view import Ending
from laneside.rules import describe
from laneside.vocab import TollClass, label, special_event, yuan

_PLEASE_WAIT = "请稍候"


def conclusion_of(state: PassageState) -> Conclusion:
    """Return the lane's part of an ending: only a debit (or a trade already paid) opens the barrier."""
    assert state.ending is not None
    if state.ending is Ending.COMPLETED:
        return _paid(state)
    return Conclusion(passage_id=state.passage_id, open_barrier=False, display=_stopped_display(state))


def _paid(state: PassageState) -> Conclusion:
    assert state.intent is not None and state.quoted is not None
    amount = yuan(state.quoted.fee_fen)
    toll_class = label(TollClass, state.toll_class or 0).zh
    return Conclusion(
        passage_id=state.passage_id,
        open_barrier=True,
        display=f"{state.intent.plate} {toll_class} {amount}元",
        voice=f"收费{amount}元，一路平安",
        paid_card_id=state.intent.card_id,
        paid_contract_serial=state.intent.contract_serial or "",
    )


def _stopped_display(state: PassageState) -> str:
    """Return the national fee-display text of the first stop; some events show the driver nothing."""
    for finding in state.stops:
        if isinstance(finding.code, int):
            text = special_event(finding.code).fee_display_zh
            return "" if text == "/" else text
        return describe(recall(finding)).text.zh
    return _PLEASE_WAIT
