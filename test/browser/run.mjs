// npm run test:browser: opens page.ts in Chromium, headless, twice: cross-origin isolated, so that threads share memory,
// and not, so that there is one thread. Chromium is looked for in $HEBB_CHROMIUM, else under its usual names; the
// package is taken from dist/, so `npm run build` comes first.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { at, root } from '../../scripts/support/paths.mjs';

const chromium = [process.env.HEBB_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
/** Longest time for a page, in seconds. */
const patience = 150;

/** The page's script. What is tested of src/ takes the browser's platform, as `hebb` itself does by its export conditions. */
async function bundlePage() {
  const bundle = await rolldown({
    cwd: root,
    input: at('test', 'browser', 'page.ts'),
    platform: 'browser',
    // Its paths are for Node.
    tsconfig: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'sources',
        resolveId(id, importer) {
          if (importer?.startsWith(at('dist'))) return null;
          if (id === '#platform') return at('src', 'platform', 'browser.ts');
          if (id === '#native') return at('src', 'backend', 'no-native.ts');
          return null;
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'es' });
  return new Map(output.map((chunk) => [`/${chunk.fileName}`, chunk.code ?? chunk.source]));
}

/** Serves the page; resolves with its report. */
function serve(files, isolated) {
  let received;
  const report = new Promise((resolve) => (received = resolve));
  const headers = isolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {};
  const entry = [...files.keys()][0];
  const server = createServer((request, response) => {
    const path = request.url;
    const answer = (type, body) => response.writeHead(200, { ...headers, 'Content-Type': type }).end(body);
    if (path === '/report') {
      const pieces = [];
      request.on('data', (piece) => pieces.push(piece));
      request.on('end', () => {
        answer('text/plain', '');
        received(JSON.parse(Buffer.concat(pieces).toString()));
      });
    } else if (path === '/') {
      answer('text/html', `<!doctype html><script type="module" src="${entry}"></script>`);
    } else if (files.has(path)) answer('text/javascript', files.get(path));
    else {
      const data = process.env.HEBB_DATASETS;
      const file = data && /^\/mnist\/[\w-]+\.gz$/.test(path) ? join(data, path) : '';
      if (file && existsSync(file)) answer('application/octet-stream', readFileSync(file));
      else response.writeHead(404, headers).end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, report, port: server.address().port }));
  });
}

async function open(files, isolated) {
  const { server, report, port } = await serve(files, isolated);
  const profile = mkdtempSync(join(tmpdir(), 'hebb-chromium-'));
  const browser = spawn(
    chromium,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/`,
    ],
    // A group of its own, to end with all its processes.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  let log = '';
  browser.stderr.on('data', (text) => (log = (log + text).slice(-4000)));
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ error: `no report within ${patience} s\n${log}` }), patience * 1000);
  });
  const crashed = new Promise((resolve) => {
    browser.on('exit', (code) => resolve({ error: `Chromium ended with code ${code}\n${log}` }));
    browser.on('error', (error) => resolve({ error: error.message }));
  });
  try {
    return await Promise.race([report, timeout, crashed]);
  } finally {
    clearTimeout(timer);
    const gone = new Promise((resolve) => browser.once('exit', resolve));
    if (browser.pid !== undefined && browser.exitCode === null && process.kill(-browser.pid, 'SIGKILL'))
      await gone;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** What is wrong with a report. */
function faultsOf(report, isolated) {
  if (report.error) return [report.error];
  const list = [...report.faults];
  if (report.isolated !== isolated) list.push(`the page is ${isolated ? 'not ' : ''}cross-origin isolated`);
  const expected = ['simd', 'relaxed-simd'].flatMap((isa) =>
    [1, isolated ? 2 : 1].map((threads) => `wasm ${isa} x${threads}`),
  );
  if (report.configurations.join() !== expected.join()) list.push(`ran ${report.configurations.join()}`);
  const [first, last] = report.losses;
  if (!(last < first)) list.push(`the loss went from ${first} to ${last}`);
  return list;
}

if (!chromium) {
  console.error('browser: there is no Chromium; install it, or name it in HEBB_CHROMIUM');
  process.exit(1);
}
const files = await bundlePage();
const reports = [];
for (const isolated of [true, false]) {
  const start = performance.now();
  const report = await open(files, isolated);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const faults = faultsOf(report, isolated);
  const name = isolated ? 'cross-origin isolated' : 'not isolated';
  console.log(`browser, ${name}: ${faults.length === 0 ? 'passed' : 'FAILED'} (${seconds} s)`);
  for (const fault of faults) console.log(`  ${fault}`);
  if (!report.error) {
    console.log(`  ${report.cases} cases on ${report.configurations.join(', ')}`);
    const { name: backend, isa, threads, notes } = report.backend;
    const losses = report.losses.map((loss) => loss.toFixed(4)).join(', ');
    console.log(
      `  trained on ${backend} ${isa} x${threads}: losses ${losses}; longest delay ${report.longestDelay.toFixed(0)} ms`,
    );
    for (const note of notes) console.log(`  ${note}`);
  }
  if (faults.length > 0) process.exitCode = 1;
  reports.push(report);
}
const [one, other] = reports.map(({ weights }) => weights);
if (one !== other) {
  console.log(`browser: two threads made the weights ${one}, one thread ${other}`);
  process.exitCode = 1;
}
