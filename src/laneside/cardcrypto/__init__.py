"""The arithmetic of the card network: diversification, session keys, MAC1, MAC2, TAC, secure messaging; 3DES and SM4.

Pure functions over bytes (spec/psam-and-crypto.md sections 5 to 8). The terminal must not import this room: it drives
a PSAM and knows no key. No file, no log line, no key of value and no default key may enter.
"""

from laneside.cardcrypto.derivation import diversify, diversify_chain, session_key
from laneside.cardcrypto.messaging import external_authenticate, psam_authorisation_cryptogram, secure_message_mac
from laneside.cardcrypto.purchase import mac1, mac1_data, mac2, mac2_data, tac, tac_data
from laneside.cardcrypto.suite import Suite
from laneside.cardcrypto.vehiclefile import (
    VehiclePlaintext,
    decrypt_vehicle_file,
    encrypt_vehicle_file,
    vehicle_check_code,
)

__all__ = [
    "Suite",
    "VehiclePlaintext",
    "decrypt_vehicle_file",
    "diversify",
    "diversify_chain",
    "encrypt_vehicle_file",
    "external_authenticate",
    "mac1",
    "mac1_data",
    "mac2",
    "mac2_data",
    "psam_authorisation_cryptogram",
    "secure_message_mac",
    "session_key",
    "tac",
    "tac_data",
    "vehicle_check_code",
]
