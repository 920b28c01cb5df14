// What differs in Node: files are read from disk, workers come from node:worker_threads. Modules are imported by a
// computed name, so that bundlers for the browser do not look for them.

// A window says nothing: tests under jsdom have one. A page or a worker of Electron is a browser's, whatever it may
// read besides.
export const isNode =
  typeof process === 'object' &&
  typeof process.versions?.node === 'string' &&
  !/renderer|worker/.test((process as { type?: string }).type ?? '');

type NodeModules = {
  'fs/promises': typeof import('node:fs/promises');
  url: typeof import('node:url');
  worker_threads: typeof import('node:worker_threads');
};

export function nodeModule<Name extends keyof NodeModules>(name: Name): Promise<NodeModules[Name]> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`) as Promise<NodeModules[Name]>;
}

export async function readFileUrl(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile } = await nodeModule('fs/promises');
  return new Uint8Array(await readFile(url));
}
