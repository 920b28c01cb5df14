// Price against one count, the other two as they are: a line through prices that the model computes, in SVG.
import { byId, draw, make } from './dom.js';
import { fruits, most } from './fields.js';
import type { Basket, Pricing } from './pricing.js';
import { formatNumber, t, type Fruit } from './strings.js';

const height = 280;
const margin = { left: 56, right: 14, top: 28, bottom: 34 };
const bottom = height - margin.bottom;
const samples = 4; // per fruit

export interface Plot {
  show(basket: Basket | null): void;
  translate(): void;
}

export function createPlot(pricing: Pricing, onPick: (fruit: Fruit, count: number) => void): Plot {
  const place = byId('plot');
  const note = byId('plot-note');
  let varied: Fruit = 'watermelon';
  let shown: Basket | null = null;
  const labels = fruits.map((fruit) => {
    const radio = make('input', { type: 'radio', name: 'vary', value: fruit });
    radio.checked = fruit === varied;
    radio.addEventListener('change', () => {
      varied = fruit;
      show(shown);
    });
    const words = make('span');
    byId('vary').append(make('label', {}, radio, words));
    return { fruit, words };
  });

  const pick = (event: PointerEvent): void => {
    const svg = place.querySelector('svg');
    if (svg === null || shown === null) return;
    const box = svg.getBoundingClientRect();
    const share = (event.clientX - box.left - margin.left) / (box.width - margin.left - margin.right);
    const count = Math.round(share * most);
    onPick(varied, Math.min(most, Math.max(0, count)));
  };
  place.addEventListener('pointerdown', pick);
  place.addEventListener('pointermove', (event) => {
    if (event.buttons === 1) pick(event);
  });

  const show = (basket: Basket | null): void => {
    shown = basket;
    place.replaceChildren(
      ...(basket === null ? [] : [curve(pricing, basket, varied, Math.max(place.clientWidth, 240))]),
    );
    note.textContent = t(basket === null ? 'plotWaiting' : 'plotNote');
  };
  new ResizeObserver(() => show(shown)).observe(place);
  return {
    show,
    translate() {
      for (const { fruit, words } of labels) words.textContent = t(fruit);
    },
  };
}

function curve(pricing: Pricing, basket: Basket, varied: Fruit, width: number): SVGSVGElement {
  const at = fruits.indexOf(varied);
  const now = basket[at]!;
  const priceAt = (count: number): number =>
    pricing.price(basket.map((n, i) => (i === at ? count : n)) as unknown as Basket);
  const prices = Array.from({ length: most * samples + 1 }, (_, i) => priceAt(i / samples));
  const label = t('plotLabel', {
    fruit: t(varied),
    from: whole(prices[0]!),
    to: whole(prices.at(-1)!),
    count: String(now),
    price: whole(prices[now * samples]!),
  });
  const scale = scaleOf(prices, width);
  return draw(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, class: varied },
    ...axes(scale, width),
    ...line(prices, now, scale),
    ...marker(prices, now, scale),
  );
}

const whole = (value: number): string => formatNumber(Math.round(value));

interface Scale {
  readonly ticks: readonly number[];
  x(count: number): number;
  y(price: number): number;
}

function scaleOf(prices: readonly number[], width: number): Scale {
  const ticks = niceTicks(Math.min(...prices), Math.max(...prices));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  return {
    ticks,
    x: (count) => margin.left + (count / most) * (width - margin.left - margin.right),
    y: (price) => bottom - ((price - low) / (high - low)) * (bottom - margin.top),
  };
}

function axes({ ticks, x, y }: Scale, width: number): SVGElement[] {
  return [
    ...ticks.map((tick) =>
      draw(
        'g',
        {},
        draw('path', { class: 'grid', d: `M${margin.left} ${y(tick).toFixed(1)}H${width - margin.right}` }),
        draw('text', { class: 'tick', x: margin.left - 10, y: y(tick) + 5, 'text-anchor': 'end' }, whole(tick)),
      ),
    ),
    ...[0, 5, 10, 15, 20].map((tick) =>
      draw('text', { class: 'tick', x: x(tick), y: height - 12, 'text-anchor': 'middle' }, String(tick)),
    ),
  ];
}

function line(prices: readonly number[], now: number, { x, y }: Scale): SVGElement[] {
  const path = prices
    .map((price, i) => `${i === 0 ? 'M' : 'L'}${x(i / samples).toFixed(1)} ${y(price).toFixed(1)}`)
    .join('');
  return [
    draw('path', { class: 'area', d: `${path}L${x(most)} ${bottom}L${x(0)} ${bottom}Z` }),
    draw('path', { class: 'guide', d: `M${x(now)} ${bottom}V${y(prices[now * samples]!).toFixed(1)}` }),
    draw('path', { class: 'curve', d: path }),
    ...Array.from({ length: most + 1 }, (_, i) =>
      draw('circle', { class: 'point', cx: x(i), cy: y(prices[i * samples]!), r: 2.8 }),
    ),
  ];
}

// The line rises to the right, so the number stands to its left where there is room, else above what it runs over.
function marker(prices: readonly number[], now: number, { x, y }: Scale): SVGElement[] {
  const price = prices[now * samples]!;
  const words = whole(price);
  const wide = words.length * 12 + 14;
  const left = x(now) - wide > margin.left;
  const over = prices.filter((_, i) => i / samples >= now && x(i / samples) <= x(now) + wide);
  const place = {
    x: left ? x(now) - 12 : Math.max(x(now) - 8, margin.left + 4),
    y: Math.max(left ? y(price) - 9 : y(Math.max(...over)) - 14, 17),
    'text-anchor': left ? 'end' : 'start',
  };
  return [
    draw('circle', { class: 'now', cx: x(now), cy: y(price), r: 7.5 }),
    draw('text', { class: 'value', ...place }, words),
  ];
}

/** Round numbers that enclose the range, four to six of them. */
function niceTicks(low: number, high: number): number[] {
  const span = Math.max(high - low, 1);
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => span / size <= 5) ?? 10 * power;
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
