#!/usr/bin/env node
// The program `tare` in Node: the native program's own sources as WebAssembly, with the machine's files. What JavaScript
// adds is the second copy that `tare verify` watches over: a worker thread with an instance of its own, whose lines are
// waited for synchronously, because the program that waits is synchronous.
import { existsSync } from 'node:fs';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { isMainThread, MessageChannel, receiveMessageOnPort, Worker, workerData } from 'node:worker_threads';

const engine = ['../build/wasm/tare_cli.mjs', '../dist/tare_cli.mjs']
  .map((place) => new URL(place, import.meta.url))
  .find((place) => existsSync(place));
if (!engine) {
  console.error('tare: the WebAssembly program is not built yet: run `npm run build` first');
  process.exit(1);
}

async function run(words, isolation) {
  const { default: create } = await import(engine.href);
  const program = await create({ isolation });
  return program.callMain(words);
}

// Answers begin with what they are: L a line, T nothing in time, E the end and how it came.
class WorkerIsolation {
  watched = isatty(2);
  #ends = [];

  start(words) {
    const { port1, port2 } = new MessageChannel();
    this.signal = new Int32Array(new SharedArrayBuffer(4));
    this.port = port1;
    this.worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: { words, port: port2, signal: this.signal },
      transferList: [port2],
    });
    this.worker.on('error', () => {});
    return 1;
  }

  next(seconds) {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const seen = Atomics.load(this.signal, 0);
      const said = receiveMessageOnPort(this.port);
      if (said) return said.message;
      const left = end - performance.now();
      if (left <= 0) return 'T';
      Atomics.wait(this.signal, 0, seen, left);
    }
  }

  stop() {
    if (this.worker) this.#ends.push(this.worker.terminate());
    this.port?.close();
    this.worker = this.port = undefined;
  }

  // Node aborts when it exits while a worker is still on its way out.
  async ended() {
    this.stop();
    await Promise.all(this.#ends);
  }
}

async function runAsCopy({ words, port, signal }) {
  const post = (answer) => {
    port.postMessage(answer);
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  try {
    post(`Eexit code ${await run(words, { say: (line) => post(`L${line}`) })}`);
  } catch (error) {
    post(`E${error}`);
  }
}

if (isMainThread) {
  const isolation = new WorkerIsolation();
  try {
    process.exitCode = await run(process.argv.slice(2), isolation);
  } catch (error) {
    console.error('tare: the program ended in a fault:', error);
    process.exitCode = 1;
  }
  await isolation.ended();
} else {
  await runAsCopy(workerData);
}
