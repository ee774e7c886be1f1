// `hebb doctor`: what was found on this machine, what Hebb chose and why, and what to do about it.

import type { Call } from './command.js';
import { gatherFacts, type BackendTrial, type DatasetFinding, type DoctorFacts } from './doctor-facts.js';
import type { describeDoctor } from './doctor-options.js';
import { exitCodes } from './errors.js';
import { countOf, thousands } from './format.js';
import { describeBackend } from './report.js';
import type { Surroundings } from './terminal.js';

/** What it all means. */
export interface Verdict {
  /** Whether Hebb can compute at all. */
  readonly works: boolean;
  /** One sentence. */
  readonly verdict: string;
  /** What to do about each thing that is not as it could be; empty if all is well. */
  readonly advice: readonly string[];
}

/**
 * Looks at the machine and tells.
 * @returns the exit code: failed only if Hebb cannot compute
 */
export async function doctor(
  call: Call<(typeof describeDoctor)['options']>,
  { stdout }: Surroundings,
): Promise<number> {
  const facts = await gatherFacts();
  const verdict = judge(facts);
  stdout.write(
    call.values.json ? `${JSON.stringify({ ...facts, ...verdict })}\n` : describe(facts, verdict).join('\n'),
  );
  return verdict.works ? exitCodes.ok : exitCodes.failed;
}

/** Variables that take the choice of a backend out of Hebb's hands. */
const forcing = ['HEBB_BACKEND', 'HEBB_ISA', 'HEBB_THREADS'];

/** The verdict on what was found. */
export function judge(facts: DoctorFacts): Verdict {
  const { inUse, problem, backends, environment, datasets } = facts;
  const advice: string[] = [];
  for (const { name, problem: wrong } of environment) if (wrong !== null) advice.push(`${name}: ${wrong}.`);
  for (const { name, problem: wrong } of datasets) {
    if (wrong !== null) advice.push(`${name}: ${wrong}; delete that file, and it is downloaded again.`);
  }
  const forced = environment.map(({ name }) => name).filter((name) => forcing.includes(name));
  if (inUse === null || problem !== null) {
    if (forced.length > 0) {
      advice.push(`Unset ${forced.join(', ')}, and Hebb takes the fastest backend there is.`);
    } else advice.push('Please report this with the output of hebb doctor --json.');
    const what = inUse === null ? 'no backend can be used' : `the ${inUse.name} backend fails`;
    return { works: false, verdict: `Hebb does not work here: ${what}: ${problem}.`, advice };
  }
  const using = describeBackend({ ...inUse, why: [] });
  if (inUse.name === 'native')
    return { works: true, verdict: `All is well: Hebb computes on ${using}.`, advice };
  const usable = backends.find((backend) => backend.problem === null && backend.name !== inUse.name);
  if (forced.length > 0 && usable?.name === 'native') {
    advice.push(`Unset ${forced.join(', ')} to use the native backend, which is faster.`);
  } else advice.push(nativeAdvice(facts));
  return { works: true, verdict: `Hebb works, on ${using}; the native backend would be faster.`, advice };
}

/** How to come by the addon. */
function nativeAdvice({ nativeBuild, node, prebuilt }: DoctorFacts): string {
  const rebuild = 'run npm rebuild hebb (in a checkout: npm run build:native)';
  if (nativeBuild === null && !prebuilt) {
    return `The addon was never built (npm install --ignore-scripts?): ${rebuild}.`;
  }
  if (nativeBuild !== null && !nativeBuild.ok) {
    return `The addon could not be built (${nativeBuild.reason}): install a C++17 compiler, make and Python, then ${rebuild}.`;
  }
  if (nativeBuild !== null && nativeBuild.node.split('.')[0] !== node.split('.')[0]) {
    return `The addon was built with Node ${nativeBuild.node}: ${rebuild}.`;
  }
  return `The addon was built but cannot be used, the reason stands above: ${rebuild}.`;
}

/** All lines of the report. */
function describe(facts: DoctorFacts, { verdict, advice }: Verdict): string[] {
  const { hebb, node, v8, platform, arch, cpu, usableCpus } = facts;
  const all = facts.cpus === usableCpus ? '' : `, ${usableCpus} of them for this process`;
  const { simd, relaxedSimd } = facts.webAssembly;
  return [
    ...section('versions', [`hebb ${hebb}, Node ${node}, V8 ${v8}, ${platform} ${arch}`]),
    ...section('CPU', [`${cpu}, ${countOf(facts.cpus, 'CPU')}${all}`]),
    ...section('addon', [describeAddon(facts)]),
    ...section('WebAssembly', [`SIMD ${yesOrNo(simd)}, relaxed SIMD ${yesOrNo(relaxedSimd)}`]),
    ...section(
      'backends',
      facts.backends.map((backend) => describeTrial(backend, backend.name === facts.inUse?.name)),
    ),
    ...section('data sets', [
      ...facts.datasets.map(describeDataset),
      'digits: built in, drawn by Hebb when asked for',
    ]),
    ...section(
      'environment',
      facts.environment.length === 0
        ? ['no HEBB_ variable is set']
        : facts.environment.map(({ name, value }) => `${name}=${value}`),
    ),
    '',
    verdict,
    ...advice,
    '',
  ];
}

/** Lines under a title that stands before the first of them. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${(index === 0 ? title : '').padEnd(13)}${line}`);
}

const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');

function describeAddon({ nativeBuild, prebuilt }: DoctorFacts): string {
  if (nativeBuild === null) return prebuilt ? 'prebuilt' : 'not built';
  const { ok, reason, node, platform, arch, date } = nativeBuild;
  const when = `${date.slice(0, 10)}, Node ${node}, ${platform} ${arch}`;
  return ok ? `built (${when})` : `not built: ${reason} (${when}; build/native-build.log has the details)`;
}

function describeTrial(backend: BackendTrial, inUse: boolean): string {
  const { name, isa, threads, instructionSets, problem } = backend;
  if (problem !== null || isa === null || threads === null) return `${name}: no, ${problem}`;
  const others = instructionSets.filter((other) => other !== isa);
  const also = others.length === 0 ? '' : `; also ${others.join(', ')}`;
  return `${describeBackend({ name, isa, threads, why: [] })}${inUse ? ', in use' : ''}${also}`;
}

function describeDataset({ name, source, images, problem }: DatasetFinding): string {
  if (problem !== null) return `${name}: damaged: ${problem}`;
  return source === null
    ? `${name}: not on this machine, downloaded when asked for`
    : `${name}: ${thousands(images)} images in ${source}`;
}
