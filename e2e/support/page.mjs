// The price page as a person uses it: fields that are typed into, words that are read.

export const shown = (page, selector) => page.evaluate((s) => document.querySelector(s)?.textContent ?? null, selector);
export const visible = (page, selector) =>
  page.evaluate((s) => document.querySelector(s)?.checkVisibility({ visibilityProperty: true }) ?? false, selector);

/** Opens the page and waits for its first price. */
export async function openPage(page, address) {
  await page.goto(address);
  await page.until(() => /\d/.test(document.querySelector('#price')?.textContent ?? ''));
}

/** Replaces what a field holds, key by key. */
export async function fill(page, fruit, text) {
  await page.evaluate((id) => {
    document.getElementById(id).focus();
    document.getElementById(id).select();
  }, fruit);
  await page.press('Backspace');
  if (text !== '') await page.type(text);
}

export async function fillAll(page, watermelons, apples, grapes) {
  await fill(page, 'watermelon', watermelons);
  await fill(page, 'apple', apples);
  await fill(page, 'grape', grapes);
}
