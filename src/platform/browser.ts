// The platform of browsers: what the standard web interfaces offer. There is no file system: reading takes URLs,
// and writing says in one sentence that it cannot.

import {
  DEFAULT_MAXIMUM_BYTES,
  reasonOf,
  type Platform,
  type PlatformWorker,
  type WorkerEvents,
} from './platform.js';

/** What of the package's files there is in the bundle, once it has been unpacked. */
const wasmModules = new Map<string, Uint8Array>();

/** The services of a browser; see `Platform`. */
export const platform: Platform = {
  name: 'browser',
  hasFiles: false,
  now: () => performance.now(),
  yieldToEventLoop,
  environment: () => undefined,
  cacheDirectory: () => undefined,
  setEngineFlag: () => {},
  parallelism: () => navigator.hardwareConcurrency || 1,
  noSharedMemory: () =>
    globalThis.crossOriginIsolated
      ? ''
      : 'this page is not cross-origin isolated (the headers Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp make it so)',
  mayBlock: () => typeof document === 'undefined',
  startWorker,
  engineVersion: 0,
  splitPath(path) {
    const at = path.lastIndexOf('/');
    return at < 0 ? ['.', path] : [path.slice(0, at), path.slice(at + 1)];
  },
  joinPath: (...parts) => parts.join('/').replace(/(?<!:)\/{2,}/g, '/'),

  async exists(path) {
    const response = await fetch(path, { method: 'HEAD' }).catch(() => undefined);
    return response?.ok === true;
  },

  list: (directory) => Promise.reject(noFiles('list', directory)),
  async prepare() {
    const { modules } = await import('#wasm');
    for (const [name, text] of Object.entries(modules)) {
      if (wasmModules.has(name)) continue;
      const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      wasmModules.set(name, await this.gunzip(packed));
    }
  },

  wasmModule(name) {
    const bytes = wasmModules.get(name);
    if (bytes === undefined)
      throw new Error(`the WebAssembly module ${name} is not here before \`await ready()\``);
    return bytes;
  },
  status: (path) => Promise.reject(noFiles('look at', path)),
  removeFile: (path) => Promise.reject(noFiles('delete', path)),
  makeDirectory: (directory) => Promise.reject(noFiles('make directory', directory)),
  writeFileAtomic: (path) => Promise.reject(noFiles('write', path)),
  download: (url, path) => Promise.reject(noFiles(`download ${url} to`, path)),

  async readFile(path, { maximumBytes = DEFAULT_MAXIMUM_BYTES } = {}) {
    try {
      const response = await fetch(path);
      if (!response.ok)
        throw new Error(`the server answered ${response.status} ${response.statusText}`.trimEnd());
      const tooLarge = `it has more than the ${maximumBytes} bytes allowed`;
      return await collect(response.body ?? new ReadableStream(), maximumBytes, tooLarge);
    } catch (error) {
      throw new Error(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
    }
  },

  async gzip(bytes) {
    return collect(through(bytes, new CompressionStream('gzip')), Infinity, '');
  },

  async gunzip(bytes, { maximumBytes = DEFAULT_MAXIMUM_BYTES } = {}) {
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new Error('not gzip data');
    const tooLarge = `gzip data unpacks to more than the ${maximumBytes} bytes allowed`;
    try {
      return await collect(through(bytes, new DecompressionStream('gzip')), maximumBytes, tooLarge);
    } catch (error) {
      // Browsers do not say whether the data is cut short or wrong.
      if (error instanceof Error && error.message === tooLarge) throw error;
      throw new Error(`gzip data is damaged or ends too early (${reasonOf(error)})`, { cause: error });
    }
  },

  async sha256(bytes) {
    if (globalThis.crypto?.subtle === undefined) {
      throw new Error(
        'cannot compute SHA-256: browsers offer it only to pages served over https or from localhost',
      );
    }
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', ownMemory(bytes)));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
};

/** A message to oneself: unlike a timer, browsers do not hold it back by 4 ms. */
function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(undefined);
  });
}

/** From a blob, so that no bundler has to know of a further file. */
function startWorker(source: string, data: unknown, events: WorkerEvents): PlatformWorker {
  const text = `onmessage = ({ data }) => { const post = (message) => postMessage(message); ${source}; close(); };`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = ({ data: message }) => events.message(message);
  worker.onerror = ({ message }) => events.failed(message || 'the page does not allow workers from blobs');
  worker.postMessage(data);
  return { hold: () => {} };
}

function noFiles(action: string, path: string): Error {
  return new Error(`cannot ${action} ${path}: a browser has no file system`);
}

/** The web's interfaces refuse shared memory; anything else passes as it is. */
function ownMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(bytes);
}

function through(
  bytes: Uint8Array,
  transform: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([ownMemory(bytes)]).stream().pipeThrough(transform);
}

/** All bytes of a stream; cancels it and throws `tooLarge` as soon as there are more than `maximumBytes`. */
async function collect(
  stream: ReadableStream<Uint8Array>,
  maximumBytes: number,
  tooLarge: string,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maximumBytes) {
      await reader.cancel().catch(() => undefined);
      throw new Error(tooLarge);
    }
    pieces.push(value);
  }
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (const piece of pieces) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}
