// The price page in every browser there is: prices, checks of what is typed, both languages, the keyboard alone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { browsers } from './support/browsers.mjs';
import { fill, fillAll, openPage, shown, visible } from './support/page.mjs';
import { startServer } from './support/server.mjs';

for (const { name, path, launch, skip } of browsers) {
  describe(`the page in ${name}`, { skip }, () => {
    let server, browser;
    before(async () => {
      server = await startServer();
      browser = await launch(path);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('three watermelons, two apples and a grape cost 321', async () => {
      const page = await browser.open();
      await openPage(page, `${server.origin}/`);
      await fillAll(page, '3', '2', '1');
      assert.equal(await shown(page, '#price'), '321');
      await fillAll(page, '0', '0', '7');
      assert.equal(await shown(page, '#price'), '7');
      await fillAll(page, '20', '20', '20');
      assert.equal(await shown(page, '#price'), '2,220');
      assert.deepEqual(page.problems, []);
      await page.close();
    });

    test('10,000 random baskets are priced right', async () => {
      const page = await browser.open();
      await openPage(page, `${server.origin}/`);
      const wrong = await page.evaluate(() => {
        const fields = ['watermelon', 'apple', 'grape'].map((id) => document.getElementById(id));
        const price = document.getElementById('price');
        let state = 1;
        const next = () => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return Math.floor((state / 2 ** 32) * 21);
        };
        let count = 0;
        for (let i = 0; i < 10_000; ++i) {
          const basket = [next(), next(), next()];
          fields.forEach((field, j) => (field.value = String(basket[j])));
          fields[2].dispatchEvent(new Event('input', { bubbles: true }));
          if (price.textContent.replace(',', '') !== String(100 * basket[0] + 10 * basket[1] + basket[2])) ++count;
        }
        return count;
      });
      assert.equal(wrong, 0);
      await page.close();
    });

    test('what is no count is said beside the field, and no price stands', async () => {
      const page = await browser.open();
      await openPage(page, `${server.origin}/`);
      const cases = [
        ['', /from 0 to 20/],
        ['-1', /fewer than 0/],
        ['1.5', /Whole fruit/],
        ['21', /At most 20/],
        ['99999999999999999999', /At most 20/],
        ['1e400', /not a number/],
        ['-', /not a number/],
        ['e', /not a number/],
        ['--3', /not a number/],
      ];
      for (const fruit of ['watermelon', 'grape']) {
        for (const [text, message] of cases) {
          await fill(page, fruit, text);
          assert.match(await shown(page, `#${fruit}-message`), message, `'${text}'`);
          assert.equal(await shown(page, '#price'), '–', `'${text}'`);
          assert.equal(
            await page.evaluate((id) => document.getElementById(id).getAttribute('aria-invalid'), fruit),
            'true',
          );
          assert.doesNotMatch(await page.evaluate(() => document.body.innerText), /NaN|undefined|Infinity/);
          await page.until(() => document.querySelector('#plot svg') === null);
        }
        await fill(page, fruit, '4');
        assert.equal(await shown(page, `#${fruit}-message`), '');
        assert.match(await shown(page, '#price'), /^\d+$/);
      }
      await page.close();
    });

    test('steppers stop at the limits and mend a wrong count', async () => {
      const page = await browser.open();
      await openPage(page, `${server.origin}/`);
      const [fewer, more] = ['first', 'last'].map((end) => `[data-fruit=apple] .step:${end}-of-type`);
      const value = () => page.evaluate(() => document.getElementById('apple').value);
      await fill(page, 'apple', '1');
      for (const expected of ['0', '0']) {
        await page.click(fewer);
        assert.equal(await value(), expected);
      }
      await fill(page, 'apple', '19');
      for (const expected of ['20', '20']) {
        await page.click(more);
        assert.equal(await value(), expected);
      }
      for (const [text, expected] of [
        ['', '1'],
        ['-7', '0'],
        ['500', '20'],
        ['2.5', '3'],
        ['e', '1'],
      ]) {
        await fill(page, 'apple', text);
        await page.click(more);
        assert.equal(await value(), expected, `'${text}'`);
        assert.match(await shown(page, '#price'), /^[\d,]+$/);
      }
      await page.close();
    });

    test('the keyboard alone will do', async () => {
      const page = await browser.open();
      await openPage(page, `${server.origin}/`);
      const focused = () =>
        page.evaluate(
          () =>
            document.activeElement?.id ||
            document.activeElement?.ariaLabel ||
            document.activeElement?.textContent ||
            '',
        );
      for (let i = 0; i < 12 && (await focused()) !== 'watermelon'; ++i) await page.press('Tab');
      assert.equal(await focused(), 'watermelon');
      const start = Number(await shown(page, '#price'));
      await page.press('ArrowUp');
      assert.equal(Number(await shown(page, '#price')), start + 100);
      await page.press('Tab');
      assert.match(await focused(), /One more: Watermelons/);
      await page.press(' ');
      assert.equal(Number(await shown(page, '#price')), start + 200);
      for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement?.type === 'radio')); ++i)
        await page.press('Tab');
      await page.press('ArrowRight');
      await page.until(() => document.querySelector('#plot svg.apple') !== null);
      await page.close();
    });

    test('English and Chinese, kept for the next visit', async () => {
      const page = await browser.open();
      await openPage(page, `${server.origin}/`);
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
      await page.click('[data-language=zh-Hant]');
      assert.equal(await shown(page, 'h1'), '水果攤');
      assert.equal(await shown(page, 'label[for=watermelon]'), '西瓜');
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-Hant');
      await fill(page, 'apple', '-1');
      assert.match(await shown(page, '#apple-message'), /不能少於/);
      await openPage(page, `${server.origin}/`);
      assert.equal(await shown(page, 'h1'), '水果攤');
      await page.click('[data-language=en]');
      assert.equal(await shown(page, 'h1'), 'The fruit stand');
      assert.equal(await shown(page, '#price'), '321');
      await page.close();
    });

    test('the receipt and the plot are the model’s', async () => {
      const page = await browser.open();
      await openPage(page, `${server.origin}/`);
      await page.until(() => /µs/.test(document.querySelector('#facts')?.textContent ?? ''));
      const facts = await shown(page, '#facts');
      assert.match(facts, /mean of [\d,]+ calls/);
      assert.match(facts, /2,369 parameters/);
      assert.match(facts, /WebAssembly SIMD/);
      assert.equal(await page.evaluate(() => document.querySelectorAll('#steps dd').length), 3);
      assert.match(await shown(page, '#steps'), /XNNPACK.*XNNPACK.*XNNPACK/s);
      const label = await page.evaluate(() => document.querySelector('#plot svg').getAttribute('aria-label'));
      assert.match(label, /Watermelons: the price goes from 21 at none to 2,021 at 20\. Now 3: 321\./);
      // The parts of the receipt sum up to the price.
      const parts = await page.evaluate(() =>
        [...document.querySelectorAll('#items dd')].map((dd) => Number(dd.textContent.replace(',', ''))),
      );
      assert.ok(Math.abs(parts.reduce((a, b) => a + b) - 321) < 0.1, String(parts));
      await page.close();
    });

    test('it works from any folder and at 360 pixels', async () => {
      const page = await browser.open({ width: 360, height: 740 });
      await openPage(page, `${server.origin}/some/deep/folder/`);
      assert.equal(await shown(page, '#price'), '321');
      await page.click('[data-language=zh-Hant]');
      for (const count of ['3', '-1']) {
        await fill(page, 'grape', count);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360));
      }
      await page.close();
    });

    test('a model that is missing or damaged, a lost network: said, and tried again', async () => {
      const page = await browser.open();
      const status = (code) => (response) => response.writeHead(code).end();
      const cases = [
        [(name) => (name.endsWith('model.json') ? status(404) : undefined), /model is missing or damaged/],
        [(name) => (name.endsWith('.bin') ? status(404) : undefined), /model is missing or damaged/],
        [
          (name) =>
            name.endsWith('model.json') ? (response) => response.end('<!doctype html><h1>Sign in</h1>') : undefined,
          /model is missing or damaged/,
        ],
        [
          (name) => (name.endsWith('.bin') ? (response) => response.end('short') : undefined),
          /model is missing or damaged/,
        ],
        [
          (name) => (name.endsWith('model.json') ? (response) => response.destroy() : undefined),
          /could not be fetched/,
        ],
        [(name) => (name.endsWith('.wasm') ? (response) => response.destroy() : undefined), /could not be fetched/],
        [
          (name) =>
            name.endsWith('.wasm')
              ? (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end('no')
              : undefined,
          /could not be fetched.*Check the connection.*the engine could not be loaded/s,
        ],
      ];
      for (const [misbehave, words] of cases) {
        server.misbehave = misbehave;
        await page.goto(`${server.origin}/`);
        await page.until(() => !document.querySelector('#failure').hidden);
        assert.match(await shown(page, '#failure'), words);
        assert.equal(await visible(page, '#receipt'), false);
        server.misbehave = undefined;
        await page.click('#retry');
        await page.until(() => document.querySelector('#price').textContent === '321');
        assert.equal(await visible(page, '#failure'), false);
        await page.until(() => document.querySelector('#plot svg') !== null);
        assert.equal(await page.evaluate(() => document.querySelectorAll('#vary input').length), 3);
      }
      await page.close();
    });

    test('a policy that forbids WebAssembly is named', async () => {
      const html = await readFile(new URL('../build/web/index.html', import.meta.url));
      const headers = { 'content-type': 'text/html', 'content-security-policy': "default-src 'self'" };
      server.misbehave = (name) =>
        name === '/' ? (response) => response.writeHead(200, headers).end(html) : undefined;
      const page = await browser.open();
      await page.goto(`${server.origin}/`);
      await page.until(() => !document.querySelector('#failure').hidden);
      assert.match(await shown(page, '#failure-what'), /not allowed/);
      assert.match(await shown(page, '#failure-remedy'), /allow WebAssembly/);
      assert.match(await shown(page, '#failure-detail'), /must allow 'wasm-unsafe-eval'/);
      server.misbehave = undefined;
      await page.close();
    });

    test('without WebAssembly it says so', async () => {
      const page = await browser.open({ init: 'delete globalThis.WebAssembly' });
      await page.goto(`${server.origin}/`);
      await page.until(() => !document.querySelector('#failure').hidden);
      assert.match(await shown(page, '#failure'), /no WebAssembly/);
      assert.match(await shown(page, '#failure'), /Use a current/);
      await page.close();
    });
  });
}
