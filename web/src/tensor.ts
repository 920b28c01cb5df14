// Element types as JavaScript sees them, and the checked copies into and out of the engine's memory.
import { invalidArgument } from './error.js';
import type { DescribedTensor, DescribedType } from './native.js';

export type DType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float64'
  | 'int4'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'complex64'
  | 'complex128'
  | 'string'
  | 'resource'
  | 'variant';

export type NumberArray =
  Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

/** What a model gives: complex numbers are interleaved, bool is 0 or 1 in a Uint8Array. */
export type TensorData = NumberArray | BigInt64Array | BigUint64Array | string[];

export type Scalar = number | bigint | boolean | string;
export type NestedArray = readonly (Scalar | NestedArray)[];

/** What a model takes: a flat typed array, or plain arrays, nested or flat. */
export type TensorInput = TensorData | Uint8ClampedArray | NestedArray;

export interface Quantization {
  /** One for the tensor, one per channel, or one per block. real = scale * (stored - zeroPoint) */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  /** Per channel: the dimension. */
  readonly axis: number;
  /** Blockwise: elements of the last dimension that share a scale; else 0. */
  readonly blockSize: number;
}

export interface TypeInfo {
  /** As the model stores it. Quantised and half-float tensors are passed as float32 unless `raw` was asked for. */
  readonly dtype: DType;
  /** null stands for an extent that is free; the whole is null when even the rank is. */
  readonly shape: readonly (number | null)[] | null;
  readonly quantization?: Quantization;
}

export interface TensorInfo extends TypeInfo {
  readonly name: string;
}

type View = Exclude<TensorData, string[]>;
type ViewConstructor = {
  new (buffer: ArrayBuffer, offset: number, length: number): View;
  new (length: number): View;
  readonly BYTES_PER_ELEMENT: number;
};

const storage: Partial<Record<DType, ViewConstructor>> = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float64: Float64Array,
  int4: Int8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

const ranges: Partial<Record<DType, readonly [number, number]>> = {
  int4: [-8, 7],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 4294967295],
  bool: [0, 1],
  float16: [0, 65535],
  bfloat16: [0, 65535], // raw bits
};

/** One input or output: what it is, and how its elements are copied. */
export class Port {
  readonly info: TensorInfo;
  /** The element type at the border. */
  readonly dtype: DType;
  /** Numbers per element: 2 for complex types. */
  readonly width: number;
  readonly #storage: ViewConstructor | undefined;

  constructor({ floats, ...described }: DescribedTensor) {
    this.dtype = (floats === true ? 'float32' : described.dtype) as DType;
    this.width = this.dtype === 'complex64' || this.dtype === 'complex128' ? 2 : 1;
    this.#storage = storage[this.dtype];
    this.info = Object.freeze({ name: described.name, ...typeInfo(described) });
  }

  get isString(): boolean {
    return this.dtype === 'string';
  }

  view(memory: ArrayBuffer, address: number, bytes: number): View {
    if (this.#storage === undefined) {
      throw invalidArgument(`${this.dtype} tensors cannot be passed to or from JavaScript`, this.info.name);
    }
    return new this.#storage(memory, address, bytes / this.#storage.BYTES_PER_ELEMENT);
  }

  /** Writes all elements; `data` has as many as `view`. */
  write(view: View, data: ArrayLike<Scalar>): void {
    if (data.length !== view.length) {
      throw invalidArgument(`expected ${view.length} values, got ${data.length}`, this.info.name);
    }
    if (data.constructor === view.constructor && this.dtype !== 'bool' && this.dtype !== 'int4') {
      (view as Float32Array).set(data as Float32Array);
    } else if (view instanceof BigInt64Array || view instanceof BigUint64Array) {
      this.#writeBig(view, data);
    } else {
      this.#writeNumbers(view, data);
    }
  }

  #writeNumbers(view: NumberArray, data: ArrayLike<Scalar>): void {
    const range = ranges[this.dtype];
    for (let i = 0; i < data.length; ++i) {
      let value = data[i]!;
      if (typeof value === 'boolean' || typeof value === 'bigint') value = Number(value);
      if (typeof value !== 'number') throw this.#wrong(i, 'a number', value);
      if (range !== undefined && !(Number.isInteger(value) && value >= range[0] && value <= range[1])) {
        throw this.#wrong(i, `an integer from ${range[0]} to ${range[1]}`, value);
      }
      view[i] = value;
    }
  }

  #writeBig(view: BigInt64Array | BigUint64Array, data: ArrayLike<Scalar>): void {
    const [low, high] = view instanceof BigInt64Array ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
    for (let i = 0; i < data.length; ++i) {
      const value = data[i]!;
      const whole = typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
      if (typeof whole !== 'bigint' || whole < low || whole > high)
        throw this.#wrong(i, `an integer of ${this.dtype}`, value);
      view[i] = whole;
    }
  }

  #wrong(i: number, expected: string, value: unknown): Error {
    return invalidArgument(
      `value ${i}: expected ${expected}, got ${typeof value === 'string' ? `'${value}'` : value}`,
      this.info.name,
    );
  }
}

export function typeInfo({ dtype, shape, quantization }: DescribedType): TypeInfo {
  const info = { dtype: dtype as DType, shape };
  return quantization === undefined ? info : { ...info, quantization: readQuantization(quantization) };
}

function readQuantization(q: NonNullable<DescribedTensor['quantization']>): Quantization {
  const scales = Array.from(new Float32Array(Uint32Array.from(q.scaleBits).buffer));
  return { scales, zeroPoints: q.zeroPoints, axis: q.axis, blockSize: q.blockSize };
}

/** Strings of a packed block: int32 count, int32 offsets[count + 1] from the start of the block, then the bytes. */
export function unpackStrings(memory: ArrayBuffer, address: number, bytes: number, elements: number): string[] {
  if (bytes === 0) return new Array<string>(elements).fill('');
  const offsets = new Int32Array(memory, address + 4, elements + 1);
  const decoder = new TextDecoder();
  return Array.from({ length: elements }, (_, i) =>
    decoder.decode(new Uint8Array(memory, address + offsets[i]!, offsets[i + 1]! - offsets[i]!)),
  );
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
