// What the package's types let through and what they refuse; compiled, never run. Only the DOM's types are there: the
// declarations must not ask for Node's.
import { env, loadModel, ModelError, type AsyncModel, type Model, type ModelInfo, type TensorData } from 'tare';

export async function accepted(files: FileList, bytes: Uint8Array): Promise<void> {
  const model: Model = await loadModel('model.json');
  using other = await loadModel(files, { seed: 7, raw: true, signal: AbortSignal.timeout(1000) });
  const remote: AsyncModel = await loadModel(new Map([['model.tflite', bytes]]), { worker: true });
  const info: ModelInfo[] = [model, other, remote];
  const flat: Float32Array = model.predict([1, 2, 3]);
  const big: BigInt64Array = model.predict<BigInt64Array>(new Uint8ClampedArray(3));
  const words: string[] = await remote.predict<string[]>(['text']);
  const later: Promise<Float32Array> = remote.predict(new Int8Array(3));
  const outputs = model.run(
    {
      x: {
        data: [
          [1, 2],
          [3, 4],
        ],
        shape: [2, 2],
      },
      y: ['text'],
      z: BigInt64Array.of(1n),
    },
    { signature: 'serve' },
  );
  const shape: readonly number[] | undefined = outputs['y']?.shape;
  const dynamic = model.report().nodes.filter(({ where }) => where === 'dynamic');
  // @ts-expect-error: there is no such place
  dynamic.filter(({ where }) => where === 'nowhere');
  const build: 'simd' | 'relaxed' | null = env().build;
  await loadModel(
    { 'model.json': bytes, 'weights.bin': bytes.buffer as ArrayBuffer },
    { onProgress: ({ loaded, total }) => [loaded, total] },
  );
  await loadModel('model.json', { fetch });
  await loadModel('model.json', { fetch: (address, options) => fetch(address, { ...options, cache: 'no-store' }) });
  // With exactOptionalPropertyTypes, what may be undefined has to say so.
  const maybe: { signal?: AbortSignal } = {};
  const worker = Math.random() > 0.5;
  const either: Model | AsyncModel = await loadModel(bytes, {
    worker,
    signal: maybe.signal,
    build: undefined,
    onProgress: undefined,
    seed: undefined,
    bytes: undefined,
  });
  await either.predict([1]);
  model.run({ x: { data: [1], shape: undefined } }, { signature: undefined });
  const plain: Model = await loadModel(bytes, { worker: undefined });
  plain.dispose();
  if (new Error() instanceof ModelError) return;
  console.log(info, flat, big, words, await later, shape, build);
}

export async function refused(model: Model, remote: AsyncModel): Promise<void> {
  // @ts-expect-error: a number is no source
  await loadModel(42);
  // @ts-expect-error: no such option
  await loadModel('model.json', { thread: 4 });
  // @ts-expect-error: a single number is no row
  model.predict(3);
  // @ts-expect-error: inputs go by name
  model.run([1, 2, 3]);
  // @ts-expect-error: a worker's results are promises
  const now: TensorData = remote.predict([1]);
  // @ts-expect-error: no model gives clamped bytes
  model.predict<Uint8ClampedArray>([1]);
  // @ts-expect-error: descriptions are not to be changed
  model.inputs[0].name = 'other';
  const whole = env();
  // @ts-expect-error: neither is the environment
  whole.simd = false;
  console.log(now);
}
