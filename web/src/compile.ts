// Fetches and compiles the engine once per build; every model then gets an instance of its own of the shared module.
import { ModelError } from './error.js';
import { env, type Build } from './features.js';
import { isNode, readFileUrl } from './node.js';

// Written out in full, because bundlers look for this very form.
function address(build: Build): URL {
  return build === 'relaxed'
    ? new URL('./tare-relaxed.wasm', import.meta.url)
    : new URL('./tare-simd.wasm', import.meta.url);
}

const compiled = new Map<Build, Promise<WebAssembly.Module>>();

/** The build to use when the caller has no wish. */
export function chooseBuild(wish?: Build): Build {
  const { build, why } = env();
  if (build === null) throw new ModelError({ code: 'environment', message: why.join(' ') });
  return wish ?? build;
}

export function engineModule(build: Build): Promise<WebAssembly.Module> {
  let module = compiled.get(build);
  if (module === undefined) {
    module = compile(address(build));
    compiled.set(build, module);
    // A lost network must not be remembered.
    module.catch(() => compiled.delete(build));
  }
  return module;
}

async function compile(url: URL): Promise<WebAssembly.Module> {
  try {
    if (isNode && url.protocol === 'file:') return await WebAssembly.compile(await readFileUrl(url));
    const response = await fetch(url);
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    // Compiles while it arrives, where the server names the type.
    return (response.headers.get('content-type') ?? '').startsWith('application/wasm')
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    const message = `the engine could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ModelError({ code: 'network', message, where: url.href }, { cause });
  }
}
