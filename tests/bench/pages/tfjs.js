// TensorFlow.js as its documentation has it: tensors are made, read and disposed of for each prediction.
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';

export async function run(backend) {
  const start = performance.now();
  await tf.setBackend(backend);
  await tf.ready();
  const model = await loadLayersModel('/models/fruit/model.json');
  performance.measure('load', { start, end: performance.now() });
  const predict = (row) => {
    const input = tf.tensor(row, [1, 3], 'float32');
    const output = model.predict(input);
    const data = output.dataSync();
    input.dispose();
    output.dispose();
    return data;
  };
  predict([3, 2, 1]);
  performance.mark('first-price');
  globalThis.bench = { predict };
}
