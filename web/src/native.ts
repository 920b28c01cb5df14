// The only file that touches the engine's exports and memory. One Native is one WebAssembly instance with one model;
// when the engine traps, the instance is dead and says so from then on.
import { createEngine, type Engine } from './engine.js';
import { errorText, ModelError, type ErrorInfo } from './error.js';
import type { Build } from './features.js';

/** Where a tensor of the prepared run lies in the engine's memory; valid until that memory moves. */
export interface Place {
  readonly address: number;
  readonly bytes: number;
  readonly shape: number[];
}

export interface Budgets {
  /** Of weights, of one tensor, of the arena: each. Default 2 GiB. */
  bytes?: number | undefined;
  /** Default 1,000,000. */
  nodes?: number | undefined;
  /** In one run. Default 10,000,000. */
  loopTrips?: number | undefined;
  /** Default 32. */
  callDepth?: number | undefined;
  /** Of one run. Default 120. */
  seconds?: number | undefined;
}

export interface EngineOptions extends Budgets {
  /** For random ops that the model gives no seed. */
  seed?: number | undefined;
  /** False: graph passes are left out. */
  optimise?: boolean | undefined;
  /** False: reference kernels alone. */
  xnnpack?: boolean | undefined;
  /** True: quantised and half-float tensors are passed as they are stored, not as floats. */
  raw?: boolean | undefined;
  /** Frozen GraphDefs: names of the tensors to feed and to fetch. */
  inputNames?: readonly string[] | undefined;
  outputNames?: readonly string[] | undefined;
}

export interface DescribedType {
  dtype: string;
  shape: (number | null)[] | null;
  quantization?: { scaleBits: number[]; zeroPoints: number[]; axis: number; blockSize: number };
}

export interface DescribedTensor extends DescribedType {
  name: string;
  floats?: boolean;
}

export interface Description {
  format: string;
  warnings: string[];
  labels: string[];
  signatures: { name: string; inputs: DescribedTensor[]; outputs: DescribedTensor[] }[];
}

/** See src/api/model.cpp. */
export type Placement = 'reference' | 'dynamic' | 'folded' | `xnnpack ${number}`;

export interface DescribedReport {
  arenaBytes: number;
  constantBytes: number;
  parameters: number;
  segments: number;
  nodes: {
    name: string;
    op: string;
    where: Placement;
    reason: string;
    macs: number;
    flops: number;
    inputs: DescribedType[];
    outputs: DescribedType[];
  }[];
}

const numericOptions = ['bytes', 'nodes', 'loopTrips', 'callDepth', 'seconds', 'seed'] as const;
const switches = ['optimise', 'xnnpack', 'raw'] as const;

export const DONE = 0;
export const FAILED = 2;

export class Native {
  readonly build: Build;
  #engine: Engine;
  #dead: ModelError | undefined;

  private constructor(engine: Engine, build: Build) {
    this.#engine = engine;
    this.build = build;
  }

  static async create(module: WebAssembly.Module, build: Build): Promise<Native> {
    try {
      return new Native(await createEngine(module), build);
    } catch (cause) {
      // No room for one more instance, most likely.
      throw new ModelError({ code: 'crashed', message: `the engine could not start (${errorText(cause)})` }, { cause });
    }
  }

  setOptions(options: EngineOptions): void {
    this.#call((engine) => {
      for (const name of numericOptions) {
        const value = options[name];
        if (value === undefined) continue;
        if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
          throw new ModelError({
            code: 'invalid_argument',
            where: name,
            message: `expected a number from 0, got ${value}`,
          });
        }
        engine.setOption(name, value);
      }
      for (const name of switches) {
        if (options[name] !== undefined) engine.setOption(name, Number(options[name]));
      }
      const names = [options.inputNames, options.outputNames];
      names.forEach((list, i) => {
        if (list === undefined) return;
        for (const name of list) engine.pushText(name);
        engine.setNames(i === 0);
      });
    });
  }

  /** Copies a file's bytes, which may come in several parts, into the engine. */
  addFile(name: string, parts: readonly Uint8Array[]): void {
    this.#call((engine) => {
      const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
      let address = engine.addFile(name, size);
      if (address === 0) throw this.#failure(engine);
      for (const part of parts) {
        engine.bytes.set(part, address);
        address += part.byteLength;
      }
    });
  }

  /** Names of the files that the model needs and that are not here yet. */
  missing(): string[] {
    return this.#call((engine) => (this.#read(engine, engine.missing()) as { files: string[] }).files);
  }

  load(): Description {
    return this.#call((engine) => this.#read(engine, engine.load()) as Description);
  }

  prepare(signature: number, shapes: readonly (readonly number[])[]): void {
    this.#call((engine) => {
      const words = shapes.flatMap((shape) => [shape.length, ...shape]);
      const address = engine.words(words.length);
      new Int32Array(engine.bytes.buffer, address, words.length).set(words);
      if (!engine.prepare(signature)) throw this.#failure(engine);
    });
  }

  setStrings(input: number, strings: readonly string[]): void {
    this.#call((engine) => {
      for (const text of strings) engine.pushText(text);
      if (!engine.setStrings(input)) throw this.#failure(engine);
    });
  }

  /** Runs what is prepared: DONE, or another number when views must be made anew; throws when the run failed. */
  run(): number {
    if (this.#dead !== undefined) throw this.#dead;
    const engine = this.#engine;
    let outcome: number;
    try {
      outcome = engine.run();
    } catch (trap) {
      throw this.#die(trap);
    }
    if (outcome === FAILED) throw this.#failure(engine);
    return outcome;
  }

  input(i: number): Place {
    return this.#call((engine) => this.#place(engine, engine.input(i)));
  }
  output(i: number): Place {
    return this.#call((engine) => this.#place(engine, engine.output(i)));
  }
  reset(): void {
    this.#call((engine) => engine.reset());
  }
  report(): DescribedReport {
    return this.#call((engine) => JSON.parse(engine.report()) as DescribedReport);
  }

  /** The engine's memory; another object whenever it has grown. */
  get memory(): ArrayBuffer {
    return this.#engine.bytes.buffer;
  }

  #place(engine: Engine, address: number): Place {
    const header = new Int32Array(engine.bytes.buffer, address, 3);
    const shape = Array.from(new Int32Array(engine.bytes.buffer, address + 12, header[2]));
    return { address: header[0]! >>> 0, bytes: header[1]! >>> 0, shape };
  }

  #call<T>(action: (engine: Engine) => T): T {
    if (this.#dead !== undefined) throw this.#dead;
    try {
      return action(this.#engine);
    } catch (error) {
      throw error instanceof ModelError ? error : this.#die(error);
    }
  }

  // An empty text stands for a failure that the engine keeps.
  #read(engine: Engine, text: string): unknown {
    if (text === '') throw this.#failure(engine);
    return JSON.parse(text);
  }

  #failure(engine: Engine): ModelError {
    return new ModelError(JSON.parse(engine.error()) as ErrorInfo);
  }

  #die(cause: unknown): ModelError {
    const message = `the engine stopped (${errorText(cause)}); this model cannot be used any more, load it again`;
    this.#dead ??= new ModelError({ code: 'crashed', message }, { cause });
    return this.#dead;
  }
}
