"""The chips of one radio session: opened together, talked to, closed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Self, TypeVar, cast

import msgspec

from laneside.card.apdu import AnswerLostError, ChipFlow, Device, Exchange, Response
from laneside.card.channel import CardChannel, TagPresence
from laneside.clock import Clock
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.vocab.media import TagStatusBit

Result = TypeVar("Result")


class ChipOpeners(msgspec.Struct, frozen=True, kw_only=True):
    """How to power each chip. Each raises NothingPresentedError when its chip is not there; no tag opener, no tags."""

    open_card: Callable[[], CardChannel]
    open_tag: Callable[[], tuple[TagPresence, CardChannel]] | None
    open_psam: Callable[[], CardChannel]


class RadioSession(msgspec.Struct, kw_only=True):
    """One radio session. ``card_trouble`` says why there is no card."""

    presence: TagPresence | None = None
    chips: dict[Device, CardChannel] = msgspec.field(default_factory=dict)
    card_trouble: str = ""

    @property
    def has_card(self) -> bool:
        """Whether a card answered."""
        return Device.CARD in self.chips

    @property
    def tag_without_card(self) -> bool:
        """Whether the tag itself reports that no card is in it."""
        return self.presence is not None and bool(self.presence.status & TagStatusBit.NO_CARD)

    def drop(self, device: Device) -> None:
        """Remove power from one chip."""
        channel = self.chips.pop(device, None)
        if channel is not None:
            channel.close()

    def close(self) -> None:
        """Remove power from both, the second one also when the first one fails."""
        with ExitStack() as stack:
            for device in tuple(self.chips):
                stack.callback(self.drop, device)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_session(openers: ChipOpeners, *, tag: bool, card: bool) -> RadioSession:
    """Open what is there of the chips that are wanted. Raises LinkLostError when a link breaks at opening."""
    found = RadioSession()
    with ExitStack() as undo:
        undo.callback(found.close)
        if tag:
            _open_tag(openers, found)
        if card:
            _open_card(openers, found)
        undo.pop_all()
    return found


def _open_tag(openers: ChipOpeners, found: RadioSession) -> None:
    if openers.open_tag is None:
        return
    try:
        found.presence, found.chips[Device.TAG] = openers.open_tag()
    except NothingPresentedError:
        found.presence = None


def _open_card(openers: ChipOpeners, found: RadioSession) -> None:
    if found.tag_without_card:
        found.card_trouble = "the tag holds no card"
        return
    try:
        found.chips[Device.CARD] = openers.open_card()
    except NothingPresentedError as error:
        found.card_trouble = str(error) or "no card answers"


def run(flow: ChipFlow[Result], chips: Mapping[Device, CardChannel]) -> Result:
    """Carry out a flow over real channels. Raises AnswerLostError, naming chip and step, when an answer stays out."""
    try:
        exchange = next(flow)
        while True:
            exchange = flow.send(_transmit(exchange, chips))
    except StopIteration as stop:
        return cast("Result", stop.value)
    finally:
        flow.close()


def _transmit(exchange: Exchange, chips: Mapping[Device, CardChannel]) -> Response:
    try:
        response = Response.from_bytes(chips[exchange.device].transmit(exchange.apdu))
    except LinkLostError as error:
        raise AnswerLostError(device=exchange.device, step=exchange.step, reason=str(error)) from error
    if response is None:
        raise AnswerLostError(device=exchange.device, step=exchange.step, reason="no status word")
    return response


def search(clock: Clock, *, search_s: float, pause_s: float, attempt: Callable[[], Result]) -> Result:
    """Try until it works or the time is over.

    Only absence and lost links are tried again; the last attempt's NothingPresentedError or LinkLostError goes out.
    """
    deadline_s = clock.monotonic_s() + search_s
    while True:
        last = clock.monotonic_s() >= deadline_s
        try:
            return attempt()
        except (NothingPresentedError, LinkLostError):
            if last:
                raise
        clock.sleep(min(pause_s, max(deadline_s - clock.monotonic_s(), 0.0)))
