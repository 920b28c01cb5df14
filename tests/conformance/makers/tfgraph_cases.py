"""Golden cases of TensorFlow graphs: TF.js graph-models, SavedModels and frozen GraphDefs."""

import json
import shutil
import tempfile
import zipfile

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from makers.case_file import EXACT, FLOAT_TOLERANCE, Case
from makers.counter import Counter
from makers.tfgraph_assignments import GRAPHS, v1
from makers.tfgraph_nets import NETS
from makers.tfgraph_read_back import graph_of, run_model_json
from tfjs_writer import convert_saved_model

SOURCE = f"TensorFlow {tf.__version__} (CPU kernels, no graph optimisation, no oneDNN)"
BATCHES = [1, 3]


def make():
    for group, name, net, shapes, options in NETS:
        make_case(Case("tfgraph", group, name, SOURCE), net, shapes, options)
    make_variables_and_signatures()
    make_old_variables()
    make_assignments()
    make_examples()
    make_hash_table()


def make_case(case, net, shapes, options):
    specs = {n: s if isinstance(s, tf.TensorSpec) else tf.TensorSpec(s) for n, s in shapes.items()}
    module, function = module_of(net, specs)
    also = options.get("also", [])
    with tempfile.TemporaryDirectory() as saved:
        tf.saved_model.save(module, saved, {"serving_default": module.call})
        write_model_json(case, saved, **options.get("convert", {}))
    tensors = {"tfjs/model.json": tensors_of_model_json(case, function)}
    if "frozen.pb" in also:
        tensors["frozen.pb"] = write_frozen(case, function)
    quantised = "quantization_dtype_map" in options.get("convert", {})
    varies = group_varies(case) or any(None in list(s.shape) for s in specs.values())
    for batch in BATCHES if varies else BATCHES[:1]:
        inputs = {n: run_input(case, n, s, batch) for n, s in specs.items()}
        outputs = {n: o.numpy() for n, o in function(**as_tensors(inputs)).items()}
        read_back = run_model_json(case.folder / "tfjs", tensors["tfjs/model.json"], inputs)
        outputs = check(case, outputs, read_back, quantised)
        case.add_run(inputs, outputs)
    floats = any(o.dtype.kind == "f" for o in outputs.values())
    case.write(["tfjs/model.json", *also], ops_of(graph_of(case.folder / "tfjs")),
               tolerance=FLOAT_TOLERANCE if floats else EXACT, tensors=tensors)


def group_varies(case):
    """Whether a second run goes another way through the same model."""
    return case.fields["group"] == "control"


def module_of(net, specs):
    def named(**inputs):
        outputs = net(**inputs)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return {f"y{i}": tf.identity(o) for i, o in enumerate(outputs)}
    module = tf.Module()
    signature = {n: tf.TensorSpec(s.shape, s.dtype, name=n) for n, s in specs.items()}
    module.call = tf.function(named)
    function = module.call.get_concrete_function(**signature)
    module.call = function
    return module, function


def as_tensors(inputs):
    return {n: tf.constant(a) for n, a in inputs.items()}


def run_input(case, name, spec, batch):
    shape = [batch if size is None else size for size in spec.shape]
    if spec.dtype == tf.float32:
        return case.normal(*shape, scale=1.5)
    if case.fields["name"] == "arithmetic/int32":
        values = case.integers(1, 9, *shape) * case.random.choice([-1, 1], shape)
        return values.astype(np.int32)
    if name == "rows":
        return case.random.permutation(3)[:shape[0]].astype(np.int32)
    return np.int32(batch)


def check(case, outputs, read_back, quantised):
    """The file must give what the function gives; with quantised weights it is the golden one."""
    for name, want in outputs.items():
        got = read_back[name]
        assert got.shape == want.shape and got.dtype == want.dtype, (case.folder, name)
        within = 0.1 if quantised else 1e-5
        assert np.allclose(got, want, within, within), (case.folder, name, got, want)
    return read_back if quantised else outputs


def write_model_json(case, saved, **options):
    """Converts, then sorts the maps that the writer leaves in another order at each making."""
    convert_saved_model(saved, str(case.folder / "tfjs"), **options)
    path = case.folder / "tfjs" / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text(), object_hook=sort_maps)))


def sort_maps(value):
    for key in ("attr", "inputs", "outputs"):
        if isinstance(value.get(key), dict):
            value[key] = dict(sorted(value[key].items()))
    return value


def tensors_of_model_json(case, function):
    """The graph's tensors by the SavedModel's names. The converter keeps the outputs' order."""
    signature = json.loads((case.folder / "tfjs" / "model.json").read_text())["signature"]
    outputs = [o["name"] for o in signature["outputs"].values()]
    outputs.sort(key=lambda name: (len(name), name))  # Identity:0, Identity_1:0, Identity_2:0
    names = sorted(function.structured_outputs)
    assert len(outputs) == len(names)
    inputs = {n: i["name"] for n, i in signature["inputs"].items() if "resourceId" not in i}
    return {"inputs": dict(sorted(inputs.items())),
            "outputs": dict(zip(names, outputs))}


def keep_saved_model(saved, case):
    """A copy without the random fingerprint, which would differ from one making to the next."""
    ignore = shutil.ignore_patterns("fingerprint.pb", "assets")
    shutil.copytree(saved, case.folder / "saved_model", ignore=ignore)


def zip_saved_model(case):
    """The same folder as one archive, with the folder's name in it and no times."""
    with zipfile.ZipFile(case.folder / "saved_model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((case.folder / "saved_model").rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(case.folder).as_posix())
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())


def write_frozen(case, function):
    frozen = convert_variables_to_constants_v2(function)
    content = frozen.graph.as_graph_def().SerializeToString(deterministic=True)
    (case.folder / "frozen.pb").write_bytes(content)
    names = sorted(function.structured_outputs)
    return {"inputs": {t.name.split(":")[0]: t.name for t in frozen.inputs},
            "outputs": dict(zip(names, [t.name for t in frozen.outputs]))}


def ops_of(graph):
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    return sorted({n.op for n in nodes} - {"Const", "Placeholder", "Identity", "NoOp"})


def make_variables_and_signatures():
    """Two signatures of a SavedModel that share a variable: state stays from run to run."""
    case = Case("tfgraph", "saved_model", "counter", SOURCE)
    counter = Counter()
    with tempfile.TemporaryDirectory() as saved:
        tf.saved_model.save(counter, saved, {"add": counter.add, "read": counter.read})
        keep_saved_model(saved, case)
        zip_saved_model(case)
    calls = [("read", {"factor": np.float32(2)}), ("add", {"amount": case.normal(2)}),
             ("add", {"amount": case.normal(2)}), ("read", {"factor": np.float32(-1)})]
    for signature, inputs in calls:
        outputs = getattr(counter, signature)(**as_tensors(inputs))
        case.add_run(inputs, {n: o.numpy() for n, o in outputs.items()}, signature)
    ops = ["AssignAddVariableOp", "Mul", "ReadVariableOp"]
    case.write(["saved_model", "saved_model.zip"], ops, stateful=True)


def make_old_variables():
    """Variables of version 1, which scatters change by rows."""
    def build(x):
        outputs = {}
        for op in ("Update", "Add", "Mul", "Div", "Max", "NdSub"):
            first = np.arange(1, 7, dtype=np.float32).reshape(3, 2)
            variable = v1.get_variable(op, initializer=first, use_resource=False)
            rows = tf.constant([[2], [1]] if op.startswith("Nd") else [2, 0])
            update = tf.constant(0.5) if op == "Mul" else x
            changed = getattr(tf.raw_ops, f"Scatter{op}")(ref=variable.op.outputs[0], indices=rows,
                                                          updates=update)
            outputs[op.lower()] = tf.identity(changed, name=f"out_{op}")
        return outputs
    make_session(Case("tfgraph", "saved_model", "scatter_version_1", SOURCE), build, "Scatter")


def make_assignments():
    """Assignments in branches and loops made of Switch and Merge, to variables of both kinds."""
    v1.disable_control_flow_v2()
    for resource in (False, True):
        def build(x):
            outputs = {}
            for graph in GRAPHS:
                name = graph.__name__
                variable = v1.get_variable(name, initializer=np.ones([2, 2], np.float32),
                                           use_resource=resource)
                outputs[name] = tf.identity(graph(variable, x), name=f"out_{name}")
            return outputs
        kind = "resource" if resource else "version_1"
        make_session(Case("tfgraph", "saved_model", f"assignments_{kind}", SOURCE), build, "Assign")
    v1.enable_control_flow_v2()


def make_session(case, build, ops):
    """A graph of version 1 with what its session gives; state stays from run to run."""
    with v1.Graph().as_default(), v1.Session() as session, tempfile.TemporaryDirectory() as folder:
        x = v1.placeholder(tf.float32, [2, 2], name="x")
        outputs = build(x)
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, f"{folder}/saved", {"x": x}, outputs)
        keep_saved_model(f"{folder}/saved", case)
        for _ in range(2):
            inputs = {"x": case.normal(2, 2, scale=1.5)}
            case.add_run(inputs, session.run(outputs, {x: inputs["x"]}))
        found = ops_of(v1.get_default_graph().as_graph_def())
    case.write(["saved_model"], [op for op in found if op.startswith(ops)], stateful=True,
               tolerance=FLOAT_TOLERANCE)


class Examples(tf.Module):
    FEATURES = {"size": tf.io.FixedLenFeature([2], tf.float32),
                "count": tf.io.FixedLenFeature([], tf.int64, 5),
                "name": tf.io.FixedLenFeature([1], tf.string, "none"),
                "marks": tf.io.VarLenFeature(tf.int64), "words": tf.io.VarLenFeature(tf.string)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="messages")])
    def parse(self, messages):
        found = tf.io.parse_example(messages, self.FEATURES)
        marks = tf.sparse.add(found["marks"], tf.sparse.slice(found["marks"], [0, 0], [9, 9]))
        joined = tf.sparse.concat(1, [tf.sparse.reorder(found["marks"]), marks])
        return {"size": found["size"], "count": found["count"], "name": found["name"],
                "words": found["words"].values, "lines": found["words"].indices,
                "marks": tf.sparse.to_dense(joined)}


def example(size, **lists):
    """The numbers must be such that the message is text, which a case file can hold."""
    features = {"size": tf.train.Feature(float_list=tf.train.FloatList(value=size))}
    for key, values in lists.items():
        if isinstance(values[0], int):
            features[key] = tf.train.Feature(int64_list=tf.train.Int64List(value=values))
        else:
            content = [v.encode() for v in values]
            features[key] = tf.train.Feature(bytes_list=tf.train.BytesList(value=content))
    message = tf.train.Example(features=tf.train.Features(feature=features))
    return message.SerializeToString(deterministic=True).decode("ascii")


def make_examples():
    """Features of messages, as serving signatures take them."""
    case = Case("tfgraph", "saved_model", "examples", SOURCE)
    module = Examples()
    with tempfile.TemporaryDirectory() as saved:
        tf.saved_model.save(module, saved, {"serving_default": module.parse})
        keep_saved_model(saved, case)
    messages = [example([8.0, 2.0], count=[3], name=["melon"], marks=[1, 2, 3], words=["a", "bc"]),
                example([0.5, 2.5], marks=[4]), example([32.0, 2.0], count=[7], words=["", "d", "e"])]
    inputs = {"messages": np.array(messages, object)}
    outputs = {n: o.numpy() for n, o in module.parse(**as_tensors(inputs)).items()}
    case.add_run(inputs, outputs)
    case.write(["saved_model"], ["ParseExampleV2", "SparseAdd", "SparseConcat", "SparseReorder",
                                 "SparseSlice"], tolerance=EXACT)


class Prices(tf.Module):
    def __init__(self):
        super().__init__()
        fill = tf.lookup.KeyValueTensorInitializer(["melon", "apple", "grape"], [100.0, 10.0, 1.0])
        self.table = tf.lookup.StaticHashTable(fill, -1.0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="fruit")])
    def look_up(self, fruit):
        return {"price": self.table.lookup(fruit)}


def make_hash_table():
    """A table that the initializer graph of model.json has to fill."""
    case = Case("tfgraph", "tables", "prices", SOURCE)
    prices = Prices()
    with tempfile.TemporaryDirectory() as saved:
        tf.saved_model.save(prices, saved, {"serving_default": prices.look_up})
        write_model_json(case, saved)
    function = prices.look_up.get_concrete_function()
    tensors = {"tfjs/model.json": tensors_of_model_json(case, function)}
    for fruit in (["grape"], ["apple", "plum", "melon"]):
        inputs = {"fruit": np.array(fruit, object)}
        case.add_run(inputs, {"price": prices.look_up(tf.constant(fruit))["price"].numpy()})
    case.write(["tfjs/model.json"], ["HashTableV2", "LookupTableFindV2"],
               tolerance=EXACT, tensors=tensors)
