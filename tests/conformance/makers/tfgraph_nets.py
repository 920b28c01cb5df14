"""The functions of the TensorFlow graph cases.

NETS lists (group, name, function, input specs, options); a spec is a shape (float32) or a
tf.TensorSpec, and None in it is the batch that the runs vary. Options: `convert` goes to the
TF.js converter, `also` names further forms of the same model (saved_model, frozen.pb).
"""

import tensorflow as tf

from makers.tflite_nets import weight


def int_spec(*shape):
    return tf.TensorSpec(shape, tf.int32)


def binary_chain(x, y):
    z = tf.maximum(x - y, x * 0.5) / (tf.minimum(y, 0.0) - 1.5)
    return tf.math.squared_difference(z, y) + tf.pow(tf.abs(x) + 0.5, y)


def unary_chain(x):
    y = tf.exp(-tf.abs(x)) + tf.math.log1p(tf.square(x)) * tf.sin(x) - tf.cos(x)
    return tf.sqrt(y * y + 0.5) * tf.math.rsqrt(x * x + 2.0) + tf.math.erf(x) - tf.math.expm1(y)


def rounding(x):
    return tf.floor(x), tf.math.ceil(x), tf.round(x), tf.sign(x), tf.cast(x, tf.int32)


def activations(x):
    return (tf.nn.relu(x), tf.nn.relu6(4.0 * x), tf.nn.leaky_relu(x, 0.2), tf.nn.elu(x),
            tf.nn.selu(x), tf.nn.softplus(x), tf.nn.sigmoid(x), tf.nn.tanh(x))


def compare_select(x, y):
    larger = x > y
    near = tf.logical_and(tf.abs(x - y) <= 0.5, tf.logical_not(larger))
    return tf.where(larger, x, y * 2.0), near, tf.not_equal(x, y)


def int_arithmetic(a, b):
    return a + b, a * b - 3, a // b, tf.math.floormod(a, b), tf.cast(a, tf.float32) * 0.5


def mlp(x):
    y = tf.nn.relu(tf.matmul(x, weight(4, 5)) + weight(5))
    return tf.nn.softmax(tf.matmul(y, weight(5, 3)) + weight(3))


def cnn(x):
    y = tf.nn.relu(tf.nn.conv2d(x, weight(3, 3, 2, 4), 2, "SAME") + weight(4))
    y = tf.nn.relu6(tf.nn.depthwise_conv2d(y, weight(3, 3, 4, 1), [1, 1, 1, 1], "SAME") + weight(4))
    y = tf.nn.max_pool2d(y, 2, 1, "VALID")
    return tf.matmul(tf.reduce_mean(y, [1, 2]), weight(4, 3, scale=2.0))


def batch_norm_cnn(x):
    """The converter folds the normalisation into the filter."""
    y = tf.nn.conv2d(x, weight(2, 2, 2, 3), 1, "VALID")
    y, *_ = tf.compat.v1.nn.fused_batch_norm(
        y, weight(3) + 1.0, weight(3), weight(3), tf.abs(weight(3)) + 0.5, is_training=False)
    return tf.nn.relu(y)


def conv_forms(x):
    return (tf.nn.conv2d(x, weight(2, 2, 2, 3), 1, "VALID", dilations=2),
            tf.nn.conv2d(x, weight(3, 3, 2, 1), 2, [[0, 0], [1, 0], [2, 1], [0, 0]]),
            tf.nn.avg_pool2d(x, [2, 3], [1, 2], "SAME"))


def conv_transpose(x):
    return tf.nn.conv2d_transpose(x, weight(3, 3, 3, 2), [1, 6, 6, 3], 2, "SAME")


def reshape_dynamic(x):
    return tf.reshape(x, [tf.shape(x)[0], -1]), tf.expand_dims(x, 1), tf.transpose(x, [2, 0, 1])


def join_and_split(x):
    a, b = tf.split(x, [1, 2], axis=1)
    left, right = tf.unstack(b, axis=1)
    return tf.stack([right, left], axis=1), tf.concat([b, a, b], axis=1), tf.squeeze(a, 1)


def strided_slices(x):
    return x[:, 1:-1, ::2], x[..., -1, :], x[0, tf.newaxis, 2:], x[:, ::-1, 1]


def pad_tile_reverse(x):
    edges = [[1, 0], [0, 2]]
    return (tf.pad(x, edges), tf.pad(x, edges, constant_values=-1.0), tf.pad(x, edges, "REFLECT"),
            tf.tile(x, [1, 2]), tf.reverse(x, [0]))


def gather_scatter(x, rows):
    spread = tf.scatter_nd(tf.expand_dims(rows, 1), tf.gather(x, rows), [4, 3])
    top, where = tf.math.top_k(x, 2)
    return spread, tf.gather(x, rows, axis=1), tf.one_hot(rows, 3, 2.0, -1.0), top, where


def reductions(x):
    return (tf.reduce_sum(x, 1), tf.reduce_max(x, [0, 2]), tf.reduce_min(x, -1, keepdims=True),
            tf.reduce_prod(x, [1, 2]), tf.argmax(x, 2, output_type=tf.int32),
            tf.cumsum(x, 1, reverse=True), tf.reduce_any(x > 1.0, 1), tf.reduce_all(x > -2.0, 2))


def resizes(x):
    return (tf.image.resize(x, [3, 5]), tf.image.resize(x, [3, 5], "nearest"),
            tf.compat.v1.image.resize_bilinear(x, [3, 5], align_corners=True))


def matmuls(a, b):
    return tf.matmul(a, b, transpose_b=True), tf.einsum("bij,bkj->bik", a, b)


def spectrum(x):
    y = tf.signal.rfft(x, [8])
    return tf.math.real(y), tf.math.imag(y), tf.abs(y)


def loop(n, x):
    return tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * 1.5 - 0.25),
                         [tf.constant(0), x])[1]


def branch(x):
    return tf.cond(tf.reduce_sum(x) > 0.0, lambda: tf.nn.relu(x) + 1.0, lambda: x * -2.0)


def list_of_rows(x):
    """A tensor list that a loop reads and writes."""
    return tf.map_fn(lambda row: tf.cumsum(row) * tf.reduce_max(row), x)


FUNCTIONS = {"control_flow_v2": True}
LOOP = {"n": int_spec(), "x": (3,)}
def einsum_diagonals(x, y, z):
    return (tf.einsum("aa->a", x), tf.einsum("...ii->...", y), tf.einsum("abc,dca->bd", z, y),
            tf.einsum("ijj,jk->ki", y, x))


def inverse_spectrum(x):
    wide = tf.signal.rfft(x)
    return tf.raw_ops.IRFFT(input=wide, fft_length=[5]), tf.raw_ops.IRFFT(input=wide,
                                                                        fft_length=[6])


def dilations(x):
    window = weight(2, 3, 2)
    return [tf.raw_ops.Dilation2D(input=x, filter=window, strides=[1, s, 1, 1], rates=[1, 1, r, 1],
                                  padding=p) for s, r, p in ((1, 1, "SAME"), (2, 2, "VALID"))]


def unique_rows(x):
    rows, places = tf.raw_ops.UniqueV2(x=tf.concat([x, x[:1]], 0), axis=[0])
    missing, at = tf.raw_ops.ListDiff(x=tf.reshape(x, [-1]), y=x[0])
    return rows, places, missing, at


def seeded_numbers(x):
    options = {"shape": [7], "dtype": tf.float32, "seed": 5, "seed2": 7}
    whole = tf.raw_ops.RandomUniformInt(shape=[3, 2], minval=-3, maxval=40, seed=5, seed2=7)
    return (tf.raw_ops.RandomUniform(**options) + x, tf.raw_ops.RandomStandardNormal(**options) + x,
            tf.raw_ops.TruncatedNormal(**options) + x, whole)


def matrix_algebra(x, y):
    whole = tf.matmul(x, x, transpose_a=True) + tf.eye(3)
    q, r = tf.linalg.qr(y)
    wide, tall = tf.linalg.qr(tf.transpose(y, [0, 2, 1]), full_matrices=True)
    sign, log = tf.linalg.slogdet(x)
    return (tf.linalg.det(x), sign, log, tf.linalg.inv(x), tf.linalg.cholesky(whole), q, r, wide, tall,
            tf.linalg.solve(x, y, adjoint=True), tf.linalg.triangular_solve(whole, y, lower=False),
            tf.linalg.triangular_solve(whole, y, adjoint=True))


def cross_entropies(x, rows):
    shares = tf.nn.softmax(tf.reverse(x, [1]))
    return (*tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=x, labels=shares),
            *tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=x, labels=rows))


def colours(x):
    shares = tf.sigmoid(x)
    return (tf.image.rgb_to_hsv(shares), tf.image.hsv_to_rgb(shares), tf.image.adjust_hue(shares, 0.3),
            tf.image.adjust_saturation(shares, 1.6), tf.image.adjust_contrast(shares, 1.7))


def best_boxes(x, y):
    edges = tf.sort(tf.reshape(tf.sigmoid(2.0 * x) * 1.2 - 0.1, [2, 6, 1, 2, 2]), axis=3)
    boxes = tf.reshape(edges, [2, 6, 1, 4])
    options = {"iou_threshold": 0.3, "score_threshold": 0.2}
    one = tf.image.combined_non_max_suppression(boxes, tf.sigmoid(y), 2, 5, **options)
    own = tf.image.combined_non_max_suppression(tf.tile(boxes, [1, 1, 3, 1]), tf.sigmoid(y), 1, 9,
                                                pad_per_class=True, clip_boxes=False, **options)
    return (*one, *own)


def patches(x):
    return (tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"),
            tf.image.extract_patches(x, [1, 2, 3, 1], [1, 1, 2, 1], [1, 2, 1, 1], "SAME"))


def flat_spectrum(x):
    half = tf.signal.rfft2d(x, [3, 8])
    return tf.math.real(half), tf.math.imag(half), tf.signal.irfft2d(half, [5, 4])


def stateless_numbers(rows):
    draw = {"shape": [7], "seed": rows * 5 - 3}
    old = tf.raw_ops.StatelessRandomUniformInt(shape=[5], seed=rows, minval=-3, maxval=40)
    return (tf.random.stateless_uniform(**draw), tf.random.stateless_normal(**draw),
            tf.random.stateless_truncated_normal(**draw), old,
            tf.random.stateless_uniform([5], rows, -9, 9, tf.int32))


def arrangements(x, rows):
    raw, places, square = tf.raw_ops, tf.constant([2, 0]), tf.reshape(x, [1, 3, 1, 3])
    update = {"begin": [0, 1], "end": [3, 3], "strides": [2, 1], "value": x[:2, :2] * 3.0}
    return (raw.Cross(a=x, b=tf.reverse(x, [0])), raw.Diag(diagonal=x[:2]),
            raw.DiagPart(input=square), raw.ConjugateTranspose(x=x, perm=[1, 0]),
            raw.DataFormatVecPermute(x=tf.concat([rows, rows], 0)),
            raw.DataFormatDimMap(x=rows), raw.UnravelIndex(indices=rows, dims=[2, 2]),
            raw.NthElement(input=x, n=1), raw.NthElement(input=x, n=0, reverse=True),
            raw.InplaceUpdate(x=x * 2.0, i=places, v=x[:2]), raw.InplaceAdd(x=x * 2.5, i=places, v=x[:2]),
            raw.InplaceSub(x=x * 3.0, i=places, v=x[:2]), raw.ToBool(input=x[0, 0]),
            raw.ToBool(input=x[:0]), raw.TensorStridedSliceUpdate(input=x, **update),
            raw.ScatterNdNonAliasingAdd(input=x, indices=[[0], [0]], updates=x[:2]))


def bits_and_grids(x, y):
    raw, zero = tf.raw_ops, tf.constant(0.0)
    options = {"input": x, "input_min": zero, "input_max": zero}
    by_column = {"input": x, "input_min": [-1.0, -0.2, -2.0], "input_max": [0.4, 1.0, 3.0]}
    given = {"input": x, "input_min": -0.5, "input_max": 1.5, "range_given": True}
    return (raw.ApproximateEqual(x=x, y=y - x, tolerance=1.5), raw.NextAfter(x1=x, x2=y),
            raw.PopulationCount(x=tf.cast(x * 1000.0, tf.int32)),
            raw.PopulationCount(x=tf.cast(x * 10.0, tf.int8)),
            raw.QuantizeAndDequantizeV2(**options, num_bits=4),
            raw.QuantizeAndDequantizeV2(**options, num_bits=3, narrow_range=True, round_mode="HALF_UP"),
            raw.QuantizeAndDequantizeV3(**by_column, num_bits=5, axis=1),
            raw.QuantizeAndDequantizeV4(**given, num_bits=3),
            raw.CumulativeLogsumexp(x=x * 60.0, axis=1),
            raw.CumulativeLogsumexp(x=x, axis=0, exclusive=True, reverse=True))


def special_functions(x, y):
    a, b, share = tf.exp(x), tf.exp(y + x * 0.1), tf.sigmoid(x - y)
    raw = tf.raw_ops
    return (raw.Igamma(a=a, x=b), raw.Igammac(a=a, x=b), raw.Zeta(x=a + 1.01, q=b),
            raw.Polygamma(a=tf.constant(2.0), x=b), raw.Betainc(a=a, b=b, x=share), raw.Spence(x=a),
            raw.Dawsn(x=x), raw.Expint(x=a), raw.BesselI0(x=x * 5.0), raw.BesselI1(x=x * 5.0))


def recurrent_blocks(x, y):
    """Sequences [3, 2, 2]; cells of 3."""
    raw = tf.raw_ops
    cell = {"w": weight(5, 12), "wci": weight(3), "wcf": weight(3), "wco": weight(3), "b": weight(12)}
    state = {"cs_prev": y, "h_prev": y * 0.5}
    steps = tf.constant(3, tf.int64)
    gru = {"w_ru": weight(5, 6), "w_c": weight(5, 3), "b_ru": weight(6), "b_c": weight(3)}
    return (*raw.LSTMBlockCell(x=x[0], **state, **cell, use_peephole=True, forget_bias=0.5),
            *raw.BlockLSTM(seq_len_max=steps, x=x, **state, **cell, cell_clip=0.4),
            *raw.BlockLSTMV2(seq_len_max=steps, x=x, **state, **cell, use_peephole=True),
            *raw.GRUBlockCell(x=x[0], h_prev=y, **gru))


def sparse_tensors(x, rows):
    raw = tf.raw_ops
    dims, more = tf.constant([3, 4], tf.int64), tf.constant([[0, 1], [1, 0], [2, 3]], tf.int64)
    own = tf.stack([tf.cast(rows, tf.int64), [1, 0, 2]], 1)
    a = {"indices": own, "values": x[0], "shape": dims}
    first = {"input_indices": own, "input_values": x[0], "input_shape": dims}
    sorted_indices, sorted_values = raw.SparseReorder(**first)
    mine = {"a_indices": sorted_indices, "a_values": sorted_values, "a_shape": dims}
    both = {"indices": [sorted_indices, more], "values": [sorted_values, x[1]], "shapes": [dims, dims]}
    soft = {"sp_indices": more, "sp_values": x[1], "sp_shape": dims}
    return (sorted_indices, sorted_values, raw.SparseReduceSum(**first, reduction_axes=[0]),
            raw.SparseReduceMax(**first, reduction_axes=[1], keep_dims=True),
            *raw.SparseSlice(**{**a, "indices": sorted_indices, "values": sorted_values},
                             start=tf.constant([1, 0], tf.int64), size=tf.constant([5, 2], tf.int64)),
            *raw.SparseConcat(**both, concat_dim=1),
            raw.SparseTensorDenseAdd(**mine, b=tf.reshape(tf.tile(x[2], [4]), [3, 4])),
            *raw.SparseAdd(**mine, b_indices=more, b_values=x[1], b_shape=dims, thresh=0.3),
            raw.SparseSoftmax(**soft))


def sparse_segments(x):
    raw, groups = tf.raw_ops, {"indices": [0, 2, 1, 1], "segment_ids": [0, 0, 2, 2]}
    return (raw.SparseSegmentSqrtN(data=x, **groups),
            raw.SparseSegmentSumWithNumSegments(data=x, **groups, num_segments=4),
            raw.SparseSegmentMeanWithNumSegments(data=x, **groups, num_segments=4),
            raw.SparseSegmentSqrtNWithNumSegments(data=x, **groups, num_segments=4))


def joined_lists(x):
    raw, row = tf.raw_ops, tf.constant([2])
    first, second = (raw.TensorListFromTensor(tensor=part, element_shape=row) for part in (x, -x[1:]))
    both = raw.TensorListConcatLists(input_a=first, input_b=second, element_dtype=tf.float32)
    return (raw.TensorListStack(input_handle=both, element_shape=row, element_dtype=tf.float32),
            raw.TensorListLength(input_handle=both))


def windows_by_inputs(x, y):
    volume = {"input_sizes": [1, 3, 4, 4, 1], "filter": weight(2, 3, 2, 1, 2), "out_backprop": y}
    return (tf.raw_ops.MaxPoolV2(input=x, ksize=[1, 2, 3, 1], strides=[1, 2, 1, 1], padding="SAME"),
            tf.raw_ops.Conv3DBackpropInputV2(**volume, strides=[1, 1, 2, 2, 1], padding="SAME"),
            tf.raw_ops.NonMaxSuppression(boxes=tf.sort(tf.reshape(x, [-1, 4]), 1),
                                         scores=tf.reshape(x, [-1, 4])[:, 0], max_output_size=3,
                                         iou_threshold=0.2))


def resizes_as_images_come(x):
    size = tf.shape(x)[1:3] * 2 + 1
    return (tf.raw_ops.ResizeBicubic(images=x, size=size, half_pixel_centers=True),
            tf.raw_ops.ResizeBicubic(images=x, size=size, align_corners=True),
            tf.raw_ops.ResizeArea(images=x, size=size), tf.raw_ops.ResizeArea(images=x, size=[2, 1]))


UNKNOWN_THERE = {"convert": {"skip_op_check": True}}
NETS = [
    ("arithmetic", "binary_chain", binary_chain, {"x": (2, 1, 3), "y": (2, 1)}, {}),
    ("arithmetic", "unary_chain", unary_chain, {"x": (2, 3)}, {"also": ["frozen.pb"]}),
    ("arithmetic", "rounding", rounding, {"x": (6,)}, {}),
    ("arithmetic", "activations", activations, {"x": (5,)}, {}),
    ("arithmetic", "compare_select", compare_select, {"x": (2, 3), "y": (3,)}, {}),
    ("arithmetic", "int32", int_arithmetic, {"a": int_spec(2, 3), "b": int_spec(3)}, {}),
    ("nets", "mlp", mlp, {"x": (None, 4)}, {"also": ["frozen.pb"]}),
    ("nets", "cnn", cnn, {"x": (None, 5, 5, 2)}, {}),
    ("nets", "batch_norm_cnn", batch_norm_cnn, {"x": (1, 3, 3, 2)}, {}),
    ("conv", "forms", conv_forms, {"x": (1, 4, 4, 2)}, {}),
    ("conv", "transpose", conv_transpose, {"x": (1, 3, 3, 2)}, {}),
    ("shape", "reshape_dynamic", reshape_dynamic, {"x": (None, 2, 3)}, {}),
    ("shape", "join_and_split", join_and_split, {"x": (2, 3, 2)}, {}),
    ("shape", "strided_slices", strided_slices, {"x": (2, 4, 3)}, {}),
    ("shape", "pad_tile_reverse", pad_tile_reverse, {"x": (2, 3)}, {}),
    ("index", "gather_scatter", gather_scatter, {"x": (3, 3), "rows": int_spec(2)}, {}),
    ("reduce", "many", reductions, {"x": (2, 2, 3)}, {}),
    ("image", "resizes", resizes, {"x": (1, 2, 3, 1)}, {}),
    ("linear", "matmuls", matmuls, {"a": (2, 2, 3), "b": (2, 3, 3)}, {}),
    ("linear", "spectrum", spectrum, {"x": (2, 6)}, {}),
    ("linear", "einsum_diagonals", einsum_diagonals,
     {"x": (3, 3), "y": (2, 3, 3), "z": (3, 2, 3)}, {}),
    ("linear", "inverse_spectrum", inverse_spectrum, {"x": (2, 6)}, {}),
    ("image", "dilations", dilations, {"x": (1, 5, 4, 2)}, {}),
    ("index", "unique_rows", unique_rows, {"x": (3, 2)}, {}),
    ("random", "seeded_numbers", seeded_numbers, {"x": (1,)}, {}),
    ("random", "stateless_numbers", stateless_numbers, {"rows": int_spec(2)}, UNKNOWN_THERE),
    ("linear", "matrix_algebra", matrix_algebra, {"x": (2, 3, 3), "y": (2, 3, 2)}, UNKNOWN_THERE),
    ("linear", "cross_entropies", cross_entropies, {"x": (3, 4), "rows": int_spec(3)},
     UNKNOWN_THERE),
    ("image", "patches", patches, {"x": (1, 4, 5, 2)}, UNKNOWN_THERE),
    ("linear", "flat_spectrum", flat_spectrum, {"x": (2, 4, 6)}, UNKNOWN_THERE),
    ("image", "best_boxes", best_boxes, {"x": (2, 6, 4), "y": (2, 6, 3)}, UNKNOWN_THERE),
    ("image", "colours", colours, {"x": (2, 3, 2, 3)}, UNKNOWN_THERE),
    ("shape", "arrangements", arrangements, {"x": (3, 3), "rows": int_spec(2)}, UNKNOWN_THERE),
    ("arithmetic", "bits_and_grids", bits_and_grids, {"x": (2, 3), "y": (1, 3)}, UNKNOWN_THERE),
    ("arithmetic", "special_functions", special_functions, {"x": (2, 3), "y": (1, 3)},
     UNKNOWN_THERE),
    ("nets", "recurrent_blocks", recurrent_blocks, {"x": (3, 2, 2), "y": (2, 3)}, UNKNOWN_THERE),
    ("index", "sparse_tensors", sparse_tensors, {"x": (3, 3), "rows": int_spec(3)}, UNKNOWN_THERE),
    ("reduce", "sparse_segments", sparse_segments, {"x": (3, 2)}, UNKNOWN_THERE),
    ("conv", "windows_by_inputs", windows_by_inputs, {"x": (1, 4, 5, 2), "y": (1, 3, 2, 2, 2)},
     UNKNOWN_THERE),
    ("image", "resizes_as_images_come", resizes_as_images_come, {"x": (1, None, None, 2)},
     UNKNOWN_THERE),
    ("index", "joined_lists", joined_lists, {"x": (3, 2)}, UNKNOWN_THERE),
    ("control", "while_v2", loop, LOOP, {"convert": FUNCTIONS}),
    ("control", "while_frames", loop, LOOP, {}),
    ("control", "if_v2", branch, {"x": (2, 2)}, {"convert": FUNCTIONS}),
    ("control", "if_switch_merge", branch, {"x": (2, 2)}, {}),
    ("control", "list_of_rows", list_of_rows, {"x": (3, 2)}, {"convert": FUNCTIONS}),
    ("weights", "uint8", mlp, {"x": (None, 4)}, {"convert": {"quantization_dtype_map":
                                                             {"uint8": "*"}}}),
    ("weights", "float16", mlp, {"x": (None, 4)}, {"convert": {"quantization_dtype_map":
                                                               {"float16": "*"}}}),
    ("weights", "shards_of_30_bytes", mlp, {"x": (None, 4)},
     {"convert": {"weight_shard_size_bytes": 30}}),
]
