"""What is written of visits: journal batches (changes and refusals) and runtime states. Encoders and decoders in one place."""

import msgspec

from collector.visits.change import Change
from collector.visits.machine import Visit

Refusals = list[tuple[int, int, str, int]]  # site, day (ordinal), reason, how many
States = list[tuple[int, bytes, Visit]]  # site, visitor key, visit


class JournalBatch(msgspec.Struct, array_like=True, gc=False):
    """What one journal record holds."""

    changes: list[Change]
    refusals: Refusals


class StateBatch(msgspec.Struct, array_like=True, gc=False):
    """What one record of the runtime log holds. It has visitor keys: it is written to RAM only."""

    states: States


encode = msgspec.msgpack.Encoder().encode
decode_journal = msgspec.msgpack.Decoder(JournalBatch).decode
decode_states = msgspec.msgpack.Decoder(StateBatch).decode
