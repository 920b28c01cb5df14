// Brings a model's files into a fresh instance of the engine, which says what it still misses until nothing is.
import { readingAhead, type Fetch, type Files, type OnPiece, type Progress } from './address.js';
import { chooseBuild, engineFor, engineModule, guessEngine, type EngineKind } from './compile.js';
import { ModelError } from './error.js';
import type { Build } from './features.js';
import { Model } from './model.js';
import { Native, type EngineOptions } from './native.js';
import { openSource, type FileSource } from './source.js';

export interface LoadOptions extends EngineOptions {
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Fetches the model's files instead of the global fetch, with headers or signatures of their own. Not in a worker. */
  fetch?: Fetch | undefined;
  /** Insists on a build of the engine; see env() for what runs here. */
  build?: Build | undefined;
}

/** What a worker gets from the page, so that an engine is compiled once for all; it may prove the wrong one. */
export interface Prepared {
  kind: EngineKind;
  module: WebAssembly.Module;
}

export function loadHere(source: FileSource, options: LoadOptions, prepared?: Prepared): Promise<Model> {
  return loadFrom(() => openSource(source, options.fetch), options, prepared);
}

/** The same from what is opened already. */
export async function loadFrom(
  open: () => Files | Promise<Files>,
  options: LoadOptions,
  prepared?: Prepared,
): Promise<Model> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const build = chooseBuild(options.build);
  const onPiece = progressCounter(onProgress);
  const engine = async (kind: EngineKind): Promise<WebAssembly.Module> =>
    prepared?.kind === kind ? prepared.module : engineModule(kind, build);
  let files = await open();
  const guess = guessEngine(files.main);
  if (guess !== undefined) engine(guess).catch(() => undefined); // Reported below, unless the model fails first.
  const main = await files.read(files.main, onPiece.count, signal);
  if (main === null)
    throw new ModelError({ code: 'missing_file', message: 'there is no such file', where: files.main });
  if (files.main.endsWith('.json')) files = readingAhead(files, weightNames(main), onPiece.count, signal);
  const native = await Native.create(await engine(engineFor(main)), build);
  native.setOptions(options);
  addFile(native, files, files.main, main);
  await addMissing(native, files, onPiece.count, signal);
  signal?.throwIfAborted();
  return new Model(native, native.load(), onPiece.loaded());
}

// So that weights arrive beside the engine instead of after it. When all names are plain: which others may be read, and
// where they lie, the engine decides.
function weightNames(modelJson: readonly Uint8Array[]): Set<string> {
  const decoder = new TextDecoder();
  const text = modelJson.map((part) => decoder.decode(part, { stream: true })).join('');
  const lists = Array.from(text.matchAll(/"paths"\s*:\s*\[([^\]]*)\]/g), ([, list]) => list!);
  const names = lists.flatMap((list) => Array.from(list.matchAll(/"([^"]*)"/g), ([, name]) => name!));
  return new Set(names.every((name) => /^\w[\w.-]*$/.test(name)) ? names : []);
}

// The engine has a copy. What nobody else looks at is given back at once, not when the collector comes: weights would
// be held once more while the engine lays them out anew.
function addFile(native: Native, files: Files, name: string, parts: readonly Uint8Array[]): void {
  native.addFile(name, parts);
  if (!files.owned) return;
  for (const part of parts) {
    const buffer = part.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
    if (part.byteLength === buffer.byteLength) buffer.transfer?.(0);
  }
}

async function addMissing(native: Native, files: Files, onPiece: OnPiece, signal?: AbortSignal): Promise<void> {
  const asked = new Set<string>();
  for (let names = native.missing(); names.length > 0; names = native.missing()) {
    const fresh = names.filter((name) => !asked.has(name));
    // What was brought and is still missing cannot be had; load says so.
    if (fresh.length === 0) return;
    for (const name of fresh) asked.add(name);
    const found = await Promise.all(fresh.map((name) => readOrBeside(files, name, onPiece, signal)));
    for (const file of found) addFile(native, files, file.name, file.parts);
  }
}

// Weights are often moved without their manifest: when a file is not where the model says, the one of the same name
// beside the model is taken, and the engine warns of it.
async function readOrBeside(
  files: Files,
  name: string,
  onPiece: OnPiece,
  signal?: AbortSignal,
): Promise<{ name: string; parts: Uint8Array[] }> {
  const parts = await files.read(name, onPiece, signal);
  if (parts !== null) return { name, parts };
  const own = name.slice(name.lastIndexOf('/') + 1);
  const beside = own === name ? null : await files.read(own, onPiece, signal);
  if (beside === null)
    throw new ModelError({ code: 'missing_file', message: 'the model needs this file', where: name });
  return { name: own, parts: beside };
}

function progressCounter(onProgress?: (progress: Progress) => void): { count: OnPiece; loaded: () => number } {
  let loaded = 0;
  const sizes = new Map<string, number | undefined>();
  return {
    loaded: () => loaded,
    count(file, piece, size) {
      loaded += piece;
      sizes.set(file, size);
      const all = [...sizes.values()];
      const total = all.includes(undefined) ? undefined : (all as number[]).reduce((a, b) => a + b, 0);
      onProgress?.({ loaded, total, file });
    },
  };
}
