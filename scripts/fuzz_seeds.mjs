// Puts the golden models of tests/conformance into the form a fuzz target reads, as seeds of its corpus.
// Usage: node scripts/fuzz_seeds.mjs TARGET FOLDER
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [target, folder] = process.argv.slice(2);
const golden = 'tests/conformance';
const largest = 65536;
const files = readdirSync(golden, { recursive: true }).map((name) => path.join(golden, name));
const nameOf = (file) => path.relative(golden, file).replaceAll(path.sep, '-');

// TF.js: model.json, a NUL, the bytes of its weight files.
function joined(file) {
  const weights = readdirSync(path.dirname(file)).filter((name) => name.endsWith('.bin')).sort();
  return Buffer.concat([readFileSync(file), Buffer.alloc(1), ...weights.map((name) => readFileSync(path.join(path.dirname(file), name)))]);
}

// SavedModel: the sizes of saved_model.pb and of the index of variables, both, then the variables.
function parted(folder) {
  const read = (name) => (existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name)) : Buffer.alloc(0));
  const [model, index] = [read('saved_model.pb'), read('variables/variables.index')];
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(model.length, 0);
  sizes.writeUInt32LE(index.length, 4);
  return Buffer.concat([sizes, model, index, read('variables/variables.data-00000-of-00001')]);
}

let seeds = 0;
for (const file of files) {
  const name = path.basename(file);
  if (target === 'tfjs' && name.endsWith('.json') && name !== 'case.json') {
    const bytes = joined(file);
    if (bytes.length > largest) continue;
    writeFileSync(path.join(folder, nameOf(file)), bytes);
  } else if (target === 'graphdef' && name === 'frozen.pb') {
    if (statSync(file).size > largest) continue;
    copyFileSync(file, path.join(folder, nameOf(file)));
  } else if (target === 'savedmodel' && name === 'saved_model.pb') {
    const bytes = parted(path.dirname(file));
    if (bytes.length > largest) continue;
    writeFileSync(path.join(folder, nameOf(file)), bytes);
  } else if (target === 'checkpoint' && name === 'variables.index') {
    copyFileSync(file, path.join(folder, nameOf(file)));
  } else if (name.endsWith(`.${target}`) && statSync(file).size <= largest) {
    copyFileSync(file, path.join(folder, nameOf(file)));
  } else continue;
  ++seeds;
}
console.log(`${seeds} golden models are seeds`);
