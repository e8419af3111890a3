"""Numerics: arrays in, arrays out. No I/O, no job, no protobuf."""
