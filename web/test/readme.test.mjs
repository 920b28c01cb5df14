// The samples of README.md, compiled against the package's types and run; what they print is in their comments.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { transform } from 'esbuild';
import { root } from './support/package.mjs';

const readme = await readFile(path.join(root, 'README.md'), 'utf8');
const samples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
const folder = path.join(root, 'build/readme');

// `console.log(...); // text`
const promised = (code) => [...code.matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, text]) => text);

test('there are samples, and each prints something', () => {
  assert.ok(samples.length >= 5);
  for (const code of samples) assert.ok(promised(code).length > 0, code);
});

test('the samples compile, strictly', async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all(samples.map((code, i) => writeFile(path.join(folder, `sample${i}.ts`), code)));
  const compilerOptions = {
    target: 'ES2022',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
    types: [],
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
  };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  runTypeScript(path.join(folder, 'tsconfig.json'));
});

samples.forEach((code, i) => {
  test(`sample ${i + 1} prints what it says`, async () => {
    const script = path.join(folder, `sample${i}.mjs`);
    await mkdir(folder, { recursive: true });
    await writeFile(script, (await transform(code, { loader: 'ts', format: 'esm' })).code);
    const printed = execFileSync(process.execPath, [script], { cwd: root, encoding: 'utf8', timeout: 60_000 });
    assert.deepEqual(printed.trimEnd().split('\n'), promised(code));
  });
});

test('what types must refuse is refused', () => {
  runTypeScript(path.join(root, 'web/test/types/tsconfig.json'));
});

test('the declarations need no newer library than ES2022 and the DOM', () => {
  runTypeScript(path.join(root, 'web/test/types/plain.json'));
});

function runTypeScript(project) {
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', project], { cwd: root, encoding: 'utf8' });
  } catch (error) {
    assert.fail(error.stdout);
  }
}
