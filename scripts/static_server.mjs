// A static host over HTTP, for people, tests and figures alike: folders by the start of an address, the types that
// browsers insist on, and nothing from outside of a folder.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
};

/** The path of an address, or null when it is none. */
function nameOf(address) {
  try {
    const name = decodeURIComponent(new URL(address, 'http://local').pathname);
    return name.includes('\0') ? null : name;
  } catch {
    return null;
  }
}

/** The file a path stands for, or null. Of several folders the first whose start fits has it, or nobody. */
async function fileOf(folders, name) {
  const start = Object.keys(folders).find((prefix) => name.startsWith(prefix));
  if (start === undefined) return null;
  const root = path.resolve(folders[start]);
  const rest = name.slice(start.length);
  const file = path.join(root, rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest);
  if (!file.startsWith(root + path.sep)) return null;
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? { file, size: found.size } : null;
}

/**
 * Answers with the files of `folders` ({ '/': folder }). `instead(name)` may give a function that answers itself; of a
 * file that was found `seen(name, file)` is told.
 */
export function staticServer(folders, { headers = {}, instead = () => undefined, seen = () => {} } = {}) {
  return createServer(async (request, response) => {
    const name = nameOf(request.url);
    const other = name === null ? undefined : instead(name);
    if (other !== undefined) {
      other(response);
      return;
    }
    const found = name !== null && ['GET', 'HEAD'].includes(request.method) ? await fileOf(folders, name) : null;
    if (found === null) {
      response.writeHead(404, { ...headers, 'content-type': types['.txt'] }).end('Not found\n');
      return;
    }
    seen(name, found.file);
    const type = types[path.extname(found.file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'content-type': type, 'content-length': found.size });
    if (request.method === 'HEAD') response.end();
    else pipeline(createReadStream(found.file), response, () => {});
  });
}

/** Listens on this machine alone; gives the port, which is any free one unless named. */
export function listen(server, port = 0) {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => done(server.address().port));
  });
}
