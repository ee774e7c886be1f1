import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { platform as browser } from '../../src/platform/browser.js';
import { cacheDirectoryOf, platform as node } from '../../src/platform/node.js';
import { reasonOf, type DownloadProgress } from '../../src/platform/platform.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-platform-'));
});
afterEach(() => rm(directory, { recursive: true }));

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('files of the platform', () => {
  it('are looked at and deleted', async () => {
    const path = join(directory, 'a.bin');
    expect(await node.status(path)).toBeUndefined();
    const before = Date.now();
    await writeFile(path, new Uint8Array(5));
    const status = await node.status(path);
    expect(status).toMatchObject({ bytes: 5, isDirectory: false });
    expect(Math.abs((status?.modified ?? 0) - before)).toBeLessThan(10_000);
    expect((await node.status(directory))?.isDirectory).toBe(true);
    await node.removeFile(path);
    expect(await node.status(path)).toBeUndefined();
    await node.removeFile(path);
    await expect(node.removeFile(directory)).rejects.toThrow(`cannot delete ${directory}: `);
    await expect(browser.removeFile('x')).rejects.toThrow('cannot delete x: a browser has no file system');
    await expect(browser.status('x')).rejects.toThrow('a browser has no file system');
  });

  it('have a directory and a name', () => {
    for (const { splitPath } of [node, browser]) {
      expect(splitPath('a/b/c.json')).toEqual(['a/b', 'c.json']);
      expect(splitPath('c.json')).toEqual(['.', 'c.json']);
    }
  });
});

describe.each([node, browser])('the platform $name', (platform) => {
  it('has a clock that goes forward in less than milliseconds', async () => {
    const start = platform.now();
    while (platform.now() === start);
    expect(platform.now() - start).toBeLessThan(50);
    expect(platform.now()).toBeGreaterThan(start);
  });

  it('yields to the event loop', async () => {
    let fired = false;
    setTimeout(() => (fired = true), 0);
    const start = platform.now();
    while (platform.now() < start + 3);
    while (!fired && platform.now() < start + 5000) await platform.yieldToEventLoop();
    expect(fired).toBe(true);
  });

  it('computes SHA-256', async () => {
    expect(await platform.sha256(text('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('unpacks what it packed, to plain typed arrays', async () => {
    for (const length of [0, 1, 100, 300_000]) {
      const bytes = new Uint8Array(length).map((_, index) => (index * index) % 251);
      const packed = await platform.gzip(bytes);
      const unpacked = await platform.gunzip(packed, { maximumBytes: length });
      expect(Buffer.compare(unpacked, bytes)).toBe(0);
      expect(packed.constructor).toBe(Uint8Array);
      expect(unpacked.constructor).toBe(Uint8Array);
    }
  });

  it('stops unpacking at the bound', async () => {
    const bomb = await platform.gzip(new Uint8Array(2 ** 26));
    expect(bomb.length).toBeLessThan(2 ** 17);
    const before = process.memoryUsage().arrayBuffers;
    await expect(platform.gunzip(bomb, { maximumBytes: 2 ** 20 })).rejects.toThrow(
      'gzip data unpacks to more than the 1048576 bytes allowed',
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
    const one = await platform.gzip(Uint8Array.of(1));
    await expect(platform.gunzip(one, { maximumBytes: 0 })).rejects.toThrow('more than the 0 bytes allowed');
  });

  it('says what is wrong with gzip data', async () => {
    await expect(platform.gunzip(text('plain text'))).rejects.toThrow('not gzip data');
    await expect(platform.gunzip(new Uint8Array(0))).rejects.toThrow('not gzip data');
    const packed = await platform.gzip(text('a text that is long enough to be cut short somewhere'));
    await expect(platform.gunzip(packed.subarray(0, packed.length - 10))).rejects.toThrow(/ends too early/);
  });

  it('joins paths', () => {
    expect(platform.joinPath('a', 'b/', 'c')).toBe('a/b/c');
  });
});

describe('files', () => {
  it('are written and read whole', async () => {
    const path = join(directory, 'file');
    const bytes = new Uint8Array(100_000).map((_, index) => index % 253);
    await node.writeFileAtomic(path, text('before'));
    await node.writeFileAtomic(path, bytes);
    expect(Buffer.compare(await node.readFile(path), bytes)).toBe(0);
    expect(await node.list(directory)).toEqual(['file']);
    await node.writeFileAtomic(path, new Uint8Array(0));
    expect(await node.readFile(path)).toEqual(new Uint8Array(0));
  });

  it('keep their old content when writing fails, and nothing is left behind', async () => {
    const target = join(directory, 'target');
    await mkdir(join(target, 'in the way'), { recursive: true });
    await expect(node.writeFileAtomic(target, text('new'))).rejects.toThrow(`cannot write ${target}: `);
    expect(await readdir(directory)).toEqual(['target']);
  });

  it('are looked for, and directories made', async () => {
    const nested = join(directory, 'a', 'b');
    expect(await node.exists(nested)).toBe(false);
    await node.makeDirectory(nested);
    await node.makeDirectory(nested);
    expect(await node.exists(nested)).toBe(true);
  });

  it('larger than allowed are refused', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'twelve bytes');
    expect(await node.readFile(path, { maximumBytes: 12 })).toEqual(text('twelve bytes'));
    await expect(node.readFile(path, { maximumBytes: 11 })).rejects.toThrow(
      `cannot read ${path}: it has 12 bytes, more than the 11 allowed`,
    );
  });

  it.each([
    ['reading nothing', () => node.readFile('/nowhere/x'), 'cannot read /nowhere/x: it does not exist'],
    ['reading a directory', () => node.readFile('/'), 'cannot read /: it is a directory'],
    ['reading a device', () => node.readFile('/dev/zero'), 'cannot read /dev/zero: it is not a regular file'],
    ['listing nothing', () => node.list('/nowhere'), 'cannot list /nowhere: it does not exist'],
    [
      'writing nowhere',
      () => node.writeFileAtomic('/nowhere/x', text('')),
      'cannot write /nowhere/x: its directory does not exist',
    ],
  ])('%s is told in one sentence', async (_, action, message) => {
    await expect(action()).rejects.toThrow(message);
  });

  it('cannot be made under a file', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '');
    await expect(node.makeDirectory(join(path, 'below'))).rejects.toThrow(
      `cannot make directory ${join(path, 'below')}: a part of the path is not a directory`,
    );
  });
});

describe('the environment', () => {
  it('gives variables, and undefined for empty ones', () => {
    process.env.HEBB_TEST_VARIABLE = 'value';
    expect(node.environment('HEBB_TEST_VARIABLE')).toBe('value');
    process.env.HEBB_TEST_VARIABLE = '';
    expect(node.environment('HEBB_TEST_VARIABLE')).toBeUndefined();
    delete process.env.HEBB_TEST_VARIABLE;
    expect(node.environment('HEBB_TEST_VARIABLE')).toBeUndefined();
    expect(browser.environment('PATH')).toBeUndefined();
  });

  it.each([
    ['linux', {}, '/home/me', '/home/me/.cache/hebb'],
    ['linux', { XDG_CACHE_HOME: '/fast' }, '/home/me', '/fast/hebb'],
    ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/me', '/home/me/.cache/hebb'],
    ['darwin', {}, '/Users/me', '/Users/me/Library/Caches/hebb'],
    ['darwin', { XDG_CACHE_HOME: '/fast' }, '/Users/me', '/fast/hebb'],
    ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\me', 'D:\\Local\\hebb\\Cache'],
    ['win32', {}, 'C:\\Users\\me', 'C:\\Users\\me\\AppData\\Local\\hebb\\Cache'],
  ])('places the cache on %s with %j', (system, environment, home, expected) => {
    expect(cacheDirectoryOf(system, environment, home)).toBe(expected);
  });

  it('names a cache directory of the user', () => {
    expect(node.cacheDirectory()).toMatch(/hebb/);
    expect(browser.cacheDirectory()).toBeUndefined();
  });
});

describe('downloads', () => {
  const content = new Uint8Array(200_000).map((_, index) => (index * index) % 247);
  const digest = createHash('sha256').update(content).digest('hex');
  let server: Server;
  let address: string;

  const answers: Record<string, RequestListener> = {
    '/whole': (_, response) => response.end(content),
    '/chunked': (_, response) => {
      response.write(content.subarray(0, 1000));
      response.end(content.subarray(1000));
    },
    '/redirected': (_, response) => response.writeHead(302, { location: '/whole' }).end(),
    '/broken': (_, response) => response.writeHead(500).end('internal'),
    '/truncated': (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000), () => response.destroy());
    },
    '/silent': () => undefined,
    '/stalled': (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    },
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      if (answer) answer(request, response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(['/whole', '/chunked', '/redirected'])('%s arrives, checked and reported', async (page) => {
    const path = join(directory, 'file');
    const progress: DownloadProgress[] = [];
    await node.download(address + page, path, { sha256: digest, onProgress: (step) => progress.push(step) });
    expect(Buffer.compare(await readFile(path), content)).toBe(0);
    expect(await readdir(directory)).toEqual(['file']);
    expect(progress.at(-1)).toEqual({
      url: address + page,
      receivedBytes: content.length,
      totalBytes: content.length,
    });
    const received = progress.map((step) => step.receivedBytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
  });

  it.each([
    ['a missing page', '/missing', {}, 'the server answered 404 Not Found'],
    ['a failing server', '/broken', {}, 'the server answered 500 Internal Server Error'],
    ['a truncated body', '/truncated', {}, /terminated|expected 200000 bytes, got 1000/],
    ['a server that never answers', '/silent', { timeout: 60 }, 'the server sent nothing for 0.06 s'],
    ['a server that stops', '/stalled', { timeout: 60 }, 'the server sent nothing for 0.06 s'],
    [
      'too much, announced',
      '/whole',
      { maximumBytes: 199_999 },
      'it is larger than the 199999 bytes allowed',
    ],
    ['too much, unannounced', '/chunked', { maximumBytes: 5000 }, 'it is larger than the 5000 bytes allowed'],
    [
      'another file',
      '/whole',
      { sha256: '0'.repeat(64) },
      `the file has changed or was damaged: expected SHA-256 ${'0'.repeat(64)}, got ${digest}`,
    ],
  ])('%s is told, and the old file kept', async (_, page, options, reason) => {
    const path = join(directory, 'file');
    await writeFile(path, 'old');
    const error: unknown = await node
      .download(address + page, path, options)
      .catch((thrown: unknown) => thrown);
    expect(reasonOf(error)).toMatch(`cannot download ${address}${page}: `);
    expect(reasonOf(error)).toMatch(reason);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('an unreachable server is told, with the reason', async () => {
    // A port that was free a moment ago.
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(node.download(`http://127.0.0.1:${port}/`, join(directory, 'file'))).rejects.toThrow(
      `cannot download http://127.0.0.1:${port}/: fetch failed (connect ECONNREFUSED 127.0.0.1:${port})`,
    );
  });

  it('a directory that is not there is told', async () => {
    const path = join(directory, 'nowhere', 'file');
    await expect(node.download(`${address}/whole`, path)).rejects.toThrow(
      `cannot download ${address}/whole: cannot write ${path}: its directory does not exist`,
    );
  });

  it('stop when aborted, with the reason given', async () => {
    const abort = new AbortController();
    const reason = new Error('changed my mind');
    setTimeout(() => abort.abort(reason), 30);
    const path = join(directory, 'file');
    await expect(node.download(`${address}/stalled`, path, { signal: abort.signal })).rejects.toBe(reason);
    await expect(node.download(`${address}/whole`, path, { signal: abort.signal })).rejects.toBe(reason);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('what a browser lacks', () => {
  it.each([
    ['list', () => browser.list('/a'), 'cannot list /a: a browser has no file system'],
    ['make', () => browser.makeDirectory('/a'), 'cannot make directory /a: a browser has no file system'],
    ['write', () => browser.writeFileAtomic('/a', text('')), 'cannot write /a: a browser has no file system'],
    ['save', () => browser.download('x:', '/a'), 'cannot download x: to /a: a browser has no file system'],
  ])('%s is told in one sentence', async (_, action, message) => {
    await expect(action()).rejects.toThrow(message);
  });

  it('reads addresses in place of files', async () => {
    const url = 'data:application/octet-stream;base64,AQID';
    expect(await browser.readFile(url)).toEqual(Uint8Array.of(1, 2, 3));
    await expect(browser.readFile(url, { maximumBytes: 2 })).rejects.toThrow('more than the 2 bytes allowed');
    await expect(browser.readFile('http://127.0.0.1:9/x')).rejects.toThrow(
      'cannot read http://127.0.0.1:9/x: ',
    );
  });
});
