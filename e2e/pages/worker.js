// A module worker of the page's own that uses the package inside itself.
import { env, loadModel } from '/dist/index.js';

onmessage = async ({ data: { address, row } }) => {
  const model = await loadModel(address);
  postMessage({ price: model.predict(row)[0], build: model.build, expected: env().build });
};
