"""One golden case: a folder with models and case.json, written the same way by every maker.

Random data is seeded by the case's own name, so that adding a case changes no other.
"""

import json
import math
import pathlib
import shutil
import zlib

import numpy as np

CONFORMANCE = pathlib.Path(__file__).resolve().parent.parent
FLOAT_TOLERANCE = {"abs": 1e-5, "rel": 1e-5}
INT8_TOLERANCE = {"abs": 1, "rel": 0, "quantised": True}
EXACT = {"abs": 0, "rel": 0}


class Case:
    """A case being made. `folder` exists and is empty; `write` closes it."""

    def __init__(self, family, group, name, source):
        self.fields = {"name": f"{group}/{name}", "group": group, "source": source}
        self.folder = CONFORMANCE / family / group / name
        self.random = np.random.default_rng(zlib.crc32(f"{family}/{group}/{name}".encode()))
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.runs = []

    def normal(self, *shape, scale=1.0):
        return (self.random.standard_normal(shape) * scale).astype(np.float32)

    def integers(self, low, high, *shape, dtype=np.int32):
        return self.random.integers(low, high, shape).astype(dtype)

    def add_run(self, inputs, outputs, signature=None, float_outputs=None):
        """inputs and outputs are {name: array}, in the model's own order."""
        run = {"signature": signature} if signature else {}
        run["inputs"] = [tensor(n, a) for n, a in inputs.items()]
        run["outputs"] = [tensor(n, a) for n, a in outputs.items()]
        if float_outputs:
            run["float_outputs"] = [tensor(n, a) for n, a in float_outputs.items()]
        self.runs.append(run)

    def write(self, models, ops, dtype="float32", tolerance=None, **more):
        for model in models:
            if not (self.folder / model).exists():
                raise FileNotFoundError(self.folder / model)
        fields = {**self.fields, "models": models, "ops": ops, "dtype": dtype,
                  "tolerance": tolerance or FLOAT_TOLERANCE, **more}
        lines = [f" {json.dumps(k)}: {json.dumps(v)}" for k, v in fields.items()]
        runs = ",\n".join("  " + json.dumps(run, separators=(",", ":")) for run in self.runs)
        text = "{\n" + ",\n".join([*lines, f' "runs": [\n{runs}\n ]']) + "\n}\n"
        (self.folder / "case.json").write_text(text)


def tensor(name, array):
    array = np.asarray(array)
    kind = "string" if array.dtype.kind in "OSU" else array.dtype.name
    return {"name": name, "dtype": kind, "shape": list(array.shape),
            "data": [number(v) for v in array.ravel()]}


def number(value):
    if isinstance(value, (bytes, str)):
        return value.decode() if isinstance(value, bytes) else value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if np.issubdtype(type(value), np.integer):
        return int(value) if abs(int(value)) <= 2**53 else str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    short = float(str(value))  # The shortest digits that give this float back.
    whole = short == int(short) and abs(short) < 1e15
    return int(short) if whole and str(short) != "-0.0" else short
