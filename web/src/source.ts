// All that loadModel takes: addresses, File objects, bytes in memory, or paths in Node.
import { beside, lastPart, openAddress, type Fetch, type Files, type OnPiece } from './address.js';
import { invalidArgument, ModelError } from './error.js';
import { isNode, nodeModule } from './node.js';

export type Bytes = Uint8Array | ArrayBuffer;

/** The first entry of a map is the model unless another is named like one (model.json, saved_model.pb, ...). */
export type ModelSource =
  | string
  | URL
  | Blob
  | Iterable<File>
  | ArrayLike<File>
  | DataTransfer
  | Bytes
  | Map<string, Bytes | Blob>
  | Readonly<Record<string, Bytes | Blob>>;

/** All but a drop, which index.ts turns into files by name. */
export type FileSource = Exclude<ModelSource, DataTransfer>;

export async function openSource(source: FileSource, fetchFile?: Fetch): Promise<Files> {
  if (isAddress(source)) {
    const url = await resolveAddress(source);
    return isNode && url.protocol === 'file:' ? openPath(url) : openAddress(url, fetchFile);
  }
  if (isBytes(source)) return openNamed(new Map([['model', source]]));
  if (source instanceof Map) return openNamed(source);
  if (isBlob(source)) return openNamed(named([source]));
  if (isListOfFiles(source)) return openNamed(named(Array.from(source)));
  if (typeof source === 'object' && source !== null) return openNamed(new Map(Object.entries(source)));
  throw invalidArgument('expected an address, files or bytes', 'loadModel');
}

/** An absolute address; in Node, a folder stands for the model file in it. */
export async function resolveAddress(source: string | URL): Promise<URL> {
  const url = await absolute(source);
  if (!isNode || url.protocol !== 'file:') return url;
  const { stat } = await nodeModule('fs/promises');
  if (!(await stat(url).catch(() => null))?.isDirectory()) return url;
  const folder = new URL(url.href.endsWith('/') ? url.href : `${url.href}/`);
  return beside(folder, await modelIn(folder), '');
}

// As the command line decides it too: see src/cli/open_model.cpp.
async function modelIn(folder: URL): Promise<string> {
  const { readdir } = await nodeModule('fs/promises');
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const known = ['model.json', 'saved_model.pb'].find((name) => files.includes(name));
  if (known !== undefined) return known;
  const models = files.filter((name) => /\.(tflite|h5|hdf5|keras|pb|json|lite)$/.test(name));
  const [only, ...others] = models.length > 0 ? models : files;
  if (only !== undefined && others.length === 0) return only;
  const what = models.length > 0 ? 'there are several models' : 'there is no model';
  throw new ModelError({
    code: 'missing_file',
    message: `${what} in this folder; name the file itself`,
    where: folder.href,
  });
}

// Without a scheme it is relative to the page; where there is no page, as in Node, it is a path.
async function absolute(source: string | URL): Promise<URL> {
  const base = typeof document === 'object' ? document.baseURI : globalThis.location?.href;
  try {
    // One letter before the colon is a drive.
    if (!isNode || !/^[a-z]:/i.test(String(source))) return new URL(source, base);
  } catch (cause) {
    if (!isNode || /^[a-z][a-z\d+.-]+:/i.test(String(source)))
      throw new ModelError({ code: 'invalid_argument', message: 'not an address', where: String(source) }, { cause });
  }
  return (await nodeModule('url')).pathToFileURL(String(source));
}

function openPath(url: URL): Files {
  const main = lastPart(url);
  return { main, owned: true, read: (name, onPiece) => readPath(beside(url, name, main), name, onPiece) };
}

async function readPath(url: URL, name: string, onPiece: OnPiece): Promise<Uint8Array[] | null> {
  const { readFile } = await nodeModule('fs/promises');
  const bytes = await readFile(url).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null;
    throw new ModelError({ code: 'missing_file', message: `cannot be read (${cause.code})`, where: name }, { cause });
  });
  if (bytes === null) return null;
  onPiece(name, bytes.byteLength, bytes.byteLength);
  return [bytes];
}

// By name instead of by class: under jsdom, what Node gives is another realm's.
const className = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
export const isAddress = (value: unknown): value is string | URL =>
  typeof value === 'string' || className(value) === 'URL';
const isBytes = (value: unknown): value is Bytes => /^(Uint8Array|ArrayBuffer)$/.test(className(value));
const isBlob = (value: unknown): value is Blob => typeof Blob === 'function' && value instanceof Blob;

export function isListOfFiles(source: unknown): source is ArrayLike<File> {
  return (
    typeof source === 'object' &&
    source !== null &&
    !(source instanceof Map) &&
    !ArrayBuffer.isView(source) &&
    (Symbol.iterator in source || 'length' in source)
  );
}

/** By the paths that a picker of folders gives, else by name. */
export function named(files: readonly Blob[]): Map<string, Blob> {
  const map = new Map<string, Blob>();
  for (const file of files) {
    if (!isBlob(file)) throw invalidArgument('expected File objects', 'loadModel');
    const { name = 'model', webkitRelativePath = '' } = file as Partial<File>;
    map.set(webkitRelativePath || name, file);
  }
  return map;
}

const modelNames = [
  /(^|\/)model\.json$/,
  /(^|\/)saved_model\.pb$/,
  /\.json$/,
  /\.(tflite|lite|keras|h5|hdf5|pb|zip)$/i,
];

function openNamed(files: Map<string, Bytes | Blob>): Files {
  const names = [...files.keys()];
  const path = modelNames.map((pattern) => names.find((name) => pattern.test(name))).find(Boolean) ?? names[0];
  if (path === undefined) throw invalidArgument('no files were given', 'loadModel');
  for (const [name, file] of files) {
    if (!isBytes(file) && !isBlob(file)) {
      throw invalidArgument('expected a Uint8Array, an ArrayBuffer or a File', name);
    }
  }
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return {
    main: path.slice(folder.length),
    owned: [...files.values()].every(isBlob),
    async read(name, onPiece, signal) {
      const file = files.get(folder + name);
      if (file === undefined) return null;
      const bytes = new Uint8Array(isBlob(file) ? await contents(file, name) : (file as ArrayBuffer));
      signal?.throwIfAborted();
      onPiece(name, bytes.byteLength, bytes.byteLength);
      return [bytes];
    },
  };
}

// A file may have been moved since it was chosen.
async function contents(file: Blob, name: string): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (cause) {
    throw new ModelError({ code: 'missing_file', message: 'cannot be read', where: name }, { cause });
  }
}
