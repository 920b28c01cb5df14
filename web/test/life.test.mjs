// The life of a model: disposal, instances apart from each other, a trap, workers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fruit, fruitFiles, modelError, root, tare } from './support/package.mjs';

const { loadModel } = tare;

test('a disposed model says so', async () => {
  const model = await loadModel(fruit);
  model.predict([3, 2, 1]);
  model.dispose();
  model.dispose();
  for (const call of [() => model.predict([3, 2, 1]), () => model.run({}), () => model.reset(), () => model.report()]) {
    assert.throws(call, modelError('disposed'));
  }
});

test('Symbol.dispose is dispose', async () => {
  const model = await loadModel(fruit);
  model[Symbol.dispose]();
  assert.throws(() => model.predict([3, 2, 1]), modelError('disposed'));
});

test('models do not share state', async () => {
  const [one, two] = await Promise.all([loadModel(fruit), loadModel(await fruitFiles())]);
  one.predict([1, 1, 1, 2, 2, 2]);
  assert.equal(Math.round(two.predict([3, 2, 1])[0]), 321);
  one.dispose();
  assert.equal(Math.round(two.predict([3, 2, 1])[0]), 321);
});

test('a trap ends the model, not the program', async () => {
  // The engine's exports run an instruction that traps, once that is wanted.
  const bytes = [
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x74, 0, 0, 10, 5, 1, 3, 0, 0, 0x0b,
  ];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
  let trapping = false;
  const guarded =
    (call) =>
    (...given) =>
      trapping ? exports.t() : call(...given);
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    const replaced = Object.entries(made.exports).map(([name, value]) => [
      name,
      typeof value === 'function' ? guarded(value) : value,
    ]);
    return { exports: Object.fromEntries(replaced) };
  };
  try {
    const model = await loadModel(fruit);
    assert.equal(Math.round(model.predict([3, 2, 1])[0]), 321);
    trapping = true;
    const crashed = modelError('crashed', { message: /unreachable.*load it again/ });
    assert.throws(() => model.predict([3, 2, 1]), crashed);
    trapping = false;
    assert.throws(() => model.predict([3, 2, 1]), crashed);
    assert.throws(
      () =>
        model.predict([
          [3, 2, 1],
          [1, 2, 3],
        ]),
      crashed,
    );
    assert.throws(() => model.report(), crashed);
    assert.equal(Math.round((await loadModel(fruit)).predict([3, 2, 1])[0]), 321);
  } finally {
    WebAssembly.instantiate = instantiate;
  }
});

test('predict of a known shape leaves the engine’s memory alone', async () => {
  // In a process of its own, where all memory of WebAssembly is this model's.
  const script = `
    const memories = [];
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const made = await instantiate(...given);
      memories.push(...Object.values(made.exports).filter((e) => e instanceof WebAssembly.Memory));
      return made;
    };
    const { loadModel } = await import('./dist/index.js');
    const model = await loadModel('models/fruit/tfjs/model.json');
    model.predict([3, 2, 1]);
    const [memory] = memories;
    const before = memory.buffer;
    for (let i = 0; i < 200000; ++i) model.predict([3, i % 20, 1]);
    console.log(memories.length, memory.buffer === before);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
  assert.equal(output.trim(), '1 true');
});

test('a model in a worker', async () => {
  const seen = [];
  const model = await loadModel(fruit, { worker: true, onProgress: (progress) => seen.push(progress) });
  assert.equal(Math.round((await model.predict([3, 2, 1]))[0]), 321);
  assert.deepEqual(model.inputs, (await loadModel(fruit)).inputs);
  assert.ok(seen.length >= 2);
  const [{ name }] = model.inputs;
  const results = await Promise.all(
    [
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ].map((row) => model.run({ [name]: row })),
  );
  assert.deepEqual(
    results.map((outputs) => Math.round(Object.values(outputs)[0].data[0])),
    [111, 222, 333],
  );
  assert.equal((await model.report()).parameters, 2369);
  await model.reset();
  await assert.rejects(model.predict([1]), modelError('invalid_argument', { message: /rows of 3/ }));
  const last = model.predict([3, 2, 1]);
  model.dispose();
  await assert.rejects(last, modelError('disposed'));
  await assert.rejects(model.predict([3, 2, 1]), modelError('disposed'));
});

test('a worker takes bytes, and tells of what it cannot load', async () => {
  const files = await fruitFiles();
  const model = await loadModel(files, { worker: true });
  assert.equal(Math.round((await model.predict([3, 2, 1]))[0]), 321);
  model.dispose();
  // They were copied, not taken.
  assert.ok(files['model.json'].byteLength > 0);
  await assert.rejects(
    loadModel({ 'model.json': files['model.json'] }, { worker: true }),
    modelError('missing_file', { where: /group1/ }),
  );
  await assert.rejects(loadModel(fruit, { worker: true, signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('a program ends though a worker’s model was left behind', () => {
  const script = `
    const { loadModel } = await import('./dist/index.js');
    const model = await loadModel('models/fruit/tfjs/model.json', { worker: true });
    console.log(Math.round((await model.predict([3, 2, 1]))[0]));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(output.trim(), '321');
});

test('a forgotten model is collected', () => {
  const script = `
    const { loadModel } = await import('./dist/index.js');
    let seen = 0;
    const registry = new FinalizationRegistry(() => ++seen);
    for (let i = 0; i < 40; ++i) {
      const model = await loadModel('models/fruit/tfjs/model.json');
      model.predict([3, 2, 1]);
      registry.register(model);
    }
    for (let i = 0; i < 50 && seen < 30; ++i) {
      gc();
      await new Promise((done) => setTimeout(done, 10));
    }
    console.log(seen >= 30);`;
  const output = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(output.trim(), 'true');
});
