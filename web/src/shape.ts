// From what a caller gives (nested arrays, flat arrays, shapes or none) to flat values and the shape of a run.
import { invalidArgument } from './error.js';
import { elementsOf, type Port, type Scalar, type TensorInput } from './tensor.js';

export interface Flat {
  readonly data: ArrayLike<Scalar>;
  readonly shape: number[];
}

const isArray = Array.isArray as (value: unknown) => value is readonly unknown[];

function isTyped(value: unknown): value is ArrayLike<Scalar> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Nested arrays made flat; every array of a level must be as long as the others. */
export function flatten(input: TensorInput, where: string): Flat {
  if (isTyped(input)) return { data: input, shape: [input.length] };
  if (!isArray(input))
    throw invalidArgument(
      `expected an array or a typed array; for a shape, run({ '${where}': { data, shape } })`,
      where,
    );
  const shape: number[] = [];
  for (let level: unknown = input; isArray(level) || isTyped(level); level = (level as ArrayLike<unknown>)[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  if (shape.length === 1) return { data: input as ArrayLike<Scalar>, shape };
  const data: Scalar[] = [];
  const visit = (level: unknown, depth: number): void => {
    if (depth === shape.length) {
      data.push(level as Scalar);
      return;
    }
    if (!(isArray(level) || isTyped(level)) || level.length !== shape[depth]) {
      throw invalidArgument(`nested arrays differ in length at depth ${depth}`, where);
    }
    for (let i = 0; i < level.length; ++i) visit(level[i], depth + 1);
  };
  visit(input, 0);
  return { data, shape };
}

/** The shape that values without one are meant to have: the given nesting, one row of it, or rows cut from a flat array. */
export function shapeFor(port: Port, flat: Flat): number[] {
  const wanted = port.info.shape;
  if (wanted === null) return flat.shape;
  const count = flat.data.length / port.width;
  const nested = port.width === 2 && flat.shape.at(-1) === 2 ? flat.shape.slice(0, -1) : flat.shape;
  if (nested.length > 1 || wanted.length < 2) {
    if (fits(wanted, nested) || wanted.length === nested.length) return nested;
    if (fits(wanted.slice(1), nested) && (wanted[0] === null || wanted[0] === 1)) return [1, ...nested];
    if (wanted.length === 0 && count === 1) return [];
    throw invalidArgument(`expected shape ${text(wanted)}, got ${text(nested)}`, port.info.name);
  }
  const row = wanted.slice(1);
  if (row.some((extent) => extent === null)) {
    throw invalidArgument(
      `a flat array leaves the shape ${text(wanted)} open: give nested arrays or a shape`,
      port.info.name,
    );
  }
  const size = elementsOf(row as number[]);
  if (count === 0 || count % size !== 0) {
    throw invalidArgument(`expected rows of ${size} values, got ${count} values`, port.info.name);
  }
  return [count / size, ...(row as number[])];
}

function fits(wanted: readonly (number | null)[], shape: readonly number[]): boolean {
  return wanted.length === shape.length && wanted.every((extent, i) => extent === null || extent === shape[i]);
}

/** A shape that the caller states, checked against the values. */
export function checkShape(shape: readonly number[], port: Port, length: number): number[] {
  if (!isArray(shape) && !isTyped(shape)) throw invalidArgument('shape: expected an array', port.info.name);
  for (const extent of shape) {
    if (!(Number.isInteger(extent) && extent >= 0 && extent <= 0x7fffffff)) {
      throw invalidArgument(`shape: expected integers from 0 to 2147483647, got ${extent}`, port.info.name);
    }
  }
  const count = elementsOf(shape) * port.width;
  if (count !== length) {
    throw invalidArgument(`shape ${text(shape)} has ${count} values, but ${length} were given`, port.info.name);
  }
  return [...shape];
}

export function text(shape: readonly (number | null)[]): string {
  return `[${shape.map((extent) => extent ?? '?').join(', ')}]`;
}
