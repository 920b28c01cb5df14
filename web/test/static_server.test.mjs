// The server of the page, the tests and the figures: types, folders by the start of an address, nothing else.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { listen, staticServer } from '../../scripts/static_server.mjs';
import { root } from './support/package.mjs';

// As it is written: fetch would take dots out of an address first.
const ask = (port, address, method = 'GET') =>
  new Promise((done, failed) => {
    request({ port, host: '127.0.0.1', path: address, method }, (response) => {
      let size = 0;
      response.on('data', (piece) => (size += piece.length));
      response.on('end', () => done({ status: response.statusCode, type: response.headers['content-type'], size }));
    })
      .on('error', failed)
      .end();
  });

test('files of the folders, by type, and nothing from outside', async () => {
  const seen = [];
  const folders = { '/fruit/': path.join(root, 'models/fruit'), '/': path.join(root, 'web/app') };
  const server = staticServer(folders, {
    seen: (name) => seen.push(name),
    instead: (name) => (name === '/other' ? (response) => response.writeHead(418).end() : undefined),
  });
  const port = await listen(server);
  assert.match((await ask(port, '/')).type, /^text\/html/);
  assert.match((await ask(port, '/fruit/tfjs/model.json')).type, /^application\/json/);
  assert.equal((await ask(port, '/fruit/fruit.tflite')).type, 'application/octet-stream');
  assert.deepEqual(seen, ['/', '/fruit/tfjs/model.json', '/fruit/fruit.tflite']);
  assert.equal((await ask(port, '/other')).status, 418);
  const head = await ask(port, '/index.html', 'HEAD');
  assert.deepEqual([head.status, head.size], [200, 0]);
  for (const address of [
    '/nothing',
    '/fruit/tfjs',
    '/fruit/',
    '/../../README.md',
    '/%2e%2e/%2e%2e/README.md',
    '/..%2f..%2fREADME.md',
    '/fruit/..%2f..%2fREADME.md',
    '/%00',
    '/%',
  ])
    assert.equal((await ask(port, address)).status, 404, address);
  assert.equal((await ask(port, '/', 'POST')).status, 404);
  server.close();
});
