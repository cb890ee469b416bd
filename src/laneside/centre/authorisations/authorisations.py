"""Every request of a PSAM for its authorisation, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, insert, select, update

from laneside.centre.authorisations.signer import AuthorisationSigner
from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import psam_authorisations as table
from laneside.clock import Clock
from laneside.contract.authorisation import (
    PsamAuthorisationReply,
    PsamAuthorisationRequest,
    PsamAuthorisationResult,
    authorisation_bytes,
)
from laneside.contract.exchange import Refusal

ISSUED: Final = "issued"
NO_LIST: Final = Refusal(code="not-found", text="没有这个授权单号 / no authorisation of this terminal has this number")
_SHOWN_MAX: Final = 200
_NUMBER_DIGITS: Final = 12


class KeptAuthorisation(msgspec.Struct, frozen=True, kw_only=True):
    """One request. ``outcome`` is ``issued`` or the refusal's code; ``status_word`` is None until a result came.

    A refusal that is repeated is one row; ``times`` counts it, ``last_at`` is its last time.
    """

    seq: int
    terminal_id: str
    terminal_number: str
    psam_number: str
    psam_version: str
    key_type: str
    area_code: str
    random: str
    lane_id: str
    outcome: str
    asked_at: datetime
    last_at: datetime
    times: int
    status_word: str | None
    detail: str | None
    reported_at: datetime | None

    @property
    def list_number(self) -> str:
        """The number under which a result is reported."""
        return _list_number(self.seq)


class Authorisations:
    """Sign for PSAMs and remember it. ``sign`` makes the centre's signature."""

    def __init__(
        self, database: Database, clock: Clock, *, signer: AuthorisationSigner, sign: Callable[[bytes], bytes]
    ) -> None:
        self._database = database
        self._clock = clock
        self._signer = signer
        self._sign = sign

    def ask(self, terminal_id: str, request: PsamAuthorisationRequest) -> PsamAuthorisationReply | Refusal:
        """Let the signer answer a challenge; request and answer are kept before the terminal gets the answer."""
        answer = self._signer.sign(request)
        if isinstance(answer, Refusal):
            self._keep_refused(terminal_id, request, answer)
            return answer
        with self._database.writing() as connection:
            seq = self._keep(connection, terminal_id, request, ISSUED)
        bare = PsamAuthorisationReply(
            terminal_id=terminal_id,
            psam_number=request.psam_number,
            random=request.random,
            list_number=_list_number(seq),
            instruction=answer.hex().upper(),
        )
        return msgspec.structs.replace(bare, signature=self._sign(authorisation_bytes(bare)))

    def report(self, terminal_id: str, result: PsamAuthorisationResult) -> PsamAuthorisationResult | Refusal:
        """Keep what the PSAM said to one of this terminal's APDUs; a repeated report changes nothing."""
        number = result.list_number
        if not (number.isascii() and number.isdigit() and len(number) == _NUMBER_DIGITS):
            return NO_LIST
        own = (table.c.seq == int(number)) & (table.c.terminal_id == terminal_id) & (table.c.outcome == ISSUED)
        values = {"status_word": result.status_word, "detail": result.detail, "reported_at": self._clock.now()}
        with self._database.writing() as connection:
            if connection.execute(select(table.c.seq).where(own)).first() is None:
                return NO_LIST
            connection.execute(update(table).where(own, table.c.reported_at.is_(None)).values(**values))
        return result

    def shown(self) -> tuple[KeptAuthorisation, ...]:
        """Return the newest requests, newest first."""
        query = select(table).order_by(table.c.seq.desc()).limit(_SHOWN_MAX)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(KeptAuthorisation(**row) for row in rows)

    def _keep_refused(self, terminal_id: str, request: PsamAuthorisationRequest, refusal: Refusal) -> None:
        """Count a refusal that is repeated every few seconds in one row, as long as nothing else comes between."""
        with self._database.writing() as connection:
            mine = select(table.c.seq, table.c.psam_number, table.c.outcome).where(table.c.terminal_id == terminal_id)
            last = connection.execute(mine.order_by(table.c.seq.desc()).limit(1)).one_or_none()
            if last is None or (last.psam_number, last.outcome) != (request.psam_number, refusal.code):
                self._keep(connection, terminal_id, request, refusal.code)
                return
            again = {"times": table.c.times + 1, "last_at": self._clock.now(), "random": request.random}
            connection.execute(update(table).where(table.c.seq == last.seq).values(**again))

    def _keep(self, connection: Connection, terminal_id: str, request: PsamAuthorisationRequest, outcome: str) -> int:
        now = self._clock.now()
        row: dict[str, Any] = {name: getattr(request, name) for name in PsamAuthorisationRequest.__struct_fields__} | {
            "terminal_id": terminal_id,
            "outcome": outcome,
            "asked_at": now,
            "last_at": now,
            "times": 1,
        }
        key = connection.execute(insert(table).values(**row)).inserted_primary_key
        assert key is not None, "a row has its number"
        return int(key[0])


def _list_number(seq: int) -> str:
    return f"{seq:0{_NUMBER_DIGITS}d}"
