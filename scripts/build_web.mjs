// Bundles what the C++ build left in build/: the npm package into dist/, the price page into build/web/.
// Usage: node scripts/build_web.mjs [package] [page]   (both when none is named)
import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);
const flavours = { simd: at('build/wasm'), relaxed: at('build/wasm-relaxed') };

async function copyEngines(program, folder, name = 'tare') {
  for (const [flavour, from] of Object.entries(flavours)) {
    await copyFile(path.join(from, `${program}.wasm`), path.join(folder, `${name}-${flavour}.wasm`));
  }
}

const common = { bundle: true, minify: true, target: 'es2022', absWorkingDir: root, logLevel: 'warning' };

async function buildPackage() {
  const dist = at('dist');
  await rm(dist, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ['web/src/index.ts', 'web/src/worker.ts'],
    outdir: dist,
    format: 'esm',
    splitting: true,
    chunkNames: 'engine-[hash]',
  });
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'web/tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
  await copyEngines('tare', dist);
  await copyEngines('tare_tflite', dist, 'tare-tflite');
  // The command line is one file and its wasm; bin/tare.mjs looks for them here.
  for (const name of ['tare_cli.mjs', 'tare_cli.wasm'])
    await copyFile(path.join(flavours.simd, name), path.join(dist, name));
}

async function buildPage() {
  const site = at('build/web');
  await rm(site, { recursive: true, force: true });
  await mkdir(path.join(site, 'models'), { recursive: true });
  // A classic script runs from file:// too, where it can say what is wrong.
  await build({
    ...common,
    entryPoints: ['web/app/main.ts'],
    outfile: path.join(site, 'app.js'),
    format: 'iife',
    charset: 'utf8',
    banner: { js: 'const tarePage=document.currentScript.src;' },
    // Nobody's server: what is for Node alone goes.
    define: { 'import.meta.url': 'tarePage', process: 'undefined' },
  });
  await build({ ...common, entryPoints: ['web/app/style.css'], outfile: path.join(site, 'style.css'), target: [] });
  for (const name of ['index.html', 'icon.svg']) await copyFile(at('web/app', name), path.join(site, name));
  await cp(at('models/fruit/tfjs_float16'), path.join(site, 'models/fruit'), { recursive: true });
  await copyFile(at('build/wasm/tare_price.wasm'), path.join(site, 'tare-simd.wasm'));
}

const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.includes('package')) await buildPackage();
if (wanted.length === 0 || wanted.includes('page')) await buildPage();
