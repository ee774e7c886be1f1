// Models as files: a directory with model.json and weights.bin, as TensorFlow.js writes them. The reader takes weights
// in several files and groups, too, and reads no more bytes than model.json accounts for.

import { platform } from '#platform';
import { ArgumentError } from '../contract/errors.js';
import { DEFAULT_MAXIMUM_BYTES, reasonOf } from '../platform/platform.js';
import { FormatError, quoted } from './errors.js';
import { infoOf, type IOHandler, type ModelArtifacts, type SaveResult } from './handlers.js';
import { isObject, parseJson, type Json } from './json.js';
import { joinWeightData, planWeights, type WeightSpec } from './weights.js';

/** How much to read at most. */
export interface FileOptions {
  /** Bytes of weights to accept; default 1 GiB. */
  maximumBytes?: number;
}

/** A model.json of this size describes tens of thousands of layers. */
const maximumJsonBytes = 2 ** 26;

const scheme = 'file://';
const jsonName = 'model.json';
const weightsName = 'weights.bin';

/** `file://dir` and `dir` are the same; other schemes are not files. */
export function pathOf(url: string, what: string): string {
  if (typeof url !== 'string' || url === '') {
    throw new ArgumentError(`${what}: expected a path such as 'file://directory', or a handler.`);
  }
  if (url.startsWith(scheme)) return url.slice(scheme.length);
  const other = /^([a-z][a-z\d+.-]+):\/\//i.exec(url)?.[1];
  // In a browser, paths are addresses.
  if (other !== undefined && platform.hasFiles) {
    throw new ArgumentError(
      `${what}: expected file://..., a path or a handler ({save, load}), got an address of the scheme '${other}'.`,
    );
  }
  return url;
}

/**
 * Reads a file of a model.
 * @throws FormatError where it cannot be read, or is larger than `maximumBytes`
 */
export async function readModelFile(path: string, maximumBytes: number): Promise<Uint8Array> {
  try {
    return await platform.readFile(path, { maximumBytes });
  } catch (error) {
    throw new FormatError(path, reasonOf(error).replace(`cannot read ${path}: `, 'cannot be read: '), {
      cause: error,
    });
  }
}

/**
 * A handler that keeps a model in a directory: `model.json` and `weights.bin`.
 * @param path the directory, with or without `file://`; for loading also that of a `model.json`
 */
export function fileSystem(path: string, options: FileOptions = {}): Required<IOHandler> {
  const place = pathOf(path, 'fileSystem');
  return {
    save: (artifacts) => saveTo(place, artifacts),
    load: () => loadFrom(place, options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES),
  };
}

async function saveTo(directory: string, artifacts: ModelArtifacts): Promise<SaveResult> {
  const { weightSpecs, weightData, ...rest } = artifacts;
  const hasWeights = weightData !== undefined && weightSpecs !== undefined;
  const json = {
    ...rest,
    weightsManifest: hasWeights ? [{ paths: [weightsName], weights: weightSpecs }] : [],
  };
  await platform.makeDirectory(directory);
  if (hasWeights) {
    const bytes = joinWeightData(weightData, directory);
    await platform.writeFileAtomic(platform.joinPath(directory, weightsName), bytes);
  }
  const text = new TextEncoder().encode(JSON.stringify(json));
  await platform.writeFileAtomic(platform.joinPath(directory, jsonName), text);
  return { modelArtifactsInfo: infoOf(artifacts) };
}

async function loadFrom(place: string, maximumBytes: number): Promise<ModelArtifacts> {
  const file = place.endsWith('.json') ? place : platform.joinPath(place, jsonName);
  const [directory] = platform.splitPath(file);
  const json = parseJson(await readModelFile(file, maximumJsonBytes), file);
  if (!isObject(json) || !isObject(json.modelTopology)) {
    throw new FormatError(file, 'expected a model of TensorFlow.js (an object with modelTopology)');
  }
  if (json.format === 'graph-model') {
    throw new FormatError(file, 'it is a graph model, which cannot be trained; expected a layers model');
  }
  const groups = readManifest(json.weightsManifest, file);
  const weightSpecs = groups.flatMap((group) => group.specs) as unknown[] as WeightSpec[];
  // The total is known, and bounded, before a byte of it is read.
  const { bytes } = planWeights(weightSpecs, file);
  if (bytes > maximumBytes) {
    throw new FormatError(
      file,
      `its weights have ${bytes} bytes, more than the ${maximumBytes} allowed (maximumBytes)`,
    );
  }
  const weightData: ArrayBuffer[] = [];
  let left = bytes;
  for (const path of groups.flatMap((group) => group.paths)) {
    const part = await readModelFile(platform.joinPath(directory, path), left);
    weightData.push(wholeBuffer(part));
    left -= part.length;
  }
  if (left > 0)
    throw new FormatError(file, `its weights should have ${bytes} bytes, but ${left} of them are missing`);
  const { modelTopology, trainingConfig, userDefinedMetadata } = json;
  return {
    modelTopology,
    ...(isObject(trainingConfig) ? { trainingConfig } : {}),
    ...(isObject(userDefinedMetadata) ? { userDefinedMetadata } : {}),
    ...(groups.length > 0 ? { weightSpecs, weightData } : {}),
  };
}

/** The buffer of these bytes and no others. */
function wholeBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? buffer : bytes.slice().buffer;
}

interface Group {
  readonly paths: readonly string[];
  readonly specs: readonly Json[];
}

function readManifest(manifest: Json | undefined, file: string): Group[] {
  if (manifest === undefined || manifest === null) return [];
  const isText = (x: Json): x is string => typeof x === 'string';
  if (!Array.isArray(manifest)) throw new FormatError(file, 'expected its weightsManifest to be a list');
  return manifest.map((group) => {
    if (
      !isObject(group) ||
      !Array.isArray(group.paths) ||
      !Array.isArray(group.weights) ||
      !group.paths.every(isText)
    ) {
      throw new FormatError(file, 'expected groups of {paths, weights} in its weightsManifest');
    }
    for (const path of group.paths) checkWeightPath(path, file);
    return { paths: group.paths, specs: group.weights };
  });
}

/** Weights lie beside model.json or below it; a file that says otherwise wants to read what is not its own. */
function checkWeightPath(path: string, file: string): void {
  const steps = path.split('/');
  // A NUL ends a path for the system and not for JavaScript.
  const isOwn = steps.every((step) => step !== '' && step !== '..' && !/[\\:\u0000]/.test(step));
  if (!isOwn)
    throw new FormatError(file, `its weights shall come from ${quoted(path)}, which is not a file beside it`);
}
