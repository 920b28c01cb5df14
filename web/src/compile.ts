// Which engine a model takes, and its module, fetched and compiled once; every model then gets an instance of its own.
import { errorText, invalidArgument, ModelError, type ErrorInfo } from './error.js';
import { env, type Build } from './features.js';
import { isNode, readFileUrl } from './node.js';

/** Engines differ in what they read: 'tflite' that format alone, for little more than half the bytes of 'general'. */
export type EngineKind = 'general' | 'tflite';

// Written out in full, because bundlers look for this very form.
const addresses: Record<EngineKind, Record<Build, () => URL>> = {
  general: {
    simd: () => new URL('./tare-simd.wasm', import.meta.url),
    relaxed: () => new URL('./tare-relaxed.wasm', import.meta.url),
  },
  tflite: {
    simd: () => new URL('./tare-tflite-simd.wasm', import.meta.url),
    relaxed: () => new URL('./tare-tflite-relaxed.wasm', import.meta.url),
  },
};

/** By the file's name, before its first byte is here: a guess, so that engine and model arrive side by side. */
export function guessEngine(name: string): EngineKind | undefined {
  if (/\.(tf)?lite$/i.test(name)) return 'tflite';
  return /\.(json|h5|hdf5|keras|pb|zip)$/i.test(name) ? 'general' : undefined;
}

/** By the file's bytes, as the engine's readers decide too: TFLite files bear their name from the fifth byte on. */
export function engineFor(parts: readonly Uint8Array[]): EngineKind {
  const start: number[] = [];
  for (const part of parts) {
    start.push(...part.subarray(0, 8 - start.length));
    if (start.length === 8) break;
  }
  return String.fromCharCode(...start.slice(4)) === 'TFL3' ? 'tflite' : 'general';
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The build that the caller wishes for, where it runs; else the best that does. */
export function chooseBuild(wish?: Build): Build {
  const { build, relaxedSimd, why } = env();
  if (wish !== undefined && wish !== 'simd' && wish !== 'relaxed')
    throw invalidArgument(`expected 'simd' or 'relaxed', got '${wish}'`, 'build');
  if (build === null) throw new ModelError({ code: 'environment', message: why.join(' ') });
  if (wish === 'relaxed' && !relaxedSimd)
    throw new ModelError({ code: 'environment', message: `relaxed SIMD is missing here: take 'simd'`, where: 'build' });
  return wish ?? build;
}

export function engineModule(kind: EngineKind, build: Build): Promise<WebAssembly.Module> {
  const url = addresses[kind][build]();
  let module = compiled.get(url.href);
  if (module === undefined) {
    module = compile(url);
    compiled.set(url.href, module);
    // A lost network must not be remembered.
    module.catch(() => compiled.delete(url.href));
  }
  return module;
}

async function compile(url: URL): Promise<WebAssembly.Module> {
  try {
    if (isNode && url.protocol === 'file:') return await WebAssembly.compile(await readFileUrl(url));
    return (await compileArriving(url)) ?? (await compileFetched(url));
  } catch (cause) {
    throw new ModelError(await failureOf(cause, url), { cause });
  }
}

// A policy refuses any module, even an empty one, each browser by an error of its own.
async function failureOf(cause: unknown, url: URL): Promise<ErrorInfo> {
  const detail = errorText(cause);
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const isForbidden = await WebAssembly.compile(empty).then(
    () => false,
    () => true,
  );
  if (isForbidden)
    return {
      code: 'environment',
      message: `the page's policy must allow 'wasm-unsafe-eval' in script-src (${detail})`,
    };
  const code = url.protocol === 'file:' ? 'missing_file' : 'network';
  return { code, message: `the engine could not be loaded: ${detail}`, where: url.href };
}

// Compiles while it arrives, without this thread, which is busy with the page. Nothing where the server does not name
// the type, or where there is no answer to compile: compileFetched does it, or says what is wrong.
async function compileArriving(url: URL): Promise<WebAssembly.Module | undefined> {
  try {
    return await WebAssembly.compileStreaming(fetch(url));
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}

async function compileFetched(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}
