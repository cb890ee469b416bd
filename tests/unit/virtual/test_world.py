"""The world's vehicles, read with commands written out: what stands in the files, and what outlives the process."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from served_roadside import StillClock

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import decrypt_vehicle_file
from laneside.cardcrypto.purchase import diversify_chain, tac
from laneside.errors import SettingError
from laneside.virtual.chip_store import ChipStore, FolderChipStore, RamChipStore
from laneside.virtual.chips.profiles import Purpose, VirtualKeys
from laneside.virtual.issuing import FixedAntenna, issue_info
from laneside.virtual.lane import LaneOrder
from laneside.virtual.vehicles import VEHICLES, vehicle_named
from laneside.virtual.world import World

NOON = datetime(2024, 5, 6, 4, 0, 0, tzinfo=UTC)
OK = b"\x90\x00"


def world_on(store: ChipStore, clock: StillClock | None = None) -> World:
    return World(store=store, clock=clock or StillClock(), random_bytes=secrets.token_bytes)


def at_lane(name: str, clock: StillClock | None = None) -> World:
    world = world_on(RamChipStore(), clock)
    world.place(name)
    return world


class Powered:
    """A chip under power, commands in hex."""

    def __init__(self, world: World, channel: str) -> None:
        self.chip = world.chip(channel)
        assert self.chip is not None
        self.chip.power_on()

    def __call__(self, command: str) -> bytes:
        answer = self.chip.transmit(bytes.fromhex(command))
        assert answer[-2:] == OK, f"{command}: {answer.hex()}"
        return answer[:-2]


def application(world: World) -> Powered:
    card = Powered(world, "card")
    card("00A40000021001")
    return card


WITH_CARD = [vehicle for vehicle in VEHICLES if vehicle.card_inserted]


@pytest.mark.parametrize("vehicle", WITH_CARD, ids=lambda vehicle: vehicle.name)
def test_the_card_says_what_its_story_says(vehicle) -> None:
    card = application(at_lane(vehicle.name))
    issue = card("00B0950032")
    assert issue[28:40] == vehicle.card.plate.encode("gbk").ljust(12, b"\x00")
    assert (issue[40], issue[41], issue[42]) == (vehicle.user_type, vehicle.colour, vehicle.toll_class)
    assert (issue[8], issue[9]) == (vehicle.card.card_type, vehicle.card.version)
    assert issue[10:20].hex() == vehicle.card_id
    assert card("805C000204") == vehicle.card.balance_fen.to_bytes(4, "big")


@pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
def test_the_tag_agrees_with_its_card(vehicle) -> None:
    world = at_lane(vehicle.name)
    world.insert_card()
    card, tag = application(world), Powered(world, "tag")
    tag("00A40000023F00")
    system = tag("00B0810063")
    assert system[:8] == bytes.fromhex("B8CACBE062010001")
    assert system[10:18].hex() == vehicle.tag.contract_serial
    tag("00A4000002DF01")
    tag("00A4000002EF04")
    assert tag("00B0013F27") == card("00B201CC2B")[:39]
    assert tag("00B0016614") == card("00B0950032")[:20]


@pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
def test_the_vehicle_file_opens_with_the_roadsides_own_root(vehicle) -> None:
    tag = Powered(at_lane(vehicle.name), "tag")
    sm4 = vehicle.tag.version >> 4 == 5
    suite = Suite.SM4 if sm4 else Suite.TDES
    tag("00A4000002DF01")
    cipher = tag("00B400000A" + "0102030405060708" + "4F" + ("40" if sm4 else "00"))
    root = VirtualKeys().root(Purpose.VEHICLE_DECRYPTION, suite)
    factors = bytes.fromhex("B8CACBE0" * 2), bytes.fromhex(vehicle.tag.contract_serial)
    file = decrypt_vehicle_file(suite, diversify_chain(suite, root, *factors), cipher).file
    assert file[:12] == vehicle.tag.plate.encode("gbk").ljust(12, b"\x00")
    assert (file[12:14], file[14], file[15]) == (bytes((0, vehicle.colour)), vehicle.toll_class, vehicle.user_type)
    seats = file[31] if vehicle.toll_class > 9 else int.from_bytes(file[24:27], "big")
    assert seats == vehicle.bodywork.seats


def test_a_truck_carries_the_2019_form() -> None:
    world = at_lane("truck-6")
    tag = Powered(world, "tag")
    tag("00A4000002DF01")
    cipher = tag("00B400000A" + "00" * 8 + "4F" + "00")
    root = VirtualKeys().root(Purpose.VEHICLE_DECRYPTION, Suite.TDES)
    serial = bytes.fromhex(vehicle_named("truck-6").tag.contract_serial)
    key = diversify_chain(Suite.TDES, root, bytes.fromhex("B8CACBE0" * 2), serial)
    file = decrypt_vehicle_file(Suite.TDES, key, cipher).file
    assert file[14] == 0x10
    assert [int.from_bytes(file[at : at + 2], "big") for at in (16, 18, 20)] == [17_100, 2_550, 3_990]
    assert [int.from_bytes(file[at : at + 3], "big") for at in (22, 25, 28)] == [34_000, 14_900, 49_000]


def test_dates_follow_the_clock() -> None:
    for year in (2024, 2031):
        clock = StillClock(NOON.replace(year=year))
        issue = application(at_lane("car-3des", clock))("00B0950032")
        start, expiry = issue[20:24].hex(), issue[24:28].hex()
        assert start < clock.now().strftime("%Y%m%d") < expiry
    expired = application(at_lane("card-expired"))("00B0950032")[24:28].hex()
    assert date.fromisoformat(expired) == (NOON - timedelta(days=30)).date()


def test_the_removed_tag_says_so_twice() -> None:
    world = at_lane("tag-removed")
    assert world.greeting("tag")["status"] == 0x02
    tag = Powered(world, "tag")
    tag("00A40000023F00")
    assert tag("00B081001B")[26] == 0x00


def test_a_tag_without_card_has_one_beside_it() -> None:
    world = at_lane("tag-without-card")
    assert (world.chip("card"), world.greeting("tag")["status"]) == (None, 0x80)
    assert world.greeting("card") == {"present": False}
    world.insert_card()
    assert world.greeting("tag")["status"] == 0x00
    assert application(world)("00B0950032")[28:36] == bytes.fromhex("B8CA4136 4C333930".replace(" ", ""))
    world.withdraw_card()
    assert world.greeting("card") == {"present": False}


def test_just_passed_paid_here_two_minutes_ago_and_nothing_is_open() -> None:
    world = at_lane("just-passed")
    card = application(world)
    capp, log = card("00B201CC2B"), card("00B201C417")
    assert capp[3:8].hex().upper() == "62010A0B11"
    assert int.from_bytes(capp[8:12], "big") == int(NOON.timestamp()) - 120
    assert (capp[13], capp[39:]) == (0x06, (1045).to_bytes(4, "big"))
    assert (log[5:9], log[9], log[10:16].hex()) == ((1045).to_bytes(4, "big"), 0x09, "620100009911")
    assert log[16:].hex() == "20240506115800"
    assert world.lane.open_trade is None


def test_what_the_lane_left_can_be_proved_by_the_card() -> None:
    world = at_lane("lane-left-unfinished")
    card, trade = application(world), world.lane.open_trade
    assert trade is not None
    log = card("00B201C417")
    proof = card("805A000902" + log[:2].hex() + "08")
    data = bytes.fromhex("00000415" + "09" + trade.terminal_number + trade.transaction_number + "20240506115900")
    root = VirtualKeys().root(Purpose.TAC, Suite.TDES)
    key = diversify_chain(Suite.TDES, root, bytes.fromhex("B8CACBE0" * 2), bytes.fromhex(trade.card_id[4:]))
    assert proof[4:] == tac(Suite.TDES, key, data)
    assert (trade.terminal_number, trade.amount_fen, trade.sent_at) == ("620100009911", 1045, "20240506115900")
    assert log[10:16].hex() == "620100009911"
    assert world.lane.lane_event == 122


def test_a_running_trip_was_entered_elsewhere_and_cost_nothing_yet() -> None:
    capp = application(at_lane("trip-running"))("00B201CC2B")
    assert (capp[3:8].hex().upper(), capp[13]) == ("62010C0203", 0x03)
    assert int(NOON.timestamp()) - int.from_bytes(capp[8:12], "big") == 2400


def test_ordinary_cars_last_trip_is_a_finished_one() -> None:
    capp = application(at_lane("car-3des"))("00B201CC2B")
    assert capp[13] == 0x04
    assert capp[21:33] == "甘A12345".encode("gbk").ljust(12, b"\x00")


def test_numbers_are_distinct() -> None:
    for numbers in (
        [vehicle.card_id for vehicle in VEHICLES],
        [vehicle.tag.contract_serial for vehicle in VEHICLES],
        [vehicle.tag.mac_id for vehicle in VEHICLES],
        [vehicle.plate for vehicle in VEHICLES],
        [vehicle.seed for vehicle in VEHICLES],
    ):
        assert len(set(numbers)) == len(VEHICLES)


def debit(world: World, amount_fen: int) -> None:
    psam, card = Powered(world, "psam").chip, Powered(world, "card").chip
    vehicle = world.vehicle
    assert vehicle is not None
    assert psam is not None
    assert card is not None
    antenna = FixedAntenna(psam=psam, terminal_number=bytes.fromhex("620100001001"))
    issue = issue_info(vehicle, NOON)
    antenna.buy(card, issue, amount_fen=amount_fen, at=NOON, capp=bytes.fromhex("AA2900") + bytes(40))


def test_starting_again_goes_on_where_it_was(tmp_path: Path) -> None:
    world = world_on(FolderChipStore(tmp_path))
    world.place("car-sm4")
    debit(world, 1045)
    world.keep_lane(
        world.lane.occupy("62010A0B11").conclude(LaneOrder(passage_id="p1", open_barrier=True, display="10.45"))
    )
    again = world_on(FolderChipStore(tmp_path))
    state = again.state()
    assert state["vehicle"]["name"] == "car-sm4"
    assert state["card"]["balance_fen"] == 50_000 - 1045
    assert state["card"]["file_0019"] == "AA2900" + "00" * 40
    assert (again.lane.barrier, again.lane.occupied) == ("open", "62010A0B11")


def test_placing_again_keeps_the_card_and_fresh_issues_a_new_one_that_counts_on() -> None:
    world = at_lane("car-3des")
    first = world.state()["card"]
    debit(world, 1045)
    world.place("car-3des")
    kept = world.state()["card"]
    assert (kept["balance_fen"], kept["counter"]) == (50_000 - 1045, first["counter"] + 1)
    world.place("car-3des", fresh=True)
    fresh = world.state()["card"]
    assert fresh["balance_fen"] == 50_000
    assert fresh["counter"] > kept["counter"]


def test_stories_of_the_clock_are_told_anew_and_never_with_a_number_used_before() -> None:
    clock = StillClock()
    world = at_lane("lane-left-unfinished", clock)
    first, counter = world.lane.open_trade, world.state()["card"]["counter"]
    clock.sleep(3600)
    world.place("lane-left-unfinished")
    second = world.lane.open_trade
    assert first is not None
    assert second is not None
    assert (second.sent_at, second.transaction_number != first.transaction_number) == ("20240506125900", True)
    assert world.state()["card"]["counter"] > counter


def test_looking_does_not_disturb_a_session() -> None:
    world = at_lane("car-3des")
    card = application(world)
    card("805003020B" + "01" + "00000000" + "620100001001" + "0F")
    world.state()
    card("80DCAAC82B" + "AA2900" + "00" * 40)


def test_the_lane_without_a_vehicle() -> None:
    world = at_lane("car-3des")
    world.remove()
    state = world.state()
    assert (state["vehicle"], state["card"], state["tag"]) == (None, None, None)
    assert world.chip("card") is None
    assert world.greeting("tag") == {"present": False}
    assert world.picture()[:2] == b"\xff\xd8"
    with pytest.raises(SettingError):
        world.withdraw_card()


def test_unknown_vehicles_are_refused_with_the_list_of_those_there_are() -> None:
    world = world_on(RamChipStore())
    with pytest.raises(SettingError, match="car-3des"):
        world.place("lorry")
    assert world.vehicle is None


def test_an_issue_cut_short_leaves_the_old_chips(tmp_path: Path) -> None:
    world = world_on(FolderChipStore(tmp_path))
    world.place("car-3des")
    debit(world, 1045)
    FolderChipStore(tmp_path).spare("car-3des-card").write(0, b"half a chip")
    again = world_on(FolderChipStore(tmp_path))
    assert again.state()["card"]["balance_fen"] == 50_000 - 1045
    again.place("car-3des", fresh=True)
    assert again.state()["card"]["balance_fen"] == 50_000


def test_a_psam_that_wants_authorisation_refuses_a_purchase() -> None:
    world = World(store=RamChipStore(), clock=StillClock(), random_bytes=secrets.token_bytes, psam_required=True)
    psam = world.chip("psam")
    assert psam is not None
    psam.power_on()
    psam.transmit(bytes.fromhex("00A4000002DF01"))
    purchase = "8070000024" + "1A2B3C4D" + "0001" + "00000000" + "09" + "20240506143015" + "0100"
    answer = psam.transmit(bytes.fromhex(purchase + "2219230200000001" + "B8CACBE0" * 2 + "08"))
    assert answer == bytes.fromhex("6985")
