#!/usr/bin/env python3
"""What TensorFlow gives for every model of ../shared/models on a fixed input; written to outputs.json.

Run once, in an environment with tensorflow 2.21, tf_keras and tflite-micro:
    TF_USE_LEGACY_KERAS=1 python tests/models/make_outputs.py ../shared/models
TFLite models run on the reference kernels; TF.js graphs as plain TensorFlow graphs, their fused nodes taken apart.
What TensorFlow cannot run here is named on standard output and stands in outputs.json with the reason.
"""
import concurrent.futures
import importlib
import json
import os
import sys

import numpy as np

from fixed_inputs import fixed_input, sampled

SAMPLE = 64
HERE = os.path.dirname(os.path.abspath(__file__))


def peer_of(path):
    """Module and function that run a file, or None where it is no model or a part of one."""
    name = os.path.basename(path)
    if name == "saved_model.pb":
        return "graph_peer", "run_saved_model"
    if name.endswith((".h5", ".keras")):
        return "keras_peer", "run_file"
    if name.endswith((".tflite", ".bin")):
        with open(path, "rb") as file:
            return ("tflite_peer", "run") if file.read(8)[4:] == b"TFL3" else None
    if name.endswith(".json"):
        with open(path) as file:
            text = file.read()
        if '"weightsManifest"' not in text:
            return None
        return ("graph_peer" if '"node"' in text else "keras_peer"), "run_tfjs"
    return None


def find_models(root):
    for folder, folders, files in sorted(os.walk(root)):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            peer = peer_of(path)
            if peer:
                relative = os.path.relpath(folder if name == "saved_model.pb" else path, root)
                yield relative.replace(os.sep, "/"), path, peer


class Inputs:
    """Makes the input tensors a peer asks for and writes down how."""

    def __init__(self, path, settings):
        self.path, self.settings, self.made = path, settings, []

    def __call__(self, name, dtype, shape):
        index = len(self.made)
        given = self.settings.get("inputs", {}).get(str(index), {})
        shape = given.get("shape", [1 if d is None or d < 0 else int(d) for d in shape])
        entry = {"name": name, "dtype": dtype, "shape": shape}
        entry.update({k: given[k] for k in ("low", "high") if k in given})
        self.made.append(entry)
        return fixed_input(self.path, index, dtype, shape, given.get("low"), given.get("high"))


def plain(value, dtype):
    if dtype == "string":
        return value.decode() if isinstance(value, bytes) else str(value)
    if dtype.startswith("float"):
        real = float(value)
        if real != real:
            return "NaN"
        return ("Infinity" if real > 0 else "-Infinity") if np.isinf(real) else float(f"{real:.7g}")
    return bool(value) if dtype == "bool" else int(value)


def described(name, value):
    value = np.asarray(value)
    dtype = "string" if value.dtype == object or value.dtype.kind in "SU" else str(value.dtype)
    entry = {"name": name, "dtype": dtype, "shape": list(value.shape)}
    entry["data"] = [plain(v, dtype) for v in sampled(value, SAMPLE)]
    if dtype.startswith("float") and value.size:
        finite = value[np.isfinite(value)]
        entry["largest"] = float(f"{np.abs(finite).max() if finite.size else 0:.4g}")
    return entry


def run(name, path, peer, chosen):
    """In a process of its own: some files make TensorFlow itself abort."""
    inputs = Inputs(name, chosen)
    module, function = chosen.get("peer", peer)
    run_peer = getattr(importlib.import_module(module), function)
    outputs = run_peer(path, inputs, chosen)
    result = {"inputs": inputs.made, "outputs": [described(n, v) for n, v in outputs]}
    if chosen.get("xnnpack"):
        lowered = run_peer(path, Inputs(name, chosen), {**chosen, "kernels": "xnnpack"})
        result["xnnpack"] = [described(n, v) for n, v in lowered]
    return result


def main(root, wanted):
    with open(os.path.join(HERE, "settings.json")) as file:
        settings = json.load(file)
    results = {}
    pool = concurrent.futures.ProcessPoolExecutor(1)
    for name, path, peer in find_models(root):
        chosen = settings.get(name, {})
        if "skip" in chosen or (wanted and not any(part in name for part in wanted)):
            continue
        try:
            results[name] = pool.submit(run, name, path, peer, chosen).result(timeout=300)
            print("ok  ", name, flush=True)
        except concurrent.futures.process.BrokenProcessPool:
            results[name] = {"peer_error": "TensorFlow aborts"}
            pool = concurrent.futures.ProcessPoolExecutor(1)
        except Exception as error:  # pylint: disable=broad-except
            results[name] = {"peer_error": " ".join(str(error).split())[:200]}
        if "peer_error" in results[name]:
            print("FAIL", name, results[name]["peer_error"], flush=True)
    rows = [f"{json.dumps(n)}: {json.dumps(r, separators=(',', ':'))}" for n, r in results.items()]
    with open(os.path.join(HERE, "some.json" if wanted else "outputs.json"), "w") as file:
        file.write("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
