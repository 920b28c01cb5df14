// A model in a worker of its own: the same methods as Model, as promises, while the page stays free. Disposing of it
// ends the worker, also in the middle of a run; so does the collection of a forgotten one.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Progress } from './address.js';
import { chooseBuild, engineModule, guessEngine } from './compile.js';
import { invalidArgument, ModelError } from './error.js';
import type { Build } from './features.js';
import type { LoadOptions, Prepared } from './load.js';
import type { InputValue, ModelInfo, OutputValue, Report, RunOptions, SignatureInfo } from './model.js';
import { isNode, nodeModule } from './node.js';
import type { LoadedInfo, Reply, Request } from './protocol.js';
import { isAddress, isListOfFiles, named, openSource, resolveAddress, type FileSource } from './source.js';
import type { TensorData, TensorInfo, TensorInput } from './tensor.js';

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Keeps a model that is only waited for from being collected. */
  readonly owner: AsyncModel | undefined;
}

/** The page's end of the line to a worker. Holds no model, so that a forgotten model can be collected. */
class Line {
  onProgress: ((progress: Progress) => void) | undefined;
  readonly #post: (message: unknown) => void;
  readonly #end: () => void;
  readonly #hold: (on: boolean) => void;
  readonly #pending = new Map<number, Pending>();
  #closed: unknown;
  #next = 0;

  private constructor(post: (message: unknown) => void, end: () => void, hold: (on: boolean) => void) {
    this.#post = post;
    this.#end = end;
    this.#hold = hold;
  }

  static async open(): Promise<Line> {
    if (isNode) {
      const { Worker } = await nodeModule('worker_threads');
      // Not in the form that bundlers look for: theirs is below.
      const worker = new Worker(new URL(import.meta.url.replace(/[^/]*$/, 'worker.js')), { execArgv: [] });
      // A model that waits for work does not keep the program from ending.
      worker.unref();
      const line = new Line(
        (message) => worker.postMessage(message),
        () => void worker.terminate(),
        (on) => (on ? worker.ref() : worker.unref()),
      );
      worker.on('message', (reply: Reply) => line.#receive(reply));
      worker.on('error', (error) => line.#crash(error.message));
      return line;
    }
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    const line = new Line(
      (message) => worker.postMessage(message),
      () => worker.terminate(),
      () => undefined,
    );
    worker.onmessage = ({ data }: MessageEvent<Reply>) => line.#receive(data);
    worker.onerror = (event) => line.#crash(event.message ?? 'its script could not be loaded');
    worker.onmessageerror = () => line.#crash('a message could not be read');
    return line;
  }

  ask(request: Request, owner?: AsyncModel): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const id = ++this.#next;
      this.#post({ ...request, id });
      this.#pending.set(id, { resolve, reject, owner });
      this.#hold(true);
    });
  }

  close(error: unknown): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.#end();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #receive(reply: Reply): void {
    if (reply.kind === 'progress') {
      this.onProgress?.(reply.progress);
      return;
    }
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0) this.#hold(false);
    if (reply.kind === 'done') pending?.resolve(reply.value);
    else pending?.reject(new ModelError(reply.error));
  }

  #crash(detail: string): void {
    this.close(new ModelError({ code: 'crashed', message: `the worker stopped (${detail}); load the model again` }));
  }
}

const disposed = (): ModelError => new ModelError({ code: 'disposed', message: 'this model was disposed of' });
const forgotten = new FinalizationRegistry<Line>((line) => line.close(disposed()));

export class AsyncModel implements ModelInfo {
  declare readonly format: string;
  declare readonly inputs: readonly TensorInfo[];
  declare readonly outputs: readonly TensorInfo[];
  declare readonly signatures: readonly SignatureInfo[];
  declare readonly warnings: readonly string[];
  declare readonly labels: readonly string[];
  declare readonly fileBytes: number;
  declare readonly build: Build;
  readonly #line: Line;

  private constructor(line: Line, info: LoadedInfo) {
    this.#line = line;
    Object.assign(this, info);
    forgotten.register(this, line, this);
  }

  /** @internal Use loadModel with `worker: true`. */
  static async load(source: FileSource, { signal, onProgress, fetch, ...options }: LoadOptions): Promise<AsyncModel> {
    if (fetch !== undefined) {
      const message = 'a function cannot go to the worker: fetch the files here, give them as bytes by name';
      throw invalidArgument(message, 'fetch');
    }
    signal?.throwIfAborted();
    const build = chooseBuild(options.build);
    // The worker's own address is not the page's: relative ones are resolved here.
    const absolute = isAddress(source) ? (await resolveAddress(source)).href : source;
    const cloneable = isListOfFiles(absolute) ? named(Array.from(absolute)) : absolute;
    const preparation = prepare(cloneable, build);
    preparation.catch(() => undefined); // Reported below, when there is a line to close.
    const line = await Line.open();
    const abort = (): void => line.close(disposed());
    signal?.addEventListener('abort', abort);
    try {
      line.onProgress = (progress) => {
        try {
          onProgress?.(progress);
        } catch (error) {
          line.close(error);
        }
      };
      const prepared = await preparation;
      signal?.throwIfAborted();
      const info = await line.ask({ kind: 'load', source: cloneable, options: { ...options, build }, prepared });
      return new AsyncModel(line, info as LoadedInfo);
    } catch (error) {
      line.close(disposed());
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** See Model.predict. */
  predict<T extends TensorData = Float32Array>(input: TensorInput): Promise<T> {
    return this.#line.ask({ kind: 'predict', input }, this) as Promise<T>;
  }
  /** See Model.run. */
  run(inputs: Readonly<Record<string, InputValue>>, options: RunOptions = {}): Promise<Record<string, OutputValue>> {
    return this.#line.ask({ kind: 'run', inputs, options }, this) as Promise<Record<string, OutputValue>>;
  }
  /** See Model.reset. */
  reset(): Promise<void> {
    return this.#line.ask({ kind: 'reset' }, this) as Promise<void>;
  }
  /** See Model.report. */
  report(): Promise<Report> {
    return this.#line.ask({ kind: 'report' }, this) as Promise<Report>;
  }
  /** Ends the worker at once; runs that are under way are rejected. */
  dispose(): void {
    forgotten.unregister(this);
    this.#line.close(disposed());
  }
}

export interface AsyncModel extends Disposable {}

if (typeof Symbol.dispose === 'symbol') {
  Object.defineProperty(AsyncModel.prototype, Symbol.dispose, {
    value: AsyncModel.prototype.dispose,
    configurable: true,
    writable: true,
  });
}

// Where the name does not tell the engine, the worker finds it out and compiles it.
async function prepare(source: FileSource, build: Build): Promise<Prepared | undefined> {
  const kind = guessEngine((await openSource(source)).main);
  return kind && { kind, module: await engineModule(kind, build) };
}
