// The dependency rule, read off the #include lines:
//   base <- ir <- ports <- ops <- {passes, formats, runtime} <- api <- {wasm, cli}
// Folders in braces never include each other; nlohmann, XNNPACK and Emscripten each have one place.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'src');
const layers = [['base'], ['ir'], ['ports'], ['ops'], ['passes', 'formats', 'runtime'], ['api'], ['wasm', 'cli']];
const levelOf = new Map(layers.flatMap((names, level) => names.map((name) => [name, level])));

// Headers of third parties, and the only places that may see them.
const guarded = [
  { header: /^nlohmann\//, places: [/^base\/json[a-z_]*\.(h|cpp)$/] },
  { header: /^(xnnpack|pthreadpool|xnnpack\/.*)\.h$/, places: [/^runtime\//] },
  { header: /^emscripten\//, places: [/^cli\/isolation_node\.cpp$/] },
  { header: /^flatbuffers\/|_generated\.h$/, places: [/^formats\/tflite\//, /^ports\/(tflite_|flex_options|custom_options)/, /^ops\//] },
];

function problemsOf(file, text) {
  const problems = [];
  const from = file.split('/')[0];
  for (const [number, line] of text.split('\n').entries()) {
    const match = /^\s*#\s*include\s*(["<])([^">]+)[">]/.exec(line);
    if (match === null) continue;
    const [, quote, header] = match;
    const say = (problem) => problems.push(`src/${file}:${number + 1}: ${problem}`);
    const guard = guarded.find((entry) => entry.header.test(header));
    if (guard !== undefined && !guard.places.some((place) => place.test(file))) {
      say(`${header} may not be included from here`);
    }
    const to = header.split('/')[0];
    if (quote !== '"' || !levelOf.has(to)) continue;
    if (to !== from && levelOf.get(to) >= levelOf.get(from)) say(`${from}/ may not include ${to}/ (${header})`);
  }
  return problems;
}

const files = readdirSync(source, { recursive: true }).filter((name) => /\.(h|cpp)$/.test(name));
const names = files.map((name) => name.split(path.sep).join('/'));
const unknown = [...new Set(names.map((name) => name.split('/')[0]))].filter((folder) => !levelOf.has(folder));
const problems = [
  ...unknown.map((folder) => `src/${folder}: a folder the dependency rule does not know`),
  ...names.flatMap((name) => problemsOf(name, readFileSync(path.join(source, name), 'utf8'))),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${names.length} files keep the dependency rule`);
