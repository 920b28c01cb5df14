// Runs the golden cases, several copies of the program side by side, and names every failure.
//
//   node scripts/conformance.mjs [--jobs N] [--family tflite|keras|...] PROGRAM...
//
// PROGRAM: build/native/tare, or node bin/tare.mjs
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOTS = ['tests/conformance', '../shared/conformance'];

const { values: options, positionals: program } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string' }, family: { type: 'string' } },
});
const { family } = options;
const jobs = Number(options.jobs ?? availableParallelism());
if (program.length === 0 || !(jobs >= 1)) {
  console.error('Usage: node scripts/conformance.mjs [--jobs N] [--family NAME] PROGRAM...');
  process.exit(2);
}

// A root holds families, a family groups, a group cases.
function foldersIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
}

// The groups, dealt out so that each share has about as many cases.
function shares() {
  const groups = ROOTS.filter((root) => existsSync(root))
    .flatMap((root) => foldersIn(root).filter((folder) => family === undefined || basename(folder) === family))
    .flatMap(foldersIn)
    .map((folder) => ({ folder, size: Math.max(1, foldersIn(folder).length) }))
    .sort((a, b) => b.size - a.size);
  const dealt = Array.from({ length: Math.min(jobs, groups.length) }, () => ({ size: 0, folders: [] }));
  for (const { folder, size } of groups) {
    const least = dealt.reduce((a, b) => (b.size < a.size ? b : a));
    least.size += size;
    least.folders.push(folder);
  }
  return dealt.map(({ folders }) => folders);
}

const scratch = mkdtempSync(join(tmpdir(), 'tare-'));

function verify(folders, share) {
  const report = join(scratch, `${share}.json`);
  const words = [...program.slice(1), 'verify', ...folders, '--json', report];
  return new Promise((done) => {
    const run = spawn(program[0], words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    run.stdout.on('data', (text) => (said += text));
    run.on('error', (error) => done({ said: String(error) }));
    run.on('close', () => done(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { said }));
  });
}

const results = await Promise.all(shares().map(verify));
rmSync(scratch, { recursive: true });
const broken = results.find((result) => result.cases === undefined);
if (broken !== undefined || results.length === 0) {
  console.error(broken?.said ?? 'there are no cases');
  process.exit(1);
}

const cases = results.flatMap((result) => result.cases);
const failed = cases.filter((c) => c.status === 'failed');
for (const c of failed) console.log(`FAIL ${c.case} ${c.file ?? ''}: ${c.reason ?? ''}`);

function totals(some) {
  const count = (status) => some.filter((c) => c.status === status).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}
console.log(`sound cases: ${totals(cases.filter((c) => !c.broken))}`);
console.log(`broken cases: ${totals(cases.filter((c) => c.broken))}`);
console.log(totals(cases));
process.exit(failed.length > 0 ? 1 : 0);
