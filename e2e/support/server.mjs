// A static server that can be told to misbehave, for the tests: the page under /, the package under /dist/, the
// tests' own pages under /pages/, models under /fruit/. Every answer carries the strict policy.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { listen, staticServer } from '../../scripts/static_server.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

const folders = {
  '/dist/': path.join(root, 'dist'),
  '/pages/': path.join(root, 'e2e/pages'),
  '/fruit/': path.join(root, 'models/fruit'),
  '/some/deep/folder/': path.join(root, 'build/web'),
  '/': path.join(root, 'build/web'),
};

/**
 * `misbehave(path)` may return a function that answers instead; undefined lets the file through.
 */
export async function startServer() {
  const server = staticServer(folders, {
    headers: { 'content-security-policy': policy, 'cache-control': 'no-store' },
    instead: (name) => state.misbehave?.(name),
  });
  const port = await listen(server);
  const state = {
    origin: `http://127.0.0.1:${port}`,
    misbehave: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return state;
}
