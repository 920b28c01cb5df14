// The program `tare` by npm (the engine in Node) and natively: the same commands, output and exit codes. Numbers of
// XNNPACK may differ in their last digits, since the processors' kernels add in another order; times are not compared.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { root } from './support/package.mjs';

const native = path.join(root, 'build/native/tare');
const scratch = mkdtempSync(path.join(tmpdir(), 'tare-'));
after(() => rmSync(scratch, { recursive: true }));

function call(program, words) {
  const { status, stdout, stderr } = spawnSync(program[0], [...program.slice(1), ...words], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

const byNpm = (...words) => call([process.execPath, path.join(root, 'bin/tare.mjs')], words);

function file(name, bytes) {
  const place = path.join(scratch, name);
  writeFileSync(place, bytes);
  return place;
}

// A version 1 .npy file of float32.
function npy(rows) {
  const shape = `(${rows.length}, ${rows[0].length})`;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded), Buffer.from(Float32Array.from(rows.flat()).buffer)]);
}

const fruit = 'models/fruit/tfjs/model.json';
const rounded = (stdout) => JSON.parse(stdout).price.flat().map(Math.round);

test('npx tare run prints the price', () => {
  const words = ['--no-install', 'tare', 'run', fruit, '--input', '[[3,2,1]]'];
  const { status, stdout, stderr } = call(['npx'], words);
  assert.equal(status, 0, stderr);
  assert.equal(stdout.split('\n').length, 2, 'one line of JSON and nothing else');
  assert.deepEqual(rounded(stdout), [321]);
});

test('inputs as JSON, by name, and from .json, .npy and .csv files', () => {
  const rows = [
    [3, 2, 1],
    [1, 2, 3],
  ];
  const inputs = [
    JSON.stringify(rows),
    `counts=${JSON.stringify(rows)}`,
    file('rows.json', JSON.stringify(rows)),
    file('rows.npy', npy(rows)),
    file('rows.csv', rows.map((row) => row.join(',')).join('\n')),
  ];
  inputs.push(`counts=${inputs.at(-1)}`);
  for (const input of inputs) {
    const { status, stdout, stderr } = byNpm('run', fruit, '--input', input);
    assert.equal(status, 0, stderr);
    assert.deepEqual(rounded(stdout), [321, 123], input);
  }
});

test('verify counts cases and writes its report', () => {
  const report = path.join(scratch, 'report.json');
  const { status, stdout } = byNpm('verify', 'tests/conformance/fruit', '--json', report);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /\n6 passed, 0 failed, 0 skipped\n$/);
  const { passed, failed, skipped, cases } = JSON.parse(readFileSync(report, 'utf8'));
  assert.deepEqual([passed, failed, skipped, cases.length], [6, 0, 0, 6]);
});

test('verify tells a broken promise, by line, total and exit code', () => {
  const wrong = JSON.parse(readFileSync(path.join(root, 'tests/conformance/fruit/price/tfjs/case.json'), 'utf8'));
  wrong.models = wrong.models.map((name) => path.resolve(root, 'tests/conformance/fruit/price/tfjs', name));
  wrong.runs[0].outputs[0].data = [322];
  const folder = mkdtempSync(path.join(scratch, 'case-'));
  writeFileSync(path.join(folder, 'case.json'), JSON.stringify(wrong));
  const { status, stdout } = byNpm('verify', folder);
  assert.equal(status, 1);
  assert.match(stdout, /^FAIL /m);
  assert.match(stdout, /\n0 passed, 1 failed, 0 skipped\n$/);
});

const noNative = existsSync(native) ? false : 'the native program is not built';

// Digits that kernels of another processor may change, and times.
const withoutDigits = (text) =>
  text.replace(/-?\d+\.\d+(e-?\d+)?/g, (number) => Number(number).toPrecision(4)).replace(/[ ]+/g, ' ');
const withoutTimes = (text) => text.replace(/[\d.]+ (us|ms|s)\b/g, 'a while');
const withoutCounts = (text) => text.replace(/^lowered results that differ .*$/m, 'lowered results that differ');

for (const [words, seen] of [
  [['run', fruit, '--input', '[[3,2,1],[20,20,20]]'], withoutDigits],
  [['run', fruit, '--reference', '--input', '[[3,2,1],[20,20,20]]'], withoutDigits],
  [['run', 'models/fruit/fruit.keras', '--details', '--input', '[[3,2,1]]'], withoutDigits],
  [['run', 'models/fruit/saved_model', '--input', '[[3,2,1]]'], withoutDigits],
  [['run', fruit], String],
  [['run', fruit, '--input', '[[3,2]]'], String],
  [['run', fruit, '--input', '[[3,2,1'], String],
  [['run', fruit, '--input', 'nothing=[[3,2,1]]'], String],
  [['run', 'nowhere/model.json', '--input', '[[3,2,1]]'], String],
  [['run', 'README.md', '--input', '[[3,2,1]]'], String],
  [['run', fruit, '--input', '[[3,2,1]]', '--budget-nodes', '1'], String],
  [['run', fruit, '--budget-nodes', 'many'], String],
  [['inspect', fruit], String],
  [['inspect', 'models/fruit/saved_model/saved_model.pb'], String],
  [['inspect', 'tests/conformance/tflite/nets/small_cnn_int8/model.tflite'], String],
  [['inspect', fruit, '--json'], String],
  [['benchmark', fruit, '--runs', '3'], withoutTimes],
  [['verify', 'tests/conformance/fruit'], withoutCounts],
  [['verify', 'nowhere'], String],
  [['frobnicate'], String],
  [['help'], String],
  [[], String],
]) {
  test(`the same natively: tare ${words.join(' ')}`, { skip: noNative }, () => {
    const [one, other] = [byNpm(...words), call([native], words)];
    assert.equal(seen(one.stdout), seen(other.stdout));
    assert.equal(one.stderr, other.stderr);
    assert.equal(one.status, other.status);
  });
}
