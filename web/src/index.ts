// The npm package `tare`: runs models that TensorFlow exports, in the browser and in Node.
import { AsyncModel } from './async_model.js';
import { filesOfDrop, isDrop } from './drop.js';
import { loadHere, type LoadOptions } from './load.js';
import type { Model } from './model.js';
import type { FileSource, ModelSource } from './source.js';

/**
 * Loads a model: an address, File objects, a drop (`event.dataTransfer`, with the folders in it), bytes or files by
 * name, or, in Node, a path. Give the model file (model.json, .tflite, .h5, .keras, ...); weights that lie beside it
 * are fetched by themselves.
 *
 * With `worker: true` the model lives in a worker and its methods return promises.
 */
export function loadModel(source: ModelSource, options: LoadOptions & { worker: true }): Promise<AsyncModel>;
export function loadModel(source: ModelSource, options?: LoadOptions & { worker?: false | undefined }): Promise<Model>;
export function loadModel(
  source: ModelSource,
  options: LoadOptions & { worker?: boolean | undefined },
): Promise<Model | AsyncModel>;
export function loadModel(
  source: ModelSource,
  { worker = false, ...options }: LoadOptions & { worker?: boolean | undefined } = {},
): Promise<Model | AsyncModel> {
  const load = (files: FileSource): Promise<Model | AsyncModel> =>
    worker ? AsyncModel.load(files, options) : loadHere(files, options);
  return isDrop(source) ? filesOfDrop(source).then(load) : load(source);
}

export { ModelError, type ErrorCode } from './error.js';
export { env, type Build, type Environment } from './features.js';
export type { AsyncModel, LoadOptions, Model, ModelSource };
export type { InputValue, ModelInfo, OutputValue, Report, RunOptions, SignatureInfo } from './model.js';
export type { Budgets } from './native.js';
export type { Fetch, Progress } from './address.js';
export type { Bytes } from './source.js';
export type {
  DType,
  NestedArray,
  NumberArray,
  Quantization,
  Scalar,
  TensorData,
  TensorInfo,
  TensorInput,
  TypeInfo,
} from './tensor.js';
