// The model as the page uses it: one basket in, one price out, and what can be told about how.
import { openAddress } from '../src/address.js';
import { loadFrom } from '../src/load.js';
import type { Model } from '../src/model.js';

export type Basket = readonly [watermelons: number, apples: number, grapes: number];

export interface Step {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** By XNNPACK rather than by a reference kernel. */
  readonly fast: boolean;
}

export interface Timing {
  readonly microseconds: number;
  readonly calls: number;
}

export class Pricing {
  readonly model: Model;

  private constructor(model: Model) {
    this.model = model;
  }

  // One build for every browser, so that index.html can ask for it before this script is here; for the few
  // multiplications of this model the other would be no faster.
  static async open(address: string): Promise<Pricing> {
    const files = openAddress(new URL(address, document.baseURI));
    const pricing = new Pricing(await loadFrom(() => files, { build: 'simd' }));
    pricing.price([0, 0, 0]);
    return pricing;
  }

  price(basket: Basket): number {
    const price = this.model.predict(basket)[0]!;
    if (!Number.isFinite(price)) throw new Error(`the model's price is ${price}`);
    return price;
  }

  /** What each fruit adds to the price, put into the basket one kind after the other; they sum up to the price. */
  additions([watermelons, apples, grapes]: Basket): { empty: number; each: [number, number, number] } {
    const empty = this.price([0, 0, 0]);
    const one = this.price([watermelons, 0, 0]);
    const two = this.price([watermelons, apples, 0]);
    return { empty, each: [one - empty, two - one, this.price([watermelons, apples, grapes]) - two] };
  }

  report(): { parameters: number; steps: Step[] } {
    const { parameters, nodes } = this.model.report();
    const last = (tensor?: { shape: readonly (number | null)[] | null }): number => tensor?.shape?.at(-1) ?? 0;
    const steps = nodes
      .filter(({ macs }) => macs > 0)
      .map(({ name, inputs, outputs, where }) => ({
        // The engine numbers names that would otherwise occur twice.
        name: name.replace(/#\d+$/, ''),
        from: last(inputs[0]),
        to: last(outputs[0]),
        fast: where.startsWith('xnnpack'),
      }));
    return { parameters, steps };
  }

  /** Clocks of browsers tick coarsely, so many calls are timed together until enough time has passed. */
  time(basket: Basket, milliseconds = 10): Timing {
    const block = 500;
    for (let i = 0; i < block; ++i) this.model.predict(basket);
    const start = performance.now();
    let calls = 0;
    let elapsed = 0;
    do {
      for (let i = 0; i < block; ++i) this.model.predict(basket);
      calls += block;
      elapsed = performance.now() - start;
    } while (elapsed < milliseconds);
    return { microseconds: (elapsed * 1000) / calls, calls };
  }
}
