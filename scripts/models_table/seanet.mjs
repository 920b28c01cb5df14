// Golden data of the SEANet layers: CASE_inputI_DTYPE.csv and CASE_golden_DTYPE.csv beside the model, one line each.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npy } from './fixed_inputs.mjs';

const ARRAYS = { int16: [Int16Array, '<i2'], int32: [Int32Array, '<i4'], int8: [Int8Array, '|i1'] };

function csvBeside(root, model, part) {
  const folder = path.join(root, path.dirname(model));
  const stem = path.basename(model, '.tflite');
  if (!model.startsWith('seanet/') || !existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((file) => file.startsWith(`${stem}_${part}_`) && file.endsWith('.csv'));
  if (!name) return undefined;
  const data = readFileSync(path.join(folder, name), 'utf8').split(/[,\s]+/).filter(Boolean).map(Number);
  return { dtype: name.slice(stem.length + part.length + 2, -4), data };
}

// Shapes are the model's own: the files hold numbers alone.
function shapesOf(root, model, tare) {
  const answer = tare('inspect', path.join(root, model), '--json');
  return answer.error ? answer : JSON.parse(answer.text).signatures[0].inputs.map((input) => input.shape);
}

export function goldenCsv(root, model) {
  const golden = csvBeside(root, model, 'golden');
  return golden && [{ name: 'golden', ...golden }];
}

export function csvInputs(root, model, folder, tare) {
  const shapes = shapesOf(root, model, tare);
  return shapes.error ? shapes : shapes.map((shape, i) => {
    const { dtype, data } = csvBeside(root, model, `input${i}`);
    const [Kind, type] = ARRAYS[dtype];
    const place = path.join(folder, `input${i}.npy`);
    writeFileSync(place, npy(type, shape, Kind.from(data)));
    return place;
  });
}
