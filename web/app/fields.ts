// The three counts: a number field with steppers each, checked on every change. A field that holds no valid count says
// so beside itself and counts as null.
import { draw, make } from './dom.js';
import { t, type Fruit, type Words } from './strings.js';

export const fruits: readonly Fruit[] = ['watermelon', 'apple', 'grape'];
// What the model was trained on; see models/fruit.
export const most = 20;

export interface Field {
  readonly fruit: Fruit;
  /** Null while the field holds no valid count. */
  count(): number | null;
  set(count: number): void;
  /** Words anew, after a change of language. */
  translate(): void;
}

function problem(input: HTMLInputElement): keyof Words | null {
  if (input.validity.badInput) return 'notNumber';
  const text = input.value.trim();
  if (text === '') return 'empty';
  const value = Number(text);
  if (!Number.isFinite(value)) return 'notNumber';
  if (value < 0) return 'negative';
  if (value > most) return 'tooMany';
  return Number.isInteger(value) ? null : 'fraction';
}

function createParts(place: HTMLElement, fruit: Fruit, start: number) {
  const input = make('input', {
    id: fruit,
    name: fruit,
    type: 'number',
    inputmode: 'numeric',
    min: '0',
    max: String(most),
    step: '1',
    autocomplete: 'off',
    required: '',
    'aria-describedby': `${fruit}-message`,
  });
  input.value = String(start);
  const label = make('label', { for: fruit });
  const fewer = make('button', { type: 'button', class: 'step' }, '−');
  const more = make('button', { type: 'button', class: 'step' }, '+');
  const message = make('p', { id: `${fruit}-message`, class: 'message', 'aria-live': 'polite' });
  const icon = draw(
    'svg',
    { class: 'icon', 'aria-hidden': 'true', focusable: 'false' },
    draw('use', { href: `#${fruit}-icon` }),
  );
  place.append(icon, label, make('div', { class: 'stepper' }, fewer, input, more), message);
  return { input, label, fewer, more, message };
}

export function createField(place: HTMLElement, start: number, onChange: () => void): Field {
  const fruit = place.dataset['fruit'] as Fruit;
  const { input, label, fewer, more, message } = createParts(place, fruit, start);
  const show = (): void => {
    const wrong = problem(input);
    input.setAttribute('aria-invalid', String(wrong !== null));
    place.classList.toggle('wrong', wrong !== null);
    message.textContent = wrong === null ? '' : t(wrong);
    const value = Number(input.value);
    // Not disabled: a button that vanishes from the tab order under the finger loses the keyboard user's place.
    fewer.setAttribute('aria-disabled', String(wrong === null && value <= 0));
    more.setAttribute('aria-disabled', String(wrong === null && value >= most));
  };
  const change = (): void => {
    show();
    onChange();
  };
  const set = (count: number): void => {
    input.value = String(Math.min(most, Math.max(0, count)));
    change();
  };
  const step = (by: number): void => {
    const value = problem(input) === 'empty' || input.validity.badInput ? 0 : Number(input.value);
    set(by > 0 ? Math.floor(value) + 1 : Math.ceil(value) - 1);
  };
  fewer.addEventListener('click', () => step(-1));
  more.addEventListener('click', () => step(1));
  input.addEventListener('input', change);

  return {
    fruit,
    set,
    count: () => (problem(input) === null ? Number(input.value) : null),
    translate() {
      label.textContent = t(fruit);
      fewer.setAttribute('aria-label', t('fewer', { fruit: t(fruit) }));
      more.setAttribute('aria-label', t('more', { fruit: t(fruit) }));
      show();
    },
  };
}
