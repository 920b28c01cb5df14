// The same declarations by a project of the oldest library that the package's target allows, which checks them itself.
import { loadModel, type AsyncModel, type Model } from 'tare';

export async function accepted(): Promise<string | undefined> {
  const model: Model = await loadModel('model.json');
  const remote: AsyncModel = await loadModel('model.json', { worker: true });
  remote.dispose();
  return model.predict([3, 2, 1])[0]?.toFixed();
}
