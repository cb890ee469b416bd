"""``laneside sam``: what a SAM computes, for integrators with test keys (spec/psam-and-crypto.md sections 5 and 8).

Standard output has nothing but the result in upper-case hex; bad input is exit 2 with a sentence on standard error.
No message repeats what was given as a key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperCommand

SuiteOption = Annotated[Literal["3des", "sm4"], typer.Option("--suite", help="Algorithm family.")]
RootOption = Annotated[str, typer.Option("--root", metavar="HEX", help="Root key, 16 bytes.")]
FactorOption = Annotated[
    list[str], typer.Option("--factor", metavar="HEX", help="8 bytes; the region first, then the card's number.")
]
PurchaseKeyOption = Annotated[str, typer.Option("--key", metavar="DPK", help="The card's purchase key, 16 bytes.")]
SeedOption = Annotated[
    str, typer.Option("--seed", metavar="HEX", help="Card random 4, counter 2, last 2 bytes of the terminal's number.")
]
SessionKeyOption = Annotated[
    str, typer.Option("--key", metavar="SESPK", help="Session key: 8 bytes for 3des, 16 bytes for sm4.")
]
TacKeyOption = Annotated[
    str, typer.Option("--key", metavar="DTK", help="The card's TAC key, 16 bytes; 3des adds its halves by itself.")
]
Mac1DataOption = Annotated[
    str, typer.Option("--data", metavar="HEX", help="Amount 4, type 1, terminal 6, date 4, time 3: 18 bytes.")
]
Mac2DataOption = Annotated[str, typer.Option("--data", metavar="HEX", help="Amount, 4 bytes.")]
TacDataOption = Annotated[
    str,
    typer.Option(
        "--data", metavar="HEX", help="Amount 4, type 1, terminal 6, terminal's number 4, date 4, time 3: 22 bytes."
    ),
]


class _PlainCommand(TyperCommand):
    """A command whose help keeps the lines of its example whole, however narrow the window is."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{**settings, "rich_markup_mode": None})


def register(app: typer.Typer) -> None:
    """Add the command group to the program."""
    group = typer.Typer(name="sam", no_args_is_help=True, help="Compute what a SAM computes, with test keys.")
    _offer(group, _diversify, "diversify", _DIVERSIFY_EXAMPLE, "34486F2EEDB270009C04DA8B96CFB576")
    _offer(group, _session_key, "session-key", _SESSION_KEY_EXAMPLE, "116EDECDF3210852")
    _offer(group, _mac1, "mac1", _MAC1_EXAMPLE, "DF03B304")
    _offer(group, _mac2, "mac2", "--suite 3des --key 116EDECDF3210852 --data 000004E2", "FA87A5EE")
    _offer(group, _tac, "tac", _TAC_EXAMPLE, "079F3D94")
    app.add_typer(group)


# The worked purchase of spec/psam-and-crypto.md section 8.1.
_DIVERSIFY_EXAMPLE = (
    "--suite 3des --root 00112233445566778899AABBCCDDEEFF --factor B8CACBE0B8CACBE0 --factor 2219230200000001"
)
_SESSION_KEY_EXAMPLE = "--suite 3des --key 34486F2EEDB270009C04DA8B96CFB576 --seed 1A2B3C4D0123ABCD"
_MAC1_EXAMPLE = "--suite 3des --key 116EDECDF3210852 --data 000004E20962010000123420240506143015"
_TAC_EXAMPLE = "--suite 3des --key 3A3AACB86A43E78AE490481F3CE3EF73 --data 000004E2096201000012340000ABCD20240506143015"


def _offer(group: typer.Typer, command: Callable[..., None], name: str, example: str, result: str) -> None:
    """Add one command whose help ends with an example; the mark before it keeps its lines as they are."""
    shown = f"{command.__doc__}\n\n\b\nExample:\n  $ laneside sam {name} {example}\n  {result}"
    group.command(name, cls=_PlainCommand, help=shown, epilog="Others can read a command line.")(command)


def _diversify(*, suite: SuiteOption, root: RootOption, factor: FactorOption) -> None:
    """Derive a key from a root: one factor gives one level, two factors two levels."""
    from laneside.cardcrypto.ciphers import Suite
    from laneside.cardcrypto.purchase import diversify_chain

    if len(factor) > 2:
        _refuse(f"--factor is given {len(factor)} times: there are one or two levels")
    factors = [_hex("--factor", text) for text in factor]
    _show(lambda: diversify_chain(Suite(suite), _hex("--root", root), *factors))


def _session_key(*, suite: SuiteOption, key: PurchaseKeyOption, seed: SeedOption) -> None:
    """Derive the session key SESPK of one purchase."""
    from laneside.cardcrypto.ciphers import Suite
    from laneside.cardcrypto.purchase import session_key

    _show(lambda: session_key(Suite(suite), _hex("--key", key), _hex("--seed", seed)))


def _mac1(*, suite: SuiteOption, key: SessionKeyOption, data: Mac1DataOption) -> None:
    """Compute MAC1, with which the SAM orders a debit."""
    from laneside.cardcrypto.ciphers import Suite
    from laneside.cardcrypto.purchase import mac1

    _show(lambda: mac1(Suite(suite), _hex("--key", key), _hex("--data", data)))


def _mac2(*, suite: SuiteOption, key: SessionKeyOption, data: Mac2DataOption) -> None:
    """Compute MAC2, with which the card answers for its debit."""
    from laneside.cardcrypto.ciphers import Suite
    from laneside.cardcrypto.purchase import mac2

    _show(lambda: mac2(Suite(suite), _hex("--key", key), _hex("--data", data)))


def _tac(*, suite: SuiteOption, key: TacKeyOption, data: TacDataOption) -> None:
    """Compute the TAC, which the card's issuer verifies."""
    from laneside.cardcrypto.ciphers import Suite
    from laneside.cardcrypto.purchase import tac

    _show(lambda: tac(Suite(suite), _hex("--key", key), _hex("--data", data)))


def _hex(option: str, text: str) -> bytes:
    """Read the hex digits of an option, or end with a sentence that names the option and not the value."""
    try:
        data = bytes.fromhex(text)
    except ValueError:
        _refuse(f"{option} is not hexadecimal with two digits for each byte")
    if not data:
        _refuse(f"{option} is empty")
    return data


def _show(compute: Callable[[], bytes]) -> None:
    """Print the result alone, or end with the sentence that says which length is wrong."""
    try:
        result = compute()
    except ValueError as refused:
        _refuse(str(refused))
    print(result.hex().upper())


def _refuse(sentence: str) -> NoReturn:
    """Print what is wrong with the input and exit with 2."""
    typer.echo(f"laneside sam: {sentence}", err=True)
    raise typer.Exit(2)
