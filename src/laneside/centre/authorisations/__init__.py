"""PSAM authorisation: who asked, what was signed, what the PSAM said. The signer is a port.

No key may lie here: the software signer's root comes from the centre's settings file and is for virtual PSAMs only.
"""

from laneside.centre.authorisations.authorisations import Authorisations, KeptAuthorisation
from laneside.centre.authorisations.signer import (
    SIGNER_OFF,
    AuthorisationSigner,
    NoSigner,
    SoftwareSigner,
    signer_in,
    write_software_signer,
)

__all__ = [
    "SIGNER_OFF",
    "AuthorisationSigner",
    "Authorisations",
    "KeptAuthorisation",
    "NoSigner",
    "SoftwareSigner",
    "signer_in",
    "write_software_signer",
]
