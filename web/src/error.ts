// The one error type of the package: a code to branch on, the place in the model or the call, and a sentence.

export type ErrorCode =
  // From the engine: see src/base/result.h.
  | 'invalid_model'
  | 'unsupported'
  | 'invalid_argument'
  | 'missing_file'
  | 'budget_exceeded'
  | 'internal'
  // From this package.
  | 'network' // a file could not be fetched
  | 'environment' // no WebAssembly, no SIMD, or a policy against them
  | 'disposed' // the model was disposed of
  | 'crashed'; // the engine stopped at a WebAssembly trap

export interface ErrorInfo {
  code: ErrorCode;
  message: string;
  where?: string;
}

export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ErrorCode;
  /** The node, file, field or argument concerned; empty when there is none. */
  readonly where: string;
  /** The sentence without the place. */
  readonly reason: string;

  constructor({ code, message, where = '' }: ErrorInfo, options?: ErrorOptions) {
    super(where === '' ? message : `${where}: ${message}`, options);
    this.code = code;
    this.where = where;
    this.reason = message;
  }
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function invalidArgument(message: string, where = ''): ModelError {
  return new ModelError({ code: 'invalid_argument', message, where });
}
