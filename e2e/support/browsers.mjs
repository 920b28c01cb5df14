// Chromium through Playwright and Firefox through WebDriver BiDi, behind the few actions that the tests need. A browser
// that is not installed gives the reason to skip instead.
import { existsSync } from 'node:fs';

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function installed(variable, ...paths) {
  return [process.env[variable], ...paths].find((path) => path !== undefined && path !== '' && existsSync(path));
}

async function chromiumPath() {
  const { chromium } = await import('playwright-core');
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return installed(
    'TARE_CHROMIUM',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    mac,
    chromium.executablePath(),
  );
}

const firefoxPath = () =>
  installed(
    'TARE_FIREFOX',
    '/usr/bin/firefox-esr',
    '/usr/bin/firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  );

export const browsers = [
  { name: 'chromium', path: await chromiumPath(), launch: launchChromium },
  { name: 'firefox', path: firefoxPath(), launch: launchFirefox },
].map((browser) => ({ ...browser, skip: browser.path === undefined ? `${browser.name} is not installed` : false }));

export const [chromiumBrowser, firefoxBrowser] = browsers;

// What both drivers call by the same names.
function handleOf(page, context) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return {
    problems,
    raw: page,
    goto: (address) => page.goto(address),
    close: () => context.close(),
    evaluate: (action, argument) => page.evaluate(action, argument),
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.type(text),
  };
}

async function launchChromium(path) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: path, args: chromiumFlags });
  return {
    close: () => browser.close(),
    async open({ locale = 'en-US', width = 1200, height = 900, dark = false, init } = {}) {
      const context = await browser.newContext({
        locale,
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      if (init !== undefined) await page.addInitScript(init);
      return {
        ...handleOf(page, context),
        // A control that says it is disabled can still be clicked by a person.
        click: (selector) => page.click(selector, { force: true }),
        until: (action, argument) => page.waitForFunction(action, argument, { timeout: 20_000 }),
      };
    },
  };
}

async function launchFirefox(path) {
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: path,
    headless: true,
    extraPrefsFirefox: { 'intl.accept_languages': 'en-US' },
  });
  return {
    close: () => browser.close(),
    async open({ width = 1200, height = 900, init } = {}) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport({ width, height });
      if (init !== undefined) await page.evaluateOnNewDocument(init);
      return {
        ...handleOf(page, context),
        click: (selector) => page.click(selector),
        until: (action, argument) => page.waitForFunction(action, { timeout: 20_000 }, argument),
      };
    },
  };
}
