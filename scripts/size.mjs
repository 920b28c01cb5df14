// What a visitor downloads: raw, gzip and brotli bytes of each wasm and JavaScript file, of the npm
// package and of the whole price page. Usage: npm run size [-- --json FILE | --functions [tare|tare_tflite|tare_price] [--each]]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliSize, gzipSize } from './compressed_size.mjs';

if (process.argv.includes('--functions')) {
  const { showFunctions } = await import('./function_sizes.mjs');
  const engine = process.argv[process.argv.indexOf('--functions') + 1] ?? 'tare';
  showFunctions(engine.startsWith('--') ? 'tare' : engine, process.argv.includes('--each'));
  process.exit(0);
}

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

function measure(file) {
  const bytes = readFileSync(file);
  return { raw: bytes.length, gzip: gzipSize(bytes), brotli: brotliSize(bytes) };
}

function filesBelow(folder) {
  try {
    return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
      .sort();
  } catch {
    console.error(`size: there is no ${folder}; run: npm run build`);
    process.exit(1);
  }
}

const sum = (rows) =>
  rows.reduce((total, row) => ({ raw: total.raw + row.raw, gzip: total.gzip + row.gzip, brotli: total.brotli + row.brotli }), { raw: 0, gzip: 0, brotli: 0 });
const line = (name, { raw, gzip, brotli: small }) =>
  console.log(`${name.padEnd(46)}${[raw, gzip, small].map((bytes) => bytes.toLocaleString('en').padStart(12)).join('')}`);

const measured = new Map();
for (const [title, folder, wanted] of [
  ['npm package (a page loads one of the engines)', 'dist', /\.(js|mjs|wasm)$/],
  ['price page', 'build/web', /./],
]) {
  console.log(`\n${title.padEnd(46)}${['raw', 'gzip', 'brotli'].map((word) => word.padStart(12)).join('')}`);
  const rows = filesBelow(folder)
    .filter((file) => wanted.test(file))
    .map((file) => ({ file, ...measure(path.join(root, file)) }));
  for (const row of rows) {
    line(`  ${row.file}`, row);
    measured.set(row.file, { raw: row.raw, gzip: row.gzip, brotli: row.brotli });
  }
  // A page fetches one engine, in one flavour; the command line's files are for Node.
  const engines = rows.filter(({ file }) => /-(simd|relaxed)\.wasm$/.test(file));
  const others = rows.filter(({ file }) => !file.endsWith('.wasm') && !file.includes('tare_cli'));
  for (const engine of engines) {
    const total = sum([...others, engine]);
    line(`  what a page fetches with ${path.basename(engine.file)}`, total);
    measured.set(`${folder} with ${path.basename(engine.file)}`, total);
  }
}

const at = process.argv.indexOf('--json');
if (at > 0) writeFileSync(process.argv[at + 1], `${JSON.stringify(Object.fromEntries(measured), null, 2)}\n`);
