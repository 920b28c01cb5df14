// How much memory files take at the peak that are small, ask for much and are refused: archives that unpack to a
// thousand times their size, JSON that is deep or of very many values, graphs whose calls or branches multiply, shapes
// beyond all measure. Prints each beside what SECURITY.md promises; ends with 1 when one takes more. Peaks are resident
// memory, JavaScript's and the engine's together, above that of a process in which an empty file was refused.
//
//   node scripts/hostile_memory.mjs [MODEL...]      default: files made here, and the shared cases whose name says so
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { zip } from './zip_file.mjs';

const self = fileURLToPath(import.meta.url);
const megabyte = 1 << 20;
const budget = 64 * megabyte;
const forJson = 320 * megabyte;
// What the same load differs by from one process to the next.
const noise = 4 * megabyte;
const shared = '../shared/conformance';
const asksForMuch = /bomb|deep|huge|many|overflow|beyond|nested/;

const config = { name: 'config.json', bytes: Buffer.from('{"class_name":"Sequential","config":{"name":"s","layers":[]}}') };
const blanks = (name, megabytes) => ({ name, bytes: Buffer.alloc(megabytes * megabyte, ' '), deflate: true });
const zeros = (name, megabytes) => ({ name, bytes: Buffer.alloc(megabytes * megabyte), deflate: true });
const three = (make) => [1, 2, 3].map(make);
const node = (name, op, input = [], attr = {}) => ({ name, op, input, attr });
const graph = (nodes, functions = []) =>
  JSON.stringify({ format: 'graph-model', modelTopology: { node: nodes, library: { function: functions } } });
const floats = { T: { type: 'DT_FLOAT' } };
const placeholder = (name, type) => node(name, 'Placeholder', [], { dtype: { type } });

// Each function calls the next one twice.
function callsThatDouble(depth) {
  const argument = (name) => ({ name, type: 'DT_FLOAT' });
  const call = (name, input, next) => node(name, 'PartitionedCall', [input], { f: { func: { name: `f${next}` } } });
  const functions = Array.from({ length: depth }, (_, i) => ({
    signature: { name: `f${i}`, inputArg: [argument('a')], outputArg: [argument('o')] },
    nodeDef: i + 1 < depth ? [call('p', 'a', i + 1), call('q', 'p:output:0', i + 1)] : [node('q', 'Neg', ['a'], floats)],
    ret: { o: i + 1 < depth ? 'q:output:0' : 'q:y:0' },
  }));
  return graph([placeholder('x', 'DT_FLOAT'), call('y', 'x', 0)], functions);
}

// The same, with very many arguments and results to pass on.
function argumentsThatMultiply(depth, count) {
  const numbers = Array.from({ length: count }, (_, k) => k);
  const argument = (name) => ({ name, type: 'DT_FLOAT' });
  const call = (name, input, next) => node(name, 'PartitionedCall', input, { f: { func: { name: `f${next}` } } });
  const results = (from) => Object.fromEntries(numbers.map((k) => [`o${k}`, from(k)]));
  const functions = Array.from({ length: depth }, (_, i) => ({
    signature: {
      name: `f${i}`,
      inputArg: numbers.map((k) => argument(`a${k}`)),
      outputArg: numbers.map((k) => argument(`o${k}`)),
    },
    nodeDef:
      i + 1 === depth
        ? []
        : [
            call('p', numbers.map((k) => `a${k}`), i + 1),
            call('q', numbers.map((k) => `p:output:${k}`), i + 1),
          ],
    ret: results((k) => (i + 1 === depth ? `a${k}` : `q:output:${k}`)),
  }));
  return graph([placeholder('x', 'DT_FLOAT'), call('y', numbers.map(() => 'x'), 0)], functions);
}

// One long name in a function that is called often.
function namesThatMultiply(length, calls) {
  const name = 'n'.repeat(length);
  const f = {
    signature: { name: 'f', inputArg: [{ name: 'a', type: 'DT_FLOAT' }], outputArg: [{ name: 'o', type: 'DT_FLOAT' }] },
    nodeDef: [node(name, 'Neg', ['a'], floats)],
    ret: { o: `${name}:y:0` },
  };
  const call = (_, i) => node(`c${i + 1}`, 'PartitionedCall', [`c${i}`], { f: { func: { name: 'f' } } });
  return graph([placeholder('c0', 'DT_FLOAT'), ...Array.from({ length: calls }, call)], [f]);
}

// Models that call the next one twice, down to one without a layer.
function emptyModelsThatDouble(depth) {
  const input = { class_name: 'InputLayer', name: 'i', config: { name: 'i', batch_input_shape: [null, 4] }, inbound_nodes: [] };
  let model;
  for (let i = 0; i < depth; ++i) {
    const inner = model && {
      ...model,
      name: model.config.name,
      inbound_nodes: [[['i', 0, 0, {}]], [[model.config.name, 1, 0, {}]]],
    };
    model = {
      class_name: 'Functional',
      config: {
        name: `m${i}`,
        layers: inner ? [input, inner] : [input],
        input_layers: [['i', 0, 0]],
        output_layers: [inner ? [inner.name, 2, 0] : ['i', 0, 0]],
      },
    };
  }
  const modelTopology = { keras_version: '2.15.0', backend: 'tensorflow', model_config: model };
  return JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: [] });
}

// Each branch needs the same long way.
function branchesThatShare(count) {
  const way = Array.from({ length: count }, (_, i) => node(`n${i + 1}`, 'Neg', [`n${i}`], floats));
  const branches = Array.from({ length: count }, (_, i) => [
    node(`s${i}`, 'Switch', ['n0', 'p'], floats),
    node(`a${i}`, 'AddV2', [`s${i}`, `n${count}`], floats),
    node(`m${i}`, 'Merge', [`a${i}`, `s${i}:1`], floats),
  ]);
  const all = node('y', 'AddN', Array.from({ length: count }, (_, i) => `m${i}`), floats);
  return graph([placeholder('n0', 'DT_FLOAT'), placeholder('p', 'DT_BOOL'), ...way, ...branches.flat(), all]);
}

const made = {
  'empty.json': () => '',
  'config of 200 MB.keras': () => zip([blanks('config.json', 200)]),
  'config of 60 MB.keras': () => zip([blanks('config.json', 60)]),
  'weights of 200 MB.keras': () => zip([config, zeros('model.weights.h5', 200)]),
  'weights of 60 MB.keras': () => zip([config, zeros('model.weights.h5', 60)]),
  'graph of 200 MB.zip': () => zip([zeros('m/saved_model.pb', 200)]),
  'shards of 60 MB each.zip': () =>
    zip([{ name: 'm/model.json', bytes: Buffer.from('{}') }, ...three((i) => zeros(`m/${i}.bin`, 60))]),
  'a million arrays deep.json': () => '['.repeat(1_000_000),
  'a hundred thousand objects deep.json': () => '{"modelTopology":'.repeat(100_000),
  'five million values.json': () => `{"modelTopology":[${'0,'.repeat(5_000_000)}0]}`,
  '30 MB of blanks.json': () => `{${' '.repeat(30 * megabyte)}`,
  'calls that double.json': () => callsThatDouble(22),
  'branches that share a way.json': () => branchesThatShare(3000),
  'arguments that multiply.json': () => argumentsThatMultiply(18, 300),
  'names that multiply.json': () => namesThatMultiply(300_000, 4000),
  'empty models that double.json': () => emptyModelsThatDouble(40),
  'a name of 30 MB.json': () => `{"${'a'.repeat(30 * megabyte)}":`,
};

function writeMade(folder) {
  return Object.entries(made).map(([name, make]) => {
    const file = path.join(folder, name);
    writeFileSync(file, make());
    return file;
  });
}

function sharedCases() {
  if (!existsSync(shared)) return [];
  return readdirSync(shared, { recursive: true })
    .filter((name) => name.split(path.sep)[1] === 'malformed' && /^(model\.(?!bin)|saved_model\.pb$|frozen\.pb$)/.test(path.basename(name)))
    .filter((name) => asksForMuch.test(name))
    .map((name) => path.join(shared, name));
}

// In a process of its own.
async function load(file) {
  const { loadModel } = await import('tare');
  const end = await loadModel(file, { bytes: budget }).then(
    (model) => (model.dispose(), 'loads'),
    (error) => error.code ?? 'crashed',
  );
  console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS * 1024, end }));
}

const outcome = (file) => JSON.parse(execFileSync(process.execPath, [self, '--load', file], { encoding: 'utf8' }));

function compare(folder) {
  const [empty, ...own] = writeMade(folder);
  const base = Math.min(...three(() => outcome(empty).peak));
  const given = process.argv.length > 2 ? process.argv.slice(2) : [...own, ...sharedCases()];
  let highest = 0;
  for (const file of given) {
    const { peak, end } = outcome(file);
    const allowed = statSync(file).size + budget + noise + (file.endsWith('.json') ? forJson : 0);
    const more = Math.max(0, peak - base);
    const kept = more <= allowed && end !== 'crashed';
    const name = file.startsWith(shared) ? path.relative(shared, path.dirname(file)) : path.basename(file);
    const [mb, most] = [more, allowed].map((v) => (v / megabyte).toFixed(1).padStart(6));
    console.log(`${kept ? 'kept  ' : 'BROKEN'} ${mb} MB of ${most}  ${end.padEnd(16)} ${name}`);
    highest = Math.max(highest, more);
    if (!kept) process.exitCode = 1;
  }
  console.log(`${given.length} files, ${(highest / megabyte).toFixed(1)} MB at most`);
}

if (process.argv[2] === '--load') {
  await load(process.argv[3]);
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'tare-hostile-'));
  compare(folder);
  rmSync(folder, { recursive: true });
}
