// What bytes weigh over the wire, as a server that compresses beforehand would send them.
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export const gzipSize = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Quality 11 is what servers keep ready; 10 takes a fraction of the time where many sizes are compared. */
export function brotliSize(bytes, quality = 11) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(bytes, { params }).length;
}
