"""Keras 2 (tf_keras), Keras 3 where the file is its own, and TF.js layers models as tensorflowjs reads them."""
import json
import os
import zipfile

import numpy as np

from tfjs_weights import read_weights


def run_file(path, inputs, settings):
    generation = 2
    if path.endswith(".keras"):
        with zipfile.ZipFile(path) as archive:
            generation = int(json.loads(archive.read("metadata.json"))["keras_version"].split(".")[0])
    if generation == 2:
        import tf_keras as keras
    else:
        import keras
    return predict(keras.models.load_model(path, compile=False), inputs)


def run_tfjs(path, inputs, settings):
    import tf_keras

    with open(path) as file:
        content = json.load(file)
    topology = content["modelTopology"]
    config = topology.get("model_config", topology)
    model = tf_keras.models.model_from_json(json.dumps(config))
    if not model.built:
        model.build([None, *settings["inputs"]["0"]["shape"][1:]])
    named = read_weights(content["weightsManifest"], os.path.dirname(path))
    found = []
    for weight in model.weights:
        name = weight.name.split(":")[0]
        match = [n for n in named if n == name or n.endswith("/" + name) or name.endswith("/" + n)]
        found.append(named[match[0]])
    model.set_weights(found)
    return predict(model, inputs)


def predict(model, inputs):
    values = [inputs(t.name.split(":")[0], np.dtype(t.dtype if isinstance(t.dtype, str) else t.dtype.name).name, list(t.shape))
              for t in model.inputs]
    outputs = model(values if len(values) > 1 else values[0], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    names = getattr(model, "output_names", [f"output_{i}" for i in range(len(outputs))])
    return list(zip(names, [np.asarray(o) for o in outputs]))
