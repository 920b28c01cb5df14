// Where models come from, how far loading got, how it is given up, and what a broken one says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { zip } from '../../scripts/zip_file.mjs';
import { fruit, fruitFiles, modelError, root, tare } from './support/package.mjs';

const { loadModel } = tare;
const price = (model) => Math.round(model.predict([3, 2, 1])[0]);

async function serve(answer, use) {
  const server = createServer((request, response) => answer(request.url, response));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

const serveFruit = (use, { folder = path.dirname(fruit) } = {}) =>
  serve(async (name, response) => {
    const bytes = await readFile(path.join(folder, path.basename(name))).catch(() => null);
    response.writeHead(bytes === null ? 404 : 200, bytes === null ? {} : { 'content-length': bytes.length });
    response.end(bytes);
  }, use);

test('a path, a folder, a file address', async () => {
  assert.equal(price(await loadModel(fruit)), 321);
  assert.equal(price(await loadModel(path.relative(process.cwd(), fruit))), 321);
  assert.equal(price(await loadModel(path.dirname(fruit))), 321);
  assert.equal(price(await loadModel(pathToFileURL(fruit))), 321);
  assert.equal(price(await loadModel(pathToFileURL(fruit).href)), 321);
});

// A script in a process of its own, and what it prints.
const node = (script) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' }).trimEnd();

function pricesWhere(place, sources) {
  const script = `
    import { readFile } from 'node:fs/promises';
    import { pathToFileURL } from 'node:url';
    import { runInNewContext } from 'node:vm';
    globalThis.window = globalThis;
    ${place}
    const { loadModel } = await import('./dist/index.js');
    for (const [source, options] of [${sources}]) {
      const model = await loadModel(source, options);
      console.log(Math.round((await model.predict([3, 2, 1]))[0]));
      model.dispose();
    }`;
  return node(script).split('\n');
}

test('Node with a window, as tests under jsdom have it', () => {
  const bytes = `await readFile('models/fruit/fruit.tflite')`;
  const file = `pathToFileURL('models/fruit/tfjs/model.json')`;
  const sources = [
    `[${bytes}]`,
    `[runInNewContext('new Uint8Array(bytes)', { bytes: ${bytes} })]`,
    `[${file}]`,
    `[${file}.href]`,
    `[${file}, { worker: true }]`,
  ];
  const prices = Array(6).fill('321');
  const nowhere = `globalThis.document = { baseURI: 'about:blank' };`;
  assert.deepEqual(pricesWhere(nowhere, [...sources, `['models/fruit/tfjs']`]), prices);
  // Relative to the page, where there is one.
  const page = `globalThis.document = { baseURI: pathToFileURL('models/fruit/page.html').href };`;
  assert.deepEqual(pricesWhere(page, [...sources, `['tfjs/model.json']`]), prices);
});

test('a page of Electron goes a browser’s ways', () => {
  const place = `
    process.type = 'renderer';
    globalThis.document = { baseURI: pathToFileURL('models/fruit/page.html').href };
    const asked = [];
    globalThis.fetch = async (url) => (asked.push(url.pathname), new Response(await readFile(url)));
    process.on('exit', () => console.log(asked.filter((name) => name.endsWith('.wasm')).length > 0));`;
  assert.deepEqual(pricesWhere(place, `['tfjs/model.json']`), ['321', 'true']);
});

test('an address that is none', async () => {
  await assert.rejects(loadModel('http://'), modelError('invalid_argument', { message: /not an address/ }));
});

test('a folder stands for the one model in it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tare-'));
  const missing = (message) => assert.rejects(loadModel(folder), modelError('missing_file', { message }));
  await missing(/no model in this folder/);
  for (const [from, name] of [
    ['fruit.tflite', 'ein Modell #1.tflite'],
    ['fruit.tflite', 'model.lite'],
    ['fruit.keras', 'fruit.keras'],
    ['fruit.tflite', 'without_a_suffix'],
  ]) {
    await copyFile(path.join(root, 'models/fruit', from), path.join(folder, name));
    if (name.includes('.')) {
      await writeFile(path.join(folder, 'labels.txt'), 'price');
      await writeFile(path.join(folder, 'read.me'), '');
    }
    assert.equal(price(await loadModel(folder)), 321, name);
    for (const file of await readdir(folder)) await rm(path.join(folder, file));
  }
  for (const name of ['labels.txt', 'read.me']) await writeFile(path.join(folder, name), '');
  await missing(/no model in this folder/);
  await rm(folder, { recursive: true });
});

test('bytes by name, in a record or a map, in any order', async () => {
  const files = await fruitFiles();
  assert.equal(price(await loadModel(files)), 321);
  assert.equal(price(await loadModel(new Map(Object.entries(files).reverse()))), 321);
  const inFolder = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`models/${name}`, bytes.buffer]));
  assert.equal(price(await loadModel(inFolder)), 321);
});

test('a folder of a model as a zip archive', async () => {
  const members = Object.entries(await fruitFiles()).map(([name, bytes]) => ({
    name: `fruit/${name}`,
    bytes,
    deflate: true,
  }));
  const archive = zip(members);
  assert.equal(price(await loadModel(archive)), 321);
  assert.equal(price(await loadModel(new Map([['fruit.zip', archive]]))), 321);
});

test('File objects, as a picker gives them', async () => {
  const { File } = await import('node:buffer');
  const files = Object.entries(await fruitFiles()).map(([name, bytes]) => new File([bytes], name));
  assert.equal(price(await loadModel(files.reverse())), 321);
});

test('over HTTP, with progress', async () => {
  await serveFruit(async (origin) => {
    const seen = [];
    const model = await loadModel(`${origin}/models/model.json`, { onProgress: (progress) => seen.push(progress) });
    assert.equal(price(model), 321);
    const last = seen.at(-1);
    assert.equal(last.loaded, last.total);
    assert.equal(last.loaded, model.fileBytes);
    assert.deepEqual(new Set(seen.map(({ file }) => file)), new Set(['model.json', 'group1-shard1of1.bin']));
    seen.reduce((before, { loaded }) => (assert.ok(loaded > before), loaded), 0);
  });
});

test('each file may be fetched in its own way', async () => {
  const files = await fruitFiles();
  // As a store of files with signatures does: one for each address.
  const signature = (name) => `?sig=${name.length}`;
  const answer = (asked, response) => {
    const { pathname, search } = new URL(asked, 'http://local');
    const name = path.basename(pathname);
    response.writeHead(search === signature(name) ? 200 : 403).end(files[name]);
  };
  await serve(answer, async (origin) => {
    const source = `${origin}/model.json?sig=10`;
    await assert.rejects(loadModel(source), modelError('network', { where: /group1-shard1of1\.bin$/, message: /403/ }));
    const sign = (address, options) => {
      address.search = signature(path.basename(address.pathname));
      return fetch(address, options);
    };
    assert.equal(price(await loadModel(source, { fetch: sign })), 321);
    await assert.rejects(
      loadModel(source, { fetch: sign, worker: true }),
      modelError('invalid_argument', { where: /fetch/, message: /bytes by name/ }),
    );
  });
  const lost = () => {
    throw new Error('lost');
  };
  await assert.rejects(
    loadModel('http://local/model.json', { fetch: lost }),
    modelError('network', { message: /lost/ }),
  );
});

test('what onProgress throws is the caller’s own', async () => {
  const own = new RangeError('own');
  const onProgress = () => {
    throw own;
  };
  await serveFruit(async (origin) => {
    for (const source of [fruit, await fruitFiles(), `${origin}/models/model.json`])
      await assert.rejects(loadModel(source, { onProgress }), (error) => error === own);
    await assert.rejects(loadModel(fruit, { onProgress, worker: true }), (error) => error === own);
  });
});

test('a file that cannot be read is no matter of the network', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tare-'));
  await copyFile(fruit, path.join(folder, 'model.json'));
  await mkdir(path.join(folder, 'group1-shard1of1.bin'));
  await assert.rejects(
    loadModel(folder),
    modelError('missing_file', { where: /group1/, message: /cannot be read \(EISDIR\)/ }),
  );
  await rm(folder, { recursive: true });
});

test('loading is given up by a signal', async () => {
  const aborted = AbortSignal.abort();
  await assert.rejects(loadModel(fruit, { signal: aborted }), { name: 'AbortError' });
  const controller = new AbortController();
  await serve(
    (name, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{');
      setTimeout(() => controller.abort(), 20);
    },
    async (origin) => {
      await assert.rejects(loadModel(`${origin}/model.json`, { signal: controller.signal }), { name: 'AbortError' });
    },
  );
});

test('files that are not there, servers that fail', async () => {
  await assert.rejects(loadModel(path.join(root, 'nowhere/model.json')), modelError('missing_file'));
  await assert.rejects(
    loadModel(path.join(root, 'models/fruit')),
    modelError('missing_file', { message: /several models in this folder; name the file/ }),
  );
  const { 'model.json': json } = await fruitFiles();
  await assert.rejects(
    loadModel({ 'model.json': json }),
    modelError('missing_file', { where: /group1-shard1of1\.bin/ }),
  );
  await serve(
    (name, response) => response.writeHead(500).end(),
    async (origin) => {
      await assert.rejects(loadModel(`${origin}/model.json`), modelError('network', { message: /500/ }));
    },
  );
  await serve(
    (name, response) => response.writeHead(404).end(),
    async (origin) => {
      await assert.rejects(loadModel(`${origin}/model.json`), modelError('missing_file'));
    },
  );
  await serve(
    (name, response) => response.destroy(),
    async (origin) => {
      await assert.rejects(loadModel(`${origin}/model.json`), modelError('network'));
    },
  );
});

test('bytes that are no model, and the next load works', async () => {
  const files = await fruitFiles();
  const text = (words) => new TextEncoder().encode(words);
  const broken = {
    'an HTML page': { 'model.json': text('<!doctype html><title>Not found</title>') },
    'nothing at all': { 'model.json': new Uint8Array() },
    'half of the JSON': { ...files, 'model.json': files['model.json'].subarray(0, 900) },
    'short weights': { ...files, 'group1-shard1of1.bin': files['group1-shard1of1.bin'].subarray(0, 100) },
    noise: { model: Uint8Array.from({ length: 4096 }, (_, i) => (i * 167) & 255) },
  };
  for (const [what, source] of Object.entries(broken)) {
    await assert.rejects(loadModel(source), (error) => {
      assert.equal(error.name, 'ModelError', `${what}: ${error.stack}`);
      assert.match(error.code, /^(invalid_model|unsupported)$/, what);
      assert.notEqual(error.message, '', what);
      return true;
    });
  }
  assert.equal(price(await loadModel(files)), 321);
});

test('a manifest cannot reach out of its folder', async () => {
  const files = await fruitFiles();
  const json = new TextDecoder().decode(files['model.json']);
  for (const bad of [
    '../secret.bin',
    '/etc/passwd',
    'http://example.com/x.bin',
    'a%2e%2e/x.bin',
    'a\\\\b.bin',
    'x.bin?q',
    'group1-shard1of1.bin", "../secret.bin',
  ]) {
    const asked = [];
    await serve(
      (name, response) => {
        asked.push(name);
        response.end(json.replace('group1-shard1of1.bin', bad));
      },
      async (origin) => {
        await assert.rejects(loadModel(`${origin}/models/model.json`), modelError('invalid_model'), bad);
      },
    );
    assert.deepEqual(asked, ['/models/model.json'], bad);
  }
});

test('weights do not wait for the engine, and are asked for once', async () => {
  const files = await fruitFiles();
  const asked = [];
  await serve(
    (name, response) => {
      asked.push(name);
      response.end(files[name.slice('/models/'.length)]);
    },
    async (origin) => assert.equal(price(await loadModel(`${origin}/models/model.json`)), 321),
  );
  assert.deepEqual(asked, ['/models/model.json', '/models/group1-shard1of1.bin']);
});

test('weights that were moved beside the model are found, with a warning', async () => {
  const files = await fruitFiles();
  const json = new TextDecoder()
    .decode(files['model.json'])
    .replace('group1-shard1of1.bin', 'moved/away/group1-shard1of1.bin');
  const model = await loadModel({ ...files, 'model.json': new TextEncoder().encode(json) });
  assert.equal(price(model), 321);
  assert.match(model.warnings.join(), /group1-shard1of1\.bin/);
  assert.deepEqual((await loadModel(fruit)).warnings, []);
});

test('budgets hold and options are checked', async () => {
  await assert.rejects(loadModel(fruit, { bytes: 1000 }), modelError('budget_exceeded'));
  await assert.rejects(loadModel(fruit, { nodes: 1 }), modelError('budget_exceeded'));
  await assert.rejects(loadModel(fruit, { seconds: -1 }), modelError('invalid_argument', { where: /seconds/ }));
  await assert.rejects(loadModel(42), modelError('invalid_argument'));
  await assert.rejects(loadModel([]), modelError('invalid_argument', { message: /no files/ }));
  await assert.rejects(loadModel({ 'model.json': '{}' }), modelError('invalid_argument', { where: /model\.json/ }));
});

test('builds that do not run here, or are none', async () => {
  for (const options of [{}, { worker: true }]) {
    await assert.rejects(
      loadModel(fruit, { ...options, build: 'fast' }),
      modelError('invalid_argument', { where: /build/, message: /'simd' or 'relaxed', got 'fast'/ }),
    );
  }
  // In a process of its own that knows no relaxed SIMD, then no SIMD.
  const script = `
    const { validate } = WebAssembly;
    WebAssembly.validate = (bytes) => String(bytes).includes(LACKING) ? false : validate(bytes);
    const { loadModel } = await import('./dist/index.js');
    const model = 'models/fruit/tfjs/model.json';
    const codes = [undefined, 'simd', 'relaxed'].map((build) =>
      loadModel(model, { build }).then(({ build }) => build, ({ code, message }) => code + ': ' + message));
    console.log((await Promise.all(codes)).join('\\n'));`;
  const lacking = (code) => node(script.replace('LACKING', `'${code}'`));
  assert.match(lacking('253,128,2'), /^simd\nsimd\nenvironment: build: relaxed SIMD is missing here: take 'simd'$/);
  assert.match(lacking('253,15'), /^(environment: WebAssembly has no SIMD here.*\n?){3}$/);
});

test('an engine that is missing, forbidden or has no room', async () => {
  const copy = await mkdtemp(path.join(tmpdir(), 'tare-'));
  for (const name of await readdir(path.join(root, 'dist')))
    if (name.endsWith('.js')) await copyFile(path.join(root, 'dist', name), path.join(copy, name));
  await writeFile(path.join(copy, 'package.json'), '{"type":"module"}');
  const alone = await import(pathToFileURL(path.join(copy, 'index.js')).href);
  await assert.rejects(alone.loadModel(fruit), modelError('missing_file', { where: /tare-\w+\.wasm$/ }));
  await rm(copy, { recursive: true });

  const script = (change) => `
    ${change}
    const { loadModel } = await import('./dist/index.js');
    await loadModel('models/fruit/tfjs/model.json').catch(({ code, message }) => console.log(code + ': ' + message));`;
  const forbidding = `WebAssembly.compile = async () => { throw new EvalError('Refused') };`;
  assert.match(node(script(forbidding)), /^environment: .*'wasm-unsafe-eval'.*\(Refused\)$/);
  const full = `WebAssembly.instantiate = async () => { throw new RangeError('Out of memory') };`;
  assert.match(node(script(full)), /^crashed: the engine could not start \(Out of memory\)$/);
});

test('reference kernels alone price the same', async () => {
  const model = await loadModel(fruit, { xnnpack: false });
  assert.equal(price(model), 321);
  for (const { where } of model.report().nodes) assert.equal(where, 'reference');
});

test('env says which build runs and why', () => {
  const { build, simd, relaxedSimd, threads, why } = tare.env();
  assert.equal(simd, true);
  assert.equal(build, relaxedSimd ? 'relaxed' : 'simd');
  assert.equal(threads, false);
  assert.ok(why.length >= 3 && why.every((sentence) => sentence.endsWith('.')));
});
