// Runs every model of ../shared/models and prints a table: loads, runs, and what it agrees with - its golden data, a twin,
// or what TensorFlow gave for the same fixed input (tests/models/outputs.json). Models that must be refused have to be
// refused by a message that names the reason. Ends with 1 when anything else happens.
//
//   node scripts/models_table.mjs [--node] [--root FOLDER] [--partition] [part of a path...]
//
// --node: the program in Node. --partition: no runs; how many nodes XNNPACK takes in how many segments, and for what stays
// on reference kernels the ops and why.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { agreement, worst } from './models_table/agreement.mjs';
import { csvInputs, goldenCsv } from './models_table/seanet.mjs';
import { writeFixedInputs } from './models_table/fixed_inputs.mjs';

const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const option = (name) => (words.includes(name) ? words.splice(words.indexOf(name), 1) : []).length > 0;
const inNode = option('--node');
const partitionAlone = option('--partition');
const rootAt = words.indexOf('--root');
const root = rootAt < 0 ? path.join(project, '../shared/models') : words.splice(rootAt, 2)[1];
const SAMPLE = 64; // as make_outputs.py has it

const read = (name) => JSON.parse(readFileSync(path.join(project, 'tests/models', name), 'utf8'));
const outputs = read('outputs.json');
const expected = read('expectations.json');
const scratch = mkdtempSync(path.join(tmpdir(), 'tare-models-'));

function tare(...args) {
  const [program, ...rest] = inNode
    ? [process.execPath, path.join(project, 'bin/tare.mjs'), ...args]
    : [path.join(project, 'build/native/tare'), ...args];
  try {
    return { text: execFileSync(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28, timeout: 300_000 }).toString() };
  } catch (error) {
    const said = (error.stderr?.toString() ?? '').split('\n').filter((line) => line && !line.includes('warning:'));
    return { status: error.status, signal: error.signal, error: (said[0] ?? `${error.signal ?? error.code}`).replace(/^tare: /, '') };
  }
}

const run = (model, inputs, ...more) =>
  tare('run', path.join(root, model), '--raw', '--details', ...inputs.flatMap((i) => ['--input', i]), ...more);

// Every file that is a model, whether something is known of it or not.
function* modelsBelow(folder) {
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    const relative = path.relative(root, file).split(path.sep).join('/');
    if (statSync(file).isDirectory()) {
      if (existsSync(path.join(file, 'saved_model.pb'))) yield relative;
      else yield* modelsBelow(file);
    } else if (isModel(file)) {
      yield relative;
    }
  }
}

function isModel(file) {
  const relative = path.relative(root, file).split(path.sep).join('/');
  if (/\.(tflite|keras|h5|onnx)$/.test(file) || relative in expected.refused) return true;
  if (file.endsWith('.bin')) return readFileSync(file).toString('latin1', 4, 8) === 'TFL3';
  return file.endsWith('.json') && readFileSync(file, 'utf8').includes('"weightsManifest"');
}

const placement = (model) => {
  const answer = tare('inspect', path.join(root, model), '--json');
  if (!answer.text) return '';
  const { nodes } = JSON.parse(answer.text);
  const lowered = nodes.filter((node) => node.runs_on.startsWith('xnnpack')).length;
  return `${lowered}/${nodes.length}`;
};

function checkRefused(model) {
  const answer = tare('inspect', path.join(root, model));
  const named = answer.status === 1 && answer.error.toLowerCase().includes(expected.refused[model].toLowerCase());
  return { good: named, loads: answer.text ? 'yes' : 'refused', says: named ? answer.error : `must be refused: ${answer.error ?? 'it loads'}` };
}

// Reference kernels and lowered ones are judged apart: the former must equal the peer's wherever integers are concerned.
function checkAgainst({ model, inputs, want, loweredWant, what, limits = {}, options = ['--sample', SAMPLE] }) {
  const reference = run(model, inputs, ...options, '--reference');
  const lowered = run(model, inputs, ...options);
  const failed = lowered.error ?? reference.error;
  if (failed) return { good: false, says: failed };
  const exact = agreement(JSON.parse(reference.text), want, { ...limits, reference: true });
  let near = agreement(JSON.parse(lowered.text), want, limits);
  if (near.problem && loweredWant) near = agreement(JSON.parse(lowered.text), loweredWant, limits);
  const problem = exact.problem ? `reference kernels: ${exact.problem}` : near.problem;
  return { good: !problem, runs: true, says: problem ? `${what}: ${problem}` : `${what} (${worst(exact)}; lowered ${worst(near)})` };
}

function checkTwin(model, { of, within }) {
  const known = outputs[of];
  const inputs = writeFixedInputs(of, known.inputs, scratch);
  const answer = tare('run', path.join(root, model), '--details', ...inputs.flatMap((i) => ['--input', i]), '--sample', SAMPLE);
  if (answer.error) return { good: false, says: answer.error };
  const near = agreement(JSON.parse(answer.text), known.outputs, { relative: within });
  return { good: !near.problem, runs: true, says: `twin ${of}: ${near.problem ?? worst(near)}` };
}

function checkGolden(model, { file, case: index, within }) {
  const { input, output } = JSON.parse(readFileSync(path.join(root, file), 'utf8')).cases[index];
  const answer = run(model, [JSON.stringify({ data: input.data, shape: input.shape })]);
  if (answer.error) return { good: false, says: answer.error };
  const got = JSON.parse(answer.text);
  const near = agreement(got, [{ ...got[0], data: output, largest: 1 }], { relative: within });
  return { good: !near.problem, runs: true, says: `golden ${file}: ${near.problem ?? worst(near)}` };
}

// Each value goes to the place in its own image that its index names; everything else is 0.
function checkUnpooling(model, { input, output }) {
  const count = input.reduce((a, b) => a * b);
  const [inside, outside] = [count / input[0], output.reduce((a, b) => a * b) / output[0]];
  const values = Array.from({ length: count }, (_, i) => i + 1);
  const places = values.map((_, i) => (i * 7) % outside);
  const want = new Array(outside * output[0]).fill(0);
  places.forEach((place, i) => { want[Math.floor(i / inside) * outside + place] = values[i]; });
  const answer = run(model, [values, places].map((data) => JSON.stringify({ data, shape: input })));
  if (answer.error) return { good: false, says: answer.error };
  const near = agreement(JSON.parse(answer.text), [{ name: 'unpooled', dtype: 'float32', shape: output, data: want, largest: 1 }], { relative: 0 });
  return { good: !near.problem, runs: true, says: `the definition: ${near.problem ?? worst(near)}` };
}

function check(model) {
  if (model in expected.refused) return checkRefused(model);
  if (model in expected.twins) return checkTwin(model, expected.twins[model]);
  if (model in expected.golden) return checkGolden(model, expected.golden[model]);
  if (model in expected.unpooling) return checkUnpooling(model, expected.unpooling[model]);
  const golden = goldenCsv(root, model);
  if (golden) {
    const inputs = csvInputs(root, model, scratch, tare);
    if (inputs.error) return { good: false, says: inputs.error };
    return checkAgainst({ model, inputs, want: golden, what: 'golden data', limits: { steps: 1 }, options: [] });
  }
  const known = outputs[model];
  if (!known || known.peer_error) return { good: false, says: `nothing to compare with: ${known?.peer_error ?? 'not in outputs.json'}` };
  const inputs = writeFixedInputs(model, known.inputs, scratch);
  return checkAgainst({ model, inputs, want: known.outputs, loweredWant: known.xnnpack, what: 'TensorFlow', limits: expected.hybrid[model] });
}

function printPartition(model) {
  const answer = tare('inspect', path.join(root, model), '--json');
  if (!answer.text) return;
  const { nodes, segments } = JSON.parse(answer.text);
  const left = new Map();
  for (const { op, runs_on: place, why } of nodes) {
    if (place === 'reference') left.set(`${op}: ${why}`, (left.get(`${op}: ${why}`) ?? 0) + 1);
  }
  const folded = nodes.filter(({ runs_on: place }) => place === 'folded').length;
  const lowered = nodes.filter(({ runs_on: place }) => place.startsWith('xnnpack')).length;
  console.log(`${model}: ${lowered} of ${nodes.length - folded} nodes in ${segments} segments`);
  for (const [what, count] of left) console.log(`    ${count} x ${what}`);
}

let bad = 0;
let all = 0;
for (const model of modelsBelow(root)) {
  if (words.length > 0 && !words.some((word) => model.includes(word))) continue;
  if (partitionAlone) {
    printPartition(model);
    continue;
  }
  const result = check(model);
  const where = result.runs ? placement(model) : '';
  const loads = result.loads ?? (where || placement(model) ? 'yes' : 'no');
  all += 1;
  if (!result.good) bad += 1;
  console.log(`${result.good ? 'ok  ' : 'FAIL'} ${model.padEnd(66)} loads ${loads.padEnd(8)} runs ${result.runs ? 'yes' : 'no '} xnnpack ${where.padEnd(8)} ${result.says}`);
}
rmSync(scratch, { recursive: true });
if (!partitionAlone) {
  console.log(`${all - bad} of ${all} models as they should be`);
  process.exitCode = bad === 0 && all > 0 ? 0 : 1;
}
