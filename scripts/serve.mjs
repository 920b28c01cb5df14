// Serves a folder as any static host would, on this machine only. A port in use is not an error: the
// next free one is taken. Usage: node scripts/serve.mjs FOLDER [--port N]
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

// The file an address stands for, or null: nothing outside the folder, no folder without its index.
async function fileOf(root, address) {
  let name;
  try {
    name = decodeURIComponent(new URL(address, 'http://local').pathname);
  } catch {
    return null;
  }
  const file = path.join(root, name.endsWith('/') ? `${name}index.html` : name);
  if (name.includes('\0') || !file.startsWith(root + path.sep)) return null;
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? { file, size: found.size } : null;
}

function serve(root) {
  return createServer(async (request, response) => {
    const found = await fileOf(root, request.url);
    if (found === null || !['GET', 'HEAD'].includes(request.method)) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
      return;
    }
    response.writeHead(200, {
      'content-type': types[path.extname(found.file)] ?? 'application/octet-stream',
      'content-length': found.size,
      'cache-control': 'no-cache',
    });
    if (request.method === 'HEAD') response.end();
    else pipeline(createReadStream(found.file), response, () => {});
  });
}

function listen(server, port) {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => done(server.address().port));
  });
}

const [folder, option, value] = process.argv.slice(2);
const first = option === undefined ? 8080 : Number(value);
const usable = option === undefined || (option === '--port' && Number.isInteger(first) && first > 0 && first < 65536);
if (folder === undefined || !usable) {
  console.error('Usage: node scripts/serve.mjs FOLDER [--port N]');
  process.exit(2);
}
for (let port = first; ; ++port) {
  try {
    const taken = await listen(serve(path.resolve(folder)), port);
    console.log(`Tare is at http://localhost:${taken}/ (Ctrl+C ends it)`);
    break;
  } catch (error) {
    if (!['EADDRINUSE', 'EACCES'].includes(error.code) || port >= Math.min(first + 100, 65535)) {
      console.error(`serve: no free port from ${first} on: ${error.message}`);
      process.exit(1);
    }
  }
}
