// All words of the page, in English and in Traditional Chinese.

export type Language = 'en' | 'zh-Hant';
export type Fruit = 'watermelon' | 'apple' | 'grape';

const english = {
  title: 'The fruit stand',
  lead: 'A small neural network prices your basket, here in this page.',
  basket: 'Your basket',
  watermelon: 'Watermelons',
  apple: 'Apples',
  grape: 'Grapes',
  watermelonUnit: 'watermelon',
  appleUnit: 'apple',
  grapeUnit: 'grape',
  fewer: 'One fewer: {fruit}',
  more: 'One more: {fruit}',
  limits: 'From 0 to 20 of each: what the model was trained on.',
  empty: 'Type a number from 0 to 20.',
  notNumber: 'That is not a number.',
  negative: 'A basket cannot hold fewer than 0.',
  fraction: 'Whole fruit only, please.',
  tooMany: 'At most 20: beyond that the model would only guess.',
  receipt: 'Receipt',
  emptyBasket: 'Empty basket',
  total: 'Total',
  exact: 'The model says {value}; the price is the nearest whole number.',
  waiting: 'Correct the marked count to see a price.',
  how: 'How it was worked out',
  time: 'One price takes',
  timeNote: 'mean of {calls} calls',
  modelSize: 'Model',
  parameters: '{count} parameters',
  engine: 'Engine',
  simd: 'WebAssembly SIMD',
  relaxed: 'WebAssembly relaxed SIMD',
  thanks: 'Thank you, come again',
  chart: 'Price, one fruit at a time',
  vary: 'Vary the number of',
  plotLabel: '{fruit}: the price goes from {from} at none to {to} at 20. Now {count}: {price}.',
  plotNote: 'Drawn from the model itself: 81 prices, the other two counts as above. Point at it to try a count.',
  plotWaiting: 'The line comes back once all counts are valid.',
  about:
    'The price is the model’s own: three dense layers, run by a C++ engine in WebAssembly. Nothing you type leaves this page.',
  opening: 'Opening the stand…',
  closed: 'The stand is closed',
  retry: 'Try again',
  fileWhat: 'This page was opened as a file, and browsers let a page fetch a model only from a server.',
  fileRemedy:
    'Run “npm start” in the project’s folder and open the address it prints, or put this folder on any web server.',
  wasmWhat: 'WebAssembly with SIMD is missing here, or not allowed.',
  wasmRemedy: 'Use a current Chrome, Edge, Firefox or Safari, and allow WebAssembly.',
  networkWhat: 'A file of this page could not be fetched.',
  networkRemedy: 'Check the connection, then try again.',
  modelWhat: 'The model is missing or damaged.',
  modelRemedy: 'Put the model’s files back into models/fruit, then try again.',
  engineWhat: 'The engine could not be started or stopped on the way.',
  engineRemedy: 'Try again; if that does not help, load the page anew.',
};

export type Words = typeof english;

const chinese: Words = {
  title: '水果攤',
  lead: '一個小小的神經網路，就在這個頁面裡替你的籃子算價錢。',
  basket: '你的籃子',
  watermelon: '西瓜',
  apple: '蘋果',
  grape: '葡萄',
  watermelonUnit: '西瓜',
  appleUnit: '蘋果',
  grapeUnit: '葡萄',
  fewer: '{fruit}少一個',
  more: '{fruit}多一個',
  limits: '每種 0 到 20 個：模型就是用這個範圍訓練的。',
  empty: '請輸入 0 到 20 的數字。',
  notNumber: '這不是數字。',
  negative: '數量不能少於 0。',
  fraction: '只賣整顆水果喔。',
  tooMany: '最多 20 個：超過的話模型只能用猜的。',
  receipt: '收據',
  emptyBasket: '空籃子',
  total: '合計',
  exact: '模型算出 {value}，價格取最接近的整數。',
  waiting: '請先修正標示的數量，才會顯示價格。',
  how: '怎麼算出來的',
  time: '算一次價格',
  timeNote: '{calls} 次的平均',
  modelSize: '模型',
  parameters: '{count} 個參數',
  engine: '引擎',
  simd: 'WebAssembly SIMD',
  relaxed: 'WebAssembly relaxed SIMD',
  thanks: '謝謝惠顧',
  chart: '價格隨一種水果的數量變化',
  vary: '改變數量的水果',
  plotLabel: '{fruit}：0 個時價格 {from}，20 個時 {to}。現在 {count} 個：{price}。',
  plotNote: '曲線由模型本身畫出：81 個價格，另外兩種水果的數量如上。點一下曲線就能試試別的數量。',
  plotWaiting: '所有數量都正確後，曲線就會回來。',
  about: '價格由模型自己算出：三個全連接層，由 WebAssembly 裡的 C++ 引擎執行。你輸入的內容不會離開這個頁面。',
  opening: '水果攤準備中…',
  closed: '水果攤暫時休息',
  retry: '再試一次',
  fileWhat: '這個頁面是以檔案開啟的，而瀏覽器只允許網頁從伺服器讀取模型。',
  fileRemedy: '請在專案資料夾執行「npm start」並開啟它顯示的網址，或把這個資料夾放到任何網頁伺服器上。',
  wasmWhat: '這裡沒有支援 SIMD 的 WebAssembly，或未被允許。',
  wasmRemedy: '請使用新版的 Chrome、Edge、Firefox 或 Safari，並允許 WebAssembly。',
  networkWhat: '頁面所需的檔案無法下載。',
  networkRemedy: '請檢查網路連線，然後再試一次。',
  modelWhat: '模型檔案不見了或已損壞。',
  modelRemedy: '請把模型檔案放回 models/fruit，然後再試一次。',
  engineWhat: '引擎無法啟動，或中途停止了。',
  engineRemedy: '請再試一次；如果還是不行，請重新整理頁面。',
};

const dictionaries: Record<Language, Words> = { en: english, 'zh-Hant': chinese };

let current: Language = 'en';

export function t(key: keyof Words, values: Record<string, string> = {}): string {
  return dictionaries[current][key].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

/** With separators as both languages have them. Intl would take longer to start than the first price does. */
export function formatNumber(value: number, digits = 0): string {
  // Adding zero turns -0 into 0.
  const [whole, fraction] = (Number(value.toFixed(digits)) + 0).toFixed(digits).split('.') as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** The language kept from last time, else the browser's first that we have. */
export function preferredLanguage(): Language {
  const kept = storage()?.getItem('language');
  if (kept === 'en' || kept === 'zh-Hant') return kept;
  const first = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag));
  return first !== undefined && /^zh\b/i.test(first) ? 'zh-Hant' : 'en';
}

export function setLanguage(next: Language, keep: boolean): void {
  current = next;
  document.documentElement.lang = next;
  document.title = t('title');
  if (keep) storage()?.setItem('language', next);
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    element.textContent = t(element.dataset['text'] as keyof Words);
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset['language'] === next));
  }
}

// Blocked in some privacy settings.
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
