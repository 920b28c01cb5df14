import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { run } from './tfjs.js';

setWasmPaths('/tfjs/');
await run('wasm');
