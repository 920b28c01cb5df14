"""Golden cases of TFLite files, converted by TensorFlow and run by its reference kernels."""

import tempfile

import flatbuffers
import numpy as np
import tensorflow as tf
import tf_keras
from tensorflow.lite.python import schema_py_generated as schema

from makers import tflite_ops
from makers.case_file import EXACT, FLOAT_TOLERANCE, INT8_TOLERANCE, Case
from makers.counter import Counter
from makers.tflite_nets import MODELS, NETS

SOURCE = f"TensorFlow {tf.__version__} (tf.lite reference kernels)"
SUFFIXES = {"f": "", "d": "_dynamic_range", "h": "_float16", "i": "_int8", "x": "_int16x8"}
DTYPES = {"f": "float32", "d": "hybrid", "h": "float16", "i": "int8", "x": "int16x8"}
ANY_SIZES = {0: [1, 3], 1: [5, 4], 2: [4, 6]}  # What the runs put for an open size of each axis.


def make():
    for group, name, net, shapes, modes in NETS:
        for mode in modes:
            make_case(Case("tflite", group, name + SUFFIXES[mode], SOURCE), net, shapes, mode)
    make_signatures()
    tflite_ops.make()


def make_case(case, net, shapes, mode):
    specs = {n: s if isinstance(s, tf.TensorSpec) else tf.TensorSpec(s) for n, s in shapes.items()}
    converter = converter_of(case, net, specs)
    set_mode(converter, case, specs, mode)
    content = converter.convert()
    (case.folder / "model.tflite").write_bytes(content)
    interpreter = interpreter_of(content)
    interpreter.allocate_tensors()
    exact = all(d["dtype"] != np.float32 for d in interpreter.get_output_details())
    state = {"stateful": True} if holds_state(content) else {}
    open_sizes = any(None in list(s.shape) for s in specs.values())
    varies = state or open_sizes or case.fields["group"] == "control"
    for run in range(2 if varies else 1):
        inputs = run_inputs(case, interpreter, specs, run)
        outputs = invoke(interpreter, inputs)
        in_float = expand(content, inputs) if mode == "d" else None
        case.add_run(inputs, outputs, float_outputs=in_float)
    tolerance = {"f": EXACT if exact else FLOAT_TOLERANCE, "h": {"abs": 1e-4, "rel": 1e-3},
                 "d": {"abs": 0.2, "rel": 1e-2}, "i": INT8_TOLERANCE, "x": INT8_TOLERANCE}[mode]
    if mode in "ix" and case.fields["group"] in {"nets", "lstm"}:
        tolerance = {**INT8_TOLERANCE, "abs": 3}  # A step of one layer grows in the next.
    case.write(["model.tflite"], ops_of(content), DTYPES[mode], tolerance, **state)


def converter_of(case, net, specs):
    if net in MODELS:
        tf_keras.backend.clear_session()
        model = net()
        model.set_weights([case.normal(*w.shape, scale=0.5) for w in model.weights])
        return tf.lite.TFLiteConverter.from_keras_model(model)

    def named(*inputs):
        outputs = net(*inputs)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return [tf.identity(o, f"y{i}") for i, o in enumerate(outputs)]
    signature = [tf.TensorSpec(s.shape, s.dtype, name=n) for n, s in specs.items()]
    function = tf.function(named, input_signature=signature).get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions([function])


def set_mode(converter, case, specs, mode):
    if mode == "f":
        return
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if mode == "h":
        converter.target_spec.supported_types = [tf.float16]
    if mode in "ix":
        def representative():
            for _ in range(20):
                yield [case.normal(*s.shape) for s in specs.values()]
        converter.representative_dataset = representative
        converter.inference_input_type = tf.int8 if mode == "i" else tf.int16
        converter.inference_output_type = converter.inference_input_type
        ops = tf.lite.OpsSet
        converter.target_spec.supported_ops = [
            ops.TFLITE_BUILTINS_INT8 if mode == "i" else
            ops.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8]


def interpreter_of(content):
    """With the reference kernels; where those lack an operator, with the optimised ones."""
    resolver = tf.lite.experimental.OpResolverType
    for kernels in (resolver.BUILTIN_REF, resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES):
        try:
            return tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=kernels)
        except ValueError as error:
            refusal = error
    raise refusal


def run_inputs(case, interpreter, specs, run):
    inputs = {}
    for detail in interpreter.get_input_details():
        shape = [ANY_SIZES[axis][run] if size < 0 else int(size)
                 for axis, size in enumerate(detail["shape_signature"])]
        low, high = {np.int8: (-128, 128), np.int16: (-20000, 20000),
                     np.int32: (1 + run, 3 + run)}.get(detail["dtype"], (0, 0))
        if detail["dtype"] == np.float32:
            inputs[detail["name"]] = case.normal(*shape, scale=1.5)
        elif case.fields["name"] == "elementwise/int32":
            values = case.integers(1, 9, *shape) * case.random.choice([-1, 1], shape)
            inputs[detail["name"]] = values.astype(np.int32)
        elif case.fields["group"] == "gather":
            order = case.random.permutation(3)[:shape[0]]
            inputs[detail["name"]] = order.astype(np.int32)
        else:
            inputs[detail["name"]] = case.integers(low, high, *shape, dtype=detail["dtype"])
    return inputs


def invoke(interpreter, inputs):
    """Resizes only where the shape is another: allocating anew would reset the state."""
    for detail in interpreter.get_input_details():
        if list(detail["shape"]) != list(inputs[detail["name"]].shape):
            interpreter.resize_tensor_input(detail["index"], inputs[detail["name"]].shape)
            interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], inputs[detail["name"]])
    interpreter.invoke()
    return {d["name"]: interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()}


def expand(content, inputs):
    """What a dynamic-range file gives when its int8 weights are expanded to float32 first."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    [graph] = model.subgraphs
    for tensor in graph.tensors:
        data = model.buffers[tensor.buffer].data
        if tensor.type == schema.TensorType.INT8 and data is not None and len(data):
            quantisation = tensor.quantization
            shape = np.ones(len(tensor.shape), int)
            shape[quantisation.quantizedDimension] = -1
            values = np.frombuffer(bytes(data), np.int8).reshape(tensor.shape)
            values = values * np.asarray(quantisation.scale, np.float32).reshape(shape)
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.astype(np.float32).tobytes(), np.uint8)
            model.buffers.append(buffer)
            tensor.buffer, tensor.type = len(model.buffers) - 1, schema.TensorType.FLOAT32
            tensor.quantization = None
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    interpreter = interpreter_of(bytes(builder.Output()))
    interpreter.allocate_tensors()
    return invoke(interpreter, inputs)


def holds_state(content):
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    return any(t.isVariable for g in model.subgraphs for t in g.tensors)


def ops_of(content):
    names = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    codes = [names[max(c.builtinCode, c.deprecatedBuiltinCode)] for c in model.operatorCodes]
    used = [codes[o.opcodeIndex] for g in model.subgraphs for o in g.operators or []]
    return list(dict.fromkeys(used))


def make_signatures():
    """Two entry points that share a variable: state stays from run to run."""
    case = Case("tflite", "signatures", "counter", SOURCE)
    counter = Counter()
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(counter, folder, {"add": counter.add, "read": counter.read})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, ["add", "read"])
        converter.experimental_enable_resource_variables = True
        content = converter.convert()
    (case.folder / "model.tflite").write_bytes(content)
    interpreter = interpreter_of(content)
    calls = [("read", {"factor": np.float32(2)}), ("add", {"amount": case.normal(2)}),
             ("add", {"amount": case.normal(2)}), ("read", {"factor": np.float32(-1)})]
    for signature, inputs in calls:
        outputs = interpreter.get_signature_runner(signature)(**inputs)
        case.add_run(inputs, outputs, signature)
    case.write(["model.tflite"], ops_of(content), stateful=True)
