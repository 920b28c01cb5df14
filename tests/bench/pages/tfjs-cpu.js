import '@tensorflow/tfjs-backend-cpu';
import { run } from './tfjs.js';

await run('cpu');
