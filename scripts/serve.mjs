// Serves a folder as any static host would, on this machine only. A port in use is not an error: the
// next free one is taken. Usage: node scripts/serve.mjs FOLDER [--port N]
import { listen, staticServer } from './static_server.mjs';

const [folder, option, value] = process.argv.slice(2);
const first = option === undefined ? 8080 : Number(value);
const usable = option === undefined || (option === '--port' && Number.isInteger(first) && first > 0 && first < 65536);
if (folder === undefined || !usable) {
  console.error('Usage: node scripts/serve.mjs FOLDER [--port N]');
  process.exit(2);
}
for (let port = first; ; ++port) {
  try {
    const taken = await listen(staticServer({ '/': folder }, { headers: { 'cache-control': 'no-cache' } }), port);
    console.log(`Tare is at http://localhost:${taken}/ (Ctrl+C ends it)`);
    break;
  } catch (error) {
    if (!['EADDRINUSE', 'EACCES'].includes(error.code) || port >= Math.min(first + 100, 65535)) {
      console.error(`serve: no free port from ${first} on: ${error.message}`);
      process.exit(1);
    }
  }
}
