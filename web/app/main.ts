// The price page: three counts in, the model's price out, live. The price comes first; the plot and the timing follow
// when the browser has nothing better to do.
import { byId } from './dom.js';
import { causeOf, showFailure, type Cause } from './failure.js';
import { createField, type Field } from './fields.js';
import { createPlot, type Plot } from './plot.js';
import { Pricing, type Basket } from './pricing.js';
import { showFacts, showPrice, type Facts } from './receipt.js';
import { preferredLanguage, setLanguage, type Language } from './strings.js';

// Those that index.html has the browser fetch before this script.
const modelAddress = 'models/fruit/model.json';
const startCounts = [3, 2, 1];

// Asked for before anything else, so that it arrives and compiles while the page is laid out.
let opening: Promise<Pricing> | null = location.protocol === 'file:' ? null : Pricing.open(modelAddress);
opening?.catch(() => undefined); // open() tells.

let fields: Field[] = [];
let pricing: Pricing | null = null;
let plot: Plot | null = null;
let facts: Facts | null = null;
let failure: { cause: Cause; error: unknown } | null = null;
let pending: ReturnType<typeof setTimeout> | undefined;

function basket(): Basket | null {
  const counts = fields.map((field) => field.count());
  return counts.includes(null) ? null : (counts as unknown as Basket);
}

function update(): void {
  if (pricing === null) return;
  try {
    showPrice(pricing, basket());
  } catch (error) {
    fail(error);
    return;
  }
  clearTimeout(pending);
  pending = setTimeout(updateRest, 30);
}

// The plot follows at once, the timing when the counts have come to rest.
function updateRest(): void {
  if (pricing === null || plot === null) return;
  try {
    plot.show(basket());
    pending = setTimeout(measure, 200);
  } catch (error) {
    fail(error);
  }
}

function measure(): void {
  const counts = basket();
  if (pricing === null || facts === null || counts === null) return;
  const first = facts.timing === null;
  facts = { ...facts, timing: pricing.time(counts) };
  showFacts(pricing, facts);
  // These calls made the browser compile the engine better: the figure is taken once more when that is done.
  if (first) pending = setTimeout(measure, 300);
}

function fail(error: unknown): void {
  pricing?.model.dispose();
  pricing = plot = facts = null;
  failure = { cause: causeOf(error), error };
  byId('opening').hidden = byId('receipt').hidden = byId('chart').hidden = true;
  byId('vary').replaceChildren();
  byId('plot').replaceWith(byId('plot').cloneNode());
  showFailure(failure.cause, error);
}

async function open(): Promise<void> {
  byId('failure').hidden = true;
  byId('opening').hidden = false;
  failure = null;
  try {
    if (location.protocol === 'file:') throw new Error('opened as a file');
    const first = opening;
    opening = null; // Another try begins anew.
    pricing = await (first ?? Pricing.open(modelAddress));
    byId('opening').hidden = true;
    byId('receipt').hidden = false;
    update();
    performance.mark('first-price');
    if (pricing === null) return;
    facts = { ...pricing.report(), timing: null };
    showFacts(pricing, facts);
    plot = createPlot(pricing, (fruit, count) => fields.find((field) => field.fruit === fruit)?.set(count));
    plot.translate();
    byId('chart').hidden = false;
  } catch (error) {
    fail(error);
  }
}

function translate(language: Language, keep: boolean): void {
  setLanguage(language, keep);
  for (const field of fields) field.translate();
  plot?.translate();
  if (failure !== null) showFailure(failure.cause, failure.error);
  if (pricing !== null && facts !== null) showFacts(pricing, facts);
  update();
}

function start(): void {
  const places = [...document.querySelectorAll<HTMLElement>('[data-fruit]')];
  fields = places.map((place, i) => createField(place, startCounts[i]!, update));
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
    button.addEventListener('click', () => translate(button.dataset['language'] as Language, true));
  }
  byId('retry').addEventListener('click', () => {
    void open().then(() => {
      // The button is gone; whoever came by keyboard goes on at what took its place.
      if (pricing !== null) byId('receipt-title').focus();
    });
  });
  byId('basket').addEventListener('submit', (event) => event.preventDefault());
  void open();
  translate(preferredLanguage(), false);
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
