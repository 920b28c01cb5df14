// What a model takes and gives: rows flat and nested, typed and plain, by position and by name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baskets, fruit, modelError, priceOf, tare } from './support/package.mjs';

const rounded = (data) => Array.from(data, Math.round);

test('one row, many rows, plain or typed, flat or nested', async () => {
  const model = await tare.loadModel(fruit);
  assert.ok(model.predict([3, 2, 1]) instanceof Float32Array);
  assert.deepEqual(rounded(model.predict([3, 2, 1])), [321]);
  assert.deepEqual(rounded(model.predict([[3, 2, 1]])), [321]);
  assert.deepEqual(rounded(model.predict(new Float32Array([3, 2, 1]))), [321]);
  assert.deepEqual(rounded(model.predict(Int8Array.of(3, 2, 1))), [321]);
  assert.deepEqual(rounded(model.predict([3, 2, 1, 1, 2, 3])), [321, 123]);
  assert.deepEqual(
    rounded(
      model.predict([
        [3, 2, 1],
        [1, 2, 3],
        [0, 0, 9],
      ]),
    ),
    [321, 123, 9],
  );
  assert.deepEqual(rounded(model.predict([Float32Array.of(3, 2, 1), Float32Array.of(1, 2, 3)])), [321, 123]);
});

test('every size of batch gives what its rows give alone', async () => {
  const model = await tare.loadModel(fruit);
  for (const size of [1, 2, 3, 7, 64, 65, 1000, 3]) {
    const rows = [...baskets(size, size)];
    const together = model.predict(rows.flat());
    assert.deepEqual(rounded(together), rows.map(priceOf));
    rows.slice(0, 5).forEach((row, i) => assert.ok(Math.abs(model.predict(row)[0] - together[i]) < 1e-2));
  }
});

test('10,000 random baskets are priced right', async () => {
  const model = await tare.loadModel(fruit);
  const wrong = [...baskets(10_000)].filter((row) => Math.round(model.predict(row)[0]) !== priceOf(row));
  assert.deepEqual(wrong, []);
});

test('results are the caller’s to keep', async () => {
  const model = await tare.loadModel(fruit);
  const first = model.predict([3, 2, 1]);
  const kept = first[0];
  model.predict([20, 20, 20]);
  assert.equal(first[0], kept);
  first[0] = 0;
  assert.equal(Math.round(model.predict([3, 2, 1])[0]), 321);
});

test('run takes inputs by name, with or without a shape', async () => {
  const model = await tare.loadModel(fruit);
  const [{ name, dtype, shape }] = model.inputs;
  assert.equal(dtype, 'float32');
  assert.deepEqual(shape, [null, 3]);
  const output = model.outputs[0].name;
  for (const value of [
    { data: [3, 2, 1, 1, 2, 3], shape: [2, 3] },
    {
      data: [
        [3, 2, 1],
        [1, 2, 3],
      ],
    },
    Float32Array.of(3, 2, 1, 1, 2, 3),
  ]) {
    const result = model.run({ [name]: value })[output];
    assert.deepEqual(result.shape, [2, 1]);
    assert.equal(result.dtype, 'float32');
    assert.deepEqual(rounded(result.data), [321, 123]);
  }
  // predict goes on from another shape.
  assert.deepEqual(rounded(model.predict([3, 2, 1])), [321]);
});

test('what does not fit is an error that names the input, and the next call works', async () => {
  const model = await tare.loadModel(fruit);
  const [{ name }] = model.inputs;
  const wrong = [
    [() => model.predict([1, 2]), /rows of 3 values, got 2/],
    [() => model.predict([]), /got 0 values/],
    [() => model.predict([[1, 2], [3]]), /differ in length/],
    [() => model.predict(['3', '2', '1']), /expected a number, got '3'/],
    [() => model.predict([3, undefined, 1]), /expected a number, got undefined/],
    [() => model.predict([3, [2], 1]), /expected a number/],
    [() => model.predict('321'), /expected an array/],
    [() => model.predict(null), /expected an array/],
    [() => model.predict(undefined), /expected an array/],
    [() => model.predict({ data: [3, 2, 1], shape: [1, 3] }), /for a shape, run\(\{ 'counts': \{ data, shape/],
    [() => model.run(null), /inputs by name/],
    [() => model.run({ [name]: null }), /expected an array/],
    [() => model.run({ [name]: { data: null } }), /expected an array/],
    [() => model.run({ [name]: { data: [3, 2, 1], shape: null } }), /shape: expected an array/],
    [() => model.run({ [name]: { data: [3, 2, 1], shape: 3 } }), /shape: expected an array/],
    [() => model.run({ [name]: { data: [3, 2, 1], shape: [1, 4] } }), /has 4 values, but 3 were given/],
    [() => model.run({ [name]: { data: [3, 2, 1], shape: [-1, 3] } }), /integers from 0/],
    [() => model.run({ [name]: { data: [3, 2, 1], shape: [3] } }), /shape/],
    [() => model.run({ [name]: { data: [1, 2, 3, 4], shape: [1, 4] } }), /\[1,4\]/],
    [() => model.run({}), /this input is missing/],
    [() => model.run({ [name]: [3, 2, 1], other: [1] }), /no such input/],
    [() => model.run({ [name]: [3, 2, 1] }, { signature: 'nope' }), /no signature 'nope'/],
  ];
  for (const [call, message] of wrong) {
    assert.throws(call, modelError('invalid_argument', { message }), String(call));
    assert.equal(Math.round(model.predict([3, 2, 1])[0]), 321);
  }
});

test('booleans and big integers are numbers to a float input', async () => {
  const model = await tare.loadModel(fruit);
  assert.deepEqual(rounded(model.predict([true, 2n, 1])), [121]);
});

test('NaN and infinities go through the arithmetic', async () => {
  const model = await tare.loadModel(fruit);
  assert.equal(model.predict([Infinity, 2, 1]).length, 1);
  assert.equal(Math.round(model.predict([3, 2, 1])[0]), 321);
});

test('the report tells what ran where', async () => {
  const model = await tare.loadModel(fruit);
  model.predict([3, 2, 1]);
  const { parameters, nodes, segments } = model.report();
  assert.equal(parameters, 2369);
  assert.equal(segments, 1);
  assert.equal(
    nodes.reduce((sum, { macs }) => sum + macs, 0),
    3 * 64 + 64 * 32 + 32,
  );
  for (const { where } of nodes) assert.match(where, /^xnnpack 0$/);
  assert.equal(Math.round(model.predict([3, 2, 1])[0]), 321);
});

test('reset leaves a stateless model as it was', async () => {
  const model = await tare.loadModel(fruit);
  const before = model.predict([3, 2, 1])[0];
  model.reset();
  assert.equal(model.predict([3, 2, 1])[0], before);
});
