// Where the bytes of an engine are: it is linked once more with the names of its functions, whose sizes are added up
// by the source file that defines them; the second number is what they weigh in brotli (the whole less the whole
// without them). Usage: npm run size -- --functions [tare|tare_tflite|tare_price] [--each]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliSize } from './compressed_size.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, 'build/wasm');
const shared = '(inline and templates)';
const mostWeighed = 60;

function run(program, args, options = {}) {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'], ...options });
}

// The same link as the build's, with names.
function linkWithNames(engine, into) {
  const output = `${engine}.wasm`;
  const link = run('ninja', ['-t', 'commands', '-s', output]).trim().split(' && ').find((part) => part.includes(' -o ') && part.includes('em++'));
  const to = path.join(into, output);
  run('sh', ['-c', link.replace(` -o ${output}`, ` --profiling-funcs -o ${to}`)]);
  return readFileSync(to.replace(/\.mjs$/, '.wasm'));
}

class WasmReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 8;
  }
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }
  text() {
    const size = this.number();
    this.at += size;
    return this.bytes.toString('utf8', this.at - size, this.at);
  }
  list(item) {
    return Array.from({ length: this.number() }, () => item());
  }
  importedFunction() {
    this.text();
    this.text();
    const kind = this.bytes[this.at++];
    if (kind === 0) this.number();
    else if (kind === 3) this.at += 2;
    else {
      if (kind === 1) ++this.at;
      const limits = this.bytes[this.at++];
      this.number();
      if (limits & 1) this.number();
    }
    return kind === 0;
  }
  functionBody() {
    const size = this.number();
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }
}

// [name, body] of every function, and the size of every section.
function functionsOf(bytes) {
  const reader = new WasmReader(bytes);
  const names = new Map();
  const sections = [];
  let imported = 0;
  let bodies = [];
  while (reader.at < bytes.length) {
    const id = bytes[reader.at++];
    const size = reader.number();
    const end = reader.at + size;
    const name = id === 0 ? reader.text() : `section ${id}`;
    sections.push([name, size]);
    if (id === 2) imported = reader.list(() => reader.importedFunction()).filter(Boolean).length;
    if (id === 10) bodies = reader.list(() => reader.functionBody());
    while (name === 'name' && reader.at < end) {
      const kind = bytes[reader.at++];
      const after = reader.number() + reader.at;
      if (kind === 1) reader.list(() => names.set(reader.number(), reader.text()));
      reader.at = after;
    }
    reader.at = end;
  }
  return { sections, functions: bodies.map((body, i) => ({ name: names.get(i + imported) ?? '', body })) };
}

// Symbol -> the source that defines it.
function ownersOf(archives) {
  const [, bin, suffix] = readFileSync(path.join(root, 'build/emcc_flags'), 'utf8').split('\n');
  const owners = new Map();
  for (const archive of archives) {
    for (const row of run(`${bin}/llvm-nm${suffix}`, ['-A', '-C', '--defined-only', archive]).split('\n')) {
      const [, source, kind, symbol] = /^(?:.*?[:/])?([^:/]+?)(?:\.obj|\.o)?: *[-0-9a-f]* +([tTwWV]) (.+)$/.exec(row) ?? [];
      if (symbol === undefined) continue;
      const known = owners.get(symbol);
      const here = /[wWV]/.test(kind) ? shared : source;
      owners.set(symbol, known === undefined || known === here ? here : [known, here].includes(shared) ? shared : '(several)');
    }
  }
  return owners;
}

function ownerOf(name, owners) {
  const known = owners.get(name) ?? owners.get(name.replace(/\.\d+$/, ''));
  if (known !== undefined) return known;
  return /^std::/.test(name) ? '(C++ library)' : /^(tare|xnn_|nlohmann)/.test(name) ? '(elsewhere)' : '(C library and others)';
}

const bytesOf = (functions) => Buffer.concat(functions.map(({ body }) => body));
const weigh = (data) => brotliSize(data, 10);
const row = (name, ...numbers) => console.log(name.padEnd(60) + numbers.map((n) => n.toLocaleString('en').padStart(10)).join(''));

export function showFunctions(engine, each) {
  const temporary = mkdtempSync(path.join(tmpdir(), 'tare-size-'));
  try {
    const { sections, functions } = functionsOf(linkWithNames(engine, temporary));
    const owners = ownersOf(['libtare_base.a', 'libtare_core.a', 'libxnnpack.a']);
    const groups = new Map();
    for (const one of functions) {
      const owner = ownerOf(one.name, owners);
      groups.set(owner, [...(groups.get(owner) ?? []), one]);
    }
    for (const [name, size] of sections) row(name, size);
    const whole = weigh(bytesOf(functions));
    row(`\n${functions.length} functions`, bytesOf(functions).length, whole);
    const sorted = [...groups].map(([owner, members]) => ({ owner, members, size: bytesOf(members).length }));
    for (const [rank, { owner, members, size }] of sorted.sort((a, b) => b.size - a.size).entries()) {
      const inside = new Set(members);
      row(owner, size, rank < mostWeighed ? whole - weigh(bytesOf(functions.filter((one) => !inside.has(one)))) : '', members.length);
    }
    if (each) for (const { name, body } of [...functions].sort((a, b) => b.body.length - a.body.length)) console.log(String(body.length).padStart(8), name);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}
