"""The arithmetic of the card network: diversification, session keys, MAC1, MAC2, TAC, secure messaging; 3DES and SM4.

Pure functions over bytes (spec/psam-and-crypto.md sections 5 to 8). The terminal must not import this room: it drives
a PSAM and knows no key. No file, no log line, no key of value and no default key belongs here.
"""

from laneside.cardcrypto.ciphers import Suite
from laneside.cardcrypto.messaging import (
    VehiclePlaintext,
    decrypt_vehicle_file,
    encrypt_vehicle_file,
    external_authenticate,
    psam_authorisation_cryptogram,
    secure_message_mac,
    vehicle_check_code,
)
from laneside.cardcrypto.purchase import (
    diversify,
    diversify_chain,
    mac1,
    mac1_data,
    mac2,
    mac2_data,
    session_key,
    tac,
    tac_data,
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
