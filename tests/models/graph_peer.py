"""SavedModels and TF.js graph models as TensorFlow runs them."""
import base64
import json
import os

import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.framework import attr_value_pb2, graph_pb2

from tfjs_weights import read_weights

tf1 = tf.compat.v1


def run_saved_model(path, inputs, settings):
    folder = os.path.dirname(path)
    with tf1.Session(graph=tf1.Graph()) as session:
        tags = settings.get("tags", ["serve"])
        meta = tf1.saved_model.loader.load(session, tags, folder)
        signatures = {k: v for k, v in meta.signature_def.items() if not k.startswith("__")}
        name = settings.get("signature") or ("serving_default" if "serving_default" in signatures else sorted(signatures)[0])
        signature = signatures[name]
        return run_session(session, inputs,
                           {k: (v.name, v.dtype, dims(v)) for k, v in sorted(signature.inputs.items())},
                           {k: v.name for k, v in sorted(signature.outputs.items())})


def dims(info):
    return [] if info.tensor_shape.unknown_rank else [d.size for d in info.tensor_shape.dim]


def run_session(session, inputs, feeds, fetches):
    feed = {}
    for key, (tensor, dtype, shape) in feeds.items():
        kind = tf.dtypes.as_dtype(dtype)
        feed[tensor] = inputs(key, "string" if kind == tf.string else kind.base_dtype.name, shape)
    values = session.run(list(fetches.values()), feed)
    return list(zip(fetches, values))


def run_tfjs(path, inputs, settings):
    with open(path) as file:
        content = json.load(file)
    weights = read_weights(content["weightsManifest"], os.path.dirname(path))
    graph = graph_pb2.GraphDef()
    topology = {k: v for k, v in content["modelTopology"].items() if k in ("node", "library", "versions")}
    json_format.ParseDict(topology, graph, ignore_unknown_fields=True)
    plain = take_apart(graph, weights)
    signature = content.get("signature") or content.get("userDefinedMetadata", {}).get("signature")
    feeds, fetches = feeds_and_fetches(graph, signature)
    with tf1.Session(graph=tf1.Graph()) as session:
        tf1.import_graph_def(plain, name="")
        if not fetches:
            fetches = {n: n + ":0" for n in loose_ends(graph)}
        return run_session(session, inputs, feeds, fetches)


def feeds_and_fetches(graph, signature):
    feeds, fetches = {}, {}
    placeholders = {n.name: n for n in graph.node if n.op == "Placeholder"}
    given = (signature or {}).get("inputs") or {n: {"name": n + ":0"} for n in placeholders}
    for key, info in sorted(given.items()):
        node = placeholders[info["name"].split(":")[0]]
        shape = [] if node.attr["shape"].shape.unknown_rank else [d.size for d in node.attr["shape"].shape.dim]
        feeds[key] = (node.name + ":0", node.attr["dtype"].type, shape)
    for key, info in sorted(((signature or {}).get("outputs") or {}).items()):
        fetches[key] = info["name"] if ":" in info["name"] else info["name"] + ":0"
    return feeds, fetches


def loose_ends(graph):
    used = {i.lstrip("^").split(":")[0] for n in graph.node for i in n.input}
    return [n.name for n in graph.node if n.name not in used and n.op not in ("Const", "NoOp", "Placeholder")]


def take_apart(graph, weights):
    plain = graph_pb2.GraphDef()
    plain.versions.CopyFrom(graph.versions)
    plain.library.CopyFrom(graph.library)
    plain.versions.producer = max(plain.versions.producer, 27)
    for node in graph.node:
        if node.op in ("_FusedConv2D", "FusedDepthwiseConv2dNative", "_FusedMatMul"):
            take_apart_fused(plain, node)
        elif node.op == "Prelu":
            take_apart_prelu(plain, node)
        else:
            copy = plain.node.add()
            copy.CopyFrom(node)
            if node.op == "Const":
                value = np.asarray(weights[node.name])
                kind = tf.dtypes.as_dtype(node.attr["dtype"].type)
                if kind != tf.string:
                    value = value.astype(kind.as_numpy_dtype)
                copy.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, dtype=kind, shape=value.shape))
    return plain


def add(plain, op, name, sources, **attributes):
    node = plain.node.add()
    node.op, node.name = op, name
    node.input.extend(sources)
    for key, value in attributes.items():
        if value is not None:
            node.attr[key].CopyFrom(value)
    return name


def take_apart_fused(plain, node):
    steps = [s.decode() for s in node.attr["fused_ops"].list.s]
    kind = node.attr["T"]
    base = {"_FusedConv2D": "Conv2D", "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative", "_FusedMatMul": "MatMul"}[node.op]
    keys = {"MatMul": ("transpose_a", "transpose_b")}.get(base, ("strides", "padding", "data_format", "dilations", "explicit_paddings"))
    kept = {k: node.attr[k] for k in keys if k in node.attr}
    # The converter may leave the list of explicit paddings empty; the plain op refuses an empty one only with EXPLICIT.
    data, arguments = list(node.input[:2]), list(node.input[2:])
    current = add(plain, base, node.name + ("/plain" if steps else ""), data, T=kind, **kept)
    for i, step in enumerate(steps):
        name = node.name if i == len(steps) - 1 else f"{node.name}/step{i}"
        if step == "BiasAdd":
            current = add(plain, "BiasAdd", name, [current, arguments.pop(0)], T=kind)
        elif step == "Prelu":
            prelu(plain, name, current, arguments.pop(0), kind)
            current = name
        elif step == "LeakyRelu":
            current = add(plain, step, name, [current], T=kind, alpha=node.attr["leakyrelu_alpha"])
        else:
            current = add(plain, step, name, [current], T=kind)


def take_apart_prelu(plain, node):
    # The converter leaves the type out; TF.js has this op for float32 only.
    prelu(plain, node.name, node.input[0], node.input[1], attr_value_pb2.AttrValue(type=tf.float32.as_datatype_enum))


def prelu(plain, name, data, alpha, kind):
    add(plain, "Relu", name + "/up", [data], T=kind)
    add(plain, "Neg", name + "/neg", [data], T=kind)
    add(plain, "Relu", name + "/down", [name + "/neg"], T=kind)
    add(plain, "Mul", name + "/scaled", [name + "/down", alpha], T=kind)
    add(plain, "Sub", name, [name + "/up", name + "/scaled"], T=kind)
