// What `hebb train` keeps beside a saved model, in the user-defined metadata of its model.json, so that `hebb predict`
// and `hebb evaluate` know what goes in and what comes out. Read back with distrust: files can be anything.

import { FormatError } from '../io/errors.js';
import type { InputEncoding, TableEncoding, TargetEncoding } from './table/encoding.js';

/** A model of pictures. */
export interface PicturesMetadata {
  readonly input: 'pictures';
  /** Name of the data set it was trained on. */
  readonly dataset: string;
  readonly classNames: readonly string[];
}

/** A model of rows of a table. */
export interface TableMetadata extends TableEncoding {
  readonly input: 'table';
  /** Name of the file it was trained on. */
  readonly dataset: string;
}

export type ModelMetadata = PicturesMetadata | TableMetadata;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isScale = ({ mean, deviation }: Fields): boolean =>
  Number.isFinite(mean) && Number.isFinite(deviation) && (deviation as number) > 0;

function isInput(value: unknown): value is InputEncoding {
  if (!isFields(value) || !isText(value.name)) return false;
  return value.kind === 'number' ? isScale(value) : value.kind === 'category' && isTexts(value.categories);
}

function isTarget(value: unknown): value is TargetEncoding {
  if (!isFields(value) || !isText(value.name)) return false;
  return value.kind === 'value' ? isScale(value) : value.kind === 'class' && isTexts(value.classNames);
}

/** The user-defined metadata of a model. */
export function asUserDefined(metadata: ModelMetadata): { hebb: ModelMetadata } {
  return { hebb: metadata };
}

/**
 * What was kept beside a model; null where nothing was.
 * @param userDefined the user-defined metadata of a model.json
 * @throws FormatError if it makes no sense
 */
export function readMetadata(userDefined: unknown, source: string): ModelMetadata | null {
  const given = isFields(userDefined) ? userDefined.hebb : undefined;
  if (given === undefined) return null;
  if (isFields(given) && isText(given.dataset)) {
    const { dataset, classNames, columns, inputs, target } = given;
    if (given.input === 'pictures' && isTexts(classNames)) return { input: 'pictures', dataset, classNames };
    const isTable = isTexts(columns) && Array.isArray(inputs) && inputs.every(isInput) && isTarget(target);
    if (given.input === 'table' && isTable) return { input: 'table', dataset, columns, inputs, target };
  }
  throw new FormatError(
    source,
    'what hebb train kept beside the model (userDefinedMetadata.hebb) is damaged',
  );
}
