"""More networks of the Keras cases: options of layers that change inference, many to a network.

As in keras_nets, each is a function of the Keras package; it returns the model and its inputs'
shapes without the batch.
"""

import importlib

import numpy as np


def outputs_of(keras, shape, build):
    x = keras.Input(shape, name="x")
    return keras.Model(x, build(keras.layers, x)), [shape]


def masked_recurrent(keras):
    """Steps that are zero throughout are masked: in both directions, with states, in stacks."""
    def build(k, x):
        masked = k.Masking()(k.ReLU(threshold=0.8)(x))
        both = k.Bidirectional(k.SimpleRNN(2, return_sequences=True), merge_mode="sum")(masked)
        cells = k.RNN([k.GRUCell(3), k.LSTMCell(2)], return_sequences=True)(masked)
        return [both, cells, k.GRU(2, go_backwards=True)(masked),
                k.GlobalAveragePooling1D()(masked)]
    return outputs_of(keras, (5, 2), build)


def recurrent_states(keras):
    def build(k, x):
        sequence, h, c = k.LSTM(3, return_state=True, return_sequences=True)(x)
        decoded = k.LSTM(3)(sequence, initial_state=[h, c])
        return [decoded, k.Bidirectional(k.GRU(2), merge_mode="mul")(x), h]
    return outputs_of(keras, (4, 2), build)


def channels_first(keras):
    def build(k, x):
        form = {"data_format": "channels_first"}
        up = k.UpSampling2D((1, 2), interpolation="bilinear", **form)(x)
        turned = k.Conv2DTranspose(2, 3, strides=2, output_padding=1, padding="same", **form)(x)
        return [up, turned, k.GlobalMaxPooling2D(keepdims=True, **form)(x)]
    return outputs_of(keras, (2, 3, 5), build)


def local_layers(keras):
    """Filters that differ at each place, kept in each of the three ways."""
    def build(k, x):
        return [k.LocallyConnected2D(2, 2, implementation=1, name="place")(x),
                k.LocallyConnected2D(2, 2, implementation=2, padding="same", strides=2,
                                     name="matrix")(x),
                k.LocallyConnected2D(2, 2, implementation=3, name="entries")(x),
                k.LocallyConnected2D(2, 2, data_format="channels_first", name="turned")(x)]
    return outputs_of(keras, (3, 4, 2), build)


def batch_norm_axes(keras):
    def build(k, x):
        return k.BatchNormalization(axis=[1, 2], epsilon=0.01)(x, training=True)
    return outputs_of(keras, (2, 3, 2), build)


def applications_layers(keras):
    """What keras.applications brings along: two layers of ConvNeXt."""
    own = importlib.import_module(f"{keras.__name__}.src.applications.convnext")
    def build(k, x):
        return own.StochasticDepth(0.3)(own.LayerScale(0.1, 3)(k.DepthwiseConv2D(2)(x)))
    return outputs_of(keras, (3, 4, 3), build)


def open_sizes(keras):
    """Cropping and resizing of images whose extents the file leaves open."""
    x = keras.Input((None, None, 2), name="x")
    k = keras.layers
    return keras.Model(x, [k.CenterCrop(3, 4)(x), k.Resizing(4, 3, crop_to_aspect_ratio=True)(x)]), [
        (5, 6, 2)]


def statistics(keras):
    """keras.ops over axes, as nodes of a model."""
    def build(k, x):
        o = keras.ops
        return [o.median(x, axis=1), o.quantile(x, [0.2, 0.7], axis=-1), o.norm(x, ord=3, axis=1),
                o.std(x, axis=[1, 2], keepdims=True), o.nanmax(o.log(x), axis=-1),
                o.average(x, axis=2, weights=np.array([1, 2, 3, 4], np.float32))]
    return outputs_of(keras, (3, 4), build)


def indexing(keras):
    def build(k, x):
        o = keras.ops
        return [o.take_along_axis(x, o.argsort(x, axis=1), axis=1), o.roll(x, (1, -2), axis=(1, 2)),
                o.tril(x, -1), o.diagonal(x, axis1=1, axis2=2), o.repeat(x, [2, 0, 1], axis=1),
                o.tensordot(x, o.ones((4, 2)), axes=[[2], [0]]), o.rot90(x, axes=(1, 2)), x[:, 1, ::-1]]
    return outputs_of(keras, (3, 4), build)


def losses(keras):
    """Cross entropies of probabilities and of logits."""
    def build(k, x):
        o = keras.ops
        hit, best = o.cast(x > 0, "float32"), o.argmax(x, axis=-1)
        hot, shares = o.one_hot(best, 4), o.softmax(x)
        return [o.binary_crossentropy(hit, o.sigmoid(x)),
                o.binary_crossentropy(hit, x, from_logits=True),
                o.categorical_crossentropy(hot, o.exp(x)),
                o.categorical_crossentropy(hot, x, from_logits=True),
                o.sparse_categorical_crossentropy(best, shares * 1.0),
                o.sparse_categorical_crossentropy(best, x, from_logits=True)]
    return outputs_of(keras, (3, 4), build)


def signals(keras):
    """Fourier transforms, with complex numbers as two tensors; frames."""
    def build(k, x):
        o = keras.ops
        pair = (x, x * 0.5)
        rows = o.reshape(x, (-1, 12))
        framed = [o.stft(rows, 6, 2, 8), o.stft(rows, 8, 4, 8, window=None),
                  o.stft(rows, 4, 3, 8, window="hamming", center=False)]
        both = [o.fft(pair), o.fft2(pair), o.ifft2(pair), o.rfft(x, fft_length=6), *framed]
        return [o.irfft(o.rfft(x)), o.extract_sequences(rows, 5, 3), *(o.stack(b) for b in both)]
    return outputs_of(keras, (3, 4), build)


def signals_back(keras):
    """Signals from their spectra, whose frames overlap."""
    def build(k, x):
        o = keras.ops
        rows = o.stft(o.reshape(x, (-1, 24)), 6, 2, 8)
        window = [0.5, 0.8, 1.1, 1.4, 1.7, 2.0]
        return [o.istft(rows, 6, 2, 8), o.istft(rows, 6, 2, 8, window=window),
                o.istft(rows, 5, 3, 8, window="hamming", center=False),
                o.istft(rows, 8, 2, 8, window=None, length=7),
                o.istft(o.stft(x, 4, 2, 4), 4, 1, 4, length=5, center=False),
                o.stack(o.stft(x, 5, 2, 8, window="hamming"))]
    return outputs_of(keras, (3, 8), build)


def kernels_as_operands(keras):
    def build(k, x):
        o, values = keras.ops, np.arange(96, dtype=np.float32) * 0.01
        whole, each = values[:48].reshape(2, 2, 3, 4), values[:24].reshape(2, 2, 3, 2)
        return [o.conv(x, whole, 2, "same"), o.conv(x, whole, 1, "valid", dilation_rate=2),
                o.depthwise_conv(x, each, 1, "same"),
                o.separable_conv(x, each, values[:18].reshape(1, 1, 6, 3), 2, "valid"),
                o.image.extract_patches(x, (2, 3), strides=(1, 2), padding="same"),
                o.adaptive_average_pool(x, (2, 3)), o.adaptive_max_pool(x, (4, 4))]
    return outputs_of(keras, (5, 6, 3), build)


def image_effects(keras):
    def build(k, x):
        i, shares = keras.ops.image, keras.ops.sigmoid(x)
        turn = np.array([0.9, 0.1, 0.5, -0.2, 1.1, 0.3, 0.0, 0.0], np.float32)
        return [i.rgb_to_hsv(shares), i.hsv_to_rgb(shares), i.gaussian_blur(x, (3, 5), (1.0, 0.7)),
                i.affine_transform(x, turn), i.affine_transform(x, turn, "nearest", "reflect"),
                i.pad_images(x, 1, 2, target_height=9, target_width=10),
                i.crop_images(x, 1, 2, target_height=3, target_width=3),
                i.resize(x, (3, 5), crop_to_aspect_ratio=True),
                i.resize(x, (6, 5), "bicubic", pad_to_aspect_ratio=True, fill_value=0.5)]
    return outputs_of(keras, (5, 6, 3), build)


def sampling(keras):
    """Values between elements, corners moved, and blocks that slide over an image."""
    def build(k, x):
        o, i = keras.ops, keras.ops.image
        whole = o.cast(x * 9, "int32")
        scale, shift = np.array([1.4, 0.6], np.float32), np.array([0.3, -0.2], np.float32)
        size, area = (1, 7, 4, 3), (1, 2)
        first, places = x[0, :, :, 0], np.array([[-1.2, 0.5, 3.0, 4.6], [1.5, 2.2, 5.1, 7.3]], "f")
        corners = np.array([[[0, 0], [5, 0], [0, 4], [5, 4]]], np.float32)
        moved = np.array([[[0.5, 0], [5, 0.7], [0, 4], [4, 3]]], np.float32)
        planes = o.transpose(x, (0, 3, 1, 2))
        blocks = o.nn.unfold(planes, (2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2))
        return [i.scale_and_translate(x, size, scale, shift, area, "linear"),
                i.scale_and_translate(x, size, scale, shift, area, "cubic", antialias=False),
                i.scale_and_translate(x, size, scale, shift, area, "lanczos3"),
                i.scale_and_translate(x, size, scale, shift, area, "lanczos5"),
                i.perspective_transform(x, corners, moved, fill_value=0.5),
                i.perspective_transform(x[0], moved[0], corners[0], interpolation="nearest"),
                i.map_coordinates(first, places, 1, fill_value=-3.0),
                i.map_coordinates(first, places, 0, "nearest"),
                i.map_coordinates(first, places, 1, "wrap"),
                i.map_coordinates(first, places, 1, "reflect"),
                i.map_coordinates(first, np.array([[-1.2, 6.5], [7.3, 2.2]], "f"), 1, "mirror"),
                i.map_coordinates(whole[0, :, :, 1], places, 1, "nearest"),
                blocks, o.nn.fold(blocks, (5, 6), (2, 3), dilation=(2, 1), padding=(1, 0),
                                  stride=(1, 2))]
    model, shapes = outputs_of(keras, (5, 6, 3), build)
    model.run_eagerly = True  # Keras cannot trace these
    return model, shapes


def matrices(keras):
    def build(k, x):
        o = keras.ops
        whole = o.matmul(o.transpose(x, (0, 2, 1)), x) + o.eye(3)
        return [o.det(x), o.inv(x), o.slogdet(x)[1], o.logdet(whole), o.cholesky(whole),
                o.solve(x, x[:, :, :2]), o.solve(x, x[:, 0]), o.stack(o.qr(x)),
                o.solve_triangular(whole, x, lower=True), o.solve_triangular(whole, x[:, 1])]
    return outputs_of(keras, (3, 3), build)


def matrix_norms(keras):
    """Norms of matrices, among them those of singular values, of which some are 0."""
    def build(k, x):
        o = keras.ops
        flat = o.concatenate([x, x[:, :1] * 2], axis=1)
        return [o.norm(x, 2, (1, 2)), o.norm(x, -2, (1, 2), keepdims=True), o.norm(x, 2, (2, 1)),
                o.norm(x, "nuc", (-2, -1)), o.norm(flat, -2, (1, 2)), o.norm(x[0], 2),
                o.norm(x[0], 1),
                o.svd(x, compute_uv=False), o.svd(flat, compute_uv=False), o.norm(x, -1, (2, 1)),
                o.norm(x, -2, (0, 2))]
    return outputs_of(keras, (3, 4), build)


def searching(keras):
    """Elements found, counted and compared over whole tensors."""
    def build(k, x):
        o, best = keras.ops, keras.ops.argmax(x, axis=-1)
        holes = o.log(x)
        return [o.searchsorted(np.array([-1, 0, 1], np.float32), x[0, 0], side="right"),
                o.bincount(best, minlength=4), o.nanargmax(holes, axis=1), o.nanargmin(holes),
                o.trapezoid(x, dx=0.5, axis=1), o.nonzero(o.relu(x))[2],
                o.cdist(x, x[:, :2])]
    return outputs_of(keras, (3, 4), build)


def numbers_without_digits(keras):
    """Infinity, -Infinity and NaN, which Python writes into JSON as they are."""
    def build(k, x):
        o, infinity = keras.ops, float("inf")
        return [o.norm(x, ord=infinity, axis=-1), o.norm(x, ord=-infinity, axis=(1, 2)),
                o.clip(x, -infinity, 0.5), o.where(x > 0, x, -infinity),
                o.nan_to_num(o.sqrt(x), nan=infinity),
                o.maximum(x, np.array([np.nan, 0, 1, -1], np.float32))]
    return outputs_of(keras, (3, 4), build)


def slices_by_tensors(keras):
    import tensorflow as tf

    def build(k, x):
        extent = tf.shape(x)[1]
        return [x[:, : extent - 1], x[:, extent - 2], x[:, extent - 3 :: 2, 1:]]
    return outputs_of(keras, (3, 4), build)


def image_sizes(keras):
    """Images cut out, brought to sizes, filtered and converted by TensorFlow's functions."""
    import tensorflow as tf

    def build(k, x):
        i, n, shares = tf.image, tf.nn, tf.sigmoid(x)
        filters = np.arange(12, dtype=np.float32).reshape(2, 2, 3) * 0.1
        boxes = [[0.1, 0.2, 0.9, 1.3], [0.8, 0.0, 0.1, 1.0]]
        wide, whole = i.convert_image_dtype(shares, tf.int16), {"saturate": True}
        return [i.crop_and_resize(x, boxes, [0, 0], (3, 2), extrapolation_value=-1.0),
                i.crop_and_resize(x, boxes, [0, 0], (2, 5), method="nearest"),
                i.resize(x, (11, 7), preserve_aspect_ratio=True), i.resize_with_pad(x, 8, 4),
                i.resize_with_pad(x, 3, 9, method="nearest"), i.sobel_edges(x),
                n.erosion2d(x, filters, [1, 2, 1, 1], "SAME", "NHWC", [1, 1, 2, 1]),
                n.local_response_normalization(x, 1, bias=0.5, alpha=0.3, beta=0.7),
                n.pool(x, [2, 2], "AVG", padding="SAME", strides=[2, 1]),
                n.pool(x, [2, 2], "MAX", padding="VALID", dilations=[1, 2]),
                tf.cast(i.convert_image_dtype(shares, tf.uint8), tf.float32),
                tf.cast(i.convert_image_dtype(x, tf.uint8, **whole), tf.float32),
                tf.cast(i.convert_image_dtype(wide, tf.int8), tf.float32),
                tf.cast(i.convert_image_dtype(wide, tf.int32), tf.float32),
                i.convert_image_dtype(wide, tf.float32)]
    return outputs_of(keras, (5, 6, 3), build)


def picks(keras):
    """Elements picked by what they are, and matrices by their diagonals."""
    import tensorflow as tf

    def build(k, x):
        counts = tf.cast(tf.abs(x) * 2, tf.int32)
        ranks = tf.argsort(tf.reshape(counts, [-1]))
        both = tf.unique(tf.reshape(counts, [-1]))
        return [tf.boolean_mask(x, x[..., 0] > 0), tf.boolean_mask(x, [True, False, True], axis=1),
                tf.linalg.diag(x), tf.linalg.diag(x, k=-2),
                tf.scatter_nd([[0], [2]], x[0, :2], [5, 4]), *both,
                tf.histogram_fixed_width(x, [-1.0, 1.5], 5), tf.math.bincount(counts),
                tf.math.bincount(counts, weights=x, minlength=3, maxlength=4),
                tf.bitcast(x, tf.int32), tf.tile(x, [1, tf.shape(x)[1], 2]), tf.cumsum(ranks)]
    return outputs_of(keras, (3, 4), build)


def diagonals(keras):
    """Diagonals of which the batch is an axis."""
    def build(k, x):
        o = keras.ops
        whole = o.cast(x * 4, "int32")
        parts = o.unique(whole, return_index=True, return_inverse=True, return_counts=True,
                         size=4, fill_value=-9)
        return [o.diagonal(x), o.diagonal(x, -1, 2, 0), o.trace(x), o.trace(x, 1, 1, 2),
                o.trace(whole, axis1=0, axis2=2), o.diagflat(x[0, 0], 1), o.diagflat(x[:, 0], -1),
                o.diag(x[:, 1]), o.unique(whole), *(part * 2 for part in parts)]
    return outputs_of(keras, (3, 4), build)


def divisors_and_steps(keras):
    def build(k, x):
        o = keras.ops
        whole = o.cast(x[0] * 20, "int32")
        even = o.linspace(x[:, 0], 2.0, 4, endpoint=False, axis=-1)
        return [o.gcd(whole, o.flip(whole, 0)), o.gcd(whole, 12), o.lcm(whole, 6),
                o.lcm(whole, o.flip(whole, 1)), o.nextafter(x, 9.0), even,
                o.linspace(whole[0, 0], 30, 5, dtype="int32"),
                o.logspace(x[0], x[0, 1], 3, base=2),
                o.cast(o.allclose(x, x + 1e-7), "int32"), o.cast(o.allclose(x, x * 2), "int32"),
                x[..., :3] + o.ndim(x)]
    return outputs_of(keras, (3, 4), build)


def quantiles(keras):
    """Over the batch, and over numbers alone: the root of what is below 0 is none."""
    def build(k, x):
        o = keras.ops
        holes = o.sqrt(x)
        return [o.median(x), o.median(holes, axis=1, keepdims=True),
                o.percentile(x, [30, 75], axis=0),
                o.nanmedian(holes), o.nanmedian(holes, axis=(0, 2)), o.nanmedian(holes, axis=-1),
                o.nanquantile(holes, 0.3, axis=1), o.nanquantile(holes, 0.3, method="lower"),
                o.nanquantile(holes, 0.4, axis=2, method="higher"),
                o.nanquantile(holes, 0.7, axis=1, method="nearest", keepdims=True),
                o.nanpercentile(holes, 45.0, axis=(1, 2), method="midpoint")]
    model, shapes = outputs_of(keras, (3, 4), build)
    model.run_eagerly = True  # Keras cannot trace these
    return model, shapes


def scores(keras):
    """Embeddings that go back from rows to scores, by the table and by a kernel of their own."""
    def build(k, x):
        both = [k.ReversibleEmbedding(5, 4, tie_weights=tied, name=f"tied_{tied}")
                for tied in (True, False)]
        for layer in both:
            layer.build((None, 3))
        return [layer(x, reverse=True) for layer in both]
    return outputs_of(keras, (3, 4), build)


def projections(keras):
    """EinsumDense of each kind that quantised kernels have a layout of their own for."""
    def build(k, x):
        heads = k.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de")(x)
        return k.EinsumDense("abde,dec->abc", (None, 5))(heads)
    return outputs_of(keras, (3, 4), build)


BOTH = (2, 3)
NETS = [
    ("options", "masked_recurrent", masked_recurrent, BOTH),
    ("options", "recurrent_states", recurrent_states, BOTH),
    ("options", "channels_first", channels_first, (2,)),
    ("options", "local_layers", local_layers, (2,)),
    ("options", "batch_norm_axes", batch_norm_axes, (2,)),
    ("options", "open_sizes", open_sizes, (2,)),
    ("layers", "applications", applications_layers, BOTH),
    ("operations", "statistics", statistics, (3,)),
    ("operations", "indexing", indexing, (3,)),
    ("operations", "matrices", matrices, (3,)),
    ("operations", "searching", searching, (3,)),
    ("operations", "slices_by_tensors", slices_by_tensors, (2,)),
    ("operations", "image_sizes", image_sizes, (2,)),
    ("operations", "picks", picks, (2,)),
    ("operations", "diagonals", diagonals, (3,)),
    ("operations", "divisors_and_steps", divisors_and_steps, (3,)),
    ("operations", "quantiles", quantiles, (3,)),
    ("operations", "sampling", sampling, (3,)),
    ("operations", "matrix_norms", matrix_norms, (3,)),
    ("operations", "signals_back", signals_back, (3,)),
    ("operations", "losses", losses, (3,)),
    ("operations", "signals", signals, (3,)),
    ("operations", "kernels_as_operands", kernels_as_operands, (3,)),
    ("operations", "image_effects", image_effects, (3,)),
]
