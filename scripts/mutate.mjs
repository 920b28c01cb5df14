// Tries every single-byte mutation of small models in the package, as WebAssembly: each bit flipped, all zeros, all ones.
// A mutated model may run or be refused; a trap is neither. Prints what became of each model, ends with 1 on any trap.
// The native counterpart, under the sanitizers: build/asan/tflite_fuzz --mutate MODEL...
//
//   node scripts/mutate.mjs MODEL.tflite...
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const dist = path.join(import.meta.dirname, '../dist/index.js');
const { loadModel } = await import(pathToFileURL(dist).href);
const budgets = { bytes: 16 << 20, nodes: 2000, loopTrips: 200, callDepth: 8, seconds: 2 };

function* mutations(bytes) {
  const mutated = Uint8Array.from(bytes);
  for (let i = 0; i < bytes.length; i += 1) {
    for (let way = 0; way < 10; way += 1) {
      mutated[i] = way < 8 ? bytes[i] ^ (1 << way) : way === 8 ? 0 : 255;
      if (mutated[i] !== bytes[i]) yield [mutated, i];
    }
    mutated[i] = bytes[i];
  }
}

const inputOf = ({ dtype, shape }) => {
  const dims = (shape ?? [2]).map((d) => d ?? 2);
  const count = dims.reduce((a, b) => a * b, 1);
  if (count > 1 << 20) throw Object.assign(new Error('an input of its size is not made here'), { code: 'budget_exceeded' });
  const element = dtype === 'string' ? () => 'a' : dtype.endsWith('int64') ? (i) => BigInt(i % 3) : (i) => i % 3;
  return { data: Array.from({ length: count }, (_, i) => element(i)), shape: dims };
};

async function outcome(name, bytes) {
  try {
    const model = await loadModel({ [name]: bytes.slice() }, budgets);
    try {
      for (const signature of model.signatures) {
        const inputs = Object.fromEntries(signature.inputs.map((input) => [input.name, inputOf(input)]));
        model.run(inputs, { signature: signature.name });
      }
    } finally {
      model.dispose();
    }
    return 'ran';
  } catch (error) {
    return error.code === undefined || error.code === 'crashed' ? `trapped: ${error.message}` : 'refused';
  }
}

let traps = 0;
for (const file of process.argv.slice(2)) {
  const counts = { ran: 0, refused: 0, trapped: 0 };
  for (const [bytes, place] of mutations(readFileSync(file))) {
    const end = await outcome(path.basename(file), bytes);
    counts[end.split(':')[0]] += 1;
    if (end.startsWith('trapped')) console.log(`${file}: byte ${place} as ${bytes[place]}: ${end}`);
  }
  traps += counts.trapped;
  console.log(`${file}: ${counts.ran} ran, ${counts.refused} refused, ${counts.trapped} trapped`);
}
process.exitCode = traps > 0 || process.argv.length < 3 ? 1 : 0;
