"""``projector_config.pbtxt``: which tensors to show, and the files that go with them.

The messages are those of TensorBoard's ``projector_config.proto`` (field names and numbers), described here in a pool
of their own: a second registration of TensorBoard's package would collide with TensorBoard in the same process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, text_format
from google.protobuf.message import Message

from projector_chassis.errors import Conflict
from projector_loader.model import Shape

CONFIG_NAME: Final = "projector_config.pbtxt"
MAX_CONFIG_BYTES: Final = 4 * 2**20

_PACKAGE = "projector_loader.config"


@dataclass(frozen=True)
class SpriteEntry:
    """A sprite atlas as the config names it; ``thumbnail_px`` should be (width, height)."""

    image_path: str
    thumbnail_px: Shape


@dataclass(frozen=True)
class EmbeddingEntry:
    """One ``embeddings`` entry; empty texts and shapes are absent ones."""

    tensor_name: str = ""
    tensor_shape: Shape = ()
    tensor_path: str = ""
    metadata_path: str = ""
    bookmarks_path: str = ""
    sprite: SpriteEntry | None = None

    @property
    def is_template(self) -> bool:
        """Whether it names no tensor, so that its files go with every tensor that no other entry names."""
        return not self.tensor_name and not self.tensor_path


@dataclass(frozen=True)
class ProjectorConfig:
    """A parsed config; ``unknown`` says what was passed over, if anything was."""

    model_checkpoint_path: str = ""
    model_checkpoint_dir: str = ""
    embeddings: tuple[EmbeddingEntry, ...] = ()
    unknown: str = ""


def parse_config(content: bytes) -> ProjectorConfig:
    """Read the text form of a config. Fields that this projector does not know are passed over and reported.

    Raises:
        Conflict: it is not such a text; the message says where and why, without the file's name.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Conflict(f"byte {error.start} is not UTF-8 text") from error
    unknown = ""
    try:
        message = _parse(text, allow_unknown=False)
    except text_format.ParseError as error:
        unknown = _explain(error)
        try:
            message = _parse(text, allow_unknown=True)
        except text_format.ParseError as second:
            raise Conflict(_explain(second)) from second
    return _from_message(message, unknown)


def format_config(config: ProjectorConfig) -> bytes:
    """A config as text that ``parse_config`` reads again."""
    message = _config_class()()
    json_format.ParseDict(
        {
            "model_checkpoint_path": config.model_checkpoint_path,
            "model_checkpoint_dir": config.model_checkpoint_dir,
            "embeddings": [_entry_fields(entry) for entry in config.embeddings],
        },
        message,
    )
    return text_format.MessageToString(message, as_utf8=True).encode()


def _parse(text: str, *, allow_unknown: bool) -> Message:
    try:
        return text_format.Parse(text, _config_class()(), allow_unknown_field=allow_unknown)
    except RecursionError as error:
        raise text_format.ParseError("messages are nested too deeply") from error


def _explain(error: text_format.ParseError) -> str:
    reason = str(error).rpartition(" : ")[2].replace(f"{_PACKAGE}.", "").rstrip(".").replace("\n", " ")
    line = error.GetLine()
    return f"line {line}: {reason}" if line else reason


def _from_message(message: Message, unknown: str) -> ProjectorConfig:
    fields: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return ProjectorConfig(
        model_checkpoint_path=fields.get("model_checkpoint_path", ""),
        model_checkpoint_dir=fields.get("model_checkpoint_dir", ""),
        embeddings=tuple(_entry(entry) for entry in fields.get("embeddings", ())),
        unknown=unknown,
    )


def _entry(fields: dict[str, Any]) -> EmbeddingEntry:
    sprite = fields.get("sprite")
    return EmbeddingEntry(
        tensor_name=fields.get("tensor_name", ""),
        tensor_shape=tuple(fields.get("tensor_shape", ())),
        tensor_path=fields.get("tensor_path", ""),
        metadata_path=fields.get("metadata_path", ""),
        bookmarks_path=fields.get("bookmarks_path", ""),
        sprite=SpriteEntry(sprite.get("image_path", ""), tuple(sprite.get("single_image_dim", ()))) if sprite else None,
    )


def _entry_fields(entry: EmbeddingEntry) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "tensor_name": entry.tensor_name,
        "tensor_shape": entry.tensor_shape,
        "tensor_path": entry.tensor_path,
        "metadata_path": entry.metadata_path,
        "bookmarks_path": entry.bookmarks_path,
    }
    if entry.sprite is not None:
        fields["sprite"] = {"image_path": entry.sprite.image_path, "single_image_dim": entry.sprite.thumbnail_px}
    return fields


@cache
def _config_class() -> type[Message]:
    """The class of the config message, built on first use."""
    file = text_format.Parse(_SCHEMA, descriptor_pb2.FileDescriptorProto())
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.ProjectorConfig"))


_SCHEMA = """
name: "projector_loader/config.proto" package: "projector_loader.config" syntax: "proto3"
message_type {
  name: "SpriteMetadata"
  field { name: "image_path" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "single_image_dim" number: 2 type: TYPE_UINT32 label: LABEL_REPEATED }
}
message_type {
  name: "EmbeddingInfo"
  field { name: "tensor_name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "metadata_path" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "bookmarks_path" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "tensor_shape" number: 4 type: TYPE_UINT32 label: LABEL_REPEATED }
  field {
    name: "sprite" number: 5 type: TYPE_MESSAGE label: LABEL_OPTIONAL
    type_name: ".projector_loader.config.SpriteMetadata"
  }
  field { name: "tensor_path" number: 6 type: TYPE_STRING label: LABEL_OPTIONAL }
}
message_type {
  name: "ProjectorConfig"
  field { name: "model_checkpoint_path" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field {
    name: "embeddings" number: 2 type: TYPE_MESSAGE label: LABEL_REPEATED
    type_name: ".projector_loader.config.EmbeddingInfo"
  }
  field { name: "model_checkpoint_dir" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL }
}
"""
