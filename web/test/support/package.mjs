// What the package's tests share: the built package, the fruit model, and how to expect a ModelError.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const fruit = path.join(root, 'models/fruit/tfjs/model.json');

export const tare = await import(pathToFileURL(path.join(root, 'dist/index.js')).href);

export async function fruitFiles() {
  const folder = path.dirname(fruit);
  const read = async (name) => [name, new Uint8Array(await readFile(path.join(folder, name)))];
  return Object.fromEntries(await Promise.all([read('model.json'), read('group1-shard1of1.bin')]));
}

/** For assert.throws and assert.rejects. */
export function modelError(code, { where, message } = {}) {
  return (error) => {
    assert.equal(error.name, 'ModelError', error.stack);
    assert.equal(error.code, code, error.message);
    if (where !== undefined) assert.match(error.where, where);
    if (message !== undefined) assert.match(error.message, message);
    return true;
  };
}

/** Baskets of the range that the model was trained on, the same ones for a seed every time. */
export function* baskets(count, seed = 1) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * 21);
  };
  for (let i = 0; i < count; ++i) yield [next(), next(), next()];
}

export const priceOf = ([watermelons, apples, grapes]) => 100 * watermelons + 10 * apples + grapes;
