// The inputs of tests/models/fixed_inputs.py, written as .npy files.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const RANGES = {
  int8: [-128, 128], uint8: [0, 256], int16: [-32768, 32768], bool: [0, 2],
  int32: [0, 8], int64: [0, 8], uint32: [0, 8], uint16: [0, 8],
};
const ARRAYS = {
  float32: [Float32Array, '<f4'], float64: [Float64Array, '<f8'], int8: [Int8Array, '|i1'], uint8: [Uint8Array, '|u1'],
  int16: [Int16Array, '<i2'], uint16: [Uint16Array, '<u2'], int32: [Int32Array, '<i4'], uint32: [Uint32Array, '<u4'],
  int64: [BigInt64Array, '<i8'], bool: [Uint8Array, '|b1'],
};

function seedOf(text) {
  let seed = 2166136261;
  for (const byte of Buffer.from(text)) seed = Math.imul(seed ^ byte, 16777619);
  return seed >>> 0;
}

function hash(seed, index) {
  let h = (Math.imul(index, 2654435761) + seed) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

export function npy(type, shape, data) {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.map((d) => `${d},`).join(' ')}), }\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

function fixedData({ dtype, shape, low, high }, seed) {
  const count = shape.reduce((a, b) => a * b, 1);
  const [Kind] = ARRAYS[dtype];
  const data = new Kind(count);
  const [from, to] = low === undefined ? (RANGES[dtype] ?? [-1, 1]) : [low, high];
  for (let i = 0; i < count; i += 1) {
    const h = hash(seed, i);
    if (dtype.startsWith('float')) data[i] = from + (to - from) * ((h >>> 8) / 16777216);
    else data[i] = dtype === 'int64' ? BigInt((h % (to - from)) + from) : (h % (to - from)) + from;
  }
  return data;
}

// What to pass as --input, one for each: files, named only where the order of a format's inputs is open.
export function writeFixedInputs(model, inputs, folder) {
  const byName = /\.json$/.test(model) || !/\.[a-z0-9]+$/.test(model);
  return inputs.map((input, i) => {
    const seed = seedOf(`${model}#${i}`);
    let place;
    if (input.dtype === 'string') {
      const count = input.shape.reduce((a, b) => a * b, 1);
      place = JSON.stringify({ data: Array.from({ length: count }, (_, k) => `word ${hash(seed, k) % 5}`), shape: input.shape });
    } else {
      place = path.join(folder, `input${i}.npy`);
      writeFileSync(place, npy(ARRAYS[input.dtype][1], input.shape, fixedData(input, seed)));
    }
    return byName && inputs.length > 1 ? `${input.name}=${place}` : place;
  });
}
