"""Golden cases of Keras models as TF.js layers-models, .h5 and .keras.

Every network runs in the Keras generation that wrote it, with random weights that leave no
initial value (a zero bias, a moving mean) where a reader could drop it unseen.
"""

import json

import keras as keras3
import numpy as np
import tf_keras as keras2
from tensorflowjs import read_weights

from makers import keras_nets, keras_options
from makers.case_file import Case
from tfjs_writer import write_layers_model

SOURCES = {2: f"Keras 2 (tf_keras {keras2.__version__})", 3: f"Keras 3 ({keras3.__version__})"}
PACKAGES = {2: keras2, 3: keras3}
TOLERANCE = {"abs": 2e-5, "rel": 2e-5}
# Kept few: such a file weighs more than everything else in a case.
ARCHIVES = [
    ("batch_norm_axis", keras_nets.batch_norm_axis, 3, "model.keras"),
    ("two_outputs", keras_nets.two_outputs, 3, "model.h5"),
    ("projections_int8", keras_options.projections, 3, "model.keras"),
    ("scores_int8", keras_options.scores, 3, "model.keras"),
    ("projections_int4", keras_options.projections, 3, "model.keras"),
    ("numbers_without_digits", keras_options.numbers_without_digits, 3, "model.keras"),
    ("numbers_without_digits", keras_options.numbers_without_digits, 3, "model.h5"),
]


def make():
    for group, name, build, generations in [*keras_nets.NETS, *keras_options.NETS]:
        for generation in generations:
            case = Case("keras", group, f"{name}_k{generation}", SOURCES[generation])
            model, shapes = build_with_weights(case, build, generation)
            write_tfjs(case, model)
            finish(case, model, shapes, ["tfjs/model.json"])
    for name, build, generation, file in ARCHIVES:
        case = Case("keras", "archives", f"{name}_{file[6:]}_k{generation}", SOURCES[generation])
        model, shapes = build_with_weights(case, build, generation)
        if name.endswith(("int8", "int4")):
            model.quantize(name[-4:])
        model.save(case.folder / file)
        finish(case, model, shapes, [file])
    make_sharded()
    for generation in (2, 3):
        for stored in ("uint8", "uint16", "float16"):
            make_quantised(generation, stored)


def build_with_weights(case, build, generation):
    PACKAGES[generation].backend.clear_session()
    model, shapes = build(PACKAGES[generation])
    model.set_weights([random_weight(case, w) for w in model.weights])
    return model, shapes


def random_weight(case, weight):
    values = case.normal(*weight.shape, scale=0.6)
    named = getattr(weight, "path", weight.name)
    return np.abs(values) + 0.5 if "variance" in named or "gamma" in named else values


def write_tfjs(case, model, **options):
    folder = case.folder / "tfjs"
    write_layers_model(model, str(folder), **options)
    manifest = json.loads((folder / "model.json").read_text())["weightsManifest"]
    written = [w["name"] for group in manifest for w in group["weights"]]
    # The writer drops a weight in silence when one layer's name lies under another's.
    assert len(set(written)) == len(model.weights), written
    return manifest


def finish(case, model, shapes, files, **more):
    for rows in (1, 3):
        inputs = [case.normal(rows, *shape) for shape in shapes]
        outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        case.add_run(dict(zip(input_names(model), inputs)),
                     dict(zip(output_names(model), outputs)))
    ops = list(dict.fromkeys(type(layer).__name__ for layer in model.layers))
    case.write(files, ops, tolerance=TOLERANCE, **more)


def input_names(model):
    if hasattr(model, "input_names"):
        return model.input_names
    return [i.name for i in model.inputs]


def output_names(model):
    """The names of the layers that made the outputs."""
    if isinstance(model, (keras2.Sequential, keras3.Sequential)):
        return [model.layers[-1].name]
    if hasattr(model, "output_names"):
        return model.output_names
    return [t._keras_history.operation.name for t in model.outputs]


def make_sharded():
    """Shards that cut through a weight and through a float."""
    case = Case("keras", "weights", "shards_of_50_bytes_k2", SOURCES[2])
    model, shapes = build_with_weights(case, keras_nets.dense_rank3, 2)
    write_tfjs(case, model, weight_shard_size_bytes=50)
    finish(case, model, shapes, ["tfjs/model.json"], notes="shards cut through values")


def make_quantised(generation, stored):
    case = Case("keras", "weights", f"{stored}_k{generation}", SOURCES[generation])
    model, shapes = build_with_weights(case, keras_nets.two_outputs, generation)
    manifest = write_tfjs(case, model, quantization_dtype_map={stored: "*"})
    [group] = read_weights.read_weights(manifest, str(case.folder / "tfjs"))
    by_name = {entry["name"]: entry["data"] for entry in group}
    model.set_weights([find(by_name, w) for w in model.weights])
    finish(case, model, shapes, ["tfjs/model.json"],
           notes="expected values come from the dequantised weights")


def find(by_name, weight):
    """A weight's value by the end of its name: generations prefix it differently."""
    named = getattr(weight, "path", weight.name).removesuffix(":0")
    [value] = [v for n, v in by_name.items() if n == named or n.endswith("/" + named)]
    return value.astype(np.float32)
