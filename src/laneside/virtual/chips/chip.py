"""What every virtual chip does: power, command dispatch, selection, reading and updating transparent files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import ClassVar, Self

import msgspec

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import secure_message_mac
from laneside.virtual.chips import apdu
from laneside.virtual.chips.apdu import OK, ReceivedCommand
from laneside.virtual.chips.memory import ChipMemory, Image, SlotLayout, TwoSlotStore

# Invented and marked as such: T=0 and T=1, historical bytes LANESIDE (spec/virtual-and-defaults.md section 1).
ATR = bytes.fromhex("3B888001") + b"LANESIDE" + b"\x14"
MASTER_FILE = 0x3F00
MAC_LENGTH = 4

Act = Callable[[ReceivedCommand], bytes]


class FileKind(Enum):
    """How a file is read."""

    BINARY = auto()
    RECORDS = auto()
    CYCLIC = auto()
    CIPHERED = auto()
    INTERNAL = auto()


class Update(Enum):
    """What UPDATE BINARY needs before it changes a file."""

    NEVER = auto()
    PLAIN = auto()
    AUTHENTICATED = auto()
    MAC = auto()


class ElementaryFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file: its id, the image field that holds it, and how it may be used. Its SFI is the id's last five bits."""

    file_id: int
    field: str
    kind: FileKind = FileKind.BINARY
    update: Update = Update.NEVER
    length_field: str = ""

    def content(self, image: Image) -> bytes:
        """Return the file as personalised: some are shorter than the space reserved for them."""
        return image[self.field][: image.number(self.length_field)] if self.length_field else image[self.field]


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """A directory file with its name and its FCI (empty where the chip answers without one)."""

    file_id: int
    files: tuple[ElementaryFile, ...]
    fci: bytes = b""
    name: bytes = b""


class Chip:
    """A chip served from one stored image. Without power it gives no answer at all (empty bytes).

    ``random_bytes(n)`` supplies challenges. Not thread-safe: one owner sends one command after the other.
    """

    LAYOUT: ClassVar[SlotLayout]
    DIRECTORIES: ClassVar[tuple[Directory, ...]]
    atr: ClassVar[bytes] = ATR

    def __init__(self, store: TwoSlotStore, *, random_bytes: Callable[[int], bytes]) -> None:
        self._store = store
        self._random_bytes = random_bytes
        self._powered = False
        self._commands: Mapping[tuple[int, int], Act] = self._instruction_set()
        self._classes = {cla for cla, _ in self._commands}
        self._instructions = {ins for _, ins in self._commands}
        self._forget()

    @classmethod
    def load(cls, memory: ChipMemory, *, random_bytes: Callable[[int], bytes]) -> Self:
        """Return the chip that a memory holds. Raises StoreError when that is broken."""
        return cls(TwoSlotStore(memory), random_bytes=random_bytes)

    @property
    def image(self) -> bytes:
        """The committed byte image, keys included."""
        return self._store.image

    def power_on(self) -> None:
        """Reset: everything volatile is gone, the state is what was committed."""
        self._store.reload()
        self._forget()
        self._powered = True

    def power_off(self) -> None:
        """Take the power away."""
        self._forget()
        self._powered = False

    def transmit(self, command: bytes) -> bytes:
        """Answer one command APDU with data and status word; any bytes get an answer while there is power."""
        if not self._powered:
            return b""
        parsed = ReceivedCommand.parse(command)
        return apdu.WRONG_LENGTH if parsed is None else self._answer(parsed)

    # --- what a kind of chip adds

    def _instruction_set(self) -> dict[tuple[int, int], Act]:
        """Return the commands by CLA and INS; a chip adds its own."""
        return {
            (0x00, 0xA4): self._select,
            (0x00, 0x84): self._get_challenge,
            (0x00, 0xB0): self._read_binary,
            (0x00, 0xC0): self._get_response,
            (0x00, 0xD6): self._update_binary,
            (0x04, 0xD6): self._update_binary,
        }

    def _forget(self) -> None:
        """Lose everything volatile."""
        self._directory = self._directory_of(MASTER_FILE)
        self._selected: ElementaryFile | None = None
        self._challenge = b""

    def _leave_directory(self) -> None:
        """Lose what lives only until the next selection of a directory."""

    def _may_update(self, file: ElementaryFile) -> bool:
        """Return whether a file may be updated without a MAC."""
        return file.update is Update.PLAIN

    def _maintenance_key(self, file: ElementaryFile) -> tuple[Suite, bytes]:
        """Return the key under which a file's MAC is made."""
        raise AssertionError(f"{file.field} takes no MAC")

    # --- dispatch

    def _answer(self, command: ReceivedCommand) -> bytes:
        """Carry the command out, or return the status word for an unknown one."""
        act = self._commands.get((command.cla, command.ins))
        if act is not None:
            return act(command)
        known = command.cla in self._classes and command.ins not in self._instructions
        return apdu.UNKNOWN_INS if known else apdu.UNKNOWN_CLA

    def _image(self) -> Image:
        """Return the committed state; changed copies become state only through ``_commit``."""
        return Image(self.LAYOUT, self._store.image)

    def _commit(self, draft: Image) -> None:
        """Make a changed copy the state, all of it or nothing."""
        self._store.commit(bytes(draft))

    # --- selection

    def _select(self, command: ReceivedCommand) -> bytes:
        """`00A4`: by file id (P1 00) or by name (P1 04)."""
        match (command.p1, command.p2):
            case (0x00, 0x00):
                return self._select_id(command.data)
            case (0x04, 0x00):
                return self._select_name(command.data)
            case _:
                return apdu.WRONG_P1_P2

    def _select_id(self, data: bytes) -> bytes:
        """Select a directory, or a file of the current one."""
        if len(data) != 2:
            return apdu.WRONG_LENGTH
        file_id = int.from_bytes(data, "big")
        for directory in self.DIRECTORIES:
            if directory.file_id == file_id:
                return self._enter(directory)
        for file in self._directory.files:
            if file.file_id == file_id:
                self._selected = file
                return OK
        return apdu.NO_FILE

    def _select_name(self, name: bytes) -> bytes:
        """Select a directory by its whole name."""
        for directory in self.DIRECTORIES:
            if name and directory.name == name:
                return self._enter(directory)
        return apdu.NO_FILE

    def _enter(self, directory: Directory) -> bytes:
        """Make a directory the current one."""
        self._leave_directory()
        self._directory, self._selected = directory, None
        return directory.fci + OK

    def _directory_of(self, file_id: int) -> Directory:
        """Return a directory that the chip is known to have."""
        return next(directory for directory in self.DIRECTORIES if directory.file_id == file_id)

    def _by_sfi(self, sfi: int) -> ElementaryFile | None:
        """Find a file of the current directory by its short id; 0 means the selected file."""
        if sfi == 0:
            return self._selected
        return next((file for file in self._directory.files if file.file_id & 0x1F == sfi), None)

    # --- challenge and response

    def _get_challenge(self, command: ReceivedCommand) -> bytes:
        """`0084`: 4 or 8 random bytes, kept until one authentication or MAC used them."""
        if command.p1 or command.p2:
            return apdu.WRONG_P1_P2
        if command.data or command.le not in {4, 8}:
            return apdu.WRONG_LENGTH
        self._challenge = self._random_bytes(command.le)
        return self._challenge + OK

    def _spend_challenge(self) -> bytes:
        """Return the challenge that waits, empty when none does, and forget it."""
        challenge, self._challenge = self._challenge, b""
        return challenge

    def _get_response(self, _command: ReceivedCommand) -> bytes:
        """`00C0`: nothing ever waits, because answers are given whole."""
        return apdu.CONDITIONS

    # --- transparent files

    def _target(self, command: ReceivedCommand) -> tuple[ElementaryFile, int] | bytes:
        """Find file and offset that P1 and P2 name: a short id with 8 bits, or 15 bits into the selected file."""
        if command.p1 & 0x80:
            if command.p1 & 0x60:
                return apdu.WRONG_P1_P2
            file, offset = self._by_sfi(command.p1 & 0x1F), command.p2
            missing = apdu.NO_FILE
        else:
            file, offset = self._selected, command.p1 << 8 | command.p2
            missing = apdu.NOT_ALLOWED
        if file is None:
            return missing
        return (file, offset) if file.kind in {FileKind.BINARY, FileKind.CIPHERED} else apdu.WRONG_FILE_TYPE

    def _read_binary(self, command: ReceivedCommand) -> bytes:
        """`00B0`: up to Le bytes from an offset; an Le beyond the end is answered with what is left (6Cxx)."""
        if command.data or command.le is None:
            return apdu.WRONG_LENGTH
        target = self._target(command)
        if isinstance(target, bytes):
            return target
        file, offset = target
        if file.kind is FileKind.CIPHERED:
            return apdu.NOT_AUTHENTICATED
        rest = file.content(self._image())[offset:]
        if not rest:
            return apdu.WRONG_OFFSET
        if command.le == 256:
            return rest[:256] + OK
        return apdu.wrong_le(len(rest)) if command.le > len(rest) else rest[: command.le] + OK

    def _update_binary(self, command: ReceivedCommand) -> bytes:
        """`00D6` and `04D6`: put data at an offset, with a MAC where the file wants one."""
        target = self._target(command)
        if isinstance(target, bytes):
            return target
        file, offset = target
        secured = command.cla == 0x04
        refused = self._refuse_secured(command, file) if secured else self._refuse_plain(command, file)
        if refused is not None:
            return refused
        data = command.data[:-MAC_LENGTH] if secured else command.data
        return self._put(file, offset, data)

    def _refuse_plain(self, command: ReceivedCommand, file: ElementaryFile) -> bytes | None:
        """Check an update without MAC."""
        match file.update:
            case Update.NEVER:
                return apdu.NOT_AUTHENTICATED
            case Update.MAC:
                return apdu.MAC_MISSING
            case Update.PLAIN | Update.AUTHENTICATED:
                if not self._may_update(file):
                    return apdu.NOT_AUTHENTICATED
        return None if command.data else apdu.WRONG_LENGTH

    def _refuse_secured(self, command: ReceivedCommand, file: ElementaryFile) -> bytes | None:
        """Check an update with MAC; the challenge is spent whatever comes of it (spec/psam-and-crypto.md section 6)."""
        if file.update is not Update.MAC:
            return apdu.NOT_ALLOWED
        if len(command.data) <= MAC_LENGTH:
            return apdu.WRONG_LENGTH
        challenge = self._spend_challenge()
        if len(challenge) != 4:
            return apdu.NO_CHALLENGE
        data, mac = command.data[:-MAC_LENGTH], command.data[-MAC_LENGTH:]
        suite, key = self._maintenance_key(file)
        return None if secure_message_mac(suite, key, challenge, command.head + data) == mac else apdu.MAC_WRONG

    def _put(self, file: ElementaryFile, offset: int, data: bytes) -> bytes:
        """Write into a file and commit."""
        draft = self._image()
        length = len(file.content(draft))
        if offset >= length:
            return apdu.WRONG_OFFSET
        if offset + len(data) > length:
            return apdu.NO_SPACE
        draft.put(file.field, data, at=offset)
        self._commit(draft)
        return OK
