// The platform of Node.js: files, gzip, digests, downloads. The only file of src/ that imports `node:` modules.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, posix, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { constants, gunzip as gunzipWithCallback, gunzipSync, gzip as gzipWithCallback } from 'node:zlib';
import {
  DEFAULT_MAXIMUM_BYTES,
  DEFAULT_TIMEOUT,
  reasonOf,
  type DownloadOptions,
  type Platform,
  type PlatformWorker,
  type ReadOptions,
  type WorkerEvents,
} from './platform.js';

/** Node reads at most 2 GiB at once; a quarter of that keeps well clear of it on every system. */
const PIECE_BYTES = 2 ** 29;

const gzip = promisify(gzipWithCallback);
const gunzip = promisify(gunzipWithCallback);

/** The services of Node.js; see `Platform`. */
export const platform: Platform = {
  name: 'node',
  hasFiles: true,
  now: () => performance.now(),
  yieldToEventLoop: () => new Promise((resolve) => setImmediate(resolve)),
  environment: (name) => process.env[name] || undefined,
  cacheDirectory: () => cacheDirectoryOf(process.platform, process.env, homeDirectory()),
  joinPath: (...parts) => join(...parts),
  splitPath: (path) => [dirname(path), basename(path)],
  setEngineFlag: (flag) => setFlagsFromString(flag),
  parallelism: () => availableParallelism(),
  noSharedMemory: () => '',
  mayBlock: () => true,
  startWorker,
  engineVersion: Number.parseFloat(process.versions.v8),

  prepare: () => Promise.resolve(),

  wasmModule(name) {
    // This file is src/platform/node.ts or dist/platform/node.js. Compressed, both builds are a third of the package's size
    // smaller; unpacking takes a millisecond.
    const url = new URL('../../dist/wasm/modules.js', import.meta.url);
    try {
      const packed = new RegExp(`'${name}':'([^']*)'`).exec(readFileSync(url, 'latin1'))?.[1];
      if (packed === undefined) throw new Error(`it has no module ${name}; run \`npm run build:wasm\``);
      return plainArray(gunzipSync(Buffer.from(packed, 'base64')));
    } catch (error) {
      throw fileError('read', fileURLToPath(url), error);
    }
  },

  async exists(path) {
    return (await stat(path).catch(() => undefined)) !== undefined;
  },

  async list(directory) {
    const names = await readdir(directory).catch((error: unknown) => {
      throw fileError('list', directory, error);
    });
    return names.sort();
  },

  async makeDirectory(directory) {
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      throw fileError('make directory', directory, error);
    });
  },

  async status(path) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    return { bytes: found.size, modified: found.mtimeMs, isDirectory: found.isDirectory() };
  },

  async removeFile(path) {
    await unlink(path).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw fileError('delete', path, error);
    });
  },

  readFile: readWholeFile,
  writeFileAtomic: (path, bytes) => replaceFile(path, (file) => writeAll(file, bytes)),

  async gzip(bytes) {
    return plainArray(await gzip(bytes));
  },

  async gunzip(bytes, { maximumBytes = DEFAULT_MAXIMUM_BYTES } = {}) {
    try {
      // zlib wants at least one byte of room, so a bound of 0 is checked afterwards.
      const unpacked = await gunzip(bytes, {
        maxOutputLength: Math.max(1, maximumBytes),
        chunkSize: 2 ** 18,
      });
      if (unpacked.length <= maximumBytes) return plainArray(unpacked);
    } catch (error) {
      if (codeOf(error) !== 'ERR_BUFFER_TOO_LARGE') throw gunzipError(bytes, error);
    }
    throw new Error(`gzip data unpacks to more than the ${maximumBytes} bytes allowed`);
  },

  sha256: (bytes) => Promise.resolve(createHash('sha256').update(bytes).digest('hex')),
  download,
};

function startWorker(source: string, data: unknown, events: WorkerEvents): PlatformWorker {
  const prelude =
    "const { parentPort, workerData: data } = require('node:worker_threads');" +
    'const post = (message) => parentPort.postMessage(message);';
  // Without the flags of this process: a worker needs neither loaders nor what else is preloaded.
  const worker = new Worker(prelude + source, { eval: true, workerData: data, execArgv: [], env: {} });
  worker.on('message', (message) => events.message(message));
  worker.on('error', (error) => events.failed(reasonOf(error)));
  worker.unref();
  return { hold: (held) => (held ? worker.ref() : worker.unref()) };
}

/**
 * The user's cache directory for Hebb by the conventions of an operating system.
 *
 * @param system as in `process.platform`
 * @param environment the environment variables to go by
 * @param home the user's home directory
 */
export function cacheDirectoryOf(
  system: string,
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  if (system === 'win32') {
    return win32.join(environment.LOCALAPPDATA || win32.join(home, 'AppData', 'Local'), 'hebb', 'Cache');
  }
  // The XDG specification: a path that is not absolute is to be ignored.
  const stated = environment.XDG_CACHE_HOME;
  if (stated && posix.isAbsolute(stated)) return posix.join(stated, 'hebb');
  return system === 'darwin'
    ? posix.join(home, 'Library', 'Caches', 'hebb')
    : posix.join(home, '.cache', 'hebb');
}

/** A container may run under a user that has no home: then the directory for temporary files has to do. */
function homeDirectory(): string {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function readWholeFile(
  path: string,
  { maximumBytes = DEFAULT_MAXIMUM_BYTES }: ReadOptions = {},
): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    // Looked at before it is opened: opening a named pipe would wait for a writer.
    const status = await stat(path);
    if (!status.isFile())
      throw new Error(status.isDirectory() ? 'it is a directory' : 'it is not a regular file');
    if (status.size > maximumBytes) {
      throw new Error(`it has ${status.size} bytes, more than the ${maximumBytes} allowed`);
    }
    file = await open(path, 'r');
    const bytes = new Uint8Array(status.size);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(
        bytes,
        filled,
        Math.min(PIECE_BYTES, bytes.length - filled),
        filled,
      );
      if (bytesRead === 0) throw new Error('it became shorter while it was read');
      filled += bytesRead;
    }
    return bytes;
  } catch (error) {
    throw fileError('read', path, error);
  } finally {
    await file?.close();
  }
}

/** Lets `write` fill a temporary file beside `path`, syncs it and renames it; leaves nothing behind on failure. */
async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx');
    await write(file);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    // Closing twice is harmless, and Windows does not delete an open file.
    await file?.close().catch(() => undefined);
    if (file) await unlink(temporary).catch(() => undefined);
    throw codeOf(error) === undefined ? error : fileError('write', path, error);
  }
  await syncDirectory(dirname(path));
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const length = Math.min(PIECE_BYTES, bytes.length - written);
    written += (await file.write(bytes, written, length)).bytesWritten;
  }
}

/** Makes the renaming itself durable. Some systems cannot sync a directory; the file is whole there all the same. */
async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}

async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const {
    maximumBytes = DEFAULT_MAXIMUM_BYTES,
    timeout = DEFAULT_TIMEOUT,
    signal,
    onProgress,
    sha256,
  } = options;
  const silence = new AbortController();
  const silent = new Error(`the server sent nothing for ${timeout / 1000} s`);
  const timer = setTimeout(() => silence.abort(silent), timeout);
  try {
    signal?.throwIfAborted();
    const response = await fetch(url, {
      // What is wanted are the bytes as they lie on the server: the digest is theirs.
      headers: { 'accept-encoding': 'identity' },
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`the server answered ${response.status} ${response.statusText}`.trimEnd());
    }
    const announced = response.headers.get('content-encoding')
      ? null
      : response.headers.get('content-length');
    const totalBytes = announced === null ? undefined : Number(announced);
    const tooLarge = new Error(`it is larger than the ${maximumBytes} bytes allowed`);
    if (totalBytes !== undefined && totalBytes > maximumBytes) throw tooLarge;
    const body: AsyncIterable<Uint8Array> = response.body;
    await replaceFile(path, async (file) => {
      const hash = createHash('sha256');
      let receivedBytes = 0;
      for await (const piece of body) {
        timer.refresh();
        receivedBytes += piece.length;
        if (receivedBytes > maximumBytes) throw tooLarge;
        hash.update(piece);
        await writeAll(file, piece);
        onProgress?.({ url, receivedBytes, totalBytes });
      }
      if (totalBytes !== undefined && receivedBytes !== totalBytes) {
        throw new Error(`expected ${totalBytes} bytes, got ${receivedBytes}`);
      }
      onProgress?.({ url, receivedBytes, totalBytes: receivedBytes });
      const digest = hash.digest('hex');
      if (sha256 !== undefined && digest !== sha256) {
        throw new Error(`the file has changed or was damaged: expected SHA-256 ${sha256}, got ${digest}`);
      }
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const reason = silence.signal.aborted ? silent : error;
    throw new Error(`cannot download ${url}: ${reasonOf(reason)}`, { cause: reason });
  } finally {
    clearTimeout(timer);
    // Ends the transfer where an error left it unfinished; without effect on one that is complete.
    silence.abort();
  }
}

/** A view of the same memory that is not a Buffer, whose `slice` shares where a typed array's copies. */
function plainArray(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function gunzipError(bytes: Uint8Array, error: unknown): Error {
  let problem = `gzip data is damaged (${reasonOf(error)})`;
  if (bytes.length < 2 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) problem = 'not gzip data';
  else if (errorNumberOf(error) === constants.Z_BUF_ERROR) problem = 'gzip data ends too early';
  return new Error(problem, { cause: error });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a part of the path is not a directory',
  EEXIST: 'a file of that name is in the way',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

function fileError(action: string, path: string, error: unknown): Error {
  const code = codeOf(error);
  let reason = (code !== undefined && REASONS[code]) || reasonOf(error);
  if (action === 'write' && code === 'ENOENT') reason = 'its directory does not exist';
  return new Error(`cannot ${action} ${path}: ${reason}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function errorNumberOf(error: unknown): unknown {
  return error instanceof Error && 'errno' in error ? error.errno : undefined;
}
