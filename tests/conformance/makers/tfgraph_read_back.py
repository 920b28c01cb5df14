"""Reads a written model.json back into a TensorFlow graph and runs it.

This proves each file by its own bytes, and gives quantised weights their golden values: what the
dequantised weights compute.
"""

import json

import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.framework import graph_pb2
from tensorflowjs import read_weights


def run_model_json(folder, tensors, inputs):
    """The outputs of folder/model.json; tensors maps the case's names to the graph's."""
    graph = graph_of(folder)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(graph, name="")
        feed = {tensors["inputs"][n]: value for n, value in inputs.items()}
        return session.run(dict(tensors["outputs"]), feed)


def graph_of(folder):
    header = json.loads((folder / "model.json").read_text())
    graph = json_format.ParseDict(header["modelTopology"], graph_pb2.GraphDef())
    [group] = read_weights.read_weights(header["weightsManifest"], str(folder))
    weights = {w["name"]: w["data"] for w in group}
    for node in graph.node:
        fill(node, weights.get(node.name))
    for function in graph.library.function:
        for node in function.node_def:
            fill(node, weights.get(node.name))  # A body's constant is named function/const.
    return expand_fused_depthwise(graph)


def expand_fused_depthwise(graph):
    """TensorFlow has no such op: it becomes the convolution and the ops fused into it."""
    plain = graph_pb2.GraphDef()
    plain.CopyFrom(graph)
    del plain.node[:]
    for node in graph.node:
        if node.op != "FusedDepthwiseConv2dNative":
            plain.node.append(node)
            continue
        convolution = plain.node.add()
        convolution.CopyFrom(node)
        convolution.op, convolution.name = "DepthwiseConv2dNative", node.name + "/convolution"
        del convolution.input[2:]
        for attribute in ("fused_ops", "num_args"):
            convolution.attr.pop(attribute, None)
        last = convolution
        fused = [op.decode() for op in node.attr["fused_ops"].list.s]
        for i, op in enumerate(fused):
            name = node.name if i == len(fused) - 1 else f"{node.name}/{i}"
            step = plain.node.add(op=op, name=name)
            step.input.append(last.name)
            step.input.extend(node.input[2:3] if op == "BiasAdd" else [])
            step.attr["T"].CopyFrom(node.attr["T"])
            last = step
    return plain


def fill(node, value):
    if node.op == "Const" and value is not None:
        dtype = tf.as_dtype(node.attr["dtype"].type)
        array = np.asarray(value).astype(dtype.as_numpy_dtype)
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(array, dtype))
