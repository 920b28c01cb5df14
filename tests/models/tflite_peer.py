"""TensorFlow Lite's interpreter with its reference kernels, or with the optimised ones where settings.json says so
because the reference set lacks the operator, or with XNNPACK."""
import numpy as np
import tensorflow as tf

Resolver = tf.lite.experimental.OpResolverType


def run(path, inputs, settings):
    resolver = {"optimised": Resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES, "xnnpack": Resolver.AUTO,
                "reference": Resolver.BUILTIN_REF}[settings.get("kernels", "reference")]
    interpreter = tf.lite.Interpreter(model_path=path, experimental_op_resolver_type=resolver)
    details = interpreter.get_input_details()
    values = []
    for detail in details:
        shape = detail["shape_signature"] if len(detail["shape_signature"]) else detail["shape"]
        dtype = "string" if detail["dtype"] in (bytes, np.bytes_, object) else np.dtype(detail["dtype"]).name
        values.append(inputs(detail["name"], dtype, list(shape)))
        if list(values[-1].shape) != list(detail["shape"]):
            interpreter.resize_tensor_input(detail["index"], values[-1].shape)
    interpreter.allocate_tensors()
    for detail, value in zip(details, values):
        interpreter.set_tensor(detail["index"], np.array(value, dtype=np.bytes_) if value.dtype == object else value)
    interpreter.invoke()
    return [(d["name"], interpreter.get_tensor(d["index"])) for d in interpreter.get_output_details()]
