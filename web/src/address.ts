// Where a model's files come from: a model file and a way to read others beside it by name; which names, the engine
// decides. Here from addresses; source.ts has the rest.
import { errorText, ModelError } from './error.js';

export interface Progress {
  /** Bytes of the model's files so far. */
  readonly loaded: number;
  /** Bytes of all files known so far; undefined where a server does not tell. */
  readonly total: number | undefined;
  /** The file that brought these bytes. */
  readonly file: string;
}

/** Told of each piece as it arrives; `size` is of the whole file, where known. */
export type OnPiece = (file: string, piece: number, size: number | undefined) => void;

/** How a file is fetched; as the global fetch, of which it may be one. */
export type Fetch = (address: URL, options: { signal?: AbortSignal }) => Promise<Response>;

export interface Files {
  /** The name of the model file. */
  readonly main: string;
  /** Whether what read() gives is nobody else's. */
  readonly owned: boolean;
  /** The parts of a file; null when there is no such file. */
  read(name: string, onPiece: OnPiece, signal?: AbortSignal): Promise<Uint8Array[] | null>;
}

export function openAddress(url: URL, fetchFile: Fetch = (...given) => fetch(...given)): Files {
  const main = lastPart(url);
  return {
    main,
    owned: true,
    read: (name, onPiece, signal) => fetchParts(fetchFile, beside(url, name, main), name, onPiece, signal),
  };
}

/** The same files, some of which are read at once: what a model will ask for need not wait for the question. */
export function readingAhead(files: Files, names: Iterable<string>, onPiece: OnPiece, signal?: AbortSignal): Files {
  const begun = new Map<string, ReturnType<Files['read']>>();
  for (const name of names) {
    const reading = files.read(name, onPiece, signal);
    reading.catch(() => undefined); // Whoever asks for it learns what is wrong.
    begun.set(name, reading);
  }
  return {
    ...files,
    read(name, ...rest) {
      const reading = begun.get(name);
      begun.delete(name);
      return reading ?? files.read(name, ...rest);
    },
  };
}

/** The address of a file by its name beside the model file; without its query, which may be a signature of that alone. */
export function beside(url: URL, name: string, main: string): URL {
  return name === main ? url : new URL(name.split('/').map(encodeURIComponent).join('/'), url);
}

export function lastPart(url: URL): string {
  const part = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(part) || 'model';
  } catch {
    return 'model';
  }
}

async function fetchParts(
  fetchFile: Fetch,
  url: URL,
  name: string,
  onPiece: OnPiece,
  signal?: AbortSignal,
): Promise<Uint8Array[] | null> {
  const fail = (cause: unknown): never => {
    if (signal?.aborted) throw signal.reason;
    throw new ModelError(
      { code: 'network', message: `cannot be fetched (${errorText(cause)})`, where: url.href },
      { cause },
    );
  };
  const answer = async (): Promise<Response> => fetchFile(url, signal === undefined ? {} : { signal });
  const response = await answer().catch(fail);
  if (response.status === 404 || response.status === 410) return null;
  if (!response.ok) fail(`HTTP status ${response.status}`);
  const length = response.headers.get('content-length');
  // The length of a compressed transfer is not the file's.
  const size = length === null || response.headers.has('content-encoding') ? undefined : Number(length);
  const parts: Uint8Array[] = [];
  if (response.body === null) return parts;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read().catch(fail);
    if (done) return parts;
    parts.push(value);
    onPiece(name, value.byteLength, size); // The caller's: what it throws is not the network's.
  }
}
