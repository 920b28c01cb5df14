// When there is no price to be had: what is wrong, what to do, and a way to try again.
import { errorText, ModelError } from '../src/error.js';
import { byId } from './dom.js';
import { t, type Words } from './strings.js';

export type Cause = 'file' | 'wasm' | 'network' | 'model' | 'engine';

export function causeOf(error: unknown): Cause {
  if (location.protocol === 'file:') return 'file';
  if (!(error instanceof ModelError)) return 'engine';
  switch (error.code) {
    case 'network':
      return 'network';
    case 'environment':
      return 'wasm';
    case 'missing_file':
    case 'invalid_model':
    case 'unsupported':
      return 'model';
    default:
      return 'engine';
  }
}

export function showFailure(cause: Cause, error: unknown): void {
  byId('failure-title').textContent = t('closed');
  byId('failure-what').textContent = t(`${cause}What` as keyof Words);
  byId('failure-remedy').textContent = t(`${cause}Remedy` as keyof Words);
  const detail = byId('failure-detail');
  detail.textContent = cause === 'file' ? '' : errorText(error);
  detail.hidden = detail.textContent === '';
  byId('failure').hidden = false;
}
