"""Golden prices of the fruit model: what each file beside models/fruit/train.py answers.

The models are listed by their relative path, so that a model trained anew cannot leave an old copy
behind here; the expected prices come from the float32 TensorFlow model and the tolerance is that
of a price, not of a network.
"""

import numpy as np
import tensorflow as tf
import tf_keras

from makers.case_file import CONFORMANCE, Case

FRUIT = CONFORMANCE.parent.parent / "models" / "fruit"
BESIDE = "../../../../../models/fruit/"
SOURCE = f"models/fruit/train.py, TensorFlow {tf.__version__}"
BASKETS = [
    [[3, 2, 1]],
    [[0, 0, 0]],
    [[20, 20, 20]],
    [[1, 0, 0], [0, 1, 0], [0, 0, 1], [7, 13, 19], [20, 0, 5]],
]
FLOAT_FILES = {
    "tfjs": ["tfjs/model.json", "tfjs_keras3/model.json"],
    "h5": ["fruit.h5"],
    "keras_zip": ["fruit.keras", "fruit_keras3.keras"],
    "saved_model": ["saved_model"],
    "tflite": ["fruit.tflite"],
}


def make():
    predict = tf.saved_model.load(str(FRUIT / "saved_model")).signatures["serving_default"]
    for name, files in FLOAT_FILES.items():
        case = Case("fruit", "price", name, SOURCE)
        signature = "serving_default" if name == "tflite" else None
        for rows in BASKETS:
            counts = np.array(rows, np.float32)
            prices = predict(tf.constant(counts))["price"].numpy()
            case.add_run({"counts": counts}, {"price": prices}, signature)
        case.write([BESIDE + f for f in files], ["Dense"],
                   tolerance={"abs": 0.01, "rel": 1e-5})
    make_dynamic_range()


def make_dynamic_range():
    """The int8 file: the peer quantises activations at run time, a float run of it is as right."""
    case = Case("fruit", "price", "tflite_dynamic_range", SOURCE)
    path = str(FRUIT / "fruit_dynamic_range.tflite")
    reference = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_path=path, experimental_op_resolver_type=reference)
    run = interpreter.get_signature_runner("serving_default")
    weights = dequantised_weights(path)
    for rows in BASKETS:
        counts = np.array(rows, np.float32)
        outputs = {"price": run(counts=counts)["price"]}
        in_float = {"price": forward(weights, counts)}
        case.add_run({"counts": counts}, outputs, "serving_default", in_float)
    case.write([BESIDE + "fruit_dynamic_range.tflite"], ["FULLY_CONNECTED"], "hybrid",
               {"abs": 4, "rel": 1e-3},
               notes="the peer quantises activations at run time; float_outputs come from the same "
                     "model with weights expanded to float32")


def dequantised_weights(path):
    """The float weights of fruit.h5, but the middle kernel as the file's int8 values give it."""
    weights = tf_keras.models.load_model(FRUIT / "fruit.h5").get_weights()
    interpreter = tf.lite.Interpreter(model_path=path)
    interpreter.allocate_tensors()
    [middle] = [d for d in interpreter.get_tensor_details() if d["dtype"] == np.int8]
    scales = middle["quantization_parameters"]["scales"].reshape(-1, 1)
    weights[2] = (interpreter.get_tensor(middle["index"]) * scales).T
    return weights


def forward(weights, counts):
    k1, b1, k2, b2, k3, b3 = weights
    hidden = np.maximum(np.maximum(counts @ k1 + b1, 0) @ k2 + b2, 0)
    return (hidden @ k3 + b3).astype(np.float32)
