"""Writes a small log directory to try the projector with: ``python -m projector_loader.demo OUT_DIR``.

``OUT_DIR/digits`` becomes a run as a training script would leave it: scikit-learn's handwritten digits (1,797 x 64) as
a real TensorFlow checkpoint, labels, a sprite atlas and a projector config.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

RUN_NAME = "digits"

_CARD_PX = 32
_MARGIN_PX = 4
_CORNER_PX = 6
_SUPERSAMPLING = 4
_N_SPRITE_COLORS = 64
_MAX_INK = 16  # the data set's pixels are counts from 0 to 16
_PAPER_RGB = (255, 255, 255)
_INK_RGB = (17, 24, 39)

_CONFIG = f"""embeddings {{
  tensor_name: "digits/.ATTRIBUTES/VARIABLE_VALUE"
  metadata_path: "labels.tsv"
  sprite {{ image_path: "sprite.png" single_image_dim: {_CARD_PX} single_image_dim: {_CARD_PX} }}
}}
"""


class DemoError(Exception):
    """Why the demo could not be written, and what to do."""


@dataclass(frozen=True)
class Digits:
    """Handwritten digits: ``pixels`` float32 ``(n, 64)`` in 0 to 16, ``labels`` int ``(n,)`` in 0 to 9."""

    pixels: NDArray[np.float32]
    labels: NDArray[np.int64]


def write_demo(out: Path) -> Path:
    """Write ``out/digits`` unless it is there; it appears whole or not at all.

    Returns:
        The run's folder.

    Raises:
        DemoError: scikit-learn or TensorFlow is not installed.
    """
    run = out / RUN_NAME
    if run.exists():
        return run
    digits = _load_digits()
    out.mkdir(parents=True, exist_ok=True)
    # Hidden, so that a loader that is looking at the folder already passes over what is half written.
    draft = Path(tempfile.mkdtemp(prefix=f".{RUN_NAME}-", dir=out))
    try:
        _write_run(draft, digits)
        draft.chmod(0o755)
        try:
            os.rename(draft, run)
        except OSError:
            if not run.exists():  # else somebody else wrote the same at the same time
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return run


def draw_sprite(pixels: NDArray[np.float32]) -> Image.Image:
    """An atlas of dark digits on white cards with round, transparent corners, as square as it can be.

    Cards stand out from a dark canvas; a light canvas shows the digits; and a colour multiplied over a card tints the
    paper but leaves the digit readable.

    Args:
        pixels: float32 ``(n, 64)``, 8 x 8 grey values from 0 to 16.
    """
    n_columns = int(np.ceil(np.sqrt(len(pixels))))
    n_rows = -(-len(pixels) // n_columns)
    corners = _card_mask()
    glyph_px = _CARD_PX - 2 * _MARGIN_PX
    atlas = Image.new("RGBA", (n_columns * _CARD_PX, n_rows * _CARD_PX), (*_PAPER_RGB, 0))
    for i, values in enumerate(pixels):
        ink = Image.fromarray((values.reshape(8, 8) * (255 / _MAX_INK)).astype(np.uint8))
        card = Image.new("RGB", (_CARD_PX, _CARD_PX), _PAPER_RGB)
        card.paste(_INK_RGB, (_MARGIN_PX, _MARGIN_PX), ink.resize((glyph_px, glyph_px), Image.Resampling.BICUBIC))
        atlas.paste(card, (i % n_columns * _CARD_PX, i // n_columns * _CARD_PX), corners)
    return atlas


def _card_mask() -> Image.Image:
    """The opacity of one card: a rounded square with smooth edges."""
    large = _CARD_PX * _SUPERSAMPLING
    mask = Image.new("L", (large, large), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, large - 1, large - 1), _CORNER_PX * _SUPERSAMPLING, fill=255)
    return mask.resize((_CARD_PX, _CARD_PX), Image.Resampling.BOX)


def _load_digits() -> Digits:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DemoError("The demo needs scikit-learn: install projector-loader[demo].") from error
    bunch = load_digits()
    return Digits(bunch.data.astype(np.float32), bunch.target.astype(np.int64))


def _write_run(folder: Path, digits: Digits) -> None:
    _write_checkpoint(folder / "digits.ckpt", digits.pixels)
    ink = digits.pixels.mean(axis=1) / _MAX_INK
    rows = [f"{label}\t{share:.3f}" for label, share in zip(digits.labels, ink, strict=True)]
    (folder / "labels.tsv").write_text("\n".join(["digit\tink", *rows]) + "\n", encoding="utf-8")
    # With a palette the file is a quarter of the size, and nobody sees the difference.
    atlas = draw_sprite(digits.pixels).quantize(_N_SPRITE_COLORS, Image.Quantize.FASTOCTREE)
    atlas.save(folder / "sprite.png")
    (folder / "projector_config.pbtxt").write_text(_CONFIG, encoding="utf-8")


def _write_checkpoint(prefix: Path, pixels: NDArray[np.float32]) -> None:
    """Save the matrix as ``digits`` in an object-based checkpoint, as ``tf.train.Checkpoint`` names it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # spares a notice on standard error
    try:
        import tensorflow as tf
    except ImportError as error:
        raise DemoError("The demo needs TensorFlow, which comes with projector-loader.") from error
    tf.train.Checkpoint(digits=tf.Variable(pixels)).save(str(prefix))


def main() -> None:
    """Write the demo below the folder given on the command line and print where it is."""
    parser = argparse.ArgumentParser(prog="projector_loader.demo", description="Write a demo log directory.")
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="folder that will hold the run 'digits'")
    try:
        run = write_demo(parser.parse_args().out)
    except (DemoError, OSError) as error:
        sys.exit(f"The demo could not be written: {error}")
    sys.stdout.write(f"{run}\n")


if __name__ == "__main__":
    main()
