// Measures what a visitor waits for, in one headless Chromium, ours beside TensorFlow.js on the same model: the time of
// one price, of loading, from the request of a page to its first price, and the bytes that came over the wire.
// Usage: node scripts/bench.mjs [--rounds N] [--json FILE] [--no-peers]
//
// It reports and never judges: times are of this machine, only ratios of one run mean anything.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { chromiumBrowser } from '../e2e/support/browsers.mjs';
import { brotliSize } from './compressed_size.mjs';
import { listen, staticServer } from './static_server.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    json: { type: 'string', default: 'build/bench/result.json' },
    'no-peers': { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const work = path.join(root, 'build/bench');

for (const built of ['dist/index.js', 'build/web/app.js']) {
  if (existsSync(path.join(root, built))) continue;
  console.error(`bench: there is no ${built}: run \`npm run build\` first`);
  process.exit(1);
}

// In a folder of their own: the project needs none of them.
const peerPackages = ['core', 'layers', 'backend-cpu', 'backend-wasm'].map((part) => `@tensorflow/tfjs-${part}@4.22.0`);
function installPeers() {
  const cache =
    process.env.TARE_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'tare');
  const folder = path.join(cache, 'peers-tfjs-4.22.0');
  if (!existsSync(path.join(folder, 'node_modules/@tensorflow/tfjs-backend-wasm'))) {
    console.error(`Fetching TensorFlow.js 4.22.0 into ${folder}`);
    execFileSync(
      'npm',
      ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', '--no-package-lock', ...peerPackages],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  }
  return path.join(folder, 'node_modules');
}

function peersOrReason() {
  if (options['no-peers']) return { reason: '--no-peers' };
  try {
    return { modules: installPeers() };
  } catch (error) {
    return { reason: `npm could not fetch them: ${String(error.message).split('\n')[0]}` };
  }
}

const { modules, reason } = peersOrReason();
const contenders = ['tare-page', 'tare', ...(modules === undefined ? [] : ['tfjs-cpu', 'tfjs-wasm'])];
if (reason !== undefined) console.error(`Without TensorFlow.js: ${reason}`);

async function bundle() {
  await mkdir(work, { recursive: true });
  for (const name of contenders) {
    const folder = name === 'tare-page' ? 'build/web' : 'dist';
    await build({
      entryPoints: [path.join(root, `tests/bench/pages/${name === 'tare-page' ? 'tare' : name}.js`)],
      outfile: path.join(work, `${name}.js`),
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      logLevel: 'error',
      nodePaths: modules === undefined ? [] : [modules],
      external: [
        'node:*',
        'fs',
        'path',
        'url',
        'util',
        'crypto',
        'os',
        'worker_threads',
        'perf_hooks',
        'string_decoder',
        'module',
      ],
      define: name.startsWith('tare')
        ? {
            'import.meta.url': JSON.stringify('http://localhost/'),
            TARE_OPTIONS: JSON.stringify(name === 'tare-page' ? { build: 'simd' } : {}),
          }
        : {},
      plugins: name.startsWith('tare') ? [ours(folder)] : [],
    });
  }
}

// The package's sources with the engine of a folder; its address is made relative to the page.
function ours(folder) {
  return {
    name: 'ours',
    setup({ onLoad }) {
      onLoad({ filter: /compile\.ts$/ }, async ({ path: file }) => ({
        loader: 'ts',
        contents: (await readFile(file, 'utf8')).replaceAll(
          /new URL\('\.\/(tare-[\w-]+\.wasm)', import\.meta\.url\)/g,
          `new URL('/${folder}/$1', location.href)`,
        ),
      }));
    },
  };
}

const folders = {
  '/bench/': work,
  '/dist/': path.join(root, 'dist'),
  ...(modules === undefined ? {} : { '/tfjs/': path.join(modules, '@tensorflow/tfjs-backend-wasm/dist') }),
  '/build/web/': path.join(root, 'build/web'),
  '/page/': path.join(root, 'build/web'),
  '/models/fruit/': path.join(root, 'models/fruit/tfjs_float16'),
};

async function startServer() {
  const asked = new Map();
  const compressed = new Map();
  const count = (name, bytes) => {
    if (!compressed.has(name)) compressed.set(name, brotliSize(bytes));
    asked.set(name, { raw: bytes.length, brotli: compressed.get(name) });
  };
  const server = staticServer(folders, {
    headers: { 'cache-control': 'no-store' },
    seen: (name, file) => count(name, readFileSync(file)),
    instead(name) {
      const contender = /^\/run\/([\w-]+)$/.exec(name)?.[1];
      if (contender === undefined) return undefined;
      const html = shell(contender);
      count(name, Buffer.from(html));
      return (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html);
    },
  });
  const port = await listen(server);
  return { server, asked, origin: `http://127.0.0.1:${port}` };
}

const shell = (name) =>
  `<!doctype html><title>${name}</title><link rel="icon" href="data:,"><script type="module" src="/bench/${name}.js"></script>`;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// One visit of a page in a fresh profile: everything is fetched, compiled and run as for the first time.
async function visit(browser, address) {
  const page = await browser.open();
  await page.goto(address);
  await page
    .until(() => performance.getEntriesByName('first-price').length > 0)
    .catch((error) => {
      throw new Error(`${address}: no price (${[...page.problems, error.message].join('; ')})`);
    });
  const times = await page.evaluate(() => {
    const price = performance.getEntriesByName('first-price')[0].startTime;
    const script = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('.js'));
    const load = performance.getEntriesByName('load')[0]?.duration;
    return { page: price, script: price - script.responseEnd, load };
  });
  return { page, times };
}

// Microseconds of one predict of one basket: the mean over about 300 ms.
const sample = (page) =>
  page.evaluate(() => {
    const { predict } = globalThis.bench;
    const row = [3, 2, 1];
    let block = 16;
    for (let calls = 0, start = performance.now(); ;) {
      for (let i = 0; i < block; ++i) predict(row);
      calls += block;
      const elapsed = performance.now() - start;
      if (elapsed > 300) return (elapsed * 1000) / calls;
      if (elapsed < 50) block *= 2;
    }
  });

await bundle();
const { server, asked, origin } = await startServer();
const browser = await chromiumBrowser.launch(chromiumBrowser.path);
const results = {};
const samples = Object.fromEntries(
  ['page', ...contenders].map((name) => [name, { page: [], script: [], load: [], predict: [] }]),
);
for (let round = 0; round < rounds; ++round) {
  for (const name of Object.keys(samples)) {
    asked.clear();
    const { page, times } = await visit(browser, name === 'page' ? `${origin}/page/` : `${origin}/run/${name}`);
    for (const [key, value] of Object.entries(times)) if (value !== undefined) samples[name][key].push(value);
    if (name !== 'page') {
      const price = await page.evaluate(() => globalThis.bench.predict([3, 2, 1])[0]);
      if (Math.round(price) !== 321) throw new Error(`${name} says ${price} instead of 321`);
      samples[name].predict.push(await sample(page));
    }
    await page.close();
    const files = Object.fromEntries(asked);
    const sum = (key) => Object.values(files).reduce((total, file) => total + file[key], 0);
    results[name] = { bytes: { raw: sum('raw'), brotli: sum('brotli') }, files };
  }
}
const userAgent = await (async () => {
  const page = await browser.open();
  const agent = await page.evaluate(() => navigator.userAgent);
  await page.close();
  return agent;
})();
await browser.close();
server.close();

for (const [name, { page, script, load, predict }] of Object.entries(samples)) {
  Object.assign(results[name], {
    pageMs: median(page),
    scriptMs: median(script),
    ...(load.length > 0 ? { loadMs: median(load) } : {}),
    ...(predict.length > 0 ? { predictUs: median(predict), predictUsBest: Math.min(...predict) } : {}),
  });
}
print();
await writeFile(
  path.resolve(root, options.json),
  `${JSON.stringify({ userAgent, rounds, model: 'models/fruit/tfjs_float16', results }, null, 1)}\n`,
);
console.log(`\n${options.json} has it all.`);

function print() {
  const titles = {
    page: 'our page',
    'tare-page': "tare, the page's engine",
    tare: 'tare, the general engine',
    'tfjs-cpu': 'TensorFlow.js 4.22, cpu',
    'tfjs-wasm': 'TensorFlow.js 4.22, wasm',
  };
  const cell = (value, digits, base) =>
    value === undefined
      ? '–'
      : value.toFixed(digits) + (base === undefined || base === value ? '' : ` (${(value / base).toFixed(1)}x)`);
  const base = results['tare-page'];
  const rows = Object.entries(results).map(([name, r]) => [
    titles[name],
    cell(r.predictUs, 2, base.predictUs),
    cell(r.loadMs, 1, base.loadMs),
    cell(r.scriptMs, 1, base.scriptMs),
    cell(r.pageMs, 1, base.pageMs),
    cell(r.bytes.brotli / 1000, 1, base.bytes.brotli / 1000),
  ]);
  const head = ['', 'predict, us', 'load, ms', 'script to price, ms', 'request to price, ms', 'kB, brotli'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  console.log(
    `Medians of ${rounds} visits in ${userAgent.replace(/.*(HeadlessChrome\/[\d.]+).*/, '$1')}; in brackets: times that of the page's engine.\n`,
  );
  for (const row of [head, ...rows])
    console.log(row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  '));
}
