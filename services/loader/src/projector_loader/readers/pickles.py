"""Files that only unpickling could read. They are listed and never opened: a pickle runs whatever code it holds."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from projector_loader.asset_paths import AssetPath
from projector_loader.model import TensorName
from projector_loader.tensors import FoundTensor

_TORCH = (
    "torch.load(path, weights_only=True) in Python and save the tensor with safetensors.torch.save_file({name: tensor},"
    " path), or as numpy.save(path, tensor.float().numpy())"
)
_HOW_TO_CONVERT: Final = {
    ".pt": _TORCH,
    ".pth": _TORCH,
    ".ckpt": _TORCH,
    ".bin": _TORCH,
    ".pkl": "pickle.load(file) in Python and save the array with numpy.save(path, array)",
    ".pickle": "pickle.load(file) in Python and save the array with numpy.save(path, array)",
    ".joblib": "joblib.load(path) in Python and save the array with numpy.save(path, array)",
}
SUFFIXES: Final = frozenset(_HOW_TO_CONVERT) - {".bin", ".ckpt"}
"""Names that only such files have."""


def list_tensors(file: AssetPath) -> tuple[FoundTensor, ...]:
    """The file as one array that cannot be shown, with what to do."""
    return (FoundTensor(TensorName(""), (), "pickle", None, refusal=why_never_opened(file.name)),)


def why_never_opened(file_name: str) -> str:
    """What to tell whoever brings such a file, and how to convert it."""
    suffix = PurePosixPath(file_name).suffix.lower()
    how = _HOW_TO_CONVERT.get(suffix, _HOW_TO_CONVERT[".pkl"])
    return (
        f"{file_name} is a pickle, which can run any program when it is opened, so it is never opened here. If you"
        f" trust it, load it with {how}."
    )
