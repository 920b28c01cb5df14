// What the readers and rules of TensorFlow graphs (TF.js graph-models, SavedModels, frozen GraphDefs) add
// to the engine: it is linked once more without them. Usage: npm run size:tf
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliSize } from './compressed_size.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
execFileSync('cmake', ['--build', '--preset', 'wasm', '--target', 'tare', 'tare_without_tf'], { cwd: root, stdio: 'inherit' });

const sizes = (name) => {
  const bytes = readFileSync(path.join(root, 'build/wasm', `${name}.wasm`));
  return { raw: bytes.length, brotli: brotliSize(bytes) };
};
const [whole, without] = [sizes('tare'), sizes('tare_without_tf')];
const line = (name, { raw, brotli: small }) =>
  console.log(`${name.padEnd(40)}${[raw, small].map((bytes) => bytes.toLocaleString('en').padStart(12)).join('')}`);
console.log(`${''.padEnd(40)}${['raw', 'brotli'].map((word) => word.padStart(12)).join('')}`);
line('engine', whole);
line('without TensorFlow graphs', without);
line('what they cost', { raw: whole.raw - without.raw, brotli: whole.brotli - without.brotli });
