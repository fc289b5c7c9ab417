"""What a reader is, for those who write one: the address that the documentation gives for `engine.protocol`."""

from wechatlog.engine.protocol import (
    OWNER_OPTION,
    Batch,
    Context,
    Draft,
    Evidence,
    Head,
    Reader,
    Reading,
    Refusal,
    in_batches,
)

__all__ = [
    "OWNER_OPTION",
    "Batch",
    "Context",
    "Draft",
    "Evidence",
    "Head",
    "Reader",
    "Reading",
    "Refusal",
    "in_batches",
]
