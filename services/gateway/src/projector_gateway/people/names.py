"""Names that people choose."""

from __future__ import annotations

from projector_chassis.errors import InvalidArgument

NAME_CHARACTERS = 40


def check_person_name(name: str) -> str:
    """The name without spaces around it.

    Raises:
        InvalidArgument: nothing is left, it is too long, or holds what cannot be shown in one line.
    """
    stripped = name.strip()
    if not 1 <= len(stripped) <= NAME_CHARACTERS:
        raise InvalidArgument(f"name has {len(stripped)} characters; allowed are 1 to {NAME_CHARACTERS}.")
    # Not printable are line breaks, lone surrogates, and the marks that turn the direction of what stands around them.
    if not stripped.isprintable():
        raise InvalidArgument("name holds a line break or another character that cannot be shown; use plain text.")
    return stripped
