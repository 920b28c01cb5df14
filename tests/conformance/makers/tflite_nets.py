"""The functions of the TFLite cases, each converted as the mode says.

NETS lists (group, name, function, input shapes, modes). Shapes give the inputs' names; a shape may
be a tf.TensorSpec, where None is a size that the runs vary. The modes: f (float32), d (dynamic
range), h (float16 weights), i (int8 throughout), x (int16 activations, int8 weights).
Weights come from `weight`, seeded by their shape.
"""

import numpy as np
import tensorflow as tf
import tf_keras


def weight(*shape, scale=0.5):
    random = np.random.default_rng(list(shape) or 0)
    return tf.constant((random.standard_normal(shape) * scale).astype(np.float32))


def int_spec(*shape):
    return tf.TensorSpec(shape, tf.int32)


def conv_stride2_relu(x):
    y = tf.nn.conv2d(x, weight(3, 3, 2, 3), 2, "SAME") + weight(3)
    return tf.nn.relu(y)


def conv_dilated(x):
    return tf.nn.conv2d(x, weight(2, 2, 2, 3), 1, "VALID", dilations=2)


def conv_pointwise_relu6(x):
    return tf.nn.relu6(tf.nn.conv2d(x, weight(1, 1, 2, 4, scale=2.0), 1, "SAME") + weight(4))


def conv_wide(x):  # Large enough for the converter to quantise its weights.
    return tf.nn.conv2d(x, weight(3, 3, 8, 16), 1, "SAME") + weight(16)


def depthwise(x):
    return tf.nn.depthwise_conv2d(x, weight(3, 3, 2, 1), [1, 1, 1, 1], "SAME") + weight(2)


def depthwise_multiplier(x):
    return tf.nn.depthwise_conv2d(x, weight(3, 3, 2, 2), [1, 2, 2, 1], "VALID")


def transpose_conv(x):
    return tf.nn.conv2d_transpose(x, weight(3, 3, 3, 2), [1, 6, 6, 3], 2, "SAME")


def dense_relu(x):
    return tf.nn.relu(tf.matmul(x, weight(5, 4)) + weight(4))


def dense_wide(x):
    return tf.matmul(x, weight(40, 30)) + weight(30)


def max_pool(x):
    return tf.nn.max_pool2d(x, 3, 2, "SAME")


def average_pool(x):
    return tf.nn.avg_pool2d(x, [3, 2], [2, 1], "SAME")


def unary_chain(x):
    y = tf.exp(-tf.abs(x)) + tf.math.log(tf.square(x) + 1.0) * tf.sin(x) - tf.cos(x)
    return tf.sqrt(y * y + 0.5) * tf.math.rsqrt(x * x + 2.0)


def rounding(x):
    return tf.floor(x), tf.math.ceil(x), tf.round(x), tf.sign(x)


def activations(x):
    return (tf.nn.relu(x), tf.nn.relu6(4.0 * x), tf.nn.leaky_relu(x, 0.2), tf.nn.elu(x),
            tf.nn.tanh(x), tf.nn.sigmoid(x), tf.nn.gelu(x), x * tf.nn.relu6(x + 3.0) / 6.0)


def compare_select(x, y):
    larger, near = x > y, tf.abs(x - y) <= 0.5
    return tf.where(larger, x, y * 2.0), tf.logical_and(larger, tf.logical_not(near)), x == y


def int_arithmetic(a, b):
    return (a + b, a * b - 3, a // b, tf.math.floormod(a, b), tf.maximum(a, b),
            tf.cast(a, tf.float32))


def softmax_log(x):
    return tf.nn.log_softmax(x)


def reshape_dynamic(x):
    return tf.reshape(x, [tf.shape(x)[0], -1])


def shape_moves(x):
    """Expand, squeeze, pack, unpack, split and concatenation in one graph."""
    a, b = tf.split(x, [1, 2], axis=1)
    rows = tf.unstack(tf.expand_dims(b, 0), axis=2)
    return tf.stack([rows[1], rows[0]], axis=1), tf.concat([b, a, b], axis=1), tf.squeeze(a, 1)


def strided_masks(x):
    return x[:, 1:-1, ::2], x[..., -1, :], x[0, tf.newaxis, 2:], x[:, ::-1, 1]


def padded(x):
    edges = tf.constant([[0, 0], [1, 2], [0, 1]])
    return (tf.pad(x, edges), tf.pad(x, edges, constant_values=1.5),
            tf.pad(x, edges, "REFLECT"), tf.pad(x, edges, "SYMMETRIC"))


def pad_zero(x):
    return tf.pad(x, [[0, 0], [1, 2], [3, 0], [0, 0]])


def copies(x):
    return tf.tile(x, [2, 1, 3]), tf.reverse(x, [1]), tf.broadcast_to(x[:, :1], [2, 4, 3])


def reductions(x):
    return (tf.reduce_sum(x, 1), tf.reduce_max(x, [0, 2]), tf.reduce_min(x, -1, keepdims=True),
            tf.reduce_prod(x), tf.argmax(x, 2, output_type=tf.int32),
            tf.cumsum(x, 1, exclusive=True), tf.reduce_any(x > 1.0, 1), tf.reduce_all(x > -2.0, 2))


def mean_spatial(x):
    return tf.reduce_mean(x, [1, 2])


def resize_bilinear(x):
    half = tf.image.resize(x, [5, 7])
    return half, tf.compat.v1.image.resize_bilinear(x, [5, 7], align_corners=True)


def resize_nearest(x):
    return tf.image.resize(x, [5, 7], "nearest"), \
        tf.compat.v1.image.resize_nearest_neighbor(x, [2, 7], align_corners=True)


def gathers(x, rows):
    pairs = tf.stack([rows, 2 - rows], axis=1)
    return tf.gather(x, rows), tf.gather(x, rows, axis=1), tf.gather_nd(x, pairs)


def scatter_one_hot(rows):
    spread = tf.scatter_nd(tf.expand_dims(rows, 1), tf.constant([1.0, 2.0, 3.0]), [4])
    return spread, tf.one_hot(rows, 4, 2.0, -1.0)


def top_k(x):
    return tf.math.top_k(x, 3)


def where_positive(x):
    return tf.where(x > 0)


def batch_matmul(a, b):
    return tf.matmul(a, b, transpose_b=True)


def depth_space(x):
    return tf.nn.space_to_depth(x, 2), tf.nn.depth_to_space(tf.concat([x, x], 3), 2), \
        tf.space_to_batch(x, [2, 2], [[0, 0], [2, 0]])


def prelu_l2(x):
    return tf.nn.relu(x) + tf.nn.relu(-x) * -weight(3), tf.nn.l2_normalize(x, -1)


def lstm():
    return tf_keras.Sequential([tf_keras.Input((4, 3), batch_size=1, name="x"),
                                tf_keras.layers.LSTM(4, return_sequences=True)])


def gru():
    return tf_keras.Sequential([tf_keras.Input((4, 3), batch_size=1, name="x"),
                                tf_keras.layers.GRU(3)])


def simple_rnn_unrolled():
    return tf_keras.Sequential([tf_keras.Input((3, 3), batch_size=1, name="x"),
                                tf_keras.layers.SimpleRNN(3, unroll=True)])


def loop(n, x):
    return tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * 1.5 - 0.25),
                         [tf.constant(0), x])


def branch(x):
    return tf.cond(tf.reduce_sum(x) > 0.0, lambda: tf.nn.relu(x) + 1.0, lambda: x * -2.0)


def small_net(x):
    y = tf.nn.relu(tf.nn.conv2d(x, weight(3, 3, 2, 4), 1, "SAME") + weight(4))
    y = tf.nn.max_pool2d(y, 2, 2, "VALID")
    y = tf.nn.relu6(tf.nn.depthwise_conv2d(y, weight(3, 3, 4, 1), [1, 1, 1, 1], "SAME"))
    y = tf.matmul(tf.reduce_mean(y, [1, 2]), weight(4, 3, scale=2.0)) + weight(3)
    return tf.nn.softmax(y)


MODELS = {lstm, gru, simple_rnn_unrolled}  # These make a Keras model.
IMAGE = {"x": (1, 4, 5, 2)}
BLOCK = {"x": (2, 3, 4)}
ROW = {"x": (2, 4)}
PAIR = {"x": (2, 3, 4), "y": (3, 1)}
NETS = [
    ("conv_2d", "stride2_relu", conv_stride2_relu, IMAGE, "fi"),
    ("conv_2d", "dilated", conv_dilated, IMAGE, "f"),
    ("conv_2d", "pointwise_relu6", conv_pointwise_relu6, IMAGE, "fi"),
    ("conv_2d", "wide", conv_wide, {"x": (1, 1, 2, 8)}, "dh"),
    ("conv_2d", "any_size", conv_stride2_relu, {"x": (None, None, None, 2)}, "f"),
    ("depthwise_conv_2d", "same", depthwise, IMAGE, "fi"),
    ("depthwise_conv_2d", "multiplier2_stride2", depthwise_multiplier, IMAGE, "f"),
    ("transpose_conv", "stride2", transpose_conv, {"x": (1, 3, 3, 2)}, "fi"),
    ("fully_connected", "relu", dense_relu, {"x": (2, 5)}, "fix"),
    ("fully_connected", "wide", dense_wide, {"x": (1, 40)}, "d"),
    ("fully_connected", "any_batch", dense_relu, {"x": (None, 5)}, "f"),
    ("max_pool_2d", "same_stride2", max_pool, IMAGE, "i"),
    ("average_pool_2d", "same_uneven", average_pool, IMAGE, "fi"),
    ("elementwise", "add_broadcast", lambda x, y: x + y, PAIR, "fi"),
    ("elementwise", "mul_broadcast", lambda x, y: x * y, PAIR, "fi"),
    ("elementwise", "div_pow", lambda x, y: tf.pow(tf.abs(x), x / (y * y + 1.0)), PAIR, "f"),
    ("elementwise", "max_min_squared_difference", lambda x, y:
        tf.math.squared_difference(tf.maximum(x, y), tf.minimum(x, 0.5)), PAIR, "f"),
    ("elementwise", "unary_chain", unary_chain, ROW, "f"),
    ("elementwise", "rounding", rounding, ROW, "f"),
    ("elementwise", "activations", activations, ROW, "f"),
    ("elementwise", "tanh", tf.nn.tanh, BLOCK, "i"),
    ("elementwise", "logistic", tf.nn.sigmoid, BLOCK, "i"),
    ("elementwise", "compare_select", compare_select, {"x": (2, 4), "y": (4,)}, "f"),
    ("elementwise", "int32", int_arithmetic, {"a": int_spec(2, 4), "b": int_spec(4)}, "f"),
    ("softmax", "last", tf.nn.softmax, {"x": (3, 5)}, "fi"),
    ("softmax", "log_softmax", softmax_log, {"x": (3, 5)}, "f"),
    ("reshape", "any_batch", reshape_dynamic, {"x": (None, 2, 3)}, "f"),
    ("reshape", "shape_moves", shape_moves, {"x": (2, 3, 2)}, "f"),
    ("transpose", "rank4", lambda x: tf.transpose(x, [0, 3, 1, 2]), IMAGE, "f"),
    ("strided_slice", "masks", strided_masks, {"x": (2, 5, 4)}, "f"),
    ("concatenation", "two", lambda x, y: tf.concat([x, y], -1), {"x": (2, 3), "y": (2, 2)}, "fi"),
    ("pad", "modes", padded, {"x": (1, 4, 3)}, "f"),
    ("pad", "zero", pad_zero, {"x": (1, 2, 2, 2)}, "i"),
    ("tile", "copies", copies, {"x": (2, 2, 3)}, "f"),
    ("reduce", "many", reductions, BLOCK, "f"),
    ("reduce", "mean_spatial", mean_spatial, IMAGE, "fi"),
    ("resize", "bilinear", resize_bilinear, {"x": (1, 3, 4, 1)}, "f"),
    ("resize", "nearest", resize_nearest, {"x": (1, 3, 4, 1)}, "f"),
    ("resize", "bilinear_only", lambda x: tf.image.resize(x, [5, 7]), {"x": (1, 3, 4, 1)}, "i"),
    ("gather", "rows", gathers, {"x": (3, 3), "rows": int_spec(2)}, "f"),
    ("gather", "scatter_one_hot", scatter_one_hot, {"rows": int_spec(3)}, "f"),
    ("gather", "top_k", top_k, {"x": (2, 5)}, "f"),
    ("gather", "where", where_positive, {"x": (3, 4)}, "f"),
    ("batch_matmul", "transposed", batch_matmul, {"a": (2, 3, 4), "b": (2, 2, 4)}, "fi"),
    ("space", "depth_and_batch", depth_space, {"x": (1, 4, 2, 2)}, "f"),
    ("elementwise", "prelu_l2", prelu_l2, {"x": (2, 3)}, "f"),
    ("lstm", "lstm", lstm, {"x": (1, 4, 3)}, "fi"),
    ("lstm", "gru_by_while", gru, {"x": (1, 4, 3)}, "f"),
    ("lstm", "rnn_unrolled", simple_rnn_unrolled, {"x": (1, 3, 3)}, "f"),
    ("control", "while", loop, {"n": int_spec(), "x": (3,)}, "f"),
    ("control", "if", branch, {"x": (2, 3)}, "f"),
    ("nets", "small_cnn", small_net, {"x": (1, 6, 6, 2)}, "fix"),
]
