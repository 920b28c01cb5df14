// What only one browser's driver can arrange: the browser's language, files opened without a server, dark colours,
// and the rules of accessibility.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromiumBrowser } from './support/browsers.mjs';
import { fill, openPage, shown, visible } from './support/page.mjs';
import { root, startServer } from './support/server.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the page in chromium alone', { skip: chromiumBrowser.skip }, () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await chromiumBrowser.launch(chromiumBrowser.path);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function assertAccessible(page, what) {
    await page.evaluate(axe);
    const violations = await page.evaluate(async () =>
      (await globalThis.axe.run()).violations.map(
        ({ id, impact, nodes }) =>
          `${impact} ${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`,
      ),
    );
    assert.deepEqual(violations, [], what);
  }

  test('axe finds nothing, in any state of the page', async () => {
    for (const look of [{ dark: false }, { dark: true }, { dark: true, width: 360 }, { locale: 'zh-TW', width: 360 }]) {
      const page = await browser.open(look);
      await openPage(page, `${server.origin}/`);
      await page.until(() => document.querySelector('#plot svg') !== null);
      await assertAccessible(page, JSON.stringify(look));
      await fill(page, 'apple', '-1');
      await assertAccessible(page, `a wrong count, ${JSON.stringify(look)}`);
      server.misbehave = (name) =>
        name.endsWith('model.json') ? (response) => response.writeHead(404).end() : undefined;
      await page.goto(`${server.origin}/`);
      await page.until(() => !document.querySelector('#failure').hidden);
      await assertAccessible(page, `a failure, ${JSON.stringify(look)}`);
      server.misbehave = undefined;
      await page.close();
    }
  });

  test('the browser’s language decides at first', async () => {
    for (const [locale, title] of [
      ['zh-TW', '水果攤'],
      ['zh-HK', '水果攤'],
      ['en-GB', 'The fruit stand'],
      ['fr-FR', 'The fruit stand'],
    ]) {
      const page = await browser.open({ locale });
      await openPage(page, `${server.origin}/`);
      assert.equal(await shown(page, 'h1'), title, locale);
      assert.equal(await page.evaluate(() => document.title), title);
      await page.close();
    }
  });

  test('opened as a file, it says what to do', async () => {
    const page = await browser.open();
    await page.goto(pathToFileURL(path.join(root, 'build/web/index.html')).href);
    await page.until(() => !document.querySelector('#failure').hidden);
    assert.match(await shown(page, '#failure'), /opened as a file.*npm start/s);
    assert.equal(await visible(page, '#retry'), true);
    await page.close();
  });

  test('a connection that is lost for good and comes back', async () => {
    const page = await browser.open();
    await openPage(page, `${server.origin}/`);
    const offline = (is) => page.raw.context().setOffline(is);
    await offline(true);
    // What is loaded goes on working.
    await fill(page, 'apple', '9');
    assert.equal(await shown(page, '#price'), '391');
    // What is not: it breaks on the way, is tried again without a connection, then with one.
    await offline(false);
    server.misbehave = (name) => (name.endsWith('.json') ? (response) => response.destroy() : undefined);
    await page.goto(`${server.origin}/`);
    await page.until(() => !document.querySelector('#failure').hidden);
    server.misbehave = undefined;
    await offline(true);
    await page.click('#retry');
    await page.until(() => !document.querySelector('#failure').hidden);
    assert.match(await shown(page, '#failure'), /could not be fetched/);
    await offline(false);
    await page.click('#retry');
    await page.until(() => document.querySelector('#price').textContent === '321');
    await page.close();
  });

  test('a click on the plot sets the count', async () => {
    const page = await browser.open();
    await openPage(page, `${server.origin}/`);
    await page.until(() => document.querySelector('#plot svg') !== null);
    // The receipt's last line comes when calls have been timed, and moves what is below it.
    await page.until(() => /µs/.test(document.querySelector('#facts')?.textContent ?? ''));
    // In one step: the plot is drawn anew now and then.
    const placeOf = (count) => {
      const ticks = [...document.querySelectorAll('#plot .tick')].filter((tick) => tick.textContent === count);
      const [tick, plot] = [ticks.at(-1), document.querySelector('#plot svg')].map((e) => e.getBoundingClientRect());
      return [tick.x + tick.width / 2, plot.y + plot.height / 2];
    };
    for (const [count, price] of [
      ['15', '1,521'],
      ['5', '521'],
    ]) {
      await page.raw.mouse.click(...(await page.evaluate(placeOf, count)));
      assert.equal(await page.evaluate(() => document.getElementById('watermelon').value), count);
      assert.equal(await shown(page, '#price'), price);
    }
    await page.close();
  });

  test('the script never arrives: the page says so by itself', async () => {
    server.misbehave = (name) => (name.endsWith('app.js') ? (response) => response.writeHead(404).end() : undefined);
    const page = await browser.open();
    await page.goto(`${server.origin}/`);
    assert.equal(await visible(page, '.late'), false);
    await page.raw.waitForFunction(
      () => document.querySelector('.late').checkVisibility({ visibilityProperty: true }),
      undefined,
      { timeout: 20_000 },
    );
    assert.match(await shown(page, '#opening'), /load the page again/);
    server.misbehave = undefined;
    await page.close();
  });

  test('a folder that is dropped loads, also in a worker', async () => {
    const page = await browser.open();
    await page.goto(`${server.origin}/pages/package.html`);
    await page.until(() => globalThis.tare !== undefined);
    const devtools = await page.raw.context().newCDPSession(page.raw);
    const drop = async (file, worker) => {
      await page.evaluate((inWorker) => {
        document.ondragover = (event) => event.preventDefault();
        globalThis.price = new Promise((resolve) => {
          document.ondrop = async (event) => {
            event.preventDefault();
            const load = async ({ dataTransfer }) => {
              const model = await tare.loadModel(dataTransfer, { worker: inWorker });
              return Math.round((await model.predict([3, 2, 1]))[0]);
            };
            resolve(load(event).catch(String));
          };
        });
      }, worker);
      const data = { items: [], files: [path.join(root, file)], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'])
        await devtools.send('Input.dispatchDragEvent', { type, x: 50, y: 50, data });
      return page.evaluate(() => globalThis.price);
    };
    for (const file of ['models/fruit/saved_model', 'models/fruit/tfjs', 'models/fruit/fruit.tflite'])
      assert.equal(await drop(file, false), 321, file);
    assert.equal(await drop('models/fruit/saved_model', true), 321);
    await page.close();
  });
});
