"""Makes the golden cases of this folder anew, with TensorFlow as the oracle.

A case is a folder with case.json: the models that must give the outputs of its runs, the tolerance
and what else a runner must know. Run it after adding a case; what did not change keeps its
expected values, as every case is seeded by its name. Each maker is a list of cases, so adding one
is adding a line or a small function there. (TensorFlow numbers the functions it traces, so names in
graph-models with functions and in SavedModels change with the order of making.)

Use: python make_cases.py [fruit|keras|tflite|tfgraph ...]
Set up as models/fruit/README.md says.
"""

import importlib
import logging
import pathlib
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "models")]

import tfjs_writer  # noqa: E402, F401  (first: it sets TensorFlow's switches)

import tensorflow as tf  # noqa: E402

FAMILIES = ["fruit", "keras", "tflite", "tfgraph"]


def size_of(folder):
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def main():
    logging.getLogger("absl").setLevel(logging.ERROR)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    # The graph optimiser would compute in another order than the graph says.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    wanted = sys.argv[1:] or FAMILIES
    unknown = [w for w in wanted if w not in FAMILIES]
    if unknown:
        sys.exit(f"no such family: {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    for family in wanted:
        importlib.import_module(f"makers.{family}_cases").make()
        folder = HERE / family
        cases = len(list(folder.rglob("case.json")))
        print(f"{family}: {cases} cases, {size_of(folder)} bytes")


if __name__ == "__main__":
    main()
