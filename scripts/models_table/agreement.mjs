// Compares sampled outputs with those wanted.

const STEPS = new Set(['int8', 'uint8', 'int16', 'uint16', 'int4']);
const isFloat = (dtype) => dtype.startsWith('float');
const number = (value) => (typeof value === 'string' ? Number(value) : value);

// By name where all names are known and different; else in order.
function paired(got, want) {
  const names = new Map(got.map((output) => [output.name, output]));
  const byName = names.size === got.length && want.every(({ name }) => names.has(name));
  return want.map((output, i) => [byName ? names.get(output.name) : got[i], output]);
}

function difference(a, b) {
  const [x, y] = [number(a), number(b)];
  return Object.is(x, y) || x === y || a === b ? 0 : Math.abs(x - y);
}

function compare(got, want, limits, found) {
  if (got.dtype !== want.dtype) return `${want.name}: element type ${got.dtype}, want ${want.dtype}`;
  if (want.shape && String(got.shape) !== String(want.shape)) return `${want.name}: shape [${got.shape}], want [${want.shape}]`;
  if (got.data.length !== want.data.length) return `${want.name}: ${got.data.length} values, want ${want.data.length}`;
  const differences = got.data.map((value, i) => difference(value, want.data[i]));
  const largest = differences.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), 0);
  if (isFloat(want.dtype)) {
    const relative = largest / (want.largest || 1);
    found.relative = Math.max(found.relative, relative);
    return relative <= (limits.relative ?? 1e-4) ? undefined : `${want.name}: off by ${largest} of ${want.largest}`;
  }
  if (STEPS.has(want.dtype)) {
    found.steps = Math.max(found.steps, largest);
    return largest <= (limits.steps ?? (limits.reference ? 0 : 2)) ? undefined : `${want.name}: off by ${largest} steps`;
  }
  // Indices and classes: a lowered net may break a tie otherwise here and there.
  const share = differences.filter((d) => d !== 0).length / Math.max(differences.length, 1);
  found.share = Math.max(found.share, share);
  return share <= (limits.share ?? (limits.reference ? 0 : 0.1)) ? undefined : `${want.name}: ${Math.round(share * 100)} % differ`;
}

export function agreement(got, want, limits) {
  const found = { relative: 0, steps: 0, share: 0 };
  if (got.length !== want.length) return { ...found, problem: `${got.length} outputs, want ${want.length}` };
  for (const [mine, theirs] of paired(got, want)) {
    const problem = compare(mine, theirs, limits, found);
    if (problem) return { ...found, problem };
  }
  return found;
}

export function worst({ relative, steps, share }) {
  const parts = [];
  if (relative > 0) parts.push(`off by ${relative.toExponential(0)}`);
  if (steps > 0) parts.push(`${steps} steps`);
  if (share > 0) parts.push(`${Math.round(share * 100)} %`);
  return parts.join(', ') || 'equal';
}
