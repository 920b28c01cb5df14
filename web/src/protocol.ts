// What the page and a model's worker say to each other.
import type { ErrorInfo } from './error.js';
import type { LoadOptions, Prepared } from './load.js';
import type { InputValue, ModelInfo, RunOptions } from './model.js';
import type { Progress } from './address.js';
import type { FileSource } from './source.js';
import type { TensorInput } from './tensor.js';

export type Request =
  | {
      kind: 'load';
      source: FileSource;
      options: Omit<LoadOptions, 'signal' | 'onProgress' | 'fetch'>;
      prepared: Prepared | undefined;
    }
  | { kind: 'predict'; input: TensorInput }
  | { kind: 'run'; inputs: Readonly<Record<string, InputValue>>; options: RunOptions }
  | { kind: 'report' }
  | { kind: 'reset' };

export type Reply =
  | { kind: 'done'; id: number; value: unknown }
  | { kind: 'failed'; id: number; error: ErrorInfo }
  | { kind: 'progress'; progress: Progress };

/** What 'load' answers. */
export type LoadedInfo = ModelInfo;
