"""The two networks inside the wheel rapidocr-onnxruntime, run by onnxruntime alone.

Nothing of the wheel is imported: its files are found through its metadata, so it may be installed without what it
depends on. Nothing is ever downloaded.
"""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from laneside.plates.photo import Pixels
from laneside.plates.reading import PlateEngineError

# From 1.29 on onnxruntime reports its use to its maker, with a number for the device, unless told not to beforehand.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

DISTRIBUTION: Final = "rapidocr-onnxruntime"
VERSION: Final = "1.4.4"
DETECTOR: Final = "ch_PP-OCRv4_det_infer.onnx"
RECOGNISER: Final = "ch_PP-OCRv4_rec_infer.onnx"
THREADS: Final = 2

Tensor = NDArray[np.float32]


def model_path(name: str) -> Path:
    """Find a model file of the installed wheel. Raises PlateEngineError where the wheel or the file is missing."""
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise PlateEngineError(f"the package {DISTRIBUTION} {VERSION} is not installed") from None
    for file in distribution.files or ():
        if file.name == name:
            return Path(str(distribution.locate_file(file)))
    raise PlateEngineError(f"{DISTRIBUTION} {distribution.version} holds no {name}; {VERSION} does")


class Network(msgspec.Struct, frozen=True):
    """Run one model: a batch (N, 3, H, W) in, its first output out."""

    session: onnxruntime.InferenceSession

    @classmethod
    def load(cls, name: str, *, threads: int = THREADS, planned: bool = False) -> Network:
        """Load a model with some threads; ``planned`` keeps memory laid out for each size of picture ever seen.

        The arena spares asking the system for each layer's memory. A plan is faster still, but with pictures of any
        size the memory would grow.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = planned
        # Threads wait busily from layer to layer, but not from photo to photo: the device has other work to do.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        options.log_severity_level = 3
        path = model_path(name)
        return cls(onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]))

    def run(self, batch: Tensor) -> Tensor:
        """Return the first output for a batch."""
        return np.asarray(self.session.run(None, {self.session.get_inputs()[0].name: batch})[0], np.float32)

    def note(self, key: str) -> str:
        """Return a text that the model file carries; "" where it has none."""
        return str(self.session.get_modelmeta().custom_metadata_map.get(key, ""))


def as_tensor(picture: Pixels) -> Tensor:
    """Bring pixels to (3, H, W) from -1 to 1, as both networks want them."""
    return np.ascontiguousarray((picture.astype(np.float32) * (1 / 127.5) - 1.0).transpose(2, 0, 1))
