"""Golden cases of single operators that no converter emits in this form: the file is written by hand.

OPS lists (group/name, operator, options, inputs, outputs). A tensor is (type, scale, zero point, data
or shape); an input that is a `Constant` is stored in the file.
"""

import flatbuffers
import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

from makers.case_file import EXACT, INT8_TOLERANCE, Case

SOURCE = f"TensorFlow {tf.__version__} (tf.lite reference kernels)"
STEPS = {"abs": 0, "rel": 0, "quantised": True}
NAN = float("nan")


class Constant(tuple):
    """A tensor whose data are in the file."""


def numbers(low, high, *shape):
    return lambda case: case.integers(low, high, *shape, dtype=np.int64)


OPS = [
    ("div/quant_int8", "DIV", ("DivOptions", {}),
     [("int8", .05, -7, numbers(20, 128, 3, 4)), ("int8", .02, 3, numbers(10, 128, 4))], [("int8", .1, 5)]),
    ("div/quant_int16_negative", "DIV", ("DivOptions", {}),
     [("int16", .01, 0, numbers(400, 9000, 8)), ("int16", .02, 0, numbers(-900, -20, 8))], [("int16", .005, 0)]),
    ("floor_mod/quant_int8", "FLOOR_MOD", ("FloorModOptions", {}),
     [("int8", .1, 4, numbers(-128, 128, 9)), ("int8", .3, -2, numbers(1, 9, 9))], [("int8", .2, 1)]),
    ("floor_div/quant_int16", "FLOOR_DIV", ("FloorDivOptions", {}),
     [("int16", .1, 0, numbers(-999, 999, 9)), ("int16", .3, 0, numbers(-9, -1, 9))], [("int16", .2, 0)]),
    ("equal/quant_int16", "EQUAL", ("EqualOptions", {}),
     [("int16", .1, 0, [10, 20, -30, 40]), ("int16", .2, 0, [10, 10, -15, 41])], [("bool", None, 0)]),
    ("right_shift/uint8_past_width", "RIGHT_SHIFT", ("RightShiftOptions", {}),
     [("uint8", None, 0, [200, 255, 3, 128]), ("uint8", None, 0, [9, 2, 40, 7])], [("uint8", None, 0)]),
    ("add/int16_wraps_then_clamps", "ADD", ("AddOptions", {"fusedActivationFunction": 3}),
     [("int16", None, 0, [30000, 3, -5, -30000]), ("int16", None, 0, [9000, 1, 2, -9000])], [("int16", None, 0)]),
    ("maximum/nan_either_side", "MAXIMUM", ("MaximumMinimumOptions", {}),
     [("float32", None, 0, [NAN, 1, NAN]), ("float32", None, 0, [1, NAN, NAN])], [("float32", None, 0)]),
    ("sqrt/quant_int16_truncates", "SQRT", None, [("int16", .1, 0, numbers(0, 32767, 12))], [("int16", .02, 0)]),
    ("logistic/quant_int16_any_scale", "LOGISTIC", None,
     [("int16", .0009, 0, numbers(-9000, 9000, 16))], [("int16", 2**-15, 0)]),
    ("prelu/quant_int16", "PRELU", None,
     [("int16", .01, 0, numbers(-30000, 30000, 2, 3)), Constant(("int8", .02, 0, [[40, -90, 127]]))],
     [("int16", .02, 0)]),
    ("reduce_max/bool", "REDUCE_MAX", ("ReducerOptions", {"keepDims": True}),
     [("bool", None, 0, [[False, False], [False, True]]), Constant(("int32", None, 0, [0]))], [("bool", None, 0)]),
    ("reduce_prod/quant_int8_exact", "REDUCE_PROD", ("ReducerOptions", {}),
     [("int8", .045, -10, numbers(-128, 128, 4, 6)), Constant(("int32", None, 0, [0]))], [("int8", .22, 127)]),
    ("resize_bilinear/quant_uint8_rounds", "RESIZE_BILINEAR", ("ResizeBilinearOptions", {}),
     [("uint8", .1, 3, numbers(0, 256, 1, 3, 4, 1)), Constant(("int32", None, 0, [5, 7]))], [("uint8", .1, 3)]),
    ("reshape/batch_and_open_extent", "RESHAPE", ("ReshapeOptions", {"newShape": [1, -1, 2]}),
     [("float32", None, 0, numbers(0, 9, 1, 4, 3))], [("float32", None, 0)]),
]


def make():
    for name, op, options, inputs, outputs in OPS:
        make_case(name, op, options, inputs, outputs)


def tensor(model, name, dtype, scale, zero_point):
    t = schema.TensorT()
    t.name, t.buffer, t.hasRank = name, 0, True
    t.type = getattr(schema.TensorType, dtype.upper())
    if scale is not None:
        t.quantization = schema.QuantizationParametersT()
        t.quantization.scale, t.quantization.zeroPoint = [scale], [zero_point]
    model.subgraphs[0].tensors.append(t)
    return t


def new_model(op):
    model, graph, code = schema.ModelT(), schema.SubGraphT(), schema.OperatorCodeT()
    model.version, model.subgraphs, model.operatorCodes = 3, [graph], [code]
    model.buffers = [schema.BufferT()]
    graph.tensors, graph.inputs, graph.outputs, graph.operators = [], [], [], [schema.OperatorT()]
    code.builtinCode = getattr(schema.BuiltinOperator, op)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), 2
    if op in {"PRELU", "RIGHT_SHIFT", "RESHAPE"}:
        code.version = 1
    return model, graph


def bytes_of(model):
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def make_case(name, op, options, inputs, outputs):
    case = Case("tflite", *name.split("/"), SOURCE)
    model, graph = new_model(op)
    operator, fed = graph.operators[0], {}
    operator.opcodeIndex = 0
    if options:
        operator.builtinOptions = getattr(schema, options[0] + "T")()
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, options[0])
        for key, value in options[1].items():
            setattr(operator.builtinOptions, key, value)
    for i, given in enumerate(inputs):
        dtype, scale, zero_point, data = given
        values = np.asarray(data(case) if callable(data) else data).astype(dtype)
        t = tensor(model, f"x{i}", dtype, scale, zero_point)
        t.shape = list(values.shape)
        if isinstance(given, Constant):
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            model.buffers.append(buffer)
            t.buffer = len(model.buffers) - 1
        else:
            graph.inputs.append(i)
            fed[f"x{i}"] = values
    for i, (dtype, scale, zero_point) in enumerate(outputs):
        tensor(model, f"y{i}", dtype, scale, zero_point).shape = []
        graph.outputs.append(len(inputs) + i)
    operator.inputs, operator.outputs = list(range(len(inputs))), graph.outputs
    results = run(bytes_of(model), fed)
    for index, value in zip(graph.outputs, results.values()):
        graph.tensors[index].shape = list(value.shape)
    (case.folder / "model.tflite").write_bytes(bytes_of(model))
    case.add_run(fed, results)
    if op == "RESHAPE":  # Another batch than the file's: the peer computes it in a file that says so.
        graph.operators[0].builtinOptions.newShape[0] = 2
        two = {k: np.concatenate([v, v + 1]) for k, v in fed.items()}
        case.add_run(two, run(bytes_of(model), two))
    tolerance = EXACT if outputs[0][1] is None else STEPS
    if op == "RESIZE_BILINEAR":  # XNNPACK rounds otherwise.
        tolerance = INT8_TOLERANCE
    case.write(["model.tflite"], [op], outputs[0][0], tolerance)


def run(content, inputs):
    resolver = tf.lite.experimental.OpResolverType
    for kernels in (resolver.BUILTIN_REF, resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES):
        try:
            interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=kernels)
            break
        except ValueError as error:
            refusal = error
    else:
        raise refusal
    details = {d["name"]: d for d in interpreter.get_input_details()}
    for name, value in inputs.items():
        if list(details[name]["shape"]) != list(value.shape):
            interpreter.resize_tensor_input(details[name]["index"], value.shape)
    interpreter.allocate_tensors()
    for name, value in inputs.items():
        interpreter.set_tensor(details[name]["index"], value)
    interpreter.invoke()
    return {d["name"]: interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()}
