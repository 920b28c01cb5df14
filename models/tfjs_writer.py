"""The writers of the tensorflowjs package, without the packages it names but does not need.

tensorflowjs 4.22 imports decision forests, TensorFlow Hub and JAX at start, although writing a
layers-model or converting a SavedModel touches none of them, and they pin other versions of
TensorFlow. This module puts empty modules in their place, so that `pip install --no-deps
tensorflowjs` beside a current TensorFlow is enough.

Use: `from tfjs_writer import write_layers_model, convert_saved_model`.
"""

import contextlib
import os
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

_absent = {name: types.ModuleType(name) for name in (
    "tensorflow_decision_forests", "tensorflow_hub", "jax", "jax.experimental",
    "jax.experimental.jax2tf") if name not in sys.modules}
sys.modules.update(_absent)
if "jax.experimental" in _absent:
    _absent["jax.experimental"].jax2tf = _absent["jax.experimental.jax2tf"]

from tensorflowjs import converters  # noqa: E402

for _name in _absent:  # Others, Keras 3 for one, look whether JAX is there.
    del sys.modules[_name]


def write_layers_model(model, folder, **options):
    """Writes a Keras 2 or Keras 3 model as model.json and its weight shards."""
    # The writer remarks on standard output that Keras 3 is not Keras 2, then writes it all the same.
    with contextlib.redirect_stdout(None):
        converters.save_keras_model(model, folder, **options)


def convert_saved_model(saved_model, folder, **options):
    """Converts a SavedModel folder to a graph-model, as the command line converter does."""
    with contextlib.redirect_stdout(None):
        converters.convert_tf_saved_model(saved_model, folder, **options)
