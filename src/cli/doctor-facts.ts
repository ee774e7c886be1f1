// What `hebb doctor` finds out: machine, addon, backends, WebAssembly, data sets, environment. Only looks; what it
// means is said in doctor.ts.

import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { backendInfo, createBackend, type BackendInfo } from '../backend/select.js';
import type { BackendName } from '../backend/backend.js';
import { datasets, DatasetUnavailableError, type DatasetName } from '../data/index.js';
import { add, matMul } from '../ops/index.js';
import { reasonOf } from '../platform/platform.js';
import { suggest } from '../platform/suggest.js';
import { version } from '../platform/version.js';

/** What `scripts/build-native.mjs` left about its last run. */
export interface NativeBuild {
  readonly ok: boolean;
  /** Why it failed; empty if it did not. */
  readonly reason: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly date: string;
}

/** One backend, made for a try: what it is, or why it cannot be made. */
export interface BackendTrial {
  readonly name: BackendName;
  readonly isa: string | null;
  readonly threads: number | null;
  /** Instruction sets that can be asked for on this machine, the fastest first. */
  readonly instructionSets: readonly string[];
  /** Why it cannot be used; null if it can. */
  readonly problem: string | null;
}

/** One data set: where it is, or that it is not here. */
export interface DatasetFinding {
  readonly name: string;
  /** Where it is; null if it is not on this machine. */
  readonly source: string | null;
  readonly images: number;
  /** What is wrong with the files that were found; null if nothing is. */
  readonly problem: string | null;
}

/** One environment variable that begins with HEBB_. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** What is wrong with it; null if nothing is. */
  readonly problem: string | null;
}

/** All that was found. */
export interface DoctorFacts {
  readonly hebb: string;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly arch: string;
  readonly cpu: string;
  /** Logical CPUs of the machine, and those this process may use. */
  readonly cpus: number;
  readonly usableCpus: number;
  /** Whether the package holds a prebuilt addon for this platform. */
  readonly prebuilt: boolean;
  /** null where none was tried. */
  readonly nativeBuild: NativeBuild | null;
  readonly webAssembly: { readonly simd: boolean; readonly relaxedSimd: boolean };
  readonly backends: readonly BackendTrial[];
  /** The backend that computes; null if there is none. */
  readonly inUse: BackendInfo | null;
  /** Why there is none, or what went wrong when it computed; null if all is well. */
  readonly problem: string | null;
  readonly datasets: readonly DatasetFinding[];
  readonly environment: readonly Setting[];
}

/** Instruction sets that each backend may have, the fastest first. */
const instructionSets: Readonly<Record<BackendName, readonly string[]>> = {
  native: ['avx512', 'avx2', 'neon', 'baseline'],
  wasm: ['revectorized', 'relaxed-simd', 'simd'],
  js: ['js'],
};

/** The environment variables that Hebb reads. */
export const variables: readonly string[] = [
  'HEBB_BACKEND',
  'HEBB_ISA',
  'HEBB_THREADS',
  'HEBB_WASM',
  'HEBB_ADDON',
  'HEBB_DATASETS',
  'HEBB_REQUIRE',
];

/** Path inside the package: this file lies two directories deep, in src/ as in dist/. */
const inPackage = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Looks at everything. */
export async function gatherFacts(): Promise<DoctorFacts> {
  const { arch, platform, versions } = process;
  const { inUse, problem } = useBackend();
  const webAssembly = webAssemblyFeatures();
  return {
    hebb: version,
    node: versions.node,
    v8: versions.v8,
    platform,
    arch,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cpus: cpus().length,
    usableCpus: availableParallelism(),
    prebuilt: existsSync(inPackage(`prebuilds/${platform}-${arch}/hebb.node`)),
    nativeBuild: readNativeBuild(inPackage('build/native-build.json')),
    webAssembly,
    backends: (Object.keys(instructionSets) as BackendName[]).map((name) =>
      // The one in use may be made as the environment says.
      inUse?.name === name ? { ...tryBackend(name), ...usedAs(inUse) } : tryBackend(name),
    ),
    inUse,
    problem,
    datasets: await Promise.all(datasets.names.filter((name) => name !== 'digits').map(findDataset)),
    environment: settings(process.env),
  };
}

/** The record of the last build of the addon; null where there is none that can be read. */
export function readNativeBuild(path: string): NativeBuild | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as NativeBuild;
  } catch {
    return null;
  }
}

/** Makes the choice that any program would get, and computes with it. */
function useBackend(): { inUse: BackendInfo | null; problem: string | null } {
  let inUse: BackendInfo | null = null;
  try {
    inUse = backendInfo();
    const computed = add(
      matMul(
        [
          [5, 6],
          [7, 8],
        ],
        [[1], [3]],
      ),
      1,
    ).dataSync();
    const right = computed[0] === 24 && computed[1] === 32;
    return { inUse, problem: right ? null : `it computes ${computed.join(', ')} where 24, 32 is right` };
  } catch (error) {
    return { inUse, problem: reasonOf(error) };
  }
}

function tryBackend(name: BackendName): BackendTrial {
  try {
    // First as any program gets it: asking for relaxed SIMD switches it on for the whole process.
    const { isa, threads } = createBackend(name);
    const usable = instructionSets[name].filter((other) => isUsable(name, other));
    return { name, isa, threads, instructionSets: usable, problem: null };
  } catch (error) {
    return { name, isa: null, threads: null, instructionSets: [], problem: reasonOf(error) };
  }
}

const usedAs = ({ isa, threads }: BackendInfo): Pick<BackendTrial, 'isa' | 'threads' | 'problem'> => ({
  isa,
  threads,
  problem: null,
});

function isUsable(name: BackendName, isa: string): boolean {
  try {
    return createBackend(name, { isa, threads: 1 }).isa === isa;
  } catch {
    return false;
  }
}

/** The smallest module with one function of no parameters that gives a vector; `code` is what it does. */
const moduleOf = (code: readonly number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number, version
    ...[1, 5, 1, 0x60, 0, 1, 0x7b], // a type: () -> v128
    ...[3, 2, 1, 0], // a function of it
    ...[10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b], // its body, without locals
  );

/** What the engine's WebAssembly can do, whatever modules of Hebb there are. */
function webAssemblyFeatures(): DoctorFacts['webAssembly'] {
  const splat = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
  return {
    simd: WebAssembly.validate(moduleOf([...splat, 0xfd, 0x62])), // i8x16.popcnt
    relaxedSimd: WebAssembly.validate(moduleOf([...splat, ...splat, 0xfd, 0x80, 0x02])), // i8x16.relaxed_swizzle
  };
}

async function findDataset(name: DatasetName): Promise<DatasetFinding> {
  try {
    const { source, train, test } = await datasets.load(name, { download: false });
    const images = train.images.shape[0] + test.images.shape[0];
    return { name, source, images, problem: null };
  } catch (error) {
    const problem = error instanceof DatasetUnavailableError ? null : reasonOf(error);
    return { name, source: null, images: 0, problem };
  }
}

/** The variables that begin with HEBB_; one that Hebb does not know is probably mistyped. */
export function settings(environment: Readonly<Record<string, string | undefined>>): Setting[] {
  return Object.entries(environment)
    .filter(([name, value]) => name.startsWith('HEBB_') && value !== undefined && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value = '']) => {
      if (variables.includes(name)) return { name, value, problem: null };
      const nearest = suggest(name, variables);
      const question = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      return { name, value, problem: `Hebb knows no such variable${question}` };
    });
}
