// Element types across the border, by small models whose answers TensorFlow gave (tests/conformance): integers of all
// widths, booleans, quantised tensors as floats and as they are stored, shapes that data decides, signatures, state.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { modelError, root, tare } from './support/package.mjs';

async function openCase(name, options) {
  const folder = path.join(root, 'tests/conformance', name);
  const golden = JSON.parse(await readFile(path.join(folder, 'case.json'), 'utf8'));
  return { golden, model: await tare.loadModel(path.join(folder, golden.models[0]), options) };
}

const byName = (tensors) => Object.fromEntries(tensors.map(({ name, data, shape }) => [name, { data, shape }]));
const numbers = (data) => Array.from(data, Number);

function assertNear(actual, expected, { abs, rel }, what) {
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs(actual[i] - value) <= abs + rel * Math.abs(value),
      `${what}[${i}]: ${actual[i]}, expected ${value}`,
    );
  });
}

function assertRun(model, run, tolerance) {
  const outputs = model.run(byName(run.inputs), run.signature === undefined ? {} : { signature: run.signature });
  for (const { name, dtype, shape, data } of run.outputs) {
    assert.equal(outputs[name].dtype, dtype, name);
    assert.deepEqual([...outputs[name].shape], shape, name);
    assertNear(numbers(outputs[name].data), numbers(data), tolerance, name);
  }
  return outputs;
}

test('int64 results are a BigInt64Array, of a shape that the data decides', async () => {
  const { golden, model } = await openCase('tflite/gather/where');
  const [run] = golden.runs;
  const [{ name }] = run.outputs;
  assert.ok(assertRun(model, run, golden.tolerance)[name].data instanceof BigInt64Array);
  const [input] = run.inputs;
  const none = model.run({ [input.name]: { data: input.data.map(() => -5), shape: input.shape } })[name];
  const all = model.run({ [input.name]: { data: input.data.map(() => 5), shape: input.shape } })[name];
  assert.deepEqual(
    [none.shape, all.shape],
    [
      [0, 2],
      [12, 2],
    ],
  );
  assertRun(model, run, golden.tolerance);
  assert.ok(model.report().nodes.some(({ where }) => where === 'dynamic'));
  // predict sees each result as it is, too.
  assert.equal(model.predict(input.data.map(() => 5)).length, 24);
  assert.equal(model.predict(input.data.map(() => -5)).length, 0);
});

test('bool results are a Uint8Array', async () => {
  const { golden, model } = await openCase('tflite/elementwise/compare_select');
  const outputs = assertRun(model, golden.runs[0], golden.tolerance);
  const flags = golden.runs[0].outputs.filter(({ dtype }) => dtype === 'bool');
  assert.ok(flags.length > 0);
  for (const { name } of flags) assert.ok(outputs[name].data instanceof Uint8Array);
});

test('int32 goes in and out as it is, and only integers do', async () => {
  const { golden, model } = await openCase('tflite/elementwise/int32');
  const [run] = golden.runs;
  const whole = Object.values(assertRun(model, run, { abs: 0, rel: 0 })).filter(({ dtype }) => dtype === 'int32');
  assert.ok(whole.length > 0);
  for (const { data } of whole) assert.ok(data instanceof Int32Array);
  const [first, ...others] = run.inputs;
  for (const [bad, message] of [
    [0.5, /an integer from -2147483648/],
    [2 ** 31, /got 2147483648/],
    [NaN, /got NaN/],
  ]) {
    const data = [...first.data];
    data[0] = bad;
    assert.throws(
      () => model.run(byName([{ ...first, data }, ...others])),
      modelError('invalid_argument', { where: new RegExp(first.name), message }),
    );
  }
});

for (const name of [
  'tflite/fully_connected/relu_int8',
  'tflite/fully_connected/relu_int16x8',
  'tflite/elementwise/logistic_int8',
]) {
  test(`${name}: floats in and out, or raw`, async () => {
    const { golden, model: raw } = await openCase(name, { raw: true });
    const { model } = await openCase(name);
    const [run] = golden.runs;
    const { dtype } = run.inputs[0];
    const outputs = assertRun(raw, run, { abs: golden.tolerance.abs, rel: 0 });
    const [output] = run.outputs;
    assert.equal(outputs[output.name].data.constructor.name, { int8: 'Int8Array', int16: 'Int16Array' }[dtype]);
    assert.throws(
      () => raw.run(byName([{ ...run.inputs[0], data: run.inputs[0].data.map(() => 1e6) }])),
      modelError('invalid_argument'),
    );

    const real = (info, data) =>
      data.map((q) => Math.fround(info.quantization.scales[0] * (q - info.quantization.zeroPoints[0])));
    const info = model.inputs.find((input) => input.name === run.inputs[0].name);
    assert.equal(info.dtype, dtype);
    const floats = model.run({ [info.name]: { data: real(info, run.inputs[0].data), shape: run.inputs[0].shape } })[
      output.name
    ];
    assert.ok(floats.data instanceof Float32Array);
    assert.equal(floats.dtype, dtype);
    const to = model.outputs.find((tensor) => tensor.name === output.name);
    assertNear(numbers(floats.data), real(to, numbers(outputs[output.name].data)), { abs: 1e-6, rel: 1e-6 }, 'floats');

    // Far outside of what the type holds, values are clamped; the quick path does the same.
    const huge = run.inputs[0].data.map(() => 1e30);
    const once = model.predict(huge);
    assert.deepEqual(model.predict(huge), once);
    assert.ok(numbers(once).every(Number.isFinite));
  });
}

test('signatures share state, and reset forgets it', async () => {
  const { golden, model } = await openCase('tflite/signatures/counter');
  assert.deepEqual(
    new Set(model.signatures.map(({ name }) => name)),
    new Set(golden.runs.map(({ signature }) => signature)),
  );
  for (let round = 0; round < 2; ++round) {
    for (const run of golden.runs) assertRun(model, run, golden.tolerance);
    model.reset();
  }
});

test('recurrent state lives on between runs until reset', async () => {
  const { golden, model } = await openCase('tflite/lstm/lstm_int8', { raw: true });
  const [input, output] = [model.inputs[0].name, model.outputs[0].name];
  for (let round = 0; round < 2; ++round) {
    for (const { inputs, outputs } of golden.runs) {
      const [{ data, shape }] = inputs;
      const result = model.run({ [input]: { data, shape } })[output];
      assertNear(numbers(result.data), outputs[0].data, { abs: golden.tolerance.abs, rel: 0 }, output);
    }
    model.reset();
  }
});

// A GraphDef of two nodes, x -> y: Placeholder and Identity of a type by its number in TensorFlow.
function openIdentity(type, options) {
  const text = (value) => [...new TextEncoder().encode(value)];
  const field = (number, bytes) => [(number << 3) | 2, bytes.length, ...bytes];
  const attribute = (name) => field(5, [...field(1, text(name)), ...field(2, [6 << 3, type])]);
  const node = (name, op, input, key) =>
    field(1, [...field(1, text(name)), ...field(2, text(op)), ...input, ...attribute(key)]);
  const graph = [...node('x', 'Placeholder', [], 'dtype'), ...node('y', 'Identity', field(3, text('x')), 'T')];
  return tare.loadModel({ 'graph.pb': Uint8Array.from(graph) }, { inputNames: ['x'], outputNames: ['y'], ...options });
}

for (const [dtype, type, bits] of [
  ['float16', 19, [0x3e00, 0xc000]],
  ['bfloat16', 14, [0x3fc0, 0xc000]],
]) {
  test(`${dtype}: floats in and out, or its bits`, async () => {
    const model = await openIdentity(type);
    assert.equal(model.inputs[0].dtype, dtype);
    assert.deepEqual(model.predict([1.5, -2]), Float32Array.of(1.5, -2));
    const raw = await openIdentity(type, { raw: true });
    assert.deepEqual(raw.predict(bits), Uint16Array.from(bits));
  });
}

test('uint16 goes in and comes out as it is', async () => {
  assert.deepEqual((await openIdentity(17)).predict([0, 65535]), Uint16Array.of(0, 65535));
});

test('strings go in and come out of a frozen graph, and only strings do', async () => {
  const model = await openIdentity(7);
  const [{ name, dtype }] = model.inputs;
  assert.equal(dtype, 'string');
  const words = ['西瓜', '', 'apple', 'x'.repeat(1000)];
  assert.deepEqual(model.predict(words), words);
  const [output] = Object.values(model.run({ [name]: { data: words, shape: [2, 2] } }));
  assert.deepEqual([output.data, output.shape], [words, [2, 2]]);
  assert.throws(
    () => model.predict(['apple', 7]),
    modelError('invalid_argument', { message: /value 1: expected a string, got 7/ }),
  );
});
