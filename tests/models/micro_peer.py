"""TensorFlow Lite Micro, for files made for it that the interpreter of TensorFlow refuses."""
import numpy as np


def run(path, inputs, settings):
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_file(path)
    for i in range(settings.get("input_count", 1)):
        detail = interpreter.get_input_details(i)
        value = inputs(f"input_{i}", np.dtype(detail["dtype"]).name, list(detail["shape"]))
        interpreter.set_input(value, i)
    interpreter.invoke()
    return [(f"output_{i}", interpreter.get_output(i)) for i in range(settings.get("output_count", 1))]
