"""Weights of a TF.js model.json: shards joined, parts cut out, quantised ones expanded."""
import os

import numpy as np


def read_weights(manifest, folder):
    weights = {}
    for group in manifest:
        data = b"".join(read_shard(folder, path) for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            value, offset = read_weight(entry, data, offset)
            weights[entry["name"]] = value
    return weights


def read_shard(folder, path):
    place = os.path.join(folder, path)
    if not os.path.exists(place):
        place = os.path.join(folder, os.path.basename(path))
    with open(place, "rb") as file:
        return file.read()


def read_weight(entry, data, offset):
    shape, dtype = entry["shape"], entry["dtype"]
    quantised = entry.get("quantization")
    stored = np.dtype(quantised["dtype"] if quantised else dtype)
    count = int(np.prod(shape, dtype=np.int64))
    value = np.frombuffer(data, stored, count, offset).reshape(shape)
    offset += count * stored.itemsize
    if quantised and "scale" in quantised:
        value = value.astype(np.float64) * quantised["scale"] + quantised["min"]
    return value.astype(dtype), offset
