// The npm package in a page under the strict policy: both builds, workers, giving up, accuracy.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { browsers } from './support/browsers.mjs';
import { root, startServer } from './support/server.mjs';

for (const { name, path: program, launch, skip } of browsers) {
  describe(`the package in ${name}`, { skip }, () => {
    let server, browser, page;
    before(async () => {
      server = await startServer();
      browser = await launch(program);
      page = await browser.open();
      await page.goto(`${server.origin}/pages/package.html`);
      await page.until(() => globalThis.tare !== undefined);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('env tells the truth about both builds', async () => {
      const [{ build, relaxedSimd, why }, ran] = await page.evaluate(async () => [
        tare.env(),
        (await tare.loadModel('/fruit/tfjs/model.json')).build,
      ]);
      assert.equal(build, relaxedSimd ? 'relaxed' : 'simd');
      assert.equal(ran, build);
      assert.ok(why.length >= 3);
    });

    for (const build of ['simd', 'relaxed']) {
      test(`the ${build} build prices 10,000 baskets right, one by one and at once`, async (t) => {
        if (build === 'relaxed' && !(await page.evaluate(() => tare.env().relaxedSimd))) {
          t.skip(`${name} has no relaxed SIMD`);
          return;
        }
        const result = await page.evaluate(async (wanted) => {
          const model = await tare.loadModel('/fruit/tfjs/model.json', { build: wanted });
          const rows = Array.from({ length: 10_000 }, () =>
            Array.from({ length: 3 }, () => Math.floor(Math.random() * 21)),
          );
          const right = ([w, a, g], price) => Math.round(price) === 100 * w + 10 * a + g;
          const single = rows.filter((row) => right(row, model.predict(row)[0])).length;
          const together = model.predict(rows);
          return { build: model.build, single, batch: rows.filter((row, i) => right(row, together[i])).length };
        }, build);
        assert.deepEqual(result, { build, single: 10_000, batch: 10_000 });
      });
    }

    test('the engine follows the bytes, whatever the name', async () => {
      const result = await page.evaluate(async () => {
        const bytes = new Uint8Array(await (await fetch('/fruit/fruit.tflite')).arrayBuffer());
        const engines = () =>
          performance
            .getEntriesByType('resource')
            .map(({ name }) => /tare-tflite|tare-(?=simd|relaxed)/.exec(name)?.[0])
            .filter(Boolean);
        const seen = [];
        for (const [source, options] of [
          ['/fruit/fruit.tflite', {}],
          [{ 'weights.bin': bytes }, {}],
          [{ 'wrong.json': bytes }, {}],
          ['/fruit/fruit.tflite', { worker: true }],
          [{ 'weights.bin': bytes }, { worker: true }],
        ]) {
          performance.clearResourceTimings();
          const model = await tare.loadModel(source, options);
          seen.push([model.format, Math.round((await model.predict([3, 2, 1]))[0])]);
          if (seen.length === 1) seen[0].push(engines());
          model.dispose();
        }
        return seen;
      });
      const prices = Array.from({ length: 5 }, () => ['tflite', 321]);
      prices[0].push(['tare-tflite']);
      assert.deepEqual(result, prices);
    });

    test('a model in a worker of its own', async () => {
      const result = await page.evaluate(async () => {
        const seen = [];
        const model = await tare.loadModel('../fruit/tfjs/model.json', {
          worker: true,
          onProgress: (progress) => seen.push(progress),
        });
        const price = Math.round((await model.predict([3, 2, 1]))[0]);
        const failed = await model.predict([1]).catch((error) => `${error.name} ${error.code}`);
        const last = model.predict([3, 2, 1]).catch((error) => error.code);
        model.dispose();
        return { price, failed, seen: seen.length > 0, last: await last, name: model.inputs[0].name !== '' };
      });
      assert.deepEqual(result, {
        price: 321,
        failed: 'ModelError invalid_argument',
        seen: true,
        last: 'disposed',
        name: true,
      });
    });

    test('the package inside a module worker', async () => {
      const { price, build, expected } = await page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const worker = new Worker('/pages/worker.js', { type: 'module' });
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => reject(new Error(event.message));
            worker.postMessage({ address: '/fruit/tfjs/model.json', row: [3, 2, 1] });
          }),
      );
      assert.equal(Math.round(price), 321);
      assert.equal(build, expected);
    });

    test('files from a picker, bytes, and giving up', async () => {
      const result = await page.evaluate(async () => {
        const read = async (file) => new Uint8Array(await (await fetch(`/fruit/tfjs/${file}`)).arrayBuffer());
        const names = ['group1-shard1of1.bin', 'model.json'];
        const bytes = await Promise.all(names.map(read));
        const files = bytes.map((b, i) => new File([b], names[i]));
        const price = async (source, options) =>
          Math.round((await (await tare.loadModel(source, options)).predict([3, 2, 1]))[0]);
        const controller = new AbortController();
        const given = tare
          .loadModel('/fruit/tfjs/model.json', { signal: controller.signal })
          .catch((error) => error.name);
        controller.abort();
        const transfer = new DataTransfer();
        for (const file of files) transfer.items.add(file);
        return [
          await price(files),
          await price(transfer.files),
          await price(transfer.files, { worker: true }),
          await price(transfer),
          await price({ [names[0]]: files[0], [names[1]]: bytes[1] }),
          await price({ [names[0]]: bytes[0], [names[1]]: bytes[1] }),
          await given,
        ];
      });
      assert.deepEqual(result, [321, 321, 321, 321, 321, 321, 'AbortError']);
    });

    test('what cannot be loaded is a ModelError, and the next load works', async () => {
      server.misbehave = (asked) => (asked.startsWith('/lost/') ? (response) => response.destroy() : undefined);
      const result = await page.evaluate(async () => {
        const code = (source) =>
          tare.loadModel(source).then(
            () => 'loaded',
            (error) => `${error.name} ${error.code}`,
          );
        return [
          await code('/nowhere/model.json'),
          await code('/pages/package.html'),
          await code('/lost/model.json'),
          await code('/fruit/tfjs/model.json'),
        ];
      });
      assert.deepEqual(result, ['ModelError missing_file', 'ModelError invalid_model', 'ModelError network', 'loaded']);
      server.misbehave = undefined;
    });

    test('a server that names no type for WebAssembly will do', async () => {
      const other = await browser.open();
      const engines = Object.fromEntries(
        await Promise.all(
          ['simd', 'relaxed'].map(async (build) => [
            build,
            await readFile(new URL(`../dist/tare-${build}.wasm`, import.meta.url)),
          ]),
        ),
      );
      server.misbehave = (asked) => {
        const build = /tare-(\w+)\.wasm$/.exec(asked)?.[1];
        return build === undefined
          ? undefined
          : (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(engines[build]);
      };
      await other.goto(`${server.origin}/pages/package.html`);
      await other.until(() => globalThis.tare !== undefined);
      assert.equal(
        await other.evaluate(async () =>
          Math.round((await tare.loadModel('/fruit/tfjs/model.json')).predict([3, 2, 1])[0]),
        ),
        321,
      );
      server.misbehave = undefined;
      await other.close();
    });

    test('the page of the README, by the server that it names', async () => {
      const readme = await readFile(path.join(root, 'README.md'), 'utf8');
      const [, sample] = /^```html\n([\s\S]*?)^```$/m.exec(readme);
      const command = /`node (scripts\/serve\.mjs \.)`/.exec(readme)[1].split(' ');
      const file = path.join(root, `build/readme-${name}.html`);
      await writeFile(file, `<!doctype html><body>${sample}`);
      const serving = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
      const [said] = await once(serving.stdout.setEncoding('utf8'), 'data');
      const other = await browser.open();
      await other.goto(new URL(`build/${path.basename(file)}`, /http:\S+/.exec(said)[0]).href);
      await other.until(() => document.body.innerText.trim() === '321');
      await other.close();
      serving.kill();
      await rm(file);
    });

    test('nothing of this broke the policy', async () => {
      assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
    });
  });
}
