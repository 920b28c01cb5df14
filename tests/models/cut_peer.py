"""A TFLite model whose last node is MediaPipe's transposed convolution with bias: the interpreter of TensorFlow runs
all before it, plain TensorFlow the node itself."""
import os
import struct
import tempfile

import flatbuffers
import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

import tflite_peer


def run(path, inputs, settings):
    with open(path, "rb") as file:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(file.read(), 0))
    graph = model.subgraphs[0]
    last = graph.operators.pop()
    name = graph.tensors[graph.outputs[0]].name.decode()
    shape = graph.tensors[graph.outputs[0]].shape
    data, filters, bias = last.inputs
    graph.outputs = [data]
    model.signatureDefs = []
    padding, stride_width, stride_height = struct.unpack("<3i", bytes(last.customOptions)[:12])
    before = tflite_peer.run(written(model), inputs, settings)[0][1]
    # The filter is [out, height, width, in]; conv2d_transpose wants [height, width, out, in].
    value = tf.nn.conv2d_transpose(before, np.transpose(constant(model, filters), (1, 2, 0, 3)), list(shape),
                                   [1, stride_height, stride_width, 1], "SAME" if padding == 1 else "VALID")
    return [(name, (value + constant(model, bias)).numpy())]


def written(model):
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    path = os.path.join(tempfile.mkdtemp(), "model.tflite")
    with open(path, "wb") as file:
        file.write(builder.Output())
    return path


def constant(model, index):
    """A constant, which this file may keep as float16 before a DEQUANTIZE node."""
    graph = model.subgraphs[0]
    tensor = graph.tensors[index]
    if model.buffers[tensor.buffer].data is None:
        source = next(o for o in graph.operators if index in list(o.outputs))
        return constant(model, source.inputs[0])
    kind = {schema.TensorType.FLOAT32: np.float32, schema.TensorType.FLOAT16: np.float16}[tensor.type]
    return np.frombuffer(bytes(model.buffers[tensor.buffer].data), kind).reshape(tensor.shape).astype(np.float32)
