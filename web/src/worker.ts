// The worker's side of an AsyncModel: one model, requests in order.
import { errorText, ModelError, type ErrorInfo } from './error.js';
import { loadHere } from './load.js';
import type { Model, OutputValue } from './model.js';
import { isNode, nodeModule } from './node.js';
import type { LoadedInfo, Reply, Request } from './protocol.js';

type Message = Request & { id: number };
type Send = (reply: Reply, transfer: ArrayBuffer[]) => void;

let model: Model | undefined;

async function answer(request: Message, send: Send): Promise<unknown> {
  if (request.kind === 'load') {
    const onProgress = (progress: Extract<Reply, { kind: 'progress' }>['progress']): void =>
      send({ kind: 'progress', progress }, []);
    model = await loadHere(request.source, { ...request.options, onProgress }, request.prepared);
    const { format, inputs, outputs, signatures, warnings, labels, fileBytes, build } = model;
    return { format, inputs, outputs, signatures, warnings, labels, fileBytes, build } satisfies LoadedInfo;
  }
  switch (request.kind) {
    case 'predict':
      return model!.predict(request.input);
    case 'run':
      return model!.run(request.inputs, request.options);
    case 'report':
      return model!.report();
    case 'reset':
      return model!.reset();
  }
}

// Results are ours alone, so their memory moves to the page without a copy.
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value as Record<string, OutputValue>).flatMap((output) =>
    ArrayBuffer.isView(output?.data) ? [output.data.buffer as ArrayBuffer] : [],
  );
}

function errorInfo(error: unknown): ErrorInfo {
  if (error instanceof ModelError) return { code: error.code, message: error.reason, where: error.where };
  return { code: 'internal', message: errorText(error) };
}

async function handle(request: Message, send: Send): Promise<void> {
  const { id } = request;
  try {
    const value = await answer(request, send);
    send({ kind: 'done', id, value }, request.kind === 'predict' || request.kind === 'run' ? buffersOf(value) : []);
  } catch (error) {
    send({ kind: 'failed', id, error: errorInfo(error) }, []);
  }
}

// No await at the top: bundlers make workers of formats that have none.
if (isNode) {
  void nodeModule('worker_threads').then(({ parentPort }) => {
    parentPort!.on(
      'message',
      (request: Message) => void handle(request, (reply, transfer) => parentPort!.postMessage(reply, transfer)),
    );
  });
} else {
  const scope = globalThis as unknown as { onmessage: unknown; postMessage: Send };
  scope.onmessage = ({ data }: MessageEvent<Message>) =>
    void handle(data, (reply, transfer) => scope.postMessage(reply, transfer));
}
