import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readNativeBuild, settings, variables, type DoctorFacts } from '../../src/cli/doctor-facts.js';
import { judge } from '../../src/cli/doctor.js';
import { hebb } from './surroundings.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

const built = {
  ok: true,
  reason: '',
  node: '20.20.2',
  platform: 'linux',
  arch: 'x64',
  date: '2026-01-02T03:04:05Z',
};
const native = {
  name: 'native',
  isa: 'avx2',
  threads: 2,
  instructionSets: ['avx2', 'baseline'],
  problem: null,
} as const;
const wasm = { name: 'wasm', isa: 'simd', threads: 1, instructionSets: ['simd'], problem: null } as const;

const healthy: DoctorFacts = {
  hebb: '0.1.0',
  node: '20.20.2',
  v8: '11.3',
  platform: 'linux',
  arch: 'x64',
  cpu: 'a CPU',
  cpus: 2,
  usableCpus: 2,
  prebuilt: false,
  nativeBuild: built,
  webAssembly: { simd: true, relaxedSimd: false },
  backends: [native, wasm],
  inUse: { name: 'native', isa: 'avx2', threads: 2, notes: [] },
  problem: null,
  datasets: [{ name: 'mnist', source: '/data/mnist', images: 70_000, problem: null }],
  environment: [],
};

/** The same machine without the addon. */
const withoutAddon: DoctorFacts = {
  ...healthy,
  nativeBuild: { ...built, ok: false, reason: 'make: g++: No such file or directory' },
  backends: [
    { ...native, isa: null, threads: null, instructionSets: [], problem: 'there is no addon' },
    wasm,
  ],
  inUse: { name: 'wasm', isa: 'simd', threads: 1, notes: ['native: there is no addon'] },
};

describe('the verdict', () => {
  it('has no advice where all is well', () => {
    expect(judge(healthy)).toEqual({
      works: true,
      verdict: 'All is well: Hebb computes on native (avx2, 2 threads).',
      advice: [],
    });
  });

  it('gives the reason of a failed build, and what to install', () => {
    const { works, verdict, advice } = judge(withoutAddon);
    expect(works).toBe(true);
    expect(verdict).toBe('Hebb works, on wasm (simd, 1 thread); the native backend would be faster.');
    expect(advice).toEqual([
      'The addon could not be built (make: g++: No such file or directory): install a C++17 compiler, make and ' +
        'Python, then run npm rebuild hebb (in a checkout: npm run build:native).',
    ]);
  });

  it.each([
    ['never built', { nativeBuild: null }, /^The addon was never built/],
    [
      'for another Node',
      { nativeBuild: { ...built, node: '18.1.0' } },
      /^The addon was built with Node 18\.1\.0/,
    ],
    ['built, yet unusable', { nativeBuild: built }, /^The addon was built but cannot be used/],
    [
      'prebuilt, yet unusable',
      { nativeBuild: null, prebuilt: true },
      /^The addon was built but cannot be used/,
    ],
  ])('knows an addon that was %s', (_, changes, advice) => {
    expect(judge({ ...withoutAddon, ...changes }).advice).toEqual([expect.stringMatching(advice)]);
  });

  it('knows that a slower backend was asked for', () => {
    const environment = settings({ HEBB_BACKEND: 'wasm' });
    const { works, advice } = judge({ ...withoutAddon, backends: [native, wasm], environment });
    expect(works).toBe(true);
    expect(advice).toEqual(['Unset HEBB_BACKEND to use the native backend, which is faster.']);
  });

  it('is that Hebb does not work where there is no backend, or a wrong one', () => {
    const environment = settings({ HEBB_BACKEND: 'gpu' });
    const none = judge({ ...healthy, inUse: null, problem: "unknown backend 'gpu'", environment });
    expect(none.works).toBe(false);
    expect(none.verdict).toBe("Hebb does not work here: no backend can be used: unknown backend 'gpu'.");
    expect(none.advice).toEqual(['Unset HEBB_BACKEND, and Hebb takes the fastest backend there is.']);
    const wrong = judge({ ...healthy, problem: 'it computes 1, 2 where 24, 32 is right' });
    expect(wrong.works).toBe(false);
    expect(wrong.advice).toEqual(['Please report this with the output of hebb doctor --json.']);
  });

  it('minds damaged data and mistyped variables', () => {
    const { works, advice } = judge({
      ...healthy,
      datasets: [
        { name: 'mnist', source: null, images: 0, problem: 'train-images.gz: gzip data ends too early' },
      ],
      environment: settings({ HEBB_THREDS: '2', HEBB_THREADS: '2', PATH: '/bin', HEBB_ISA: '' }),
    });
    expect(works).toBe(true);
    expect(advice).toEqual([
      'HEBB_THREDS: Hebb knows no such variable; did you mean HEBB_THREADS?.',
      'mnist: train-images.gz: gzip data ends too early; delete that file, and it is downloaded again.',
    ]);
  });
});

describe('the environment variables', () => {
  it('are all that the sources read', () => {
    const source = fileURLToPath(new URL('../../src', import.meta.url));
    const read = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [
        ...readFileSync(join(source, name), 'utf8').matchAll(
          /(?:environment\('|process\.env\.)(HEBB_[A-Z_]+)/g,
        ),
      ])
      .map(([, name]) => name);
    // HEBB_REQUIRE is for the scripts and the tests.
    expect([...new Set([...read, 'HEBB_REQUIRE'])].sort()).toEqual([...variables].sort());
  });
});

describe('the record of the build', () => {
  it('is read where there is one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hebb-doctor-'));
    try {
      const path = join(directory, 'native-build.json');
      expect(readNativeBuild(path)).toBeNull();
      await writeFile(path, '{"ok": tr');
      expect(readNativeBuild(path)).toBeNull();
      await writeFile(path, JSON.stringify(built));
      expect(readNativeBuild(path)).toEqual(built);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('hebb doctor', () => {
  it('tells about this machine', async () => {
    vi.stubEnv('HEBB_DATASETS', '/nowhere');
    const { code, out, err } = await hebb('doctor');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`^versions +hebb \\d+\\.\\d+\\.\\d+, Node ${process.versions.node}, V8 `));
    for (const title of ['CPU', 'addon', 'WebAssembly', 'backends', 'data sets', 'environment']) {
      expect(out).toMatch(new RegExp(`^${title} +\\S`, 'm'));
    }
    expect(out).toMatch(/^environment +.*\n?.*HEBB_DATASETS=\/nowhere$/m);
    expect(out).toMatch(/js \(1 thread\)/);
    expect(out).toMatch(/^(All is well: Hebb computes on|Hebb works, on) /m);
  });

  it('says the same in JSON', async () => {
    const { code, out } = await hebb('doctor', '--json');
    const facts = JSON.parse(out) as DoctorFacts & { works: boolean };
    expect(code).toBe(0);
    expect(facts).toMatchObject({ node: process.versions.node, works: true, problem: null });
    expect(facts.webAssembly.simd).toBe(true);
    expect(facts.backends.map(({ name }) => name)).toEqual(['native', 'wasm', 'js']);
    expect(facts.backends.find(({ name }) => name === facts.inUse?.name)).toMatchObject({
      problem: null,
      isa: facts.inUse?.isa,
    });
    expect(facts.datasets.map(({ name }) => name)).toEqual(['mnist', 'fashion-mnist']);
  });
});
