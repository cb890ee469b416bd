"""`laneside sam`: each help's example is true, the result stands alone, bad input is told without showing a key."""

import re
import shlex

import pytest
import typer
from typer.testing import CliRunner

from laneside.cli import sam

COMMANDS = ["diversify", "session-key", "mac1", "mac2", "tac"]
DPK_SM4, SESPK_SM4 = "0F8CC55A4CA9DF00BC9BFA61B85CE6CC", "0DCDED1468056BA2AC0BE164ED247642"
MAC1_DATA = "000004E20962010000123420240506143015"
TAC_DATA = "000004E2096201000012340000ABCD20240506143015"


def run(*arguments: str):
    app = typer.Typer(name="laneside", pretty_exceptions_enable=False)
    sam.register(app)
    return CliRunner().invoke(app, ["sam", *arguments], prog_name="laneside")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_the_help_is_true(name: str) -> None:
    shown = run(name, "--help")
    assert shown.exit_code == 0
    example = re.search(r"^ +\$ laneside sam (.+)\n +([0-9A-F]+)$", shown.output, re.MULTILINE)
    assert example is not None, shown.output
    command = shlex.split(example[1])
    assert command[0] == name
    answered = run(*command)
    assert answered.exit_code == 0
    assert answered.stdout == example[2] + "\n"
    assert answered.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("diversify", "--root", "00112233445566778899AABBCCDDEEFF", "--factor", "B8CACBE0B8CACBE0"),
            "C262722AF355471AC39C42EBDCD5D5C1",
        ),
        (("session-key", "--key", DPK_SM4, "--seed", "1A2B3C4D0123ABCD"), SESPK_SM4),
        (("mac1", "--key", SESPK_SM4, "--data", MAC1_DATA), "59504B43"),
        (("mac2", "--key", SESPK_SM4.lower(), "--data", "000004e2"), "64FBB059"),
        (("tac", "--key", "49D39B30EE76FD2C7F1FE0FCC0B132DB", "--data", TAC_DATA), "BD01E16B"),
    ],
)
def test_sm4(arguments: tuple[str, ...], expected: str) -> None:
    answered = run(arguments[0], "--suite", "sm4", *arguments[1:])
    assert (answered.exit_code, answered.stdout) == (0, expected + "\n")


SECRET = "34486F2EEDB270009C04DA8B96CFB5"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("mac1", "--suite", "3des", "--key", SECRET, "--data", MAC1_DATA),
            "session key: 8 bytes are needed, 15 given",
        ),
        (("tac", "--suite", "sm4", "--key", SECRET, "--data", TAC_DATA), "DTK: 16 bytes are needed, 15 given"),
        (("tac", "--suite", "sm4", "--key", SECRET + "0", "--data", TAC_DATA), "--key is not hexadecimal"),
        (("mac2", "--suite", "3des", "--key", "116EDECDF3210852", "--data", ""), "--data is empty"),
        (
            ("session-key", "--suite", "3des", "--key", SECRET + "76", "--seed", "1A2B"),
            "seed: 8 bytes are needed, 2 given",
        ),
        (
            ("diversify", "--suite", "sm4", "--root", SECRET + "76", "--factor", "B8"),
            "factor: 8 bytes are needed, 1 given",
        ),
        (
            ("diversify", "--suite", "sm4", "--root", SECRET + "76", *("--factor", "00" * 8) * 3),
            "--factor is given 3 times",
        ),
        (("mac1", "--suite", "3des", "--data", MAC1_DATA), "--key"),
        (("mac1", "--suite", "des", "--key", SECRET, "--data", MAC1_DATA), "'3des', 'sm4'"),
    ],
)
def test_bad_input_is_exit_2_and_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    answered = run(*arguments)
    assert answered.exit_code == 2
    assert answered.stdout == ""
    assert sentence in answered.stderr
    assert SECRET not in answered.stderr
