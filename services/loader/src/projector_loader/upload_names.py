"""How uploads are called on disk: by rules of ours, never by the text that came with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import count
from pathlib import PurePosixPath
from typing import Final

from projector_chassis.errors import InvalidArgument
from projector_loader.asset_paths import printable
from projector_loader.discovery import BEING_SAVED
from projector_loader.model import UploadId, UploadRole
from projector_loader.readers import pickles

_UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,16}")
_CHECKPOINT_PART = re.compile(r"\.(index|meta|data-\d{5}-of-\d{5})")
_TABLES: Final = frozenset({".tsv", ".csv", ".txt", ""})
_IMAGES: Final = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"})
_PACKED: Final = frozenset({".gz", ".bz2", ".xz", ".zst", ".tar", ".tgz", ".7z", ".rar"})
_MAX_FILE_NAME_CHARS: Final = 200
_MAX_FOLDER_BYTES: Final = 200
"""Of the 255 that file systems allow; a number may have to be added."""
_DIRECTIONS: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Characters that turn the text around them, so that a name reads as another one."""


def check_upload_id(upload_id: str) -> UploadId:
    """The id, which becomes the name of a folder.

    Raises:
        InvalidArgument: it holds other characters, or is too short to be nobody else's.
    """
    if not _UPLOAD_ID.fullmatch(upload_id):
        raise InvalidArgument(
            f"upload_id is {printable(upload_id[:80])!r}; it has to be 16 to 64 letters, digits, - or _. Take a random"
            " one."
        )
    return UploadId(upload_id)


def shown_file_name(file_name: str) -> str:
    """The last part of a file's name as text for messages."""
    last = re.split(r"[/\\]", file_name)[-1]
    return "".join(map(_shown_character, printable(last)))[:_MAX_FILE_NAME_CHARS]


def stored_file_name(role: UploadRole, file_name: str) -> str:
    """How a file is called on disk: its role, and the suffix by which readers choose.

    Raises:
        InvalidArgument: a file of such a suffix cannot be shown in this role.
    """
    name = shown_file_name(file_name)
    suffix = PurePosixPath(name).suffix.lower()
    reason = _why_refused(role, name, suffix)
    if reason:
        raise InvalidArgument(reason)
    return f"{role.value}{suffix}" if _SUFFIX.fullmatch(suffix) else role.value


def folder_names(name: str) -> Iterator[str]:
    """Names of folders for a run that shall be called ``name``, best first: itself, then with numbers.

    What no folder may be called is replaced, and so is what would hide it.

    Raises:
        InvalidArgument: nothing of the name is left.
    """
    shown = "".join(map(_shown_character, unicodedata.normalize("NFC", printable(name))))
    plain = re.sub(r"[/\\]", "_", shown).strip().strip(".").strip()
    if not plain.strip("_. "):
        raise InvalidArgument(f"name is {shown[:80]!r}; it has to hold a letter or a digit.")
    return (_ending_in(plain, f" ({number})" if number > 1 else "") for number in count(1))


def first_free(names: Iterator[str], taken: Collection[str]) -> str:
    """The first name that is not taken, on file systems that take capitals for small letters as well."""
    used = {unicodedata.normalize("NFC", each).casefold() for each in taken}
    return next(name for name in names if name.casefold() not in used)


def _why_refused(role: UploadRole, name: str, suffix: str) -> str:
    if suffix in pickles.SUFFIXES:
        return pickles.why_never_opened(name)
    if suffix in _PACKED:
        return f"{name} is packed; unpack it and upload the file that it holds."
    if role is UploadRole.TENSOR and _CHECKPOINT_PART.fullmatch(suffix):
        return f"{name} is one of several files of a TensorFlow checkpoint, which cannot be uploaded one by one."
    if role is UploadRole.METADATA and suffix not in _TABLES:
        return f"{name} is no table; metadata is a .tsv, .csv or .txt file with one row for each point."
    if role is UploadRole.SPRITE and suffix not in _IMAGES:
        return f"{name} is no image; a sprite is a file of PNG, JPEG, WEBP, GIF or BMP."
    return ""


def _shown_character(character: str) -> str:
    """The character, or a mark in place of one that cannot be seen or turns others around."""
    is_hidden = unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
    return "_" if is_hidden or unicodedata.bidirectional(character) in _DIRECTIONS else character


def _ending_in(plain: str, end: str) -> str:
    room = _MAX_FOLDER_BYTES - len(end)
    whole = plain.encode()[:room].decode("utf-8", "ignore").rstrip() + end
    return f"{whole}_" if BEING_SAVED.search(whole) else whole
