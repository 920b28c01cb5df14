"""The networks of the Keras cases, each a function of the Keras package that builds it.

`keras` is tf_keras (Keras 2) or keras (Keras 3): the same lines make the files that each writes.
NETS lists (group, name, function, generations); a function returns the model and its inputs'
shapes without the batch.
"""

# The strings both generations know, then those that Keras 3 added.
ACTIVATIONS = ["linear", "relu", "relu6", "elu", "selu", "sigmoid", "tanh", "softmax", "softplus",
               "softsign", "swish", "gelu", "exponential", "hard_sigmoid", "mish"]
ADDED_BY_KERAS3 = ["leaky_relu", "silu", "log_softmax", "celu", "hard_swish", "hard_tanh",
                   "tanh_shrink", "soft_shrink", "hard_shrink", "squareplus"]


def activations(names):
    """A dense layer for each activation string, each an output of its own."""
    def build(keras):
        x = keras.Input((4,), name="x")
        outputs = [keras.layers.Dense(3, activation=n, name=n)(x) for n in names]
        return keras.Model(x, outputs), [(4,)]
    return build


def all_activation_layers(keras):
    """Activations as layers with attributes of their own, side by side."""
    k = keras.layers
    x = keras.Input((6,), name="x")
    wide = k.Dense(6, name="wide")(x)
    slope = {"alpha": 0.2} if is_keras2(keras) else {"negative_slope": 0.2}
    parts = [
        k.ReLU(name="relu")(wide),
        k.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2, name="relu_bent")(wide),
        k.LeakyReLU(name="leaky", **slope)(wide),
        k.ELU(alpha=0.7, name="elu")(wide),
        k.PReLU(name="prelu", alpha_initializer=keras.initializers.Constant(0.3))(wide),
        k.Softmax(name="softmax")(wide),
        k.Activation("tanh", name="tanh")(wide),
    ]
    return keras.Model(x, k.Concatenate(name="all")(parts)), [(6,)]


def merges(keras):
    k = keras.layers
    x = keras.Input((5,), name="x")
    a, b = k.Dense(4, activation="tanh", name="a")(x), k.Dense(4, name="b")(x)
    parts = [k.Add(name="add")([a, b]), k.Multiply(name="multiply")([a, b]),
             k.Subtract(name="subtract")([a, b]), k.Maximum(name="maximum")([a, b]),
             k.Minimum(name="minimum")([a, b]), k.Average(name="average")([a, b, a])]
    joined = k.Concatenate(name="join")(parts)
    return keras.Model(x, k.Dense(2, name="y")(joined)), [(5,)]


def merge_broadcast(keras):
    k = keras.layers
    row, cell = keras.Input((3, 4), name="row"), keras.Input((3, 1), name="cell")
    added = k.Add(name="add")([row, cell])
    return keras.Model([row, cell], k.Multiply(name="scaled")([added, cell])), [(3, 4), (3, 1)]


def concatenate_axes(keras):
    k = keras.layers
    a, b = keras.Input((2, 3), name="a"), keras.Input((2, 3), name="b")
    outputs = [k.Concatenate(axis=1, name="rows")([a, b]),
               k.Concatenate(axis=-1, name="columns")([b, a])]
    return keras.Model([a, b], outputs), [(2, 3), (2, 3)]


def residual(keras):
    k = keras.layers
    x = keras.Input((6,), name="x")
    y = x
    for i in range(2):
        y = k.Add(name=f"skip_{i}")([y, k.Dense(6, activation="relu", name=f"step_{i}")(y)])
    return keras.Model(x, y), [(6,)]


def shared_layer(keras):
    k = keras.layers
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    tower = k.Dense(3, activation="relu", name="tower")
    apart = k.Subtract(name="apart")([tower(left), tower(right)])
    return keras.Model([left, right], k.Dense(1, activation="sigmoid", name="same")(apart)), \
        [(4,), (4,)]


def two_outputs(keras):
    k = keras.layers
    x = keras.Input((4,), name="x")
    body = k.Dense(6, activation="relu", name="body")(x)
    outputs = [k.Dense(3, activation="softmax", name="kind")(body), k.Dense(1, name="size")(body)]
    return keras.Model(x, outputs), [(4,)]


def nested(keras):
    k = keras.layers
    inner = keras.Sequential([keras.Input((4,), name="inner_x"),
                              k.Dense(5, activation="relu", name="inner_dense")], name="inner")
    x = keras.Input((4,), name="x")
    return keras.Model(x, k.Dense(2, name="y")(inner(x))), [(4,)]


def dense_stack(keras):
    k = keras.layers
    layers = [k.Dense(7, activation="relu", use_bias=i % 2 == 0, name=f"d{i}") for i in range(4)]
    return keras.Sequential([keras.Input((3,), name="x"), *layers, k.Dense(1, name="y")]), [(3,)]


def dense_rank3(keras):
    k = keras.layers
    return keras.Sequential([keras.Input((3, 4), name="x"), k.Dense(5, name="each"),
                             k.Activation("softmax", name="y")]), [(3, 4)]


def batch_norm(keras):
    k = keras.layers
    return keras.Sequential([
        keras.Input((6,), name="x"), k.BatchNormalization(name="first"),
        k.Dense(5, name="dense"), k.BatchNormalization(epsilon=0.01, name="after_dense"),
        k.ReLU(name="relu"), k.BatchNormalization(center=False, scale=False, name="plain"),
    ]), [(6,)]


def batch_norm_axis(keras):
    k = keras.layers
    return keras.Sequential([keras.Input((3, 4), name="x"),
                             k.BatchNormalization(axis=1, name="rows")]), [(3, 4)]


def reshape_flatten(keras):
    k = keras.layers
    return keras.Sequential([
        keras.Input((3, 4), name="x"), k.Reshape((2, -1), name="fold"), k.Dense(3, name="dense"),
        k.Permute((2, 1), name="turn"), k.Flatten(name="flat"), k.Dense(2, name="y"),
        k.RepeatVector(2, name="twice"),
    ]), [(3, 4)]


def identities(keras):
    k = keras.layers
    return keras.Sequential([
        keras.Input((5,), name="x"),
        k.Dropout(0.5, name="drop"), k.GaussianNoise(0.3, name="noise"),
        k.Dense(4, activation="tanh", name="dense"), k.GaussianDropout(0.2, name="multiplied"),
        k.ActivityRegularization(l2=0.1, name="penalty"), k.AlphaDropout(0.1, name="alpha"),
    ]), [(5,)]


def normalised_input(keras):
    k = keras.layers
    return keras.Sequential([
        keras.Input((4,), name="x"), k.Rescaling(0.25, offset=-1.0, name="fit"),
        k.LayerNormalization(name="norm"), k.Dense(2, name="y"),
    ]), [(4,)]


def small_cnn(keras):
    k = keras.layers
    return keras.Sequential([
        keras.Input((6, 6, 2), name="x"),
        k.Conv2D(4, 3, padding="same", activation="relu", name="conv"),
        k.MaxPooling2D(2, name="pool"), k.DepthwiseConv2D(3, padding="valid", name="depth"),
        k.GlobalAveragePooling2D(name="mean"), k.Dense(3, activation="softmax", name="y"),
    ]), [(6, 6, 2)]


def small_lstm(keras):
    k = keras.layers
    return keras.Sequential([
        keras.Input((5, 3), name="x"), k.LSTM(4, return_sequences=True, name="lstm"),
        k.GRU(3, name="gru"), k.Dense(2, name="y"),
    ]), [(5, 3)]


def is_keras2(keras):
    return keras.__name__ == "tf_keras"


BOTH = (2, 3)
NETS = [
    ("activations", "strings", activations(ACTIVATIONS), BOTH),
    ("activations", "strings_of_keras3", activations(ADDED_BY_KERAS3), (3,)),
    ("activations", "as_layers", all_activation_layers, BOTH),
    ("functional", "merges", merges, BOTH),
    ("functional", "merge_broadcast", merge_broadcast, (3,)),
    ("functional", "concatenate_axes", concatenate_axes, (2,)),
    ("functional", "residual", residual, (2,)),
    ("functional", "shared_layer", shared_layer, BOTH),
    ("functional", "two_outputs", two_outputs, BOTH),
    ("functional", "nested", nested, BOTH),
    ("dense", "stack", dense_stack, (2,)),
    ("dense", "rank3", dense_rank3, (2,)),
    ("layers", "batch_norm", batch_norm, BOTH),
    ("layers", "batch_norm_axis", batch_norm_axis, (2,)),
    ("layers", "reshape_flatten", reshape_flatten, BOTH),
    ("layers", "identities", identities, BOTH),
    ("layers", "normalised_input", normalised_input, (2,)),
    ("nets", "small_cnn", small_cnn, (2,)),
    ("nets", "small_lstm", small_lstm, BOTH),
]
