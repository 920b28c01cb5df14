// What npm would publish, and what may be asked of it by name.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './support/package.mjs';

const engines = ['simd', 'relaxed', 'tflite-simd', 'tflite-relaxed'].map((name) => `dist/tare-${name}.wasm`);

test('the archive holds the engines, the worker, the types and the program', () => {
  const words = ['pack', '--dry-run', '--ignore-scripts', '--json'];
  const [{ files }] = JSON.parse(
    execFileSync('npm', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const names = files.map(({ path }) => path);
  for (const name of [
    ...engines,
    'dist/index.js',
    'dist/worker.js',
    'dist/index.d.ts',
    'dist/tare_cli.wasm',
    'bin/tare.mjs',
  ])
    assert.ok(names.includes(name), name);
  assert.deepEqual(
    names.filter((name) => !/^(dist|bin)\/|^(package\.json|[A-Z]+(\.md)?)$/.test(name)),
    [],
  );
});

test('an engine may be asked for by name', () => {
  const { resolve } = createRequire(import.meta.url);
  for (const name of engines) {
    assert.equal(resolve(`tare/${name}`), path.join(root, name));
    assert.ok(existsSync(path.join(root, name)));
  }
});
