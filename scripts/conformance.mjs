// Runs the golden cases and compares what fails with tests/conformance/open_cases.txt, the cases that no build passes
// yet. A failure that is not on the list fails the run; a listed case that passes is named, so that it can be struck.
//
//   node scripts/conformance.mjs [--update] PROGRAM...     PROGRAM: build/native/tare, or node bin/tare.mjs
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const LIST = 'tests/conformance/open_cases.txt';
const ROOTS = { own: 'tests/conformance', shared: '../shared/conformance' };

const update = process.argv.includes('--update');
const program = process.argv.slice(2).filter((word) => word !== '--update');
const roots = Object.entries(ROOTS).filter(([, folder]) => existsSync(folder));

function nameOf(folder) {
  const full = resolve(folder);
  const [key, root] = roots.find(([, root]) => full.startsWith(resolve(root)));
  return `${key}${full.slice(resolve(root).length)}`;
}

const scratch = mkdtempSync(join(tmpdir(), 'tare-'));
const report = join(scratch, 'report.json');
const words = [...program.slice(1), 'verify', ...roots.map(([, folder]) => folder), '--json', report];
const run = spawnSync(program[0], words, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28 });
const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
rmSync(scratch, { recursive: true });
if (!result) {
  console.error(run.stdout ?? run.error);
  process.exit(1);
}

const failed = result.cases.filter((c) => c.status === 'failed');
const passed = new Set(result.cases.filter((c) => c.status === 'passed').map((c) => nameOf(c.case)));
if (update) {
  writeFileSync(LIST, failed.map((c) => nameOf(c.case)).sort().join('\n') + '\n');
}
const open = new Set(existsSync(LIST) ? readFileSync(LIST, 'utf8').split('\n').filter(Boolean) : []);
const fresh = failed.filter((c) => !open.has(nameOf(c.case)));
for (const c of fresh) console.log(`FAIL ${c.case} ${c.file ?? ''}: ${c.reason ?? ''}`);
for (const name of open) if (passed.has(name)) console.log(`now passes, strike it from ${LIST}: ${name}`);
console.log(run.stdout.trim().split('\n').slice(-4, -1).join('\n'));
console.log(`of the failures ${failed.length - fresh.length} are listed as open, ${fresh.length} are new`);
console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
process.exit(fresh.length > 0 ? 1 : 0);
