// A loaded model: synchronous runs over plain arrays. What a repeated predict needs is kept ready in one object (Hot),
// so that a known shape costs a few writes, one call into the engine and a few reads.
/// <reference lib="esnext.disposable" preserve="true" />
import { invalidArgument, ModelError } from './error.js';
import type { Build } from './features.js';
import { DONE, type DescribedReport, type Description, type Native, type Placement } from './native.js';
import { checkShape, flatten, shapeFor, type Flat } from './shape.js';
import {
  elementsOf,
  Port,
  typeInfo,
  unpackStrings,
  type DType,
  type TensorData,
  type TensorInfo,
  type TensorInput,
  type TypeInfo,
} from './tensor.js';

/** Values of an input; without a shape, nested arrays carry it and flat ones are cut into rows. */
export type InputValue = TensorInput | { readonly data: TensorInput; readonly shape?: readonly number[] | undefined };

export interface OutputValue {
  readonly data: TensorData;
  readonly shape: readonly number[];
  /** As the model stores it; see TensorInfo. */
  readonly dtype: DType;
}

export interface RunOptions {
  /** The name of one of the model's signatures; the first one when left out. */
  signature?: string | undefined;
}

export interface SignatureInfo {
  readonly name: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** How the run that was prepared last is carried out. */
export interface Report {
  readonly parameters: number;
  readonly constantBytes: number;
  readonly arenaBytes: number;
  /** Runs of nodes that XNNPACK executes in one piece. */
  readonly segments: number;
  readonly nodes: readonly {
    readonly name: string;
    readonly op: string;
    /**
     * 'xnnpack 0' (the segment); 'reference'; 'dynamic', by a reference kernel too, once earlier results have told the
     * shape; or 'folded', computed beforehand.
     */
    readonly where: Placement;
    readonly reason: string;
    readonly macs: number;
    readonly flops: number;
    readonly inputs: readonly TypeInfo[];
    readonly outputs: readonly TypeInfo[];
  }[];
}

/** What describes a model without running it; the same for Model and AsyncModel. */
export interface ModelInfo {
  /** What the model was read from, in words. */
  readonly format: string;
  /** Of the first signature. */
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly signatures: readonly SignatureInfo[];
  /** What was odd about the files, though the model runs. */
  readonly warnings: readonly string[];
  /** Class names, where the files carry them. */
  readonly labels: readonly string[];
  /** Bytes of the model's files. */
  readonly fileBytes: number;
  /** The build of the engine that runs it. */
  readonly build: Build;
}

// The prepared run of one float32 input and one float32 output that predict repeats.
interface Hot {
  readonly input: Float32Array;
  readonly output: Float32Array;
}

interface Entry extends SignatureInfo {
  readonly index: number;
  readonly inputPorts: readonly Port[];
  readonly outputPorts: readonly Port[];
}

// Beyond this many elements a typed array is copied at once; below, a loop is faster than the call.
const loopLimit = 64;

export class Model implements ModelInfo {
  readonly format: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly signatures: readonly SignatureInfo[];
  readonly warnings: readonly string[];
  readonly labels: readonly string[];
  readonly fileBytes: number;
  readonly build: Build;
  #native: Native | null;
  readonly #entries: readonly Entry[];
  #hot: Hot | null = null;

  /** @internal Use loadModel. */
  constructor(native: Native, description: Description, fileBytes: number) {
    this.#native = native;
    this.#entries = description.signatures.map(({ name, inputs, outputs }, index) => {
      const inputPorts = inputs.map((tensor) => new Port(tensor));
      const outputPorts = outputs.map((tensor) => new Port(tensor));
      const info = (port: Port): TensorInfo => port.info;
      return { name, index, inputPorts, outputPorts, inputs: inputPorts.map(info), outputs: outputPorts.map(info) };
    });
    this.signatures = this.#entries.map(({ name, inputs, outputs }) => Object.freeze({ name, inputs, outputs }));
    this.inputs = this.#entries[0]!.inputs;
    this.outputs = this.#entries[0]!.outputs;
    this.format = description.format;
    this.warnings = description.warnings;
    this.labels = description.labels;
    this.fileBytes = fileBytes;
    this.build = native.build;
  }

  /**
   * Runs a model of one input and one output. The values are one row or many, nested or flat; a flat array is cut
   * into rows of the input's size. The result is flat and yours to keep.
   *
   * It is a Float32Array where the output is float32, half or, without `raw`, quantised per tensor: of most models.
   * For another, as `outputs[0].dtype` tells, name the array: `predict<BigInt64Array>(input)`. Nothing checks it.
   */
  predict<T extends TensorData = Float32Array>(input: TensorInput): T {
    const hot = this.#hot;
    if (hot === null || (input as ArrayLike<unknown> | null)?.length !== hot.input.length)
      return this.#predictAnew(input) as T;
    const view = hot.input;
    const count = view.length;
    if (count > loopLimit && input instanceof Float32Array) {
      view.set(input);
    } else {
      for (let i = 0; i < count; ++i) {
        const value = input[i];
        if (typeof value !== 'number') return this.#predictAnew(input) as T;
        view[i] = value;
      }
    }
    if (this.#native!.run() !== DONE) {
      this.#hot = null;
      return this.#read(this.#entries[0]!, 0).data as T;
    }
    return copyOf(hot.output) as T;
  }

  /** Runs any model, values by the names of its inputs; gives all outputs by their names. */
  run(inputs: Readonly<Record<string, InputValue>>, { signature }: RunOptions = {}): Record<string, OutputValue> {
    this.#alive();
    const entry = signature === undefined ? this.#entries[0]! : this.#entries.find(({ name }) => name === signature);
    if (entry === undefined) {
      const names = this.#entries.map(({ name }) => `'${name}'`).join(', ');
      throw invalidArgument(`no signature '${signature}'; there are ${names}`);
    }
    if (typeof inputs !== 'object' || inputs === null) throw invalidArgument('expected an object of inputs by name');
    for (const name of Object.keys(inputs)) {
      if (!entry.inputs.some((info) => info.name === name)) {
        throw invalidArgument(
          `no such input; there are ${entry.inputs.map((info) => `'${info.name}'`).join(', ')}`,
          name,
        );
      }
    }
    const flats = entry.inputPorts.map((port) => {
      if (!Object.hasOwn(inputs, port.info.name)) throw invalidArgument('this input is missing', port.info.name);
      return flatInput(inputs[port.info.name]!, port);
    });
    this.#execute(entry, flats);
    return Object.fromEntries(entry.outputs.map(({ name }, i) => [name, this.#read(entry, i)]));
  }

  /** Forgets state: recurrent state, variables, tables and random streams are again what they were after loading. */
  reset(): void {
    this.#alive().reset();
    this.#hot = null;
  }

  /** How the last run was carried out, node by node. */
  report(): Report {
    const report = this.#alive().report();
    // Writing the report may have moved the engine's memory.
    this.#hot = null;
    const types = ({ inputs, outputs }: DescribedReport['nodes'][number]) => ({
      inputs: inputs.map(typeInfo),
      outputs: outputs.map(typeInfo),
    });
    return { ...report, nodes: report.nodes.map((node) => ({ ...node, ...types(node) })) };
  }

  /** Gives all memory back; the model cannot be used any more. */
  dispose(): void {
    this.#native = null;
    this.#hot = null;
  }

  #alive(): Native {
    if (this.#native === null) throw new ModelError({ code: 'disposed', message: 'this model was disposed of' });
    return this.#native;
  }

  #predictAnew(input: TensorInput): TensorData {
    const entry = this.#entries[0]!;
    const native = this.#alive();
    if (entry.inputPorts.length !== 1 || entry.outputPorts.length !== 1) {
      const counts = `${entry.inputPorts.length} inputs and ${entry.outputPorts.length} outputs`;
      throw invalidArgument(`predict is for models of one input and one output; this one has ${counts}: use run`);
    }
    const [inputPort, outputPort] = [entry.inputPorts[0]!, entry.outputPorts[0]!];
    const flat = flatten(input, inputPort.info.name);
    const isFlat = flat.shape.length === 1;
    this.#execute(entry, [{ data: flat.data, shape: shapeFor(inputPort, flat) }]);
    const result = this.#read(entry, 0);
    if (isFlat && inputPort.dtype === 'float32' && outputPort.dtype === 'float32') {
      const [from, to] = [native.input(0), native.output(0)];
      this.#hot = {
        input: inputPort.view(native.memory, from.address, from.bytes) as Float32Array,
        output: outputPort.view(native.memory, to.address, to.bytes) as Float32Array,
      };
    }
    return result.data;
  }

  #execute(entry: Entry, flats: readonly Flat[]): void {
    const native = this.#alive();
    this.#hot = null;
    native.prepare(
      entry.index,
      flats.map(({ shape }) => shape),
    );
    flats.forEach(({ data }, i) => {
      const port = entry.inputPorts[i]!;
      if (port.isString) {
        native.setStrings(i, stringsOf(data, port));
        return;
      }
      const { address, bytes } = native.input(i);
      port.write(port.view(native.memory, address, bytes), data);
    });
    native.run();
  }

  #read(entry: Entry, i: number): OutputValue {
    const native = this.#alive();
    const port = entry.outputPorts[i]!;
    const { address, bytes, shape } = native.output(i);
    const data = port.isString
      ? unpackStrings(native.memory, address, bytes, elementsOf(shape))
      : port.view(native.memory, address, bytes).slice();
    return { data, shape, dtype: port.info.dtype };
  }
}

export interface Model extends Disposable {}

// Older engines have no Symbol.dispose; `using` needs one, dispose() does not.
if (typeof Symbol.dispose === 'symbol') {
  Object.defineProperty(Model.prototype, Symbol.dispose, {
    value: Model.prototype.dispose,
    configurable: true,
    writable: true,
  });
}

function copyOf(view: Float32Array): TensorData {
  const count = view.length;
  if (count > loopLimit) return view.slice();
  const copy = new Float32Array(count);
  for (let i = 0; i < count; ++i) copy[i] = view[i]!;
  return copy;
}

function flatInput(value: InputValue, port: Port): Flat {
  const wrapped =
    typeof value === 'object' && value !== null && 'data' in value ? value : { data: value as TensorInput };
  const flat = flatten(wrapped.data, port.info.name);
  if (wrapped.shape === undefined) return { data: flat.data, shape: shapeFor(port, flat) };
  return { data: flat.data, shape: checkShape(wrapped.shape, port, flat.data.length) };
}

function stringsOf(data: ArrayLike<unknown>, port: Port): string[] {
  return Array.from(data, (value, i) => {
    if (typeof value !== 'string') throw invalidArgument(`value ${i}: expected a string, got ${value}`, port.info.name);
    return value;
  });
}
