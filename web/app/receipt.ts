// The receipt: what each fruit adds, the total, and how it was worked out.
import { byId, make } from './dom.js';
import type { Basket, Pricing, Timing } from './pricing.js';
import { fruits } from './fields.js';
import { formatNumber, t } from './strings.js';

function line(term: string, value: string, note = ''): Node[] {
  const dt = make('dt', {}, term);
  if (note !== '') dt.append(make('small', {}, note));
  return [dt, make('dd', {}, value)];
}

const dash = '–';

/** Prices the basket; null stands for a basket with a count that is not valid. */
export function showPrice(pricing: Pricing, basket: Basket | null): void {
  const output = byId('price');
  const exact = byId('exact');
  const added = basket === null ? null : pricing.additions(basket);
  const rows = fruits.flatMap((fruit, i) =>
    line(
      basket === null ? t(fruit) : `${basket[i]} × ${t(`${fruit}Unit`)}`,
      added === null ? dash : formatNumber(added.each[i]!, 2),
    ),
  );
  byId('items').replaceChildren(
    ...line(t('emptyBasket'), added === null ? dash : formatNumber(added.empty, 2)),
    ...rows,
  );
  byId('receipt').classList.toggle('waiting', basket === null);
  if (basket === null) {
    output.textContent = dash;
    exact.textContent = t('waiting');
    return;
  }
  const price = pricing.price(basket);
  output.textContent = formatNumber(Math.round(price));
  exact.textContent = t('exact', { value: formatNumber(price, 3) });
}

export interface Facts {
  readonly parameters: number;
  readonly steps: readonly { name: string; from: number; to: number; fast: boolean }[];
  readonly timing: Timing | null;
}

export function showFacts(pricing: Pricing, { parameters, steps, timing }: Facts): void {
  byId('steps').replaceChildren(
    ...steps.flatMap(({ name, from, to, fast }) => line(name, `${from} → ${to}`, fast ? 'XNNPACK' : 'C++')),
  );
  const { model } = pricing;
  const engine = engineBytes();
  byId('facts').replaceChildren(
    ...line(
      t('time'),
      timing === null ? '…' : `${formatNumber(timing.microseconds, 2)} µs`,
      timing === null ? '' : t('timeNote', { calls: formatNumber(timing.calls) }),
    ),
    ...line(t('modelSize'), kilobytes(model.fileBytes), t('parameters', { count: formatNumber(parameters) })),
    ...line(t('engine'), engine === null ? '' : kilobytes(engine), t(model.build)),
  );
}

function kilobytes(bytes: number): string {
  return `${formatNumber(bytes / 1000, 1)} kB`;
}

// As it came over the wire, compressed or not.
function engineBytes(): number | null {
  const entry = performance.getEntriesByType('resource').find(({ name }) => /\.wasm$/.test(name));
  const { encodedBodySize = 0 } = (entry ?? {}) as Partial<PerformanceResourceTiming>;
  return encodedBodySize > 0 ? encodedBodySize : null;
}
