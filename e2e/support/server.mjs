// A static server that can be told to misbehave, for the tests: the page under /, the package under /dist/, the
// tests' own pages under /pages/, models under /models-source/. Every answer carries the strict policy.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream',
};
const folders = {
  '/dist/': 'dist',
  '/pages/': 'e2e/pages',
  '/fruit/': 'models/fruit',
  '/some/deep/folder/': 'build/web',
  '/': 'build/web',
};

/**
 * `misbehave(path)` may return a function that answers instead; undefined lets the file through.
 */
export async function startServer() {
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://local').pathname);
    state.asked.push(name);
    const instead = state.misbehave?.(name);
    if (instead !== undefined) {
      instead(response);
      return;
    }
    const mount = Object.keys(folders).find((prefix) => name.startsWith(prefix));
    let file = path.join(root, folders[mount], path.normalize(`/${name.slice(mount.length)}`));
    if (name.endsWith('/')) file = path.join(file, 'index.html');
    const found = await stat(file).catch(() => null);
    const headers = { 'content-security-policy': policy, 'cache-control': 'no-store' };
    if (found === null || !found.isFile()) {
      response.writeHead(404, headers).end('not found');
      return;
    }
    const type = types[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'content-type': type, 'content-length': found.size });
    createReadStream(file).pipe(response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const state = {
    origin: `http://127.0.0.1:${server.address().port}`,
    asked: [],
    misbehave: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return state;
}
