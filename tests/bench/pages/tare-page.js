// The same sources with the engine of the price page; scripts/bench.mjs decides which one is linked.
import './tare.js';
