// What Hebb needs from the place it runs in, apart from JavaScript itself. Two implementations export it as
// `platform`: node.ts and browser.ts, chosen by the export condition behind '#platform'. Nothing else in src/ may
// import a `node:` module. Only small, general services belong here; what to do with them belongs to the callers.

/** Bounds a read, so that a huge or hostile file cannot exhaust memory. */
export interface ReadOptions {
  /** Largest number of bytes to accept. Default: 1 GiB (`DEFAULT_MAXIMUM_BYTES`). */
  maximumBytes?: number;
}

/** What is known of a file without reading it. */
export interface FileStatus {
  readonly bytes: number;
  /** When it was last changed, in milliseconds since 1970. */
  readonly modified: number;
  readonly isDirectory: boolean;
}

/** How far a download has come. */
export interface DownloadProgress {
  /** What is being fetched. */
  url: string;
  /** Bytes received so far. */
  receivedBytes: number;
  /** Bytes to come in all, where the server says so. */
  totalBytes: number | undefined;
}

/** Settings of `platform.download`. */
export interface DownloadOptions extends ReadOptions {
  /** Lower-case hexadecimal SHA-256 the file must have; a file with another one is thrown away. Default: unchecked. */
  sha256?: string;
  /** Longest wait, in milliseconds, for the answer and then for each further piece of it. Default: 30,000. */
  timeout?: number;
  /** Called for each piece that arrives, and once at the end. */
  onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download when aborted. */
  signal?: AbortSignal;
}

/** What a thread of its own may report. */
export interface WorkerEvents {
  /** It has posted something. */
  message(message: unknown): void;
  /** It could not be started, or has ended by an error. */
  failed(reason: string): void;
}

/** A thread of its own. */
export interface PlatformWorker {
  /** While it is held it keeps the process alive; at first it is not. Holds do not add up. */
  hold(held: boolean): void;
}

/** The services of the place Hebb runs in. Every error is an `Error` whose message is one readable sentence. */
export interface Platform {
  /** Which implementation this is. */
  readonly name: 'node' | 'browser';
  /** Whether there is a file system. In a browser `readFile` and `exists` take URLs and the rest throws. */
  readonly hasFiles: boolean;

  /** Milliseconds from some fixed moment, with a resolution of microseconds; never goes back. */
  now(): number;
  /** Lets timers, sockets and promises waiting in the event loop run, then continues. */
  yieldToEventLoop(): Promise<void>;
  /** The value of an environment variable; `undefined` where it is unset or empty, and always in a browser. */
  environment(name: string): string | undefined;
  /**
   * The user's own directory for files that can be fetched again, ending in `hebb`; it need not exist yet.
   * `$XDG_CACHE_HOME/hebb` or `~/.cache/hebb`; `~/Library/Caches/hebb` on macOS; `%LOCALAPPDATA%\hebb\Cache` on
   * Windows. `undefined` in a browser.
   */
  cacheDirectory(): string | undefined;

  /** Makes ready what needs waiting for: in a browser, the WebAssembly modules. */
  prepare(): Promise<void>;
  /**
   * The bytes of one of Hebb's WebAssembly modules, at once.
   * @param name of the build: `hebb` or `hebb-relaxed`
   * @throws Error where it is missing, and in a browser before `prepare()`
   */
  wasmModule(name: string): Uint8Array;
  /** Sets a flag of V8, as on Node's command line. Does nothing in a browser. */
  setEngineFlag(flag: string): void;
  /** Version of V8, such as 13.6 for `13.6.233.17`; 0 where it is not V8 or not known. */
  readonly engineVersion: number;

  /** How many threads this process may run at once. */
  parallelism(): number;
  /** Why threads cannot share memory here; empty if they can. */
  noSharedMemory(): string;
  /** Whether this thread may wait for another one without its event loop turning: not the main thread of a browser. */
  mayBlock(): boolean;
  /**
   * Starts a thread. It dies with this one, and does not keep the process alive.
   * @param source a script, in which `data` is what is given here, and `post(message)` reports
   */
  startWorker(source: string, data: unknown, events: WorkerEvents): PlatformWorker;

  /** Joins parts of a path with the separator of the place. */
  joinPath(...parts: string[]): string;
  /** The directory and the name of a path: `a/b.json` is `['a', 'b.json']`, `b.json` is `['.', 'b.json']`. */
  splitPath(path: string): [directory: string, name: string];
  /** Whether there is a file or directory (in a browser: an address that answers) at `path`. */
  exists(path: string): Promise<boolean>;
  /** Names of the entries of a directory, sorted. */
  list(directory: string): Promise<string[]>;
  /** Makes a directory and its parents; does nothing where it is there. */
  makeDirectory(directory: string): Promise<void>;
  /** A whole file. Throws where it is missing, not a regular file, unreadable or larger than allowed. */
  readFile(path: string, options?: ReadOptions): Promise<Uint8Array>;
  /** Size and time of the last change of a file or directory; `undefined` where there is none. */
  status(path: string): Promise<FileStatus | undefined>;
  /** Deletes a file; does nothing where there is none. */
  removeFile(path: string): Promise<void>;
  /**
   * Writes a whole file so that `path` holds, at every moment and after a crash, either the old content or the new:
   * a temporary file beside it is written, synced to the disk and renamed. The directory must exist.
   */
  writeFileAtomic(path: string, bytes: Uint8Array): Promise<void>;

  /** Compresses to gzip. */
  gzip(bytes: Uint8Array): Promise<Uint8Array>;
  /** Unpacks gzip, and stops with an error as soon as more than `maximumBytes` come out of it. */
  gunzip(bytes: Uint8Array, options?: ReadOptions): Promise<Uint8Array>;
  /** SHA-256 as 64 lower-case hexadecimal digits. */
  sha256(bytes: Uint8Array): Promise<string>;

  /**
   * Fetches an http or https address into a file, which appears under its name only when it is complete and, where
   * a digest was given, right. The directory must exist.
   *
   * @throws Error when the server cannot be reached, answers with anything but success, stops sending for longer
   *   than `timeout`, sends less than it announced, or more than `maximumBytes`; when the digest differs; when aborted
   */
  download(url: string, path: string, options?: DownloadOptions): Promise<void>;
}

/** The bound on what is read or unpacked at once where the caller states none: 1 GiB. */
export const DEFAULT_MAXIMUM_BYTES = 2 ** 30;

/** The longest silence of a server, in milliseconds, where the caller states none. */
export const DEFAULT_TIMEOUT = 30_000;

/**
 * What an error says, or anything else that was thrown, as text.
 *
 * `fetch` throws a TypeError that says no more than "fetch failed"; why is in its cause, which, where several
 * addresses were tried, is an AggregateError with an empty message. Hebb's own messages already contain theirs.
 */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return thrown.errors.map(reasonOf).join('; ');
  if (thrown instanceof TypeError && thrown.cause !== undefined)
    return `${thrown.message} (${reasonOf(thrown.cause)})`;
  return thrown.message;
}
