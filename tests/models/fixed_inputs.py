"""Inputs that are the same here and in scripts/models_table.mjs, so that only outputs need to be kept.

Element k of input i of a model is a hash of (path, i, k), spread over [low, high): no state, so that NumPy can make
millions at once and JavaScript the same ones.
"""
import numpy as np

INTEGER_RANGES = {
    "int8": (-128, 128), "uint8": (0, 256), "int16": (-32768, 32768), "bool": (0, 2),
    "int32": (0, 8), "int64": (0, 8), "uint32": (0, 8), "uint16": (0, 8),
}


def seed_of(text):
    seed = 2166136261
    for byte in text.encode():
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    return seed


def hashes(seed, count):
    h = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return h


def fixed_input(path, index, dtype, shape, low=None, high=None):
    count = int(np.prod(shape, dtype=np.int64))
    h = hashes(seed_of(f"{path}#{index}"), count)
    if dtype == "string":
        return np.array([f"word {x % 5}" for x in h.tolist()], dtype=object).reshape(shape)
    if dtype.startswith("float"):
        low, high = (-1.0, 1.0) if low is None else (low, high)
        real = low + (high - low) * ((h >> np.uint32(8)).astype(np.float64) / 16777216.0)
        return real.astype(dtype).reshape(shape)
    low, high = INTEGER_RANGES[dtype] if low is None else (low, high)
    whole = (h % np.uint32(high - low)).astype(np.int64) + low
    return whole.astype(dtype).reshape(shape)


def sampled(values, most):
    """What `tare run --details --sample` prints of an output."""
    flat = np.asarray(values).reshape(-1)
    count = flat.size
    shown = min(count, most)
    return flat[[k if shown == count else k * count // shown for k in range(shown)]]
