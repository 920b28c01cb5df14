// Shrinks the JavaScript that em++ wrote, in place: its own pass leaves Embind's names and comments
// of the licence in. Run by the build after each link. Usage: node scripts/minify.mjs FILE
import { readFile, writeFile } from 'node:fs/promises';

const [file] = process.argv.slice(2);
let terser;
try {
  terser = await import('terser');
} catch {
  console.error(`minify: terser is not installed, ${file} stays as it is; run: scripts/setup npm`);
  process.exit(1);
}
const { code } = await terser.minify(await readFile(file, 'utf8'), {
  module: true,
  ecma: 2022,
  compress: { passes: 3, unsafe_arrows: true },
  mangle: true,
  format: { comments: false },
});
await writeFile(file, code);
