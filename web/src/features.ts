// Which build of the engine this machine runs, found out by asking WebAssembly to validate a few bytes.

export type Build = 'simd' | 'relaxed';

export interface Environment {
  /** The build that loadModel takes here; null when none runs. */
  readonly build: Build | null;
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** Always false: the engine runs on the thread that calls it, or in one worker per model. */
  readonly threads: boolean;
  /** The reasons in words, one sentence each. */
  readonly why: readonly string[];
}

// A module of one function, () -> v128, that holds the given instructions.
function vectorModule(...code: number[]): Uint8Array<ArrayBuffer> {
  const body = [0, ...code, 0x0b];
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const types = [1, 5, 1, 0x60, 0, 1, 0x7b];
  const functions = [3, 2, 1, 0];
  const bodies = [10, body.length + 2, 1, body.length, ...body];
  return new Uint8Array([...header, ...types, ...functions, ...bodies]);
}

const splatZero = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
const relaxedSwizzle = [0xfd, 0x80, 0x02];

function validates(bytes: Uint8Array<ArrayBuffer>): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(bytes);
}

let known: Environment | undefined;

/** Says which build of the engine runs here, and why. */
export function env(): Environment {
  return (known ??= detect());
}

function detect(): Environment {
  if (typeof WebAssembly !== 'object') {
    const why = ['There is no WebAssembly here: it is missing or switched off.'];
    return { build: null, simd: false, relaxedSimd: false, threads: false, why };
  }
  const simd = validates(vectorModule(...splatZero));
  const relaxedSimd = simd && validates(vectorModule(...splatZero, ...splatZero, ...relaxedSwizzle));
  const why = [
    simd ? 'WebAssembly SIMD is there.' : 'WebAssembly has no SIMD here, which the engine needs.',
    relaxedSimd
      ? 'Relaxed SIMD is there, so the faster relaxed build runs.'
      : 'Relaxed SIMD is missing, so the plain SIMD build runs.',
    'The engine uses no threads, so the page needs no cross-origin isolation.',
  ];
  if (!simd) why.splice(1);
  return { build: relaxedSimd ? 'relaxed' : simd ? 'simd' : null, simd, relaxedSimd, threads: false, why };
}
